package io.dynamokv.node;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A work queue without a thread: somebody else says when a batch is worked off, and how much. */
final class SimulatedWorkQueue<T> implements WorkQueue<T> {
  private final String name;
  private final int capacity;
  private final int batchLimit;
  private final Function<List<T>, Runnable> work;
  private final SimulatedCore.Steps steps;
  private final Deque<T> queue = new ArrayDeque<>();
  private boolean open;
  private boolean stepDue;

  /** The second half of the batch that is under way. */
  private @Nullable Runnable rest;

  SimulatedWorkQueue(
      String name,
      int capacity,
      int batchLimit,
      Function<List<T>, Runnable> work,
      SimulatedCore.Steps steps) {
    this.name = name;
    this.capacity = capacity;
    this.batchLimit = batchLimit;
    this.work = work;
    this.steps = steps;
  }

  @Override
  public void start() {
    open = true;
  }

  @Override
  public boolean offer(T item) {
    if (!open || queue.size() >= capacity) {
      return false;
    }
    queue.addLast(item);
    stepIfNeeded();
    return true;
  }

  @Override
  public int depth() {
    return queue.size();
  }

  @Override
  public void drain() {
    while (rest != null || !queue.isEmpty()) {
      doNext(batchLimit);
    }
  }

  @Override
  public void close() {
    drain();
    open = false;
  }

  private void stepIfNeeded() {
    if (!stepDue && (rest != null || !queue.isEmpty())) {
      stepDue = true;
      steps.later(name, rest != null, this::step);
    }
  }

  private void step() {
    stepDue = false;
    if (rest != null) {
      doNext(0);
    } else if (!queue.isEmpty()) {
      doNext(steps.batchOf(Math.min(batchLimit, queue.size())));
    }
    stepIfNeeded();
  }

  private void doNext(int limit) {
    Runnable second = rest;
    if (second != null) {
      rest = null;
      second.run();
      return;
    }
    List<T> batch = new ArrayList<>();
    for (int i = 0; i < limit && !queue.isEmpty(); i++) {
      batch.add(queue.removeFirst());
    }
    rest = work.apply(batch);
  }
}
