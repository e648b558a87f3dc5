package io.dynamokv.storage;

import io.dynamokv.storage.Storage.Change;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What every engine does first with a group of changes. */
public final class Changes {
  private Changes() {}

  /**
   * The changes in the order of their keys. Engines that lock keys in this order can not deadlock.
   *
   * @throws IllegalArgumentException if a key comes twice: which of the two would be compared?
   */
  public static List<Change> inOrder(List<Change> changes) {
    List<Change> ordered = new ArrayList<>(changes);
    ordered.sort(Comparator.comparing(Change::key));
    for (int i = 1; i < ordered.size(); i++) {
      if (ordered.get(i).key().equals(ordered.get(i - 1).key())) {
        throw new IllegalArgumentException("changed twice in one group: " + ordered.get(i).key());
      }
    }
    return ordered;
  }

  /** The bytes of all new states and their keys; removing makes room. */
  public static long bytes(List<Change> changes) {
    long bytes = 0;
    for (Change change : changes) {
      byte[] next = change.next();
      bytes += next == null ? 0 : (long) change.key().bytes().length + next.length;
    }
    return bytes;
  }
}
