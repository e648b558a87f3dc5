package io.dynamokv.simulation;

import io.dynamokv.node.LocalReplica;
import io.dynamokv.replica.DotSource;
import io.dynamokv.replica.Identity;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.Partitions;
import io.dynamokv.storage.ForwardingStorage;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Sibling;
import io.dynamokv.version.StateCodec;
import io.dynamokv.version.Version;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Nodes with one part made wrong, each in a way that somebody might get it wrong. */
final class PlantedBugs {
  private PlantedBugs() {}

  /** A replica takes what it is sent for the whole truth. */
  static final class OverwritesInsteadOfMerging extends AnsweredWrites {
    @Override
    LocalReplica.@Nullable WriteProgress answer(ReplicaWrite write, Storage storage) {
      return write instanceof ReplicaWrite.Merge merge ? overwrite(storage, merge) : null;
    }

    private static LocalReplica.WriteProgress overwrite(Storage storage, ReplicaWrite.Merge merge) {
      try {
        byte[] found = storage.read(merge.key());
        storage.compareAndWrite(List.of(new Storage.Change(merge.key(), found, merge.state())));
        storage.harden();
        return stored(merge);
      } catch (StorageException e) {
        return new LocalReplica.WriteProgress.Uncertain();
      }
    }
  }

  /** A replica keeps every value that it ever was sent. */
  static final class KeepsWhatWasReplaced extends ChangedWrites {
    @Override
    ReplicaWrite changed(ReplicaWrite write, Storage storage) {
      return write instanceof ReplicaWrite.Merge merge ? union(merge, storage) : write;
    }

    private static ReplicaWrite union(ReplicaWrite.Merge merge, Storage storage) {
      try {
        byte[] found = storage.read(merge.key());
        KeyState own = found == null ? KeyState.EMPTY : StateCodec.decode(found);
        KeyState sent = StateCodec.decode(merge.state());
        Map<Dot, Sibling> siblings = new TreeMap<>();
        own.siblings().forEach(sibling -> siblings.put(sibling.dot(), sibling));
        sent.siblings().forEach(sibling -> siblings.put(sibling.dot(), sibling));
        KeyState union = KeyState.of(sent.clock(), List.copyOf(siblings.values()));
        return new ReplicaWrite.Merge(merge.key(), StateCodec.encode(union));
      } catch (StorageException e) {
        return merge;
      }
    }
  }

  /** A replica says that it has stored what it was sent, and never does. */
  static final class NeverStoresWhatItIsSent extends AnsweredWrites {
    @Override
    LocalReplica.@Nullable WriteProgress answer(ReplicaWrite write, Storage storage) {
      return write instanceof ReplicaWrite.Merge merge ? stored(merge) : null;
    }
  }

  /** A node accepts writes of one kind, and forgets them. */
  static final class Forgets extends Parts {
    private final Class<? extends ReplicaWrite> kind;

    Forgets(Class<? extends ReplicaWrite> kind) {
      this.kind = kind;
    }

    @Override
    LocalReplica replica(LocalReplica replica, Storage storage) {
      return new ForwardingReplica(replica) {
        @Override
        public boolean write(ReplicaWrite write, Consumer<WriteProgress> done) {
          return kind.isInstance(write) || super.write(write, done);
        }
      };
    }
  }

  /** A node that is to stand in for another stores the state, and takes no note of it. */
  static final class StandsInWithoutNote extends ChangedWrites {
    @Override
    ReplicaWrite changed(ReplicaWrite write, Storage storage) {
      return write instanceof ReplicaWrite.StandIn standIn
          ? new ReplicaWrite.Merge(standIn.key(), standIn.state())
          : write;
    }
  }

  /** A node that was set back to a backup goes on under the name that it had. */
  static final class KeepsItsNameWhenRestored extends Parts {
    @Override
    void renew(Storage restored, Chance chance) {}
  }

  /** A node never finds out what it holds. */
  static final class NeverKnowsItsTree extends Parts {
    @Override
    LocalReplica replica(LocalReplica replica, Storage storage) {
      return new ForwardingReplica(replica) {
        @Override
        public boolean rebuild(int firstLeaf, int beforeLeaf, Consumer<@Nullable Integer> done) {
          return super.rebuild(firstLeaf, firstLeaf, done);
        }
      };
    }
  }

  /** A node gives up a note, and has nobody else owed what it keeps. */
  static final class ReassignsToNobody extends ChangedWrites {
    @Override
    ReplicaWrite changed(ReplicaWrite write, Storage storage) {
      return write instanceof ReplicaWrite.Reassign reassign
          ? new ReplicaWrite.Reassign(reassign.hint(), List.of())
          : write;
    }
  }

  /** A node that stands in for another lets go of a key as soon as it has something to send. */
  static final class ReleasesBeforeItIsThere extends Parts {
    @Override
    LocalReplica replica(LocalReplica replica, Storage storage) {
      return new ForwardingReplica(replica) {
        @Override
        public boolean write(ReplicaWrite write, Consumer<WriteProgress> done) {
          return super.write(
              write,
              progress -> {
                done.accept(progress);
                if (write instanceof ReplicaWrite.StandIn standIn) {
                  long hash = hashOf(storage, standIn.key());
                  super.write(
                      new ReplicaWrite.HandedOver(standIn.holder(), standIn.key(), hash, true),
                      any -> {});
                }
              });
        }
      };
    }
  }

  /** A node takes whatever it has now for what it had sent. */
  static final class StrikesOutBlindly extends ChangedWrites {
    @Override
    ReplicaWrite changed(ReplicaWrite write, Storage storage) {
      return write instanceof ReplicaWrite.HandedOver over ? blindly(over, storage) : write;
    }

    private static ReplicaWrite blindly(ReplicaWrite.HandedOver over, Storage storage) {
      long hash = hashOf(storage, over.key());
      return new ReplicaWrite.HandedOver(over.holder(), over.key(), hash, over.release());
    }
  }

  /** A node that is asked which keys it has says that it has none. */
  static final class HidesKeys extends Parts {
    @Override
    LocalReplica replica(LocalReplica replica, Storage storage) {
      return new ForwardingReplica(replica) {
        @Override
        public boolean keys(KeyQuery query, Consumer<@Nullable KeyHashes> done) {
          done.accept(new KeyHashes(List.of(), query.lastPosition()));
          return true;
        }
      };
    }
  }

  /** A node counts from 1 after every start. */
  static final class ReusesCounters extends Parts {
    @Override
    DotSource dots(
        Actor actor,
        Identity identity,
        Storage storage,
        Partitions partitions,
        Predicate<Key> isHeld) {
      AtomicLong counter = new AtomicLong();
      return key -> new Dot(actor, counter.incrementAndGet());
    }
  }

  /** A disk says that it has forced a write, and has not. */
  static final class AcknowledgesBeforeHardening extends Parts {
    @Override
    Storage storage(Storage storage) {
      return new ForwardingStorage(storage) {
        @Override
        public void harden() {}
      };
    }
  }

  /** A replica says that it has stored what it has only queued. */
  static final class AcknowledgesBeforeStoring extends Parts {
    @Override
    LocalReplica replica(LocalReplica replica, Storage storage) {
      return new ForwardingReplica(replica) {
        @Override
        public boolean write(ReplicaWrite write, Consumer<WriteProgress> done) {
          if (write instanceof ReplicaWrite.Merge merge && super.write(write, result -> {})) {
            done.accept(stored(merge));
            return true;
          }
          return super.write(write, done);
        }
      };
    }
  }

  /** A node that has lost its memory goes on under the name that others know it by. */
  static final class KeepsItsIncarnation extends Parts {
    @Override
    Actor actor(int node, Identity identity) {
      return new Actor(identity.nodeId(), 1);
    }

    @Override
    DotSource dots(
        Actor actor,
        Identity identity,
        Storage storage,
        Partitions partitions,
        Predicate<Key> isHeld) {
      return key -> new Dot(actor, identity.nextCounter());
    }
  }

  /** A PUT replaces whatever the coordinator holds, whether its client has seen it or not. */
  static final class DropsUnseenSiblings extends ChangedWrites {
    @Override
    ReplicaWrite changed(ReplicaWrite write, Storage storage) {
      return write instanceof ReplicaWrite.Coordinate put ? blind(put, storage) : write;
    }

    private static ReplicaWrite blind(ReplicaWrite.Coordinate put, Storage storage) {
      try {
        byte[] found = storage.read(put.key());
        KeyState state = found == null ? KeyState.EMPTY : StateCodec.decode(found);
        Set<Dot> dots = new HashSet<>(put.from().dots());
        dots.addAll(state.version().dots());
        Version all = new Version(put.from().clock().join(state.clock()), dots);
        return new ReplicaWrite.Coordinate(put.key(), all, put.value());
      } catch (StorageException e) {
        return put;
      }
    }
  }

  /** A replica answers reads with what a crash may still make it forget. */
  static final class TellsWhatItMayForget extends Parts {
    @Override
    LocalReplica replica(LocalReplica replica, Storage storage) {
      return new ForwardingReplica(replica) {
        @Override
        public boolean read(Key key, Consumer<ReadResult> done) {
          done.accept(readAtOnce(storage, key));
          return true;
        }
      };
    }

    private static LocalReplica.ReadResult readAtOnce(Storage storage, Key key) {
      try {
        return new LocalReplica.ReadResult.Read(storage.read(key));
      } catch (StorageException e) {
        return new LocalReplica.ReadResult.Failed();
      }
    }
  }

  /** A storage that may have written says that it has not. */
  static final class DeniesWhatItMayHaveStored extends Parts {
    @Override
    Storage storage(Storage storage) {
      return new ForwardingStorage(storage) {
        @Override
        public List<Change> compareAndWrite(List<Change> changes) {
          try {
            return super.compareAndWrite(changes);
          } catch (StorageException e) {
            throw StorageException.refusal("not stored", e);
          }
        }
      };
    }
  }

  /** A node agrees that a tombstone is removed, whatever it has itself. */
  static final class AgreesToEverything extends AnsweredWrites {
    @Override
    LocalReplica.@Nullable WriteProgress answer(ReplicaWrite write, Storage storage) {
      return write instanceof ReplicaWrite.Check
          ? new LocalReplica.WriteProgress.Decided(new WriteResult.Noted())
          : null;
    }
  }

  /** An old backup is restored, as if nothing had been forgotten since. */
  static final class RestoresWhatIsTooOld extends Parts {
    @Override
    boolean mayRestoreWhatIsTooOld() {
      return true;
    }
  }

  /** After a restart, requests get ids that earlier ones had. */
  static final class BeginsItsRequestIdsAnew extends Parts {
    @Override
    long firstRequestId(Chance chance) {
      return 0;
    }
  }

  /** A coordinator is content with one replica less than it was asked for. */
  static final class CountsOneTooMany extends Parts {
    @Override
    int quorum(int wanted) {
      return Math.max(1, wanted - 1);
    }
  }

  private static long hashOf(Storage storage, Key key) {
    byte[] state = storage.read(key);
    return state == null ? StateCodec.NO_STATE : StateCodec.hash(state);
  }

  private static LocalReplica.WriteProgress stored(ReplicaWrite.Merge merge) {
    Version version = StateCodec.decode(merge.state()).version();
    return new LocalReplica.WriteProgress.Decided(new WriteResult.Stored(version, merge.state()));
  }

  /** A node that answers some writes without doing them. */
  private abstract static class AnsweredWrites extends Parts {
    /** Null if it does what it is asked to. */
    abstract LocalReplica.@Nullable WriteProgress answer(ReplicaWrite write, Storage storage);

    @Override
    final LocalReplica replica(LocalReplica replica, Storage storage) {
      return new ForwardingReplica(replica) {
        @Override
        public boolean write(ReplicaWrite write, Consumer<WriteProgress> done) {
          WriteProgress answer = answer(write, storage);
          if (answer == null) {
            return super.write(write, done);
          }
          done.accept(answer);
          return true;
        }
      };
    }
  }

  /** A node that writes something else than it is asked to. */
  private abstract static class ChangedWrites extends Parts {
    abstract ReplicaWrite changed(ReplicaWrite write, Storage storage);

    @Override
    final LocalReplica replica(LocalReplica replica, Storage storage) {
      return new ForwardingReplica(replica) {
        @Override
        public boolean write(ReplicaWrite write, Consumer<WriteProgress> done) {
          return super.write(changed(write, storage), done);
        }
      };
    }
  }
}
