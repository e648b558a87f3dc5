package io.dynamokv.node;

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

/** A replica that has nothing, and takes nothing but reads. */
class EmptyReplica implements LocalReplica {
  @Override
  public boolean read(Key key, Consumer<ReadResult> done) {
    done.accept(new ReadResult.Read(null));
    return true;
  }

  @Override
  public boolean readSome(List<Key> keys, long mostBytes, Consumer<List<ReadResult>> done) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean write(ReplicaWrite write, Consumer<WriteProgress> progress) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean hints(
      MemberId holder, @Nullable Key after, int limit, Consumer<@Nullable List<Hint>> done) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Map<MemberId, Long> hintCounts() {
    return Map.of();
  }

  @Override
  public HashTree tree() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean settle(Consumer<Boolean> done) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean rebuild(int firstLeaf, int beforeLeaf, Consumer<@Nullable Integer> done) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean keys(KeyQuery query, Consumer<@Nullable KeyHashes> done) {
    throw new UnsupportedOperationException();
  }
}
