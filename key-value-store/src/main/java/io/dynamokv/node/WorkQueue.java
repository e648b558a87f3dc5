package io.dynamokv.node;

import java.util.List;
import java.util.function.Function;

/**
 * A bounded queue and something that works it off, taking whatever has queued up since it last
 * looked as one batch. Thread-safe.
 */
interface WorkQueue<T> extends AutoCloseable {
  /** Begins to work off the queue; called once. */
  void start();

  /** Returns false if the queue is full or closed. */
  boolean offer(T item);

  int depth();

  /** Waits until nothing is queued or being worked off, for at most 5 seconds. */
  void drain();

  /** Whether nothing will be worked off any more, though it was started: closed, or dead. */
  default boolean hasEnded() {
    return false;
  }

  /** Lets what is queued be finished, for at most 5 seconds. */
  @Override
  void close();

  /** Makes queues: with threads, or, in a simulation, without. */
  interface Maker {
    /**
     * @param work takes batches of 1 to {@code batchLimit} items, in order, and returns what is to
     *     be done next, before the next batch; neither is ever run by two threads at once
     */
    <T> WorkQueue<T> make(
        String name, int capacity, int batchLimit, Function<List<T>, Runnable> work);
  }
}
