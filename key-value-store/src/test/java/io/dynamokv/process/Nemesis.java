package io.dynamokv.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
    WIPE
  }

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
      int node = 1 + random.nextInt(cluster.size());
      int other = 1 + (node + random.nextInt(cluster.size() - 1)) % cluster.size();
      strike(fault, node, other);
      faults.merge(fault, 1, Integer::sum);
      cluster.awaitAll();
    }
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
    }
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
