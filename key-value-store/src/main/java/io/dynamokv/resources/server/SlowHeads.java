package io.dynamokv.resources.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections on which a request's head, its line and headers, takes too long to arrive. The
 * server's idle timeout does not: it begins anew with every byte, so a client that sends one now
 * and then could hold a connection for days. Thread-safe.
 *
 * <p>The time of the first head begins with the connection, so that a TLS handshake counts too.
 * Between two requests a connection may rest for as long as the idle timeout lets it: the next head
 * has begun when a byte of it has arrived. A look at all connections, a few times within the
 * timeout, finds those on which that was too long ago.
 */
final class SlowHeads extends AbstractLifeCycle implements Connection.Listener {
  private static final String ATTRIBUTE = SlowHeads.class.getName();
  private static final int LOOKS_PER_TIMEOUT = 4;

  private final Scheduler scheduler;
  private final long timeoutNs;
  private final Set<Head> heads = ConcurrentHashMap.newKeySet();
  private volatile Scheduler.@Nullable Task next;

  SlowHeads(Scheduler scheduler, long timeoutMs) {
    this.scheduler = scheduler;
    this.timeoutNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
  }

  /** Says that a head is there: what arrives from now on is the request's body. */
  static void arrived(ConnectionMetaData connection) {
    if (connection.getAttribute(ATTRIBUTE) instanceof Head head) {
      head.bytesBefore = Head.ARRIVED;
    }
  }

  /** Says that a request is over: what arrives from now on is the next one's head. */
  static void expectNext(ConnectionMetaData connection) {
    if (connection.getAttribute(ATTRIBUTE) instanceof Head head) {
      head.bytesBefore = head.connection.getBytesIn();
    }
  }

  @Override
  public void onOpened(Connection connection) {
    // What only carries other connections, as TLS does, has no requests of its own.
    if (connection instanceof ConnectionMetaData http) {
      Head head = new Head(connection);
      http.setAttribute(ATTRIBUTE, head);
      heads.add(head);
    }
  }

  @Override
  public void onClosed(Connection connection) {
    if (connection instanceof ConnectionMetaData http
        && http.getAttribute(ATTRIBUTE) instanceof Head head) {
      heads.remove(head);
    }
  }

  @Override
  protected void doStart() {
    lookLater();
  }

  @Override
  protected void doStop() {
    Scheduler.Task task = next;
    if (task != null) {
      task.cancel();
    }
  }

  private void lookLater() {
    next = scheduler.schedule(this::look, timeoutNs / LOOKS_PER_TIMEOUT, TimeUnit.NANOSECONDS);
  }

  private void look() {
    try {
      long nowNs = System.nanoTime();
      for (Head head : heads) {
        if (head.ageNs(nowNs) > timeoutNs) {
          head.connection.getEndPoint().close();
        }
      }
    } finally {
      if (isRunning()) {
        lookLater();
      }
    }
  }

  /** The head that a connection waits for. */
  private static final class Head {
    static final long ARRIVED = -1;

    /** Less than the number of bytes that have arrived, whatever that is. */
    private static final long BEGUN = -2;

    final Connection connection;

    /** How many bytes had arrived before the first of this head. */
    volatile long bytesBefore = BEGUN;

    /** The head that was seen to have begun at the last look, and at which look first. */
    private long begunAfterBytes = ARRIVED;

    private long seenNs;

    Head(Connection connection) {
      this.connection = connection;
    }

    /**
     * How long ago the head was first seen to have begun; 0 if it has not. Called by looks only.
     */
    long ageNs(long nowNs) {
      long before = bytesBefore;
      boolean begun = before != ARRIVED && connection.getBytesIn() > before;
      if (!begun || before != begunAfterBytes) {
        begunAfterBytes = begun ? before : ARRIVED;
        seenNs = nowNs;
      }
      return nowNs - seenNs;
    }
  }
}
