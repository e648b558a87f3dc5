package io.dynamokv.node;

import org.slf4j.Logger;

/** What a thread of the node does with a fault that should not have come so far. Stateless. */
final class Faults {
  private static final int EXIT_CODE = 3;

  private Faults() {}

  /**
   * Logs the fault, so that the thread can go on with its next task. A virtual machine that fails
   * is ended at once instead: nothing that it does from then on can be trusted, and what was
   * acknowledged is safe already.
   */
  static void survive(Logger log, String task, Throwable fault) {
    log.error("a bug: {} failed", task, fault);
    if (fault instanceof VirtualMachineError) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }
}
