package io.dynamokv.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What has happened: a hash of all of it, by which two runs are compared, and the last part of it
 * in words, for whoever has to find out why a run failed.
 */
final class Trace {
  /** What a note is about when it concerns every key. */
  static final String ALL = "";

  private static final int REMEMBERED = 5000;

  private final ArrayDeque<Note> notes = new ArrayDeque<>();
  private long hash = 0x9E3779B97F4A7C15L;

  private record Note(long atNs, String about, String text) {
    @Override
    public String toString() {
      return "%10.3f ms  %s".formatted(atNs / 1e6, text);
    }
  }

  void mix(long value) {
    hash = (hash ^ value) * 0xD6E8FEB86659FD93L;
    hash ^= hash >>> 32;
  }

  /**
   * Remembers an event.
   *
   * @param about the name of a key, or {@link #ALL}
   */
  void note(long atNs, String about, String text) {
    mix(about.hashCode());
    mix(text.hashCode());
    if (notes.size() == REMEMBERED) {
      notes.removeFirst();
    }
    notes.addLast(new Note(atNs, about, text));
  }

  long hash() {
    return hash;
  }

  /** The last events that concern a key, oldest first. */
  List<String> last(String about, int count) {
    List<String> lines = new ArrayList<>();
    notes.forEach(
        note -> {
          if (note.about.equals(about) || note.about.equals(ALL)) {
            lines.add(note.toString());
          }
        });
    return lines.subList(Math.max(0, lines.size() - count), lines.size());
  }
}
