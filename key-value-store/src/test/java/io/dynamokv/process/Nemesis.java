package io.dynamokv.process;

import io.dynamokv.process.Links.Direction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Lets things go wrong in a cluster of real processes, one after the other, and mends each. It
 * wipes a disk only when all copies are known to be equal: whatever was acknowledged may be on no
 * more than w disks before.
 */
final class Nemesis {
  private static final int HOLDERS = 3;
  private static final int FEWEST_NODES = 4;
  private static final int MOST_NODES = 7;
  private static final int MOST_JUMP_SECONDS = 30 * 3600;

  private final LocalCluster cluster;
  private final Path data;
  private final Random random;
  private final Surroundings surroundings;
  private final Backups backups;
  private final Set<Fault> kinds;
  private final Deque<Fault> toCome = new ArrayDeque<>();
  private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
  private final AtomicInteger uncleanEnds = new AtomicInteger();
  private int refusedFull;
  private int restartedFull;

  Nemesis(LocalCluster cluster, Surroundings surroundings, Path data, long seed, Set<Fault> kinds) {
    this.kinds = kinds;
    this.cluster = cluster;
    this.surroundings = surroundings;
    this.data = data;
    this.random = new Random(seed);
    this.backups = new Backups(cluster, data);
    for (Fault fault : Fault.values()) {
      faults.put(fault, 0);
    }
  }

  /** How many there were of each kind. */
  Map<Fault, Integer> faults() {
    return faults;
  }

  /** What is known of faults beyond their number. */
  String details() {
    Links links = surroundings.links();
    return "packets dropped: %d; full disks: %d refused, %d had to be restarted"
        .formatted(links == null ? 0 : links.dropped(), refusedFull, restartedFull);
  }

  /** How many times a node has ended so that it goes on under another name in clocks. */
  int uncleanEnds() {
    return uncleanEnds.get();
  }

  void rageWhile(BooleanSupplier running) throws Exception {
    while (running.getAsBoolean()) {
      Thread.sleep(random.nextInt(3000));
      Fault fault = next();
      List<Integer> nodes = new ArrayList<>(cluster.nodes());
      Collections.shuffle(nodes, random);
      if (isPossible(fault)) {
        System.out.printf("torture: %tT.%<tL %s of %s%n", new Date(), fault, nodes);
        strike(fault, nodes);
        faults.merge(fault, 1, Integer::sum);
        cluster.awaitAll();
      }
    }
  }

  /** Each kind in turn, in an order of its own each time: so few minutes have many kinds. */
  private Fault next() {
    if (toCome.isEmpty()) {
      List<Fault> all = new ArrayList<>(kinds);
      Collections.shuffle(all, random);
      toCome.addAll(all);
    }
    return toCome.remove();
  }

  private boolean isPossible(Fault fault) {
    return isHere(fault.needs()) && isWithinSizes(fault);
  }

  private boolean isHere(Fault.Needs needs) {
    return switch (needs) {
      case NOTHING -> true;
      case LINKS -> surroundings.links() != null;
      case DISKS ->
          surroundings.disks() != null && cluster.nodes().stream().anyMatch(SmallDisks::has);
      case CLOCKS -> surroundings.clocks() != null;
    };
  }

  private boolean isWithinSizes(Fault fault) {
    return switch (fault) {
      case ADD, ADD_AND_KILL, ADD_AND_CUT -> cluster.size() < MOST_NODES && cluster.canGrow();
      case REMOVE, REMOVE_AND_KILL, REMOVE_AND_CUT, REMOVE_DEAD -> cluster.size() > FEWEST_NODES;
      default -> true;
    };
  }

  private void strike(Fault fault, List<Integer> nodes) throws Exception {
    switch (fault.needs()) {
      case NOTHING -> strikeAnywhere(fault, nodes.get(0), nodes.get(1));
      case LINKS -> strikeLinks(fault, nodes);
      case DISKS ->
          strikeDisk(fault, nodes.stream().filter(SmallDisks::has).findFirst().orElseThrow());
      case CLOCKS -> strikeClock(fault, nodes.get(0));
    }
  }

  private void strikeAnywhere(Fault fault, int node, int other) throws Exception {
    switch (fault) {
      case KILL -> {
        kill(node);
        aWhile(4000);
        cluster.launch(node);
      }
      case TWO_KILLS -> {
        kill(node);
        aWhile(2000);
        kill(other);
        aWhile(3000);
        cluster.launch(other, node);
      }
      case PAUSE -> pause(node, 6000);
      case PAUSE_AND_KILL -> {
        kill(other);
        pause(node, 4000);
        cluster.launch(other);
      }
      case RESTART -> {
        cluster.stop(node);
        aWhile(2000);
        cluster.launch(node);
      }
      case WIPE -> loseDisk(node, () -> {});
      case BACKUP -> backups.take(node);
      case RESTORE -> restore(node);
      case ADD -> cluster.add();
      case ADD_AND_KILL -> meanwhile(cluster::add, () -> killForAWhile(node));
      case REMOVE -> remove(node);
      case REMOVE_AND_KILL -> meanwhile(() -> remove(node), () -> killForAWhile(other));
      case REMOVE_DEAD -> {
        makeEqual();
        kill(node);
        remove(node);
        makeEqual();
      }
      default -> throw new IllegalArgumentException(fault.name());
    }
  }

  private void strikeLinks(Fault fault, List<Integer> nodes) throws Exception {
    int node = nodes.get(0);
    int other = nodes.get(1);
    List<Integer> rest = nodes.subList(1, nodes.size());
    int half = nodes.size() / 2;
    switch (fault) {
      case CUT -> cutForAWhile(Direction.between(List.of(node), List.of(other)));
      case CUT_ONE_WAY -> cutForAWhile(List.of(new Direction(node, other)));
      case CUT_OFF -> cutForAWhile(Direction.between(List.of(node), rest));
      case CUT_OFF_ONE_WAY -> cutForAWhile(Direction.from(List.of(node), rest));
      case SPLIT ->
          cutForAWhile(
              Direction.between(nodes.subList(0, half), nodes.subList(half, nodes.size())));
      case CUT_OFF_AND_KILL -> {
        kill(other);
        cutForAWhile(Direction.between(List.of(node), rest));
        cluster.launch(other);
      }
      case ADD_AND_CUT ->
          meanwhile(cluster::add, () -> cutForAWhile(Direction.between(List.of(node), rest)));
      case REMOVE_AND_CUT ->
          meanwhile(
              () -> remove(node),
              () -> cutForAWhile(Direction.between(List.of(other), without(other, nodes))));
      default -> throw new IllegalArgumentException(fault.name());
    }
  }

  private static List<Integer> without(int node, List<Integer> nodes) {
    return nodes.stream().filter(each -> each != node).toList();
  }

  private void cutForAWhile(List<Direction> directions) throws Exception {
    Links links = Objects.requireNonNull(surroundings.links());
    links.cut(cluster, directions);
    try {
      aWhile(7000);
    } finally {
      links.heal();
    }
  }

  private void strikeDisk(Fault fault, int node) throws Exception {
    SmallDisks disks = Objects.requireNonNull(surroundings.disks());
    try {
      disks.fill(node, fault != Fault.FULL_DISK);
      cluster.await("a node with a full disk to be unhealthy", () -> !cluster.isHealthy(node));
      refusedFull++;
      aWhile(4000);
      if (fault == Fault.NO_SPACE_AND_KILL) {
        kill(node);
      }
    } finally {
      disks.free(node);
    }
    if (fault == Fault.NO_SPACE_AND_KILL) {
      cluster.launch(node);
    } else if (!recovers(node)) {
      restartedFull++;
      uncleanEnds.incrementAndGet();
      cluster.stop(node);
      cluster.launch(node);
    }
  }

  private boolean recovers(int node) throws InterruptedException {
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (!cluster.isHealthy(node)) {
      if (System.nanoTime() > untilNs) {
        return false;
      }
      Thread.sleep(100);
    }
    return true;
  }

  private void strikeClock(Fault fault, int node) throws Exception {
    boolean isBack =
        fault == Fault.CLOCK_BACK || fault != Fault.CLOCK_FORWARD && random.nextBoolean();
    // Mostly minutes, or hours, and now and then more than a day, which hints are kept for.
    Duration ahead =
        Duration.ofSeconds(Math.round(Math.pow(MOST_JUMP_SECONDS, random.nextDouble(0.4, 1))));
    setClock(node, isBack ? ahead.negated() : ahead);
    aWhile(4000);
    if (fault == Fault.CLOCK_AND_KILL) {
      kill(node);
      aWhile(2000);
      cluster.launch(node);
      cluster.awaitAll();
    }
    setClock(node, Duration.ZERO);
  }

  private void setClock(int node, Duration ahead) throws Exception {
    Objects.requireNonNull(surroundings.clocks()).set(node, ahead);
    cluster.await(
        "the clock of node-%d to be %s ahead".formatted(node, ahead),
        () -> MovableClocks.is(cluster, node, ahead));
  }

  /** Who comes to hold again what it once did takes another name in clocks, as after a kill. */
  private void remove(int node) throws Exception {
    uncleanEnds.addAndGet(HOLDERS);
    cluster.remove(node);
  }

  /** Something that takes a while, during which something else goes wrong. */
  private void meanwhile(Change change, Change disturbance) throws Exception {
    CompletableFuture<Void> disturbed =
        CompletableFuture.runAsync(
            () -> {
              try {
                aWhile(3000);
                disturbance.make();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    change.make();
    disturbed.get(60, TimeUnit.SECONDS);
  }

  private interface Change {
    void make() throws Exception;
  }

  private void killForAWhile(int node) throws Exception {
    kill(node);
    aWhile(3000);
    cluster.launch(node);
  }

  private void kill(int node) throws Exception {
    uncleanEnds.incrementAndGet();
    cluster.kill(node);
  }

  private void pause(int node, int mostMs) throws Exception {
    cluster.pause(node);
    aWhile(mostMs);
    cluster.resume(node);
  }

  private void restore(int node) throws Exception {
    if (!backups.has(node)) {
      backups.take(node);
      aWhile(4000);
    }
    loseDisk(node, () -> backups.restore(node));
  }

  /** All that is acknowledged is elsewhere too when this begins. */
  private void loseDisk(int node, Change replacement) throws Exception {
    makeEqual();
    kill(node);
    cluster.wipe(node);
    replacement.make();
    aWhile(1000);
    cluster.launch(node);
    cluster.awaitAll();
    makeEqual();
  }

  /** Repairs until nothing that was there before this call was missing anywhere. */
  void makeEqual() throws Exception {
    cluster.await("all copies to be compared", this::isRepaired);
  }

  private boolean isRepaired() {
    try {
      cluster.script("repair", "--data", data.toString());
      return true;
    } catch (IOException | AssertionError e) {
      return false;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void aWhile(int mostMs) throws InterruptedException {
    Thread.sleep(500 + random.nextInt(mostMs));
  }
}
