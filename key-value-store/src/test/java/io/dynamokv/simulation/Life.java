package io.dynamokv.simulation;

import java.util.ArrayDeque;

/**
 * A node's process, from its start to its end. Everything that happens in it comes through here, so
 * that nothing does when it is over, and all of it late, at once, when it has stood still.
 */
final class Life {
  private final VirtualTime time;
  private final ArrayDeque<Runnable> backlog = new ArrayDeque<>();
  private boolean over;
  private boolean still;
  private long stillSinceNs;
  private long stoodStillNs;

  Life(VirtualTime time) {
    this.time = time;
  }

  void after(long delayNs, Runnable task) {
    time.after(delayNs, () -> enter(task));
  }

  void enter(Runnable task) {
    if (over) {
      return;
    }
    if (still) {
      backlog.addLast(task);
    } else {
      task.run();
    }
  }

  void standStill() {
    if (!still) {
      still = true;
      stillSinceNs = time.nowNs();
    }
  }

  void moveOn() {
    if (still) {
      still = false;
      stoodStillNs += time.nowNs() - stillSinceNs;
      while (!over && !still && !backlog.isEmpty()) {
        backlog.removeFirst().run();
      }
    }
  }

  /** For how long it has stood still, in all, until it last moved on. */
  long stoodStillNs() {
    return stoodStillNs;
  }

  void end() {
    over = true;
  }
}
