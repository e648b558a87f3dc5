package io.dynamokv.transport.activemq;

import org.slf4j.Logger;

/**
 * What a thread of the messaging does with a fault that should not have come so far. Stateless. The
 * node has the same for its threads, but this package does not know the node.
 */
final class Faults {
  private static final int EXIT_CODE = 3;

  private Faults() {}

  /**
   * Logs the fault, so that the thread can go on. A virtual machine that fails is ended at once
   * instead: nothing that it does from then on can be trusted.
   */
  static void survive(Logger log, String task, Throwable fault) {
    try {
      log.error("a bug: {} failed", task, fault);
    } catch (Throwable logging) {
      // Without memory not even that works. It must not end the thread.
      endIfFatal(logging);
    } finally {
      endIfFatal(fault);
    }
  }

  private static void endIfFatal(Throwable fault) {
    if (fault instanceof VirtualMachineError) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }
}
