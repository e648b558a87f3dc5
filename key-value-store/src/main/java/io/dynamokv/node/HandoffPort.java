package io.dynamokv.node;

import io.dynamokv.membership.View;
import io.dynamokv.repair.Handoff;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import io.dynamokv.transport.Message;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a node does for its handoff; call-backs are brought to the handoff's mailbox. */
final class HandoffPort implements Handoff.Port {
  private static final String REQUEST_ID = "handoff";

  private final LocalReplica local;
  private final Peers peers;
  private final Supplier<View> view;
  private final Executor mailbox;
  private final LongSupplier nanoClock;

  HandoffPort(
      LocalReplica local,
      Peers peers,
      Supplier<View> view,
      Executor mailbox,
      LongSupplier nanoClock) {
    this.local = local;
    this.peers = peers;
    this.view = view;
    this.mailbox = mailbox;
    this.nanoClock = nanoClock;
  }

  @Override
  public Map<MemberId, Long> owed() {
    return local.hintCounts();
  }

  @Override
  public Set<MemberId> reachable() {
    return view.get().reachable();
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
  public void handedOver(MemberId holder, Key key, long hash) {
    local.write(new ReplicaWrite.HandedOver(holder, key, hash), progress -> {});
  }

  @Override
  public long nanoTime() {
    return nanoClock.getAsLong();
  }
}
