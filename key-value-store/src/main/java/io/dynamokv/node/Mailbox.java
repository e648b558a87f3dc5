package io.dynamokv.node;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
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

  private final BlockingQueue<Runnable> queue;
  private final Thread thread;
  private final LongUnaryOperator nanosToNextDeadline;
  private final Runnable tick;

  /** Tasks of the thread's own that found the queue full; touched by that thread alone. */
  private final List<Runnable> overflow = new ArrayList<>();

  private volatile boolean open = true;

  /**
   * @param nanosToNextDeadline given the longest time to wait, how long until {@code tick} is due
   * @param tick lets the due deadlines pass; called on the mailbox's thread
   */
  Mailbox(String name, int capacity, LongUnaryOperator nanosToNextDeadline, Runnable tick) {
    this.queue = new LinkedBlockingQueue<>(capacity);
    this.nanosToNextDeadline = nanosToNextDeadline;
    this.tick = tick;
    this.thread = new Thread(this::run, name);
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Queues a task; returns false if the queue is full or the mailbox is closed. */
  boolean offer(Runnable task) {
    return open && queue.offer(task);
  }

  /**
   * Queues a task that must not be lost, waiting while the queue is full. Not to be called by
   * anything that the mailbox's own thread could wait for; its thread itself never waits here.
   */
  @Override
  public void execute(Runnable task) {
    if (Thread.currentThread() == thread) {
      // The queue may be full, and only this thread empties it.
      if (!queue.offer(task)) {
        overflow.add(task);
      }
      return;
    }
    try {
      while (open && !queue.offer(task, 100, TimeUnit.MILLISECONDS)) {
        LOG.debug("{} is full", thread.getName());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  int depth() {
    return queue.size();
  }

  @Override
  public void close() {
    open = false;
    thread.interrupt();
    try {
      thread.join(1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
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
    } catch (RuntimeException e) {
      LOG.error("a bug: a task of {} failed", thread.getName(), e);
    }
  }
}
