package io.dynamokv.transport.memory;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock and its tasks; time passes when it is told to. */
final class ManualScheduler implements Scheduler {
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparing(Task::due).thenComparing(Task::number));
  private Duration now = Duration.ZERO;
  private long scheduled;

  @Override
  public void schedule(Duration delay, Runnable action) {
    tasks.add(new Task(now.plus(delay), scheduled++, action));
  }

  /** Runs the next task, when it is due; false if there is none. */
  boolean runNext() {
    Task task = tasks.poll();
    if (task != null) {
      now = task.due();
      task.action().run();
    }
    return task != null;
  }

  void runAll() {
    while (runNext()) {}
  }

  Duration now() {
    return now;
  }

  private record Task(Duration due, long number, Runnable action) {}
}
