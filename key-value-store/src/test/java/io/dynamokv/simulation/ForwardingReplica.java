package io.dynamokv.simulation;

import io.dynamokv.node.LocalReplica;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashTree;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
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
  public boolean readSome(List<Key> keys, long mostBytes, Consumer<List<ReadResult>> done) {
    return replica.readSome(keys, mostBytes, done);
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
  public boolean settle(Consumer<Boolean> done) {
    return replica.settle(done);
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
  public boolean keys(KeyQuery query, Consumer<@Nullable KeyHashes> done) {
    return replica.keys(query, done);
  }
}
