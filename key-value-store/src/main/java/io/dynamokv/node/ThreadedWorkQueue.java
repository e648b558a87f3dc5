package io.dynamokv.node;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A work queue with a thread of its own. Thread-safe. */
final class ThreadedWorkQueue<T> implements WorkQueue<T> {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadedWorkQueue.class);

  private static final long LONGEST_DRAIN_NS = TimeUnit.SECONDS.toNanos(5);

  private final BlockingQueue<T> queue;
  private final int batchLimit;
  private final Function<List<T>, Runnable> work;
  private final Thread thread;
  private final AtomicInteger unfinished = new AtomicInteger();
  private volatile boolean open = true;

  ThreadedWorkQueue(String name, int capacity, int batchLimit, Function<List<T>, Runnable> work) {
    this.queue = new LinkedBlockingQueue<>(capacity);
    this.batchLimit = batchLimit;
    this.work = work;
    this.thread = new Thread(this::run, name);
    this.thread.setDaemon(true);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public boolean offer(T item) {
    unfinished.incrementAndGet();
    // Closed in between, the thread may be gone: the item must not stay behind unnoticed.
    boolean accepted = open && queue.offer(item) && (open || !queue.remove(item));
    if (!accepted) {
      unfinished.decrementAndGet();
    }
    return accepted;
  }

  @Override
  public void drain() {
    long start = System.nanoTime();
    while (unfinished.get() > 0 && System.nanoTime() - start < LONGEST_DRAIN_NS) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  @Override
  public int depth() {
    return queue.size();
  }

  @Override
  public boolean hasEnded() {
    return thread.getState() == Thread.State.TERMINATED;
  }

  /** Lets the thread finish what is queued, for at most 5 seconds. */
  @Override
  public void close() {
    open = false;
    try {
      thread.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    List<T> batch = new ArrayList<>(batchLimit);
    while (open || !queue.isEmpty()) {
      try {
        T first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        batch.add(first);
        queue.drainTo(batch, batchLimit - 1);
      } catch (InterruptedException e) {
        continue;
      }
      workOff(batch);
      batch.clear();
    }
  }

  private void workOff(List<T> batch) {
    try {
      work.apply(Collections.unmodifiableList(batch)).run();
    } catch (Throwable e) {
      Faults.survive(LOG, "a batch of " + thread.getName(), e);
    } finally {
      unfinished.addAndGet(-batch.size());
    }
  }
}
