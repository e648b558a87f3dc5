package io.dynamokv.transport.activemq;

import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.WireCodec;
import io.dynamokv.transport.WireFormatException;
import jakarta.jms.JMSException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings single messages to addresses where somebody may be who does not know this member yet.
 * Thread-safe. Each gets a connection of its own, one after the other; what is too much is dropped.
 */
final class Greeter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Greeter.class);
  private static final int MAX_WAITING = 256;
  private static final int MAX_TOLD = 1024;

  /** An address where nobody answers holds up one of them. */
  private static final int THREADS = 4;

  private final ActiveMqTransportSettings settings;
  private final WireCodec codec;
  private final ThreadPoolExecutor threads;

  /** Why those who are not there did not take their last greeting. */
  private final Map<MemberAddress, String> told = new ConcurrentHashMap<>();

  Greeter(ActiveMqTransportSettings settings, WireCodec codec) {
    this.settings = settings;
    this.codec = codec;
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            task -> {
              Thread thread = new Thread(task, "messaging-greeter");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  void greet(MemberAddress address, Message message) {
    try {
      threads.execute(() -> bring(address, message));
    } catch (RejectedExecutionException e) {
      LOG.debug("too many greetings wait for the one to {}", address);
    }
  }

  private void bring(MemberAddress address, Message message) {
    try (PeerConnection connection =
        new PeerConnection(
            settings, ClusterSecret.ANYONE, address, Lane.GREETINGS, Ignoring.INSTANCE)) {
      connection.send(codec.encode(settings.self(), List.of(codec.prepare(message))));
      told.remove(address);
    } catch (JMSException | WireFormatException | RuntimeException e) {
      tell(address, rootMessage(e));
    }
  }

  /** Once, as long as the reason is the same. */
  private void tell(MemberAddress address, String reason) {
    if (told.size() >= MAX_TOLD) {
      told.clear();
    }
    if (!reason.equals(told.put(address, reason))) {
      LOG.warn("nobody at {} takes a greeting of this node: {}", address, reason);
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** Nobody waits for what becomes of such a connection. */
  private enum Ignoring implements PeerConnection.Listener {
    INSTANCE;

    @Override
    public void onLost(PeerConnection connection) {}

    @Override
    public void onRejected(JMSException reason) {}
  }
}
