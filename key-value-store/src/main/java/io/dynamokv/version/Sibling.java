package io.dynamokv.version;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One value that no other write has replaced yet, or the trace of a delete (a tombstone), with the
 * dot of the write that made it. Immutable; the array is shared and must not be changed.
 */
public final class Sibling {
  private final Dot dot;
  private final byte @Nullable [] value;

  private Sibling(Dot dot, byte @Nullable [] value) {
    this.dot = dot;
    this.value = value;
  }

  /** A sibling that holds a value. */
  public static Sibling of(Dot dot, byte[] value) {
    return new Sibling(dot, value);
  }

  /** A sibling that says that the key was deleted. */
  public static Sibling tombstone(Dot dot) {
    return new Sibling(dot, null);
  }

  public Dot dot() {
    return dot;
  }

  /** The value, or null for a tombstone. */
  public byte @Nullable [] value() {
    return value;
  }

  public boolean isTombstone() {
    return value == null;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sibling sibling
        && dot.equals(sibling.dot)
        && Arrays.equals(value, sibling.value);
  }

  @Override
  public int hashCode() {
    return dot.hashCode();
  }

  @Override
  public String toString() {
    return dot + (value == null ? " deleted" : " " + value.length + " bytes");
  }
}
