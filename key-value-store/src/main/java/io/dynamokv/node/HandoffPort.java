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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a node does for its handoff; call-backs are brought to the handoff's mailbox. */
final class HandoffPort implements Handoff.Port {
  private static final String REQUEST_ID = "handoff";

  private final LocalReplica local;
  private final Peers peers;
  private final Supplier<View> view;
  private final Executor mailbox;

  HandoffPort(LocalReplica local, Peers peers, Supplier<View> view, Executor mailbox) {
    this.local = local;
    this.peers = peers;
    this.view = view;
    this.mailbox = mailbox;
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
  public boolean hints(MemberId holder, @Nullable Key after, int limit, Consumer<List<Hint>> done) {
    return local.hints(holder, after, limit, hints -> mailbox.execute(() -> done.accept(hints)));
  }

  @Override
  public void read(Key key, Consumer<byte @Nullable []> done) {
    local.read(
        key,
        result -> {
          if (result instanceof LocalReplica.ReadResult.Read read) {
            mailbox.execute(() -> done.accept(read.state()));
          }
        });
  }

  @Override
  public boolean send(MemberId holder, long id, Key key, byte[] state) {
    return peers.send(holder, new Message.WriteRequest(id, REQUEST_ID, key.bytes(), state));
  }

  @Override
  public void handedOver(MemberId holder, Key key, long hash) {
    local.write(new ReplicaWrite.HandedOver(holder, key, hash), progress -> {});
  }
}
