package io.dynamokv.simulation;

import io.dynamokv.node.LocalReplica;
import io.dynamokv.repair.Collection;
import io.dynamokv.replica.DotSource;
import io.dynamokv.replica.Dots;
import io.dynamokv.replica.Identity;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.Partitions;
import io.dynamokv.storage.Storage;
import io.dynamokv.version.Actor;
import java.util.function.Predicate;

/** What a node is made of, as it should be; a planted bug is a subclass that makes a part wrong. */
class Parts {
  /** Who a node is, in the life that begins. */
  Actor actor(int node, Identity identity) {
    return new Actor(identity.nodeId(), identity.incarnation());
  }

  /** What gives its replica dots. */
  DotSource dots(
      Actor actor,
      Identity identity,
      Storage storage,
      Partitions partitions,
      Predicate<Key> isHeld) {
    return new Dots(identity, storage, partitions, isHeld);
  }

  /** What its replica stores in. */
  Storage storage(Storage storage) {
    return storage;
  }

  /** What its coordinators, and other nodes, ask for its own copy. */
  LocalReplica replica(LocalReplica replica, Storage storage) {
    return replica;
  }

  /** What is restored becomes another node to clocks. */
  void renew(Storage restored, Chance chance) {
    Identity.renew(restored, chance::nextLong);
  }

  /** Whether a backup may be restored after tombstones have been removed that it has not met. */
  boolean mayRestoreWhatIsTooOld() {
    return false;
  }

  /** How its tombstones are removed. */
  Collection.Settings collecting(Collection.Settings settings) {
    return settings;
  }

  /** Where the ids of a node's requests begin, in the life that begins. */
  long firstRequestId(Chance chance) {
    return chance.nextLong() >>> 2;
  }

  /** How many replicas a coordinator waits for when a client wants so many. */
  int quorum(int wanted) {
    return wanted;
  }
}
