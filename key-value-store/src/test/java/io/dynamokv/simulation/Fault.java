package io.dynamokv.simulation;

import java.util.List;

/** What can go wrong while clients are at work. */
enum Fault {
  /** A process dies, and with it its mailboxes and what it had not hardened; it comes back. */
  PROCESS_CRASH,
  /** A process dies in the middle of making writes safe; it comes back. */
  CRASH_WHILE_HARDENING,
  /** A machine dies: what was only handed to the operating system is lost too. */
  MACHINE_CRASH,
  /** A disk is replaced by an empty one, under the same name of the member. */
  DISK_LOSS,
  /** The first time, a disk is backed up; after that, it is set back to that. */
  BACKUP_RESTORED,
  /** A node is stopped and started in the proper way. */
  CLEAN_RESTART,
  /** A process stands still for a while, then does everything at once. */
  PAUSE,
  /** Two groups of nodes can not reach each other. */
  PARTITION,
  /** One node can not reach another, which can still reach it. */
  ONE_WAY_CUT,
  /** A link breaks and is made again. */
  LINK_BREAK,
  /** Messages from one node to another vanish, although the link seems to stand. */
  BLACK_HOLE,
  /** Messages from one node to another get stuck for a while, then arrive together. */
  STALL,
  /** A disk refuses every write. */
  FAILING_WRITES,
  /** A disk does not say whether it wrote; sometimes it did. */
  UNSURE_WRITES,
  /** A disk can not be read. */
  FAILING_READS,
  /** A disk takes seconds. */
  SLOW_DISK,
  /** A node's clock is set. */
  CLOCK_JUMP,
  /** A new node comes to be a member. */
  JOIN,
  /** A node hands over what it holds, and goes. */
  LEAVE,
  /** A node and its disk are gone for good, and somebody says so. */
  REMOVAL;

  /** Those that there are only where members come and go. */
  static final List<Fault> OF_MEMBERS = List.of(JOIN, LEAVE, REMOVAL);
}
