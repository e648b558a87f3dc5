package io.dynamokv.simulation;

import io.dynamokv.node.LocalReplica;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashTree;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.KeyHashes;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Does what another replica does. */
abstract class ForwardingReplica implements LocalReplica {
  private final LocalReplica replica;

  ForwardingReplica(LocalReplica replica) {
    this.replica = replica;
  }

  @Override
  public boolean read(Key key, Consumer<ReadResult> done) {
    return replica.read(key, done);
  }

  @Override
  public boolean write(ReplicaWrite write, Consumer<WriteProgress> done) {
    return replica.write(write, done);
  }

  @Override
  public boolean hints(
      MemberId holder, @Nullable Key after, int limit, Consumer<@Nullable List<Hint>> done) {
    return replica.hints(holder, after, limit, done);
  }

  @Override
  public Map<MemberId, Long> hintCounts() {
    return replica.hintCounts();
  }

  @Override
  public HashTree tree() {
    return replica.tree();
  }

  @Override
  public boolean rebuild(int firstLeaf, int beforeLeaf, Consumer<@Nullable Integer> done) {
    return replica.rebuild(firstLeaf, beforeLeaf, done);
  }

  @Override
  public boolean keys(
      long firstPosition, long lastPosition, int limit, Consumer<@Nullable KeyHashes> done) {
    return replica.keys(firstPosition, lastPosition, limit, done);
  }

  @Override
  public boolean deletedKeys(
      long firstPosition,
      long lastPosition,
      int limit,
      long beforeMs,
      Consumer<@Nullable KeyHashes> done) {
    return replica.deletedKeys(firstPosition, lastPosition, limit, beforeMs, done);
  }
}
