package io.dynamokv.node;

import io.dynamokv.membership.Membership;
import io.dynamokv.membership.View;
import io.dynamokv.repair.Handoff;
import io.dynamokv.repair.HintExpiry;
import io.dynamokv.repair.Repairs;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashTree;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import io.dynamokv.transport.Message;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a node does for its repairs; call-backs are brought to the mailbox that those are in. */
final class RepairPort implements Handoff.Port, HintExpiry.Port, Repairs.Port {
  private static final String REQUEST_ID = "handoff";

  /** The number of no plan. */
  private static final long NO_PLAN = 0;

  private final LocalReplica local;
  private final Peers peers;
  private final Membership membership;
  private final Executor mailbox;
  private final Clocks clocks;

  RepairPort(
      LocalReplica local, Peers peers, Membership membership, Executor mailbox, Clocks clocks) {
    this.local = local;
    this.peers = peers;
    this.membership = membership;
    this.mailbox = mailbox;
    this.clocks = clocks;
  }

  @Override
  public Map<MemberId, Long> owed() {
    return local.hintCounts();
  }

  @Override
  public Set<MemberId> reachable() {
    return view().reachable();
  }

  @Override
  public boolean hints(
      MemberId holder, @Nullable Key after, int limit, Consumer<@Nullable List<Hint>> done) {
    return local.hints(holder, after, limit, hints -> mailbox.execute(() -> done.accept(hints)));
  }

  @Override
  public boolean read(Key key, Consumer<Handoff.Reading> done) {
    return local.read(key, result -> mailbox.execute(() -> done.accept(readingOf(result))));
  }

  @Override
  public boolean readSome(List<Key> keys, long mostBytes, Consumer<List<Handoff.Reading>> done) {
    return local.readSome(
        keys,
        mostBytes,
        results ->
            mailbox.execute(
                () -> done.accept(results.stream().map(RepairPort::readingOf).toList())));
  }

  private static Handoff.Reading readingOf(LocalReplica.ReadResult result) {
    return result instanceof LocalReplica.ReadResult.Read read
        ? new Handoff.Reading(false, read.state())
        : new Handoff.Reading(true, null);
  }

  @Override
  public boolean send(MemberId holder, long id, Key key, byte[] state) {
    return peers.send(holder, new Message.WriteRequest(id, REQUEST_ID, key.bytes(), state));
  }

  @Override
  public void handedOver(MemberId holder, Key key, long hash, Consumer<Boolean> done) {
    write(new ReplicaWrite.HandedOver(holder, key, hash, !isOwn(key)), done);
  }

  @Override
  public boolean isMember(MemberId holder) {
    return view().isMember(holder);
  }

  /** One that can not be given up now is found again. */
  @Override
  public void reassign(Hint hint, Runnable done) {
    List<MemberId> holders = holders(hint.key());
    boolean isOwn = isOwn(hint.key());
    List<MemberId> heirs =
        isOwn ? List.of() : holders.stream().filter(id -> !id.equals(hint.holder())).toList();
    if (!isOwn && heirs.isEmpty()) {
      done.run();
    } else {
      write(new ReplicaWrite.Reassign(hint, heirs), noted -> done.run());
    }
  }

  /** Now, or soon. */
  private boolean isOwn(Key key) {
    return view().isOwn(view().ring().partitions().partitionOf(key.position()));
  }

  private void write(ReplicaWrite write, Consumer<Boolean> done) {
    if (!note(write, done)) {
      done.accept(false);
    }
  }

  private boolean note(ReplicaWrite write, Consumer<Boolean> done) {
    return local.write(write, progress -> mailbox.execute(() -> done.accept(isNoted(progress))));
  }

  private static boolean isNoted(LocalReplica.WriteProgress progress) {
    return progress instanceof LocalReplica.WriteProgress.Decided decided
        && decided.result() instanceof WriteResult.Noted;
  }

  @Override
  public long clockMs() {
    return clocks.wallMs().getAsLong();
  }

  private List<MemberId> holders(Key key) {
    return view().ring().preferenceList(key).holders();
  }

  @Override
  public View view() {
    return membership.view();
  }

  @Override
  public HashTree tree() {
    return local.tree();
  }

  @Override
  public boolean rebuild(int firstLeaf, int beforeLeaf, Consumer<@Nullable Integer> done) {
    return local.rebuild(firstLeaf, beforeLeaf, keys -> mailbox.execute(() -> done.accept(keys)));
  }

  @Override
  public boolean keys(KeyQuery query, Consumer<@Nullable KeyHashes> done) {
    return local.keys(query, keys -> mailbox.execute(() -> done.accept(keys)));
  }

  @Override
  public boolean settle(Consumer<Boolean> done) {
    return local.settle(isSafe -> mailbox.execute(() -> done.accept(isSafe)));
  }

  @Override
  public boolean merge(Key key, byte[] state, Consumer<byte @Nullable []> done) {
    return local.write(
        new ReplicaWrite.Merge(key, state),
        progress -> mailbox.execute(() -> done.accept(storedBy(progress))));
  }

  private static byte @Nullable [] storedBy(LocalReplica.WriteProgress progress) {
    return progress instanceof LocalReplica.WriteProgress.Decided decided
            && decided.result() instanceof WriteResult.Stored stored
        ? stored.state()
        : null;
  }

  @Override
  public boolean drop(Key key, long hash, Consumer<Boolean> done) {
    return note(new ReplicaWrite.Drop(key, hash), done);
  }

  @Override
  public boolean check(Key key, long hash, Consumer<Boolean> done) {
    return note(new ReplicaWrite.Check(key, hash), done);
  }

  @Override
  public boolean collect(Key key, long hash, Consumer<Boolean> done) {
    return note(new ReplicaWrite.Collect(key, hash), done);
  }

  @Override
  public boolean allFollow() {
    return membership.allFollow();
  }

  @Override
  public boolean isAdmitted(MemberId member) {
    return membership.isAdmitted(member);
  }

  @Override
  public void ready(long plan) {
    membership.ready(plan);
  }

  @Override
  public void notReady() {
    membership.ready(NO_PLAN);
  }

  @Override
  public boolean send(MemberId member, Message message) {
    return peers.send(member, message);
  }

  @Override
  public long nanoTime() {
    return clocks.nano().getAsLong();
  }
}
