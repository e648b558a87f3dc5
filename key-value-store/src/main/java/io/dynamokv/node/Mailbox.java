package io.dynamokv.node;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread and the bounded queue of what it is to do, in order. It takes all that has queued at
 * once, and lets deadlines pass in between. Thread-safe.
 */
final class Mailbox implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
  private static final long LONGEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int BATCH = 256;

  private final String name;
  private final BlockingQueue<Runnable> queue;

  /** Tasks of the thread's own that found the queue full; touched by that thread alone. */
  private final List<Runnable> overflow = new ArrayList<>();

  private volatile @Nullable Thread thread;
  private volatile boolean open = true;

  Mailbox(String name, int capacity) {
    this.name = name;
    this.queue = new LinkedBlockingQueue<>(capacity);
  }

  /**
   * Begins to work off the queue; called once.
   *
   * @param nanosToNextDeadline given the longest time to wait, how long until {@code tick} is due
   * @param tick lets the due deadlines pass
   */
  void start(LongUnaryOperator nanosToNextDeadline, Runnable tick) {
    Thread started = new Thread(() -> run(nanosToNextDeadline, tick), name);
    started.setDaemon(true);
    thread = started;
    started.start();
  }

  /** Queues a task; returns false if the queue is full or the mailbox is closed. */
  boolean offer(Runnable task) {
    return open && queue.offer(task);
  }

  /**
   * Queues a task that must not be lost, waiting while the queue is full. Not to be called by
   * anything that the mailbox's own thread could wait for; that thread itself never waits here.
   */
  @Override
  public void execute(Runnable task) {
    if (Thread.currentThread() == thread) {
      if (!queue.offer(task)) {
        overflow.add(task);
      }
      return;
    }
    try {
      while (open && !queue.offer(task, 100, TimeUnit.MILLISECONDS)) {
        LOG.debug("{} is full", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  int depth() {
    return queue.size();
  }

  /** Whether nothing will be worked off any more, though it was started: closed, or dead. */
  boolean hasEnded() {
    Thread started = thread;
    return started != null && started.getState() == Thread.State.TERMINATED;
  }

  /** Stops without finishing what is queued. */
  @Override
  public void close() {
    open = false;
    Thread started = thread;
    if (started != null) {
      started.interrupt();
      try {
        started.join(1000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run(LongUnaryOperator nanosToNextDeadline, Runnable tick) {
    List<Runnable> batch = new ArrayList<>(BATCH);
    while (open) {
      try {
        Runnable first =
            queue.poll(nanosToNextDeadline.applyAsLong(LONGEST_WAIT_NS), TimeUnit.NANOSECONDS);
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch, BATCH - 1);
        }
      } catch (InterruptedException e) {
        continue;
      }
      batch.addAll(overflow);
      overflow.clear();
      batch.forEach(this::runOne);
      batch.clear();
      runOne(tick);
    }
  }

  private void runOne(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      Faults.survive(LOG, "a task of " + name, e);
    }
  }
}
