package io.dynamokv.process;

/** What {@link Nemesis} lets go wrong, and what has to be there for it. */
enum Fault {
  KILL(Needs.NOTHING),
  TWO_KILLS(Needs.NOTHING),
  PAUSE(Needs.NOTHING),
  PAUSE_AND_KILL(Needs.NOTHING),
  RESTART(Needs.NOTHING),
  WIPE(Needs.NOTHING),
  BACKUP(Needs.NOTHING),
  RESTORE(Needs.NOTHING),
  ADD(Needs.NOTHING),
  ADD_AND_KILL(Needs.NOTHING),
  ADD_AND_CUT(Needs.LINKS),
  REMOVE(Needs.NOTHING),
  REMOVE_AND_KILL(Needs.NOTHING),
  REMOVE_AND_CUT(Needs.LINKS),
  REMOVE_DEAD(Needs.NOTHING),
  /** Two nodes can not send to each other. */
  CUT(Needs.LINKS),
  /** One can not send to another, which can send to it. */
  CUT_ONE_WAY(Needs.LINKS),
  /** One is cut off from all others. */
  CUT_OFF(Needs.LINKS),
  /** One can send to nobody, but is sent to. */
  CUT_OFF_ONE_WAY(Needs.LINKS),
  CUT_OFF_AND_KILL(Needs.LINKS),
  /** Each node is on one of two sides. */
  SPLIT(Needs.LINKS),
  /** Less is free than a node wants. */
  FULL_DISK(Needs.DISKS),
  /** Nothing is free. */
  NO_SPACE(Needs.DISKS),
  NO_SPACE_AND_KILL(Needs.DISKS),
  CLOCK_FORWARD(Needs.CLOCKS),
  CLOCK_BACK(Needs.CLOCKS),
  /** Killed while its clock is wrong, and started so. */
  CLOCK_AND_KILL(Needs.CLOCKS);

  enum Needs {
    NOTHING,
    LINKS,
    DISKS,
    CLOCKS
  }

  private final Needs needs;

  Fault(Needs needs) {
    this.needs = needs;
  }

  Needs needs() {
    return needs;
  }
}
