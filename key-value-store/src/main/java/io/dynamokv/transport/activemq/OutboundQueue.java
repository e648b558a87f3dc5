package io.dynamokv.transport.activemq;

import io.dynamokv.transport.WireCodec.Operation;
import io.dynamokv.transport.activemq.ActiveMqTransportSettings.Queues;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent over one link. Thread-safe: many offer and flush, one takes. It is open for
 * one link at a time and empty before it opens, so that nothing outlives the link it was meant for;
 * messages and bytes are bounded, and an offer never waits.
 */
final class OutboundQueue {
  private final Queues bounds;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Operation> waiting = new ArrayDeque<>();
  private long waitingBytes;
  // Written with the lock only, read also without.
  private volatile boolean unflushed;
  // Also read without the lock, by those who only ask.
  private volatile @Nullable Object link;

  OutboundQueue(Queues bounds) {
    this.bounds = bounds;
  }

  boolean isOpen() {
    return link != null;
  }

  /** Begins to accept messages for a link. */
  void open(Object newLink) {
    lock.lock();
    try {
      link = newLink;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Accepts no more and forgets what waits, if it is open for that link.
   *
   * @return how many messages were forgotten
   */
  int close(Object oldLink) {
    lock.lock();
    try {
      if (link != oldLink) {
        return 0;
      }
      int forgotten = waiting.size();
      link = null;
      waiting.clear();
      waitingBytes = 0;
      changed.signalAll();
      return forgotten;
    } finally {
      lock.unlock();
    }
  }

  Offer offer(Operation operation) {
    lock.lock();
    try {
      if (link == null) {
        return Offer.CLOSED;
      }
      if (waiting.size() >= bounds.messages()
          || waitingBytes + operation.size() > bounds.bytes() && !waiting.isEmpty()) {
        return Offer.FULL;
      }
      waiting.add(operation);
      waitingBytes += operation.size();
      unflushed = true;
      return Offer.ACCEPTED;
    } finally {
      lock.unlock();
    }
  }

  /** Wakes whoever waits in {@link #take}, if something was accepted since the last call. */
  void flush() {
    if (!unflushed) {
      return;
    }
    lock.lock();
    try {
      unflushed = false;
      if (!waiting.isEmpty()) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for messages, and takes as many as may travel together; null once it is closed. */
  @Nullable List<Operation> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && link != null) {
        changed.await();
      }
      return link == null ? null : nextBatch();
    } finally {
      lock.unlock();
    }
  }

  private List<Operation> nextBatch() {
    List<Operation> batch = new ArrayList<>(Math.min(waiting.size(), bounds.batchMessages()));
    long bytes = 0;
    Operation next = waiting.peek();
    while (next != null
        && batch.size() < bounds.batchMessages()
        && (batch.isEmpty() || bytes + next.size() <= bounds.batchBytes())) {
      batch.add(waiting.remove());
      bytes += next.size();
      next = waiting.peek();
    }
    waitingBytes -= bytes;
    return batch;
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  long bytes() {
    lock.lock();
    try {
      return waitingBytes;
    } finally {
      lock.unlock();
    }
  }

  enum Offer {
    ACCEPTED,
    FULL,
    CLOSED
  }
}
