package io.dynamokv.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets things go wrong in a cluster of real processes, one after the other, and mends each. It
 * wipes a disk only when all copies are known to be equal: whatever was acknowledged may be on no
 * more than w disks before.
 */
final class Nemesis {
  private enum Fault {
    KILL,
    TWO_KILLS,
    PAUSE,
    PAUSE_AND_KILL,
    RESTART,
    WIPE,
    ADD,
    ADD_AND_KILL,
    REMOVE,
    REMOVE_AND_KILL,
    REMOVE_DEAD
  }

  private static final int HOLDERS = 3;
  private static final int FEWEST_NODES = 4;
  private static final int MOST_NODES = 7;

  private final LocalCluster cluster;
  private final Path data;
  private final Random random;
  private final Map<Fault, Integer> faults = new TreeMap<>();
  private int uncleanEnds;

  Nemesis(LocalCluster cluster, Path data, long seed) {
    this.cluster = cluster;
    this.data = data;
    this.random = new Random(seed);
  }

  Map<?, Integer> faults() {
    return faults;
  }

  /** How many times a node has ended so that it goes on under another name in clocks. */
  int uncleanEnds() {
    return uncleanEnds;
  }

  void rageWhile(BooleanSupplier running) throws Exception {
    while (running.getAsBoolean()) {
      Thread.sleep(random.nextInt(3000));
      Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
      List<Integer> nodes = new ArrayList<>(cluster.nodes());
      Collections.shuffle(nodes, random);
      if (isPossible(fault)) {
        strike(fault, nodes.get(0), nodes.get(1));
        faults.merge(fault, 1, Integer::sum);
        cluster.awaitAll();
      }
    }
  }

  private boolean isPossible(Fault fault) {
    return switch (fault) {
      case ADD, ADD_AND_KILL -> cluster.size() < MOST_NODES && cluster.canGrow();
      case REMOVE, REMOVE_AND_KILL, REMOVE_DEAD -> cluster.size() > FEWEST_NODES;
      default -> true;
    };
  }

  private void strike(Fault fault, int node, int other) throws Exception {
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
      case WIPE -> wipe(node);
      case ADD -> cluster.add();
      case ADD_AND_KILL -> killMeanwhile(node, cluster::add);
      case REMOVE -> remove(node);
      case REMOVE_AND_KILL -> killMeanwhile(other, () -> remove(node));
      case REMOVE_DEAD -> {
        makeEqual();
        kill(node);
        remove(node);
        makeEqual();
      }
    }
  }

  /** Who comes to hold again what it once did takes another name in clocks, as after a kill. */
  private void remove(int node) throws Exception {
    uncleanEnds += HOLDERS;
    cluster.remove(node);
  }

  /** Something that takes a while, during which another node is away for some time. */
  private void killMeanwhile(int node, Change change) throws Exception {
    uncleanEnds++;
    CompletableFuture<Void> killed =
        CompletableFuture.runAsync(
            () -> {
              try {
                aWhile(3000);
                cluster.kill(node);
                aWhile(3000);
                cluster.launch(node);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    change.make();
    killed.get(60, TimeUnit.SECONDS);
  }

  private interface Change {
    void make() throws Exception;
  }

  private void kill(int node) throws Exception {
    uncleanEnds++;
    cluster.kill(node);
  }

  private void pause(int node, int mostMs) throws Exception {
    cluster.pause(node);
    aWhile(mostMs);
    cluster.resume(node);
  }

  private void wipe(int node) throws Exception {
    makeEqual();
    kill(node);
    cluster.wipe(node);
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
