package io.dynamokv.transport.activemq;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.RecordingReceiver;
import io.dynamokv.transport.Transport.Receiver;
import io.dynamokv.transport.WireLimits;
import io.dynamokv.transport.activemq.ActiveMqTransportSettings.Queues;
import io.dynamokv.transport.activemq.ActiveMqTransportSettings.Timing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Members on free ports of this machine, with small bounds and short times. */
final class TestNodes implements AutoCloseable {
  static final MemberId A = new MemberId("node-a");
  static final MemberId B = new MemberId("node-b");
  static final MemberId C = new MemberId("node-c");
  static final ClusterSecret SECRET = new ClusterSecret("a secret for tests");
  static final WireLimits LIMITS = new WireLimits(4 << 10, 1024, 1 << 20);
  static final Queues QUEUES = new Queues(1000, 2 << 20, 64, 256 << 10);
  static final Timing TIMING =
      new Timing(
          Duration.ofSeconds(1),
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          Duration.ofSeconds(10),
          Duration.ofMillis(10),
          Duration.ofMillis(100));

  private static final String HOST = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Map<MemberId, MetricRegistry> metrics = new HashMap<>();
  private final Map<MemberId, MemberAddress> addresses = new HashMap<>();
  private final List<ActiveMqTransport> opened = new ArrayList<>();

  TestNodes() {
    for (MemberId member : List.of(A, B, C)) {
      addresses.put(member, new MemberAddress(HOST, freePort()));
    }
  }

  MemberAddress address(MemberId member) {
    return Objects.requireNonNull(addresses.get(member));
  }

  ActiveMqTransportSettings settings(MemberId self) {
    return settings(self, SECRET, TIMING);
  }

  ActiveMqTransportSettings settings(MemberId self, ClusterSecret secret, Timing timing) {
    Map<MemberId, MemberAddress> peers = new HashMap<>(addresses);
    peers.remove(self);
    return new ActiveMqTransportSettings(
        self, address(self), peers, secret, LIMITS, QUEUES, timing, 20);
  }

  ActiveMqTransport create(ActiveMqTransportSettings settings) {
    ActiveMqTransport transport =
        new ActiveMqTransport(settings, metrics(settings.self()), Clock.systemUTC(), new Random(1));
    opened.add(transport);
    return transport;
  }

  ActiveMqTransport open(MemberId self, Receiver receiver) {
    return open(settings(self), receiver);
  }

  ActiveMqTransport open(ActiveMqTransportSettings settings, Receiver receiver) {
    ActiveMqTransport transport = create(settings);
    transport.start(receiver);
    return transport;
  }

  /** A transport and what it was told. */
  Node open(MemberId self) {
    RecordingReceiver receiver = new RecordingReceiver();
    return new Node(open(self, receiver), receiver);
  }

  MetricRegistry metrics(MemberId member) {
    return metrics.computeIfAbsent(member, any -> new MetricRegistry());
  }

  long count(MemberId member, String meter) {
    return metrics(member).meter(meter).getCount();
  }

  /** Waits for something that other threads bring about. */
  static void await(BooleanSupplier condition) {
    long dueNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it did not happen in time").isLessThan(dueNanos);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** Below the range from which the system takes ports for outgoing connections. */
  static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(15_000, 30_000);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(HOST))) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // Another one, then.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    opened.forEach(ActiveMqTransport::close);
  }

  record Node(ActiveMqTransport transport, RecordingReceiver receiver) {}
}
