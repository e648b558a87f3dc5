package io.dynamokv.membership;

import io.dynamokv.transport.Message.RosterProgress;
import java.util.EnumMap;
import java.util.Map;

/**
 * What is known of the life of another member. Not thread-safe.
 *
 * <p>How long a silence may be is learnt from how regularly its heartbeats come ({@link
 * ArrivalTimes}), between half the time of suspicion and four times as much; while too little is
 * known, it is the time of suspicion. Of one that others find in bad health it is no longer.
 */
final class Peer {
  /** A false alarm about once in a hundred million heartbeats, if they come as they use to. */
  private static final double SUSPICIOUS_PHI = 8;

  private static final int LONGEST_SILENCE = 4;

  private final long suspectAfterNs;
  private final ArrivalTimes arrivals;
  private final Map<Work, Misses> misses = new EnumMap<>(Work.class);
  private boolean linked;
  private boolean doubted;
  private boolean heard;
  private boolean agrees;
  private long nodeId;
  private long heardNs;
  private long beatNs;
  private boolean beatsInARow;
  private long awaySinceNs;
  private RosterProgress progress = new RosterProgress(0, 0, false);

  Peer(long suspectAfterNs, long nowNs) {
    this.suspectAfterNs = suspectAfterNs;
    this.arrivals = new ArrivalTimes(suspectAfterNs / 12.0);
    this.awaySinceNs = nowNs;
  }

  void link(boolean up) {
    linked = up;
    if (up) {
      misses.values().forEach(Misses::clear);
    }
  }

  /** Others find it in bad health, or do not. */
  void doubt(boolean isDoubted) {
    doubted = isDoubted;
  }

  void beat(long nowNs) {
    if (beatsInARow && nowNs - beatNs <= LONGEST_SILENCE * suspectAfterNs) {
      arrivals.add(nowNs - beatNs);
    }
    heard = true;
    heardNs = nowNs;
    beatNs = nowNs;
    beatsInARow = true;
  }

  void heard(long nowNs) {
    heardNs = nowNs;
  }

  boolean isHeard() {
    return heard;
  }

  /** This node has not listened for a while. */
  void excuse(long nowNs) {
    beatsInARow = false;
    heardNs = nowNs;
  }

  void identify(long id, boolean isTrusted, RosterProgress told) {
    nodeId = id;
    agrees = isTrusted;
    progress = told;
  }

  boolean agrees() {
    return agrees;
  }

  long nodeId() {
    return nodeId;
  }

  RosterProgress progress() {
    return progress;
  }

  /** Whether it says that it has what it should have by a plan. */
  boolean isReadyFor(long plan) {
    return progress.ready() && progress.plan() == plan;
  }

  Misses missesOf(Work work) {
    return misses.computeIfAbsent(work, kind -> new Misses(suspectAfterNs));
  }

  boolean isLeftOut(long nowNs) {
    boolean leftOut = false;
    for (Misses ofWork : misses.values()) {
      leftOut |= ofWork.isLeftOut(nowNs);
    }
    return leftOut;
  }

  boolean isReachable(long nowNs) {
    return lives(nowNs) && !isLeftOut(nowNs);
  }

  /** Whether it is heard of, be it that it does not answer everything. */
  boolean lives(long nowNs) {
    boolean lives = linked && heard && agrees && !isSilent(nowNs - heardNs);
    if (lives) {
      awaySinceNs = nowNs;
    }
    return lives;
  }

  /** For how long it has not been heard of. */
  long awayNs(long nowNs) {
    return lives(nowNs) ? 0 : nowNs - awaySinceNs;
  }

  private boolean isSilent(long silenceNs) {
    if (!arrivals.isEnough()) {
      return silenceNs > suspectAfterNs;
    }
    long mostNs = doubted ? suspectAfterNs : LONGEST_SILENCE * suspectAfterNs;
    return silenceNs > mostNs
        || silenceNs > suspectAfterNs / 2 && arrivals.phi(silenceNs) > SUSPICIOUS_PHI;
  }

  String trouble(long nowNs) {
    if (!linked) {
      return "the link to it is down";
    }
    return isLeftOut(nowNs)
        ? "it does not answer requests, and is left out for a while"
        : "no sign of life from it";
  }
}
