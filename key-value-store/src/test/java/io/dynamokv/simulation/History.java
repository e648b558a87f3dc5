package io.dynamokv.simulation;

import io.dynamokv.coordination.Quorum;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Sibling;
import io.dynamokv.version.Version;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** All requests of all clients of a run. */
final class History {
  private final World world;
  private int count;

  History(World world) {
    this.world = world;
  }

  /** How many requests there were. */
  int count() {
    return count;
  }

  Operation get(KeyHistory key, Quorum quorum) {
    return new Operation(
        count++, Operation.Kind.GET, key, quorum, Version.NONE, new BitSet(), null);
  }

  /**
   * A write of a value that no other has.
   *
   * @param from a version object that no other has
   */
  Operation write(KeyHistory key, Quorum quorum, Version from, BitSet seen, boolean delete) {
    int id = count++;
    return delete
        ? new Operation(id, Operation.Kind.DELETE, key, quorum, from, seen, null)
        : new Operation(id, Operation.Kind.PUT, key, quorum, from, seen, valueOf(id));
  }

  private static byte[] valueOf(int id) {
    return ("value-" + id).getBytes(StandardCharsets.UTF_8);
  }

  void neverAnswered(Operation operation) {
    world.note(operation.key.name, operation + " is never answered");
    if (operation.isWrite()) {
      world.met(Situation.WRITE_NEVER_ANSWERED);
    }
  }

  void answered(Operation operation) {
    switch (operation.answer) {
      case STORED -> world.met(Situation.WRITE_STORED);
      case STALE -> world.met(Situation.WRITE_STALE);
      case NOT_STORED -> world.met(Situation.WRITE_NOT_STORED);
      case UNKNOWN -> world.met(Situation.WRITE_UNKNOWN);
      case NOT_FOUND_OUT -> world.met(Situation.READ_NOT_FOUND_OUT);
      case FOUND, NONE -> found(operation.found);
    }
  }

  private void found(@Nullable KeyState state) {
    if (state == null) {
      return;
    }
    if (state.siblings().size() > 1) {
      world.met(Situation.SIBLINGS_READ);
    }
    if (state.siblings().stream().anyMatch(Sibling::isTombstone)) {
      world.met(Situation.TOMBSTONE_READ);
    }
  }
}
