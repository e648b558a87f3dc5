package io.dynamokv.storage;

/** What an acknowledged write survives. */
public enum Durability {
  /** The machine: the write was forced to the disk. Writes that arrive together share one force. */
  SYNC,
  /** The process, but not the machine: the write was handed to the operating system. */
  WRITE,
  /** Neither. */
  NONE
}
