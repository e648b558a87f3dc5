package io.dynamokv.simulation;

import io.dynamokv.node.LocalReplica;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import io.dynamokv.version.StateCodec;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A node's own copy, watched by whoever wants to know what it is asked and what it answers. */
final class WatchedReplica extends ForwardingReplica {
  private final World world;
  private final Cluster cluster;
  private final SimulatedNode node;
  private final DotRegister register;

  WatchedReplica(
      World world,
      Cluster cluster,
      SimulatedNode node,
      DotRegister register,
      LocalReplica replica) {
    super(replica);
    this.world = world;
    this.cluster = cluster;
    this.node = node;
    this.register = register;
  }

  @Override
  public boolean read(Key key, Consumer<ReadResult> done) {
    boolean accepted =
        super.read(
            key,
            result -> {
              look(key, result);
              tell(done, result);
            });
    return counted(accepted);
  }

  @Override
  public boolean readSome(List<Key> keys, long mostBytes, Consumer<List<ReadResult>> done) {
    return counted(
        super.readSome(
            keys,
            mostBytes,
            results -> {
              for (int i = 0; i < results.size(); i++) {
                look(keys.get(i), results.get(i));
              }
              tell(done, results);
            }));
  }

  private void look(Key key, ReadResult result) {
    byte[] state = result instanceof ReadResult.Read read ? read.state() : null;
    if (state != null) {
      world.onRead(node.index, cluster.historyOf(key), StateCodec.decode(state));
    }
  }

  @Override
  public boolean write(ReplicaWrite write, Consumer<WriteProgress> done) {
    if (write instanceof ReplicaWrite.Owe) {
      world.met(Situation.HINT_TAKEN);
    } else if (write instanceof ReplicaWrite.StandIn) {
      world.met(Situation.STOOD_IN);
    } else if (write instanceof ReplicaWrite.Reassign) {
      world.met(Situation.HINT_REASSIGNED);
    } else if (write instanceof ReplicaWrite.HandedOver over) {
      world.met(Situation.HINT_SETTLED);
      register.handedOver(cluster.historyOf(over.key()), cluster.indexOf(over.holder()));
    } else if (write instanceof ReplicaWrite.Drop drop) {
      world.met(Situation.KEY_DROPPED);
      KeyHistory history = cluster.historyOf(drop.key());
      cluster.nodes.forEach(other -> register.handedOver(history, other.index));
    } else if (write instanceof ReplicaWrite.Collect collect) {
      register.collect(cluster.historyOf(collect.key()));
    }
    return counted(
        write instanceof ReplicaWrite.Coordinate coordinate
            ? coordinate(coordinate, done)
            : super.write(
                write,
                result -> {
                  if (write instanceof ReplicaWrite.Collect collect) {
                    register.endCollect(cluster.historyOf(collect.key()));
                  }
                  tell(done, result);
                }));
  }

  @Override
  public boolean hints(
      MemberId holder, @Nullable Key after, int limit, Consumer<@Nullable List<Hint>> done) {
    return counted(super.hints(holder, after, limit, done));
  }

  @Override
  public boolean settle(Consumer<Boolean> done) {
    return counted(super.settle(done));
  }

  @Override
  public boolean rebuild(int firstLeaf, int beforeLeaf, Consumer<@Nullable Integer> done) {
    return counted(super.rebuild(firstLeaf, beforeLeaf, done));
  }

  @Override
  public boolean keys(KeyQuery query, Consumer<@Nullable KeyHashes> done) {
    return counted(super.keys(query, done));
  }

  /** The pipeline survives a call-back that throws; here it is a bug found. */
  private <R> void tell(Consumer<R> done, R result) {
    try {
      done.accept(result);
    } catch (InvariantViolation e) {
      throw world.found(e);
    } catch (RuntimeException | Error e) {
      throw world.found(InvariantViolation.thrown(e));
    }
  }

  private boolean coordinate(ReplicaWrite.Coordinate write, Consumer<WriteProgress> done) {
    Operation operation = cluster.writer(write);
    register.given(operation);
    boolean accepted =
        super.write(
            write,
            progress -> {
              if (!(progress instanceof WriteProgress.Applied)) {
                register.decided(operation);
                if (!operation.forwarded) {
                  cluster.decided(operation);
                }
              }
              tell(done, progress);
            });
    if (!accepted) {
      register.decided(operation);
    }
    return accepted;
  }

  private boolean counted(boolean accepted) {
    if (!accepted) {
      world.met(Situation.QUEUE_FULL);
    }
    return accepted;
  }
}
