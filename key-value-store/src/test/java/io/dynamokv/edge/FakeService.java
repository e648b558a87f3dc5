package io.dynamokv.edge;

import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.View;
import io.dynamokv.node.KeyValueService;
import io.dynamokv.node.Transfers;
import io.dynamokv.repair.Filling;
import io.dynamokv.repair.RoundReport;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.StateCodec;
import io.dynamokv.version.Version;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A node in memory that holds every key, unless it is told to behave otherwise. */
public final class FakeService implements KeyValueService {
  public final Map<Key, KeyState> states = new ConcurrentSkipListMap<>();
  private final AtomicLong counter = new AtomicLong();
  private final Member self;
  private final List<Member> members;
  private final Ring ring;
  public volatile Set<MemberId> reachable;
  public volatile GetOutcome getOutcome;
  public volatile PutOutcome putOutcome;
  public volatile RuntimeException thrown;
  public volatile boolean overloaded;
  public volatile boolean silent;
  public volatile String failure;
  public volatile int lastWanted;
  public volatile boolean lastStrict;
  public volatile String lastRequestId;
  public volatile Executor answering = Runnable::run;

  public FakeService(Member self, List<Member> members) {
    this.self = self;
    this.members = members;
    this.ring =
        Ring.of(
            TokenAllocator.initial(
                members.stream().map(member -> new RingMember(member.id(), "")).toList(),
                new Partitions(16),
                3),
            3);
    this.reachable = members.stream().map(Member::id).collect(Collectors.toSet());
  }

  /** Back to the beginning, without any data. */
  public void reset() {
    states.clear();
    reachable = members.stream().map(Member::id).collect(Collectors.toSet());
    getOutcome = null;
    putOutcome = null;
    thrown = null;
    overloaded = false;
    lastWanted = 0;
    lastStrict = false;
    lastRequestId = null;
    silent = false;
    failure = null;
    answering = Runnable::run;
  }

  @Override
  public boolean get(Key key, Quorum quorum, String requestId, Consumer<GetOutcome> answer) {
    if (refuses(quorum, requestId)) {
      return false;
    }
    GetOutcome outcome =
        getOutcome != null
            ? getOutcome
            : new GetOutcome.Found(states.getOrDefault(key, KeyState.EMPTY));
    if (!silent) {
      answering.execute(() -> answer.accept(outcome));
    }
    return true;
  }

  @Override
  public boolean put(
      Key key,
      Version from,
      byte[] value,
      Quorum quorum,
      String requestId,
      Consumer<PutOutcome> answer) {
    if (refuses(quorum, requestId)) {
      return false;
    }
    PutOutcome outcome = putOutcome != null ? putOutcome : write(key, from, value);
    if (!silent) {
      answering.execute(() -> answer.accept(outcome));
    }
    return true;
  }

  private boolean refuses(Quorum quorum, String requestId) {
    if (thrown != null) {
      throw thrown;
    }
    lastWanted = quorum.wanted();
    lastStrict = quorum.strict();
    lastRequestId = requestId;
    return overloaded;
  }

  private PutOutcome write(Key key, Version from, byte[] value) {
    KeyState before = states.getOrDefault(key, KeyState.EMPTY);
    if (before.hasMoreThan(from)) {
      return new PutOutcome.Stale();
    }
    Dot dot = new Dot(new Actor(1, 1), counter.incrementAndGet());
    KeyState after = before.write(from, dot, dot.counter(), value);
    states.put(key, after);
    return new PutOutcome.Stored(after.version());
  }

  /** Adds a value that nobody's version has seen. */
  public void addSibling(Key key, byte[] value) {
    Dot dot = new Dot(new Actor(counter.incrementAndGet(), 1), 1);
    states.merge(
        key, KeyState.EMPTY.write(Version.NONE, dot, dot.counter(), value), KeyState::merge);
  }

  @Override
  public boolean leave() {
    return false;
  }

  @Override
  public boolean remove(MemberId member) {
    return false;
  }

  @Override
  public Transfers transfers() {
    return new Transfers(Set.of(), new Filling.Progress(0, 0, 0, 0), 0);
  }

  @Override
  public View view() {
    return new View(self, members, ring, reachable);
  }

  @Override
  public void backUp(Path folder) {
    throw StorageException.refusal("the fake has no backups");
  }

  @Override
  public void repair(Consumer<RoundReport> done) {
    if (thrown != null) {
      throw thrown;
    }
    done.accept(RoundReport.EMPTY);
  }

  @Override
  public void scan(Storage.Visitor visitor) {
    if (thrown != null) {
      throw thrown;
    }
    for (Map.Entry<Key, KeyState> entry : states.entrySet()) {
      if (!visitor.visit(entry.getKey(), StateCodec.encode(entry.getValue()))) {
        return;
      }
    }
  }

  @Override
  public String failure() {
    return failure;
  }
}
