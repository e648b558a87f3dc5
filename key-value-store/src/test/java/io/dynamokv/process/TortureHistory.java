package io.dynamokv.process;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What clients did to a cluster, and what they were told; and whether that and the final state go
 * together. Thread-safe while it is recorded.
 *
 * <p>Every value is written once in all. A write is known by its value; a delete by a name of its
 * own. What a write replaces is what its client had read just before.
 */
final class TortureHistory {
  /** What a client was told of a write. */
  enum Told {
    STORED,
    /** Certainly not stored: stale, refused, or too few nodes. */
    DENIED,
    /** Nobody knows. */
    UNKNOWN
  }

  /** A write, and the values that its client had seen. */
  record Write(String name, boolean isDelete, Set<String> seen, Told told) {}

  private final Map<String, List<Write>> writes = new TreeMap<>();
  private final Map<String, Set<List<String>>> answers = new HashMap<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  /** What happened, one after the other, to read when something was wrong. */
  private final List<String> lines = new ArrayList<>();

  synchronized void wrote(String key, Write write) {
    writes.computeIfAbsent(key, k -> new ArrayList<>()).add(write);
    String kind = write.isDelete ? "DELETE" : "PUT";
    count(kind + " " + write.told);
    note("%s %s: %s after %s".formatted(key, write.told, write.name, write.seen));
  }

  synchronized void read(String key, List<String> values) {
    answers.computeIfAbsent(key, k -> new HashSet<>()).add(List.copyOf(values));
    note("%s read: %s".formatted(key, values));
    count("GET answered");
  }

  private void note(String what) {
    lines.add("%tT.%<tL %s".formatted(new Date(), what));
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  synchronized void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  synchronized Map<String, Integer> counts() {
    return new LinkedHashMap<>(counts);
  }

  synchronized long acknowledged() {
    return counts.entrySet().stream()
        .filter(each -> each.getKey().endsWith("STORED") || each.getKey().equals("GET answered"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  synchronized List<String> keys() {
    return List.copyOf(writes.keySet());
  }

  /**
   * What does not go together, for one key.
   *
   * @param last the values that all copies of the key have in the end
   * @param trimmed whether its clock may have been trimmed, so that replaced values may come back
   */
  synchronized List<String> violations(String key, Set<String> last, boolean trimmed) {
    List<String> found = new ArrayList<>();
    Map<String, Write> byName = new HashMap<>();
    writes.getOrDefault(key, List.of()).forEach(write -> byName.put(write.name, write));
    Set<String> accountedFor = accountedFor(byName, last);
    for (Write write : byName.values()) {
      if (write.told == Told.STORED && !write.isDelete && !accountedFor.contains(write.name)) {
        found.add("invariant 1: lost " + key + "=" + write.name);
      }
      if (write.told == Told.DENIED && isSeen(key, write, last)) {
        found.add("invariant 8: denied and stored " + key + "=" + write.name);
      }
    }
    if (!trimmed) {
      found.addAll(cameBack(key, byName, last));
      answers.getOrDefault(key, Set.of()).stream()
          .filter(answer -> hasAncestor(byName, answer))
          .forEach(answer -> found.add("invariant 3: false siblings of " + key + ": " + answer));
    }
    return found;
  }

  private boolean isSeen(String key, Write write, Set<String> last) {
    return last.contains(write.name)
        || answers.getOrDefault(key, Set.of()).stream()
            .anyMatch(answer -> answer.contains(write.name));
  }

  /** What is there, and whatever was replaced by somebody who had seen it, however far back. */
  private static Set<String> accountedFor(Map<String, Write> writes, Set<String> last) {
    Deque<String> toFollow = new ArrayDeque<>(last);
    // A delete leaves no value to begin with.
    writes.values().stream()
        .filter(write -> write.isDelete && write.told != Told.DENIED)
        .forEach(write -> toFollow.add(write.name));
    return ancestors(writes, toFollow);
  }

  private static Set<String> ancestors(Map<String, Write> writes, Deque<String> toFollow) {
    Set<String> reached = new HashSet<>();
    for (String name = toFollow.poll(); name != null; name = toFollow.poll()) {
      Write write = writes.get(name);
      if (reached.add(name) && write != null) {
        toFollow.addAll(write.seen);
      }
    }
    return reached;
  }

  /** Values that are there although a stored write had replaced them. */
  private static List<String> cameBack(String key, Map<String, Write> writes, Set<String> last) {
    List<String> found = new ArrayList<>();
    for (Write write : writes.values()) {
      for (String seen : write.seen) {
        if (write.told == Told.STORED && last.contains(seen)) {
          found.add("invariant 6: %s=%s came back after %s".formatted(key, seen, write.name));
        }
      }
    }
    return found;
  }

  private static boolean hasAncestor(Map<String, Write> writes, List<String> answer) {
    for (String value : answer) {
      Write write = writes.get(value);
      if (write != null) {
        Set<String> before = ancestors(writes, new ArrayDeque<>(write.seen));
        if (answer.stream().anyMatch(before::contains)) {
          return true;
        }
      }
    }
    return false;
  }
}
