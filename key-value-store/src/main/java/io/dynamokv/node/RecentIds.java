package io.dynamokv.node;

import io.dynamokv.ring.MemberId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Which requests have come lately, so that none is taken twice. Not thread-safe. */
final class RecentIds {
  /** What comes a second time comes soon, long before so many others. */
  static final int CAPACITY = 8192;

  private final Set<Source> known = new HashSet<>();
  private final Deque<Source> oldestFirst = new ArrayDeque<>();

  private record Source(MemberId from, long id) {}

  /** Remembers a request; false if it is known already. */
  boolean add(MemberId from, long id) {
    Source source = new Source(from, id);
    if (!known.add(source)) {
      return false;
    }
    oldestFirst.add(source);
    if (oldestFirst.size() > CAPACITY) {
      known.remove(oldestFirst.remove());
    }
    return true;
  }
}
