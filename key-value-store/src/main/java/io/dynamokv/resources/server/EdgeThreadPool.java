package io.dynamokv.resources.server;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.metrics.jetty12.InstrumentedQueuedThreadPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.BlockingArrayQueue;

/**
 * The server's threads. Thread-safe.
 *
 * <p>When a request ends on a thread of the node's, the server wants its connection looked at by a
 * thread of this pool, in case that the client has sent the next request already. Waking a thread
 * costs more than the look; so here that thread looks itself. Only if there is a request, {@link
 * EdgeHandler} finds {@link #isBorrowed} and has it handled by this pool.
 */
final class EdgeThreadPool extends InstrumentedQueuedThreadPool {
  private final ThreadLocal<Boolean> borrowed = ThreadLocal.withInitial(() -> false);

  EdgeThreadPool(MetricRegistry metrics, int maxThreads, int minThreads, int idleMs) {
    super(
        metrics, maxThreads, minThreads, idleMs, new BlockingArrayQueue<>(minThreads, maxThreads));
    setName("dw");
  }

  /** Whether the caller's thread is not to be kept by a request. */
  boolean isBorrowed() {
    return borrowed.get();
  }

  @Override
  public void execute(Runnable task) {
    if (!(task instanceof Connection) || isBorrowed()) {
      super.execute(task);
      return;
    }
    borrowed.set(true);
    try {
      task.run();
    } finally {
      borrowed.remove();
    }
  }
}
