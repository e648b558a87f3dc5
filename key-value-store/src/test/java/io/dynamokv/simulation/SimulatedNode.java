package io.dynamokv.simulation;

import io.dynamokv.membership.Member;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.version.Actor;
import org.jspecify.annotations.Nullable;

/** A machine with a disk and a clock, on which one life of a node follows another. */
final class SimulatedNode {
  private static final long EPOCH_MS = 1_700_000_000_000L;
  private static final long RETRY_NS = 500 * Scenario.MILLISECOND;
  private static final long FAREWELL_NS = 3 * Scenario.SECOND;
  private static final double CRASH_RATE = 0.3;

  final int index;
  final Member member;
  final SimulatedDisk disk;
  private final World world;
  private final Cluster cluster;
  private final long nanoOrigin;
  private long clockOffsetMs;
  private long restartNs;
  private @Nullable RunningNode running;
  private @Nullable WatchedStorage storage;
  private @Nullable Actor lastActor;
  private boolean inUse;

  SimulatedNode(int index, Member member, World world, Cluster cluster) {
    this.index = index;
    this.member = member;
    this.world = world;
    this.cluster = cluster;
    this.nanoOrigin = world.chance.nextLong() >> 2;
    this.disk = new SimulatedDisk(world);
  }

  MemberId id() {
    return member.id();
  }

  /** Whether a node runs here, or would if nothing were wrong. */
  boolean isInUse() {
    return inUse;
  }

  /** Whether it has been told to leave, and will not have forgotten that. */
  boolean isLeaving() {
    return running != null && running.view().leaving().contains(id());
  }

  void setInUse(boolean isInUse) {
    inUse = isInUse;
  }

  /** The node as it runs, or null. */
  @Nullable RunningNode running() {
    return running;
  }

  long nanoTime() {
    return nanoOrigin + world.time.nowNs();
  }

  long clockMs() {
    return EPOCH_MS + clockOffsetMs + world.time.nowNs() / Scenario.MILLISECOND;
  }

  void setClock(long offsetMs) {
    clockOffsetMs = offsetMs;
  }

  /** Starts if it is not running, and tries again while its disk does not let it. */
  void start() {
    if (running != null || !inUse) {
      return;
    }
    try {
      DotRegister register = new DotRegister(world, cluster, this);
      WatchedStorage opened = disk.open(watcher(register));
      Life life = new Life(world.time);
      RunningNode next = new RunningNode(world, cluster, this, life, opened, register);
      cluster.keys.forEach(key -> world.onFoundAtStart(index, key, disk.read(key.key)));
      storage = opened;
      running = next;
      noteStart(next.actor());
      next.start();
      if (next.isRemoved()) {
        goWhenEmpty(next);
      }
    } catch (StorageException e) {
      world.met(Situation.START_REFUSED);
      disk.crashProcess();
      world.time.after(RETRY_NS, this::start);
    }
  }

  private WatchedStorage.Watcher watcher(DotRegister register) {
    return new WatchedStorage.Watcher() {
      @Override
      public void onWritten(Storage.Change change) {
        register.onChange(change);
      }

      @Override
      public void onConflict() {
        world.met(Situation.WRITE_CONFLICT);
      }

      @Override
      public void onHardened() {
        world.onHardened(index);
      }

      @Override
      public void onCrash() {
        disk.setCrashRate(0);
        world.time.after(0, SimulatedNode.this::crashProcess);
        world.time.after(restartNs, SimulatedNode.this::start);
      }
    };
  }

  private void noteStart(Actor actor) {
    if (lastActor != null) {
      world.met(lastActor.equals(actor) ? Situation.SAME_INCARNATION : Situation.NEW_INCARNATION);
    }
    lastActor = actor;
    world.note(Trace.ALL, id() + " starts as " + actor);
  }

  void crashProcess() {
    world.note(Trace.ALL, id() + " crashes");
    end();
    tellLoss(disk.crashProcess());
  }

  /** Lets the process die while it hardens something. */
  void crashWhileHardening(long restartAfterNs) {
    disk.setCrashRate(CRASH_RATE);
    restartNs = restartAfterNs;
  }

  void crashMachine() {
    world.note(Trace.ALL, id() + "'s machine crashes");
    end();
    tellLoss(disk.crashMachine());
  }

  void loseDisk() {
    world.note(Trace.ALL, id() + " loses its disk");
    end();
    disk.lose();
    tellLoss(true);
  }

  /** Begins as a new member, on an empty disk. */
  void join() {
    world.note(Trace.ALL, id() + " joins");
    world.met(Situation.JOINED);
    disk.lose();
    inUse = true;
    start();
  }

  /** Begins to hand over what it has; gone when it has done so, unless it has to start again. */
  void leave() {
    RunningNode leaving = running;
    if (leaving != null) {
      world.note(Trace.ALL, id() + " leaves");
      leaving.leave();
      goWhenEmpty(leaving);
    }
  }

  /** Somebody has said that it is gone, or it has left in an earlier life. */
  void goIfRemoved() {
    RunningNode removed = running;
    if (removed != null && removed.isRemoved()) {
      loseDisk();
      inUse = false;
    }
  }

  private void goWhenEmpty(RunningNode leaving) {
    if (running != leaving) {
      return;
    }
    if (leaving.isRemoved()) {
      world.time.after(FAREWELL_NS, () -> go(leaving));
    } else {
      world.time.after(RETRY_NS, () -> goWhenEmpty(leaving));
    }
  }

  /** Others have been told by now. */
  private void go(RunningNode removed) {
    if (running == removed) {
      world.note(Trace.ALL, id() + " has left");
      world.met(Situation.LEFT);
      if (removed.isClear()) {
        end();
        disk.crashMachine();
      } else {
        // Somebody has said that it was gone, while it still had something.
        loseDisk();
      }
      inUse = false;
    }
  }

  /** Is gone for good, with its disk. */
  void vanish() {
    loseDisk();
    inUse = false;
  }

  void backUpOrRestore() {
    if (!disk.isBackedUp()) {
      world.note(Trace.ALL, id() + " is backed up");
      disk.backUp();
      return;
    } else if (disk.isBackupTooOld() && !cluster.parts.mayRestoreWhatIsTooOld()) {
      loseDisk();
      return;
    }
    world.note(Trace.ALL, id() + " is set back to its backup");
    end();
    disk.restore(cluster.parts);
    world.met(Situation.BACKUP_RESTORED);
    tellLoss(true);
  }

  private void end() {
    if (running != null) {
      running.end();
      running = null;
    }
  }

  private void tellLoss(boolean lost) {
    if (lost) {
      world.onLost(index);
    }
  }

  /**
   * Stops in the proper way; whatever goes wrong on the way makes it a crash. Once the node has
   * left its proof that nothing is lost, not even a crash of the machine may lose anything.
   */
  void stopCleanly() {
    RunningNode ended = running;
    WatchedStorage opened = storage;
    if (ended == null || opened == null) {
      return;
    }
    world.note(Trace.ALL, id() + " stops");
    ended.life().moveOn();
    running = null;
    try {
      ended.endCleanly();
      if (world.chance.happens(0.2)) {
        world.note(Trace.ALL, id() + "'s machine crashes before the disk is closed");
        disk.crashMachine();
      } else {
        opened.close();
      }
    } catch (StorageException e) {
      crashProcess();
    }
  }

  void standStill() {
    if (running != null) {
      world.note(Trace.ALL, id() + " stands still");
      running.life().standStill();
    }
  }

  void moveOn() {
    if (running != null) {
      world.note(Trace.ALL, id() + " moves on");
      running.life().moveOn();
    }
  }
}
