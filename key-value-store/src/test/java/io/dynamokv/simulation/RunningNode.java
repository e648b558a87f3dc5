package io.dynamokv.simulation;

import io.dynamokv.membership.Contact;
import io.dynamokv.membership.Founding;
import io.dynamokv.membership.Membership;
import io.dynamokv.membership.View;
import io.dynamokv.node.Clocks;
import io.dynamokv.node.KnownRoster;
import io.dynamokv.node.NodeSettings;
import io.dynamokv.node.RequestSettings;
import io.dynamokv.node.SimulatedCore;
import io.dynamokv.repair.AntiEntropy;
import io.dynamokv.repair.Collection;
import io.dynamokv.repair.Filling;
import io.dynamokv.replica.DotSource;
import io.dynamokv.replica.Identity;
import io.dynamokv.replica.Replica;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.storage.HashedStorage;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Transport;
import io.dynamokv.version.Actor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The real core, replica and identity of a node in one of its lives, and the ways into them. */
final class RunningNode {
  static final RequestSettings REQUESTS = new RequestSettings(500, 2000, 4096, 3000, 512);
  private static final long QUEUE_BYTES = 1 << 20;
  private static final int KEYS_PER_SECOND = 1000;
  private static final Collection.Settings COLLECTING =
      new Collection.Settings(500, Scenario.SECOND, 6 * Scenario.SECOND);
  private static final Collection.Settings NOT_COLLECTING =
      new Collection.Settings(Scenario.NEVER_MS, Scenario.NEVER_NS, Scenario.NEVER_NS);
  private static final long HEARTBEAT_MS = 250;
  private static final long FOUNDING_QUIET_NS = 500 * Scenario.MILLISECOND;
  private static final long TICK_MS = 10;
  private static final long SUSPECT_AFTER_NS = 1500 * Scenario.MILLISECOND;

  private final Life life;
  private final Identity identity;
  private final Actor actor;
  private final Transport transport;
  private final List<SimulatedMailbox> mailboxes = new ArrayList<>();
  private final Membership membership;
  private final Set<Contact> contacts = new LinkedHashSet<>();
  private final SimulatedCore core;
  private final Requests requests;

  /**
   * Puts a node together; it does nothing before it is started.
   *
   * @throws StorageException if the disk does not let it
   */
  RunningNode(
      World world,
      Cluster cluster,
      SimulatedNode node,
      Life life,
      WatchedStorage storage,
      DotRegister register) {
    this.life = life;
    Scenario scenario = world.scenario;
    this.identity = Identity.open(storage, world.chance::nextLong);
    this.actor = cluster.parts.actor(node.index, identity);
    this.transport = cluster.network.join(node.id());
    for (int i = 0; i < scenario.coordinators(); i++) {
      mailboxes.add(new SimulatedMailbox(world, life));
    }
    HashedStorage itsStorage =
        new HashedStorage(cluster.parts.storage(storage), cluster.ring.partitions());
    this.membership = membership(cluster, node, storage, identity.nodeId());
    Predicate<Key> isHeld =
        key -> {
          Ring ring = membership.view().ring();
          return ring.holds(node.id(), ring.partitions().partitionOf(key.position()));
        };
    DotSource dots =
        cluster.parts.dots(actor, identity, storage, cluster.ring.partitions(), isHeld);
    DotSource watchedDots = new WatchedDots(world, node, dots);
    this.core =
        new SimulatedCore(
            settings(scenario, cluster.parts),
            membership,
            actor,
            new Replica(
                itsStorage, watchedDots, node::clockMs, scenario.maxHintBytes(), cluster.noMetrics),
            itsStorage,
            new LifeSteps(world, node, life),
            pipeline ->
                new WatchedReplica(
                    world, cluster, node, register, cluster.parts.replica(pipeline, itsStorage)),
            transport,
            roster -> keep(itsStorage, roster),
            List.<Executor>copyOf(mailboxes),
            cluster.parts.firstRequestId(world.chance),
            new Clocks(node::nanoTime, node::clockMs));
    for (RingMember founder : cluster.ring.members()) {
      contacts.add(new Contact(null, founder.id().value(), 1));
    }
    this.requests = new Requests(world, cluster.parts, node, life, core);
  }

  private static NodeSettings settings(Scenario scenario, Parts parts) {
    return new NodeSettings(
        REQUESTS,
        HEARTBEAT_MS,
        scenario.coordinators(),
        scenario.queueCapacity(),
        scenario.maxHintAgeMs(),
        new AntiEntropy.Settings(scenario.antiEntropyNs(), KEYS_PER_SECOND),
        scenario.collects() ? parts.collecting(COLLECTING) : NOT_COLLECTING,
        QUEUE_BYTES);
  }

  private static Membership membership(
      Cluster cluster, SimulatedNode node, Storage storage, long nodeId) {
    Membership.Timing timing =
        new Membership.Timing(HEARTBEAT_MS * Scenario.MILLISECOND, SUSPECT_AFTER_NS);
    if (!cluster.membersChange) {
      return Membership.fixed(
          node.member,
          cluster.members,
          cluster.ring,
          cluster.facts,
          nodeId,
          timing,
          node.nanoTime());
    }
    return new Membership(
        node.member,
        KnownRoster.read(storage, cluster.facts),
        new Founding(Scenario.REPLICAS, FOUNDING_QUIET_NS),
        nodeId,
        timing,
        node.nanoTime());
  }

  private static void keep(Storage storage, byte[] roster) {
    try {
      KnownRoster.write(storage, roster);
    } catch (StorageException e) {
      // It is gossiped again after a start.
    }
  }

  void start() {
    core.start();
    transport.start(
        new Transport.Receiver() {
          @Override
          public void onMessages(MemberId from, List<Message> messages) {
            life.enter(() -> core.receiver().onMessages(from, messages));
          }

          @Override
          public void onLink(MemberId peer, boolean up) {
            life.enter(() -> core.receiver().onLink(peer, up));
          }
        });
    core.found(contacts);
    beat();
    tick();
  }

  private void beat() {
    core.beat();
    life.after(HEARTBEAT_MS * Scenario.MILLISECOND, this::beat);
  }

  private void tick() {
    core.tick();
    life.after(TICK_MS * Scenario.MILLISECOND, this::tick);
  }

  View view() {
    return membership.view();
  }

  void leave() {
    core.leave();
  }

  /** Whether it has left. */
  boolean isRemoved() {
    return membership.isRemoved();
  }

  Filling.Progress filling() {
    return core.filling();
  }

  @Nullable String failure() {
    return membership.failure();
  }

  /** Says that another will not come back. */
  boolean remove(MemberId member) {
    return core.remove(member);
  }

  /** Whether nothing is left here that it does not hold, by the plan that it follows. */
  boolean isClear() {
    return core.isClear(membership.view().plan());
  }

  Actor actor() {
    return actor;
  }

  Life life() {
    return life;
  }

  /** Compares what it holds with what the others hold. */
  void repair() {
    core.repair(report -> {});
  }

  /** How many requests it knows of. */
  int registered() {
    return core.registered();
  }

  /**
   * Coordinates a client's request.
   *
   * @param done run when it was answered
   * @param gone run when this life ended before
   */
  void submit(Operation operation, Runnable done, Runnable gone) {
    requests.submit(operation, mailboxes.get(core.indexOf(operation.key.key)), done, gone);
  }

  /** Ends at once. */
  void end() {
    life.end();
    transport.close();
    requests.abandon();
  }

  /**
   * Finishes what is being stored, and leaves the proof that nothing is lost.
   *
   * @throws StorageException if the disk does not let it
   */
  void endCleanly() {
    core.endAll();
    mailboxes.forEach(SimulatedMailbox::drain);
    end();
    core.close();
    identity.closeCleanly();
  }
}
