package io.dynamokv.repair;

import com.codahale.metrics.NoopMetricRegistry;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.View;
import io.dynamokv.replica.Replica;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.HashTree;
import io.dynamokv.storage.HashedStorage;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.StateCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One of two nodes that hold everything, with a real replica in memory: what it is told to do badly
 * it does badly, and it notes what it sends.
 */
final class RepairingNode implements Repairs.Port {
  static final MemberId A = new MemberId("node-a");
  static final MemberId B = new MemberId("node-b");
  static final Partitions PARTITIONS = new Partitions(16);
  static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(60);

  final AntiEntropy antiEntropy;

  // What it does badly, or how it stands.
  boolean isNew;
  boolean reaches = true;
  boolean isSilent;
  boolean knowsNothing;
  boolean unsafe;
  boolean busy;
  boolean busyWithReads;
  int overloads;
  @Nullable Key refuses;
  @Nullable Key swallows;
  @Nullable Key damaged;
  @Nullable Function<Message.StatesRequest, Message> oddAnswer;

  // What was seen of it.
  boolean isReady;
  int sent;
  int questions;
  int largestQuestion;
  int fetches;
  int mostFetched;
  long mostBytesAnswered;
  int writesUnderWay;
  long mostBytesUnderWay;

  private final Wire wire;
  private final MemberId id;
  private final HashedStorage storage =
      new HashedStorage(new MemoryDisk().open(Durability.SYNC, 64 << 20), PARTITIONS);
  private final Replica replica =
      new Replica(
          storage, key -> new Dot(new Actor(9, 1), 1), () -> 1, 1000, new NoopMetricRegistry());
  private final TreeServer server = new TreeServer(this);
  private final Repairs repairs;
  private final HashTree unknown = new HashTree(PARTITIONS);
  private long bytesUnderWay;

  /** What is between the two, and the time. */
  static final class Wire {
    static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(10);

    long nowNs;
    private final Map<MemberId, RepairingNode> nodes = new LinkedHashMap<>();
    private final Deque<Runnable> underWay = new ArrayDeque<>();
    private final List<Runnable> nextTick = new ArrayList<>();

    /** Both work for so long. */
    void pass(long durationNs) {
      pass(durationNs, nodes.values());
    }

    /** One works for so long; the other only answers. */
    void passAlone(RepairingNode node, long durationNs) {
      pass(durationNs, List.of(node));
    }

    private void pass(long durationNs, Iterable<RepairingNode> working) {
      for (long untilNs = nowNs + durationNs; nowNs < untilNs; nowNs += TICK_NS) {
        working.forEach(node -> node.repairs.tick());
        underWay.addAll(nextTick);
        nextTick.clear();
        while (!underWay.isEmpty()) {
          underWay.remove().run();
        }
      }
    }
  }

  /** Takes the place of whoever had this name on the wire. */
  RepairingNode(Wire wire, MemberId id, int keysPerSecond) {
    this.wire = wire;
    this.id = id;
    this.repairs =
        new Repairs(
            this,
            new AntiEntropy.Settings(INTERVAL_NS, keysPerSecond),
            new Collection.Settings(0, Long.MAX_VALUE / 4, TimeUnit.SECONDS.toNanos(1)),
            1000);
    this.antiEntropy = repairs.antiEntropy();
    wire.nodes.put(id, this);
  }

  Filling.Progress filling() {
    return repairs.filling().progress();
  }

  void put(Key key, byte[] state) {
    replica.apply(List.of(new ReplicaWrite.Merge(key, state)));
  }

  TreeMap<Key, String> content() {
    TreeMap<Key, String> content = new TreeMap<>();
    storage.scan(
        0,
        -1L,
        (key, state) -> {
          content.put(key, String.valueOf(StateCodec.decode(state)));
          return true;
        });
    return content;
  }

  @Override
  public View view() {
    Member self = new Member(id, "127.0.0.1", 1, 2, 3, "", "");
    Member another = new Member(otherId(), "127.0.0.1", 1, 2, 3, "", "");
    List<RingMember> onRing = List.of(new RingMember(A, ""), new RingMember(B, ""));
    Ring ring = Ring.of(TokenAllocator.initial(onRing, PARTITIONS, 2), 2);
    return new View(self, List.of(self, another), ring, reaches ? Set.of(A, B) : Set.of(id));
  }

  @Override
  public boolean allFollow() {
    return true;
  }

  @Override
  public boolean isAdmitted(MemberId member) {
    return !isNew || !member.equals(id);
  }

  @Override
  public void ready(long plan) {
    isReady = true;
  }

  @Override
  public void notReady() {
    isReady = false;
  }

  @Override
  public boolean drop(Key key, long hash, Consumer<Boolean> done) {
    throw new AssertionError("everything is held here");
  }

  @Override
  public HashTree tree() {
    return knowsNothing ? unknown : storage.tree();
  }

  @Override
  public boolean settle(Consumer<Boolean> done) {
    done.accept(!unsafe);
    return true;
  }

  @Override
  public boolean rebuild(int firstLeaf, int beforeLeaf, Consumer<@Nullable Integer> done) {
    if (!busyWithReads) {
      done.accept(storage.rebuild(firstLeaf, beforeLeaf));
    }
    return !busyWithReads;
  }

  @Override
  public boolean keys(KeyQuery query, Consumer<@Nullable KeyHashes> done) {
    if (!busy) {
      done.accept(storage.keys(query));
    }
    return !busy;
  }

  @Override
  public boolean check(Key key, long hash, Consumer<Boolean> done) {
    throw new AssertionError("nothing is collected");
  }

  @Override
  public boolean collect(Key key, long hash, Consumer<Boolean> done) {
    throw new AssertionError("nothing is collected");
  }

  @Override
  public long clockMs() {
    return 0;
  }

  @Override
  public boolean read(Key key, Consumer<Handoff.Reading> done) {
    done.accept(new Handoff.Reading(false, replica.read(key)));
    return true;
  }

  @Override
  public boolean readSome(List<Key> keys, long mostBytes, Consumer<List<Handoff.Reading>> done) {
    List<Handoff.Reading> readings = new ArrayList<>();
    long bytes = 0;
    if (overloads-- > 0) {
      return false;
    }
    for (Key key : keys) {
      byte[] state = replica.read(key);
      bytes += state == null ? 0 : state.length;
      if (bytes > mostBytes && !readings.isEmpty()) {
        break;
      }
      boolean failed = damaged != null && key.equals(damaged);
      readings.add(new Handoff.Reading(failed, failed ? null : state));
    }
    done.accept(readings);
    return true;
  }

  @Override
  public boolean merge(Key key, byte[] state, Consumer<byte @Nullable []> done) {
    put(key, state);
    done.accept(replica.read(key));
    return true;
  }

  @Override
  public boolean send(MemberId member, Message message) {
    sent++;
    if (message instanceof Message.KeysRequest request) {
      questions++;
      largestQuestion = Math.max(largestQuestion, request.keys().size());
    }
    if (message instanceof Message.StatesRequest request) {
      fetches++;
      mostFetched = Math.max(mostFetched, request.keys().size());
    }
    if (message instanceof Message.StatesReply reply) {
      long bytes = 0;
      for (Message.FoundState found : reply.found()) {
        bytes += found.state() == null ? 0 : found.state().length;
      }
      mostBytesAnswered = Math.max(mostBytesAnswered, bytes);
    }
    if (message instanceof Message.WriteRequest request) {
      writesUnderWay++;
      bytesUnderWay += request.state().length;
      mostBytesUnderWay = Math.max(mostBytesUnderWay, bytesUnderWay);
      wire.nextTick.add(() -> deliver(message));
      wire.nextTick.add(() -> bytesUnderWay -= request.state().length);
    } else {
      wire.underWay.add(() -> deliver(message));
    }
    return true;
  }

  private MemberId otherId() {
    return id.equals(A) ? B : A;
  }

  private void deliver(Message message) {
    Objects.requireNonNull(wire.nodes.get(otherId())).receive(id, message);
  }

  private void receive(MemberId from, Message message) {
    if (isSilent) {
      return;
    }
    if (message instanceof Message.CompareRequest request) {
      server.onCompare(from, request);
    } else if (message instanceof Message.KeysRequest request) {
      server.onKeys(from, request);
    } else if (message instanceof Message.StatesRequest request) {
      if (oddAnswer != null) {
        send(from, oddAnswer.apply(request));
      } else if (swallows == null || !keysOf(request).contains(swallows)) {
        server.onStates(from, request);
      }
    } else if (message instanceof Message.WriteRequest request) {
      if (swallows == null || !Key.of(request.key()).equals(swallows)) {
        send(from, new Message.WriteReply(request.id(), write(request)));
      }
    } else if (message instanceof Message.Reply reply) {
      writesUnderWay -= message instanceof Message.WriteReply ? 1 : 0;
      repairs.onReply(from, reply.id(), message);
    }
  }

  private static Set<Key> keysOf(Message.StatesRequest request) {
    return request.keys().stream().map(Key::of).collect(Collectors.toSet());
  }

  private Status write(Message.WriteRequest request) {
    Key key = Key.of(request.key());
    if (overloads-- > 0) {
      return Status.OVERLOADED;
    }
    if (refuses != null && key.equals(refuses)) {
      return Status.STORAGE_FAILED;
    }
    List<WriteResult> results =
        replica.apply(List.of(new ReplicaWrite.Merge(key, request.state())));
    return results.get(0) instanceof WriteResult.Stored ? Status.OK : Status.STORAGE_FAILED;
  }

  @Override
  public long nanoTime() {
    return wire.nowNs;
  }
}
