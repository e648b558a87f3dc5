package io.dynamokv.node;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue of tasks that run in order and never two at once, on the threads of those who
 * bring them. Thread-safe.
 *
 * <p>It has no thread of its own: waking one would cost more than what a task does. Whoever has
 * handed in all that it has at the moment calls {@link #run}; if somebody else is at it already,
 * that one does the new tasks too. So that nobody is held up for long by the work of others, a call
 * ends after some tasks, and says whether any are left.
 */
final class Mailbox implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
  private static final int TASKS_PER_RUN = 64;
  private static final long FULL_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long FINISH_WAIT_NS = TimeUnit.SECONDS.toNanos(1);

  private final String name;
  private final int capacity;
  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger depth = new AtomicInteger();
  private final AtomicReference<Thread> runner = new AtomicReference<>();

  /** When the task began that runs now. */
  private volatile @Nullable Long taskBegunNs;

  private volatile boolean open = true;

  Mailbox(String name, int capacity) {
    this.name = name;
    this.capacity = capacity;
  }

  /** Queues a task; returns false if the queue is full or the mailbox is closed. */
  boolean offer(Runnable task) {
    if (!open || depth.get() >= capacity) {
      return false;
    }
    add(task);
    return true;
  }

  /**
   * Queues a task that must not be lost. While the queue is full it works that off, or waits for
   * whoever does; a task of this mailbox never waits here.
   */
  @Override
  public void execute(Runnable task) {
    while (open && depth.get() >= capacity && runner.get() != Thread.currentThread()) {
      LOG.debug("{} is full", name);
      if (!run()) {
        LockSupport.parkNanos(FULL_WAIT_NS);
      }
    }
    if (open) {
      add(task);
    }
  }

  private void add(Runnable task) {
    // Counted first: whoever finds nothing counted goes away, and a task must not be left alone.
    depth.incrementAndGet();
    queue.add(task);
  }

  /**
   * Runs what is queued, unless another thread does so just now or a task calls this.
   *
   * @return whether tasks were left that nobody may be running
   */
  boolean run() {
    int left = TASKS_PER_RUN;
    // Whoever finds the runner at work goes away; so after leaving one has to look again.
    while (left > 0 && depth.get() > 0 && runner.compareAndSet(null, Thread.currentThread())) {
      try {
        left = runTasks(left);
      } finally {
        runner.set(null);
      }
    }
    return left == 0;
  }

  private int runTasks(int limit) {
    int left = limit;
    for (Runnable task = queue.poll(); task != null; task = left == 0 ? null : queue.poll()) {
      depth.decrementAndGet();
      left--;
      if (open) {
        runOne(task);
      }
    }
    return left;
  }

  private void runOne(Runnable task) {
    taskBegunNs = System.nanoTime();
    try {
      task.run();
    } catch (Throwable e) {
      Faults.survive(LOG, "a task of " + name, e);
    } finally {
      taskBegunNs = null;
    }
  }

  /** Whether one task has been running for longer than this; none should wait for anything. */
  boolean hangsFor(long ns) {
    Long begun = taskBegunNs;
    return begun != null && System.nanoTime() - begun > ns;
  }

  int depth() {
    return depth.get();
  }

  /** Works off what is queued, for at most a second, and takes no more. */
  void finish() {
    long start = System.nanoTime();
    while (depth.get() > 0 && System.nanoTime() - start < FINISH_WAIT_NS) {
      run();
      LockSupport.parkNanos(FULL_WAIT_NS);
    }
    close();
  }

  /** Takes no more; what is queued is dropped. */
  void close() {
    open = false;
  }
}
