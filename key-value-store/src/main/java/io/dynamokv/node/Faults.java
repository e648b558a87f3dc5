package io.dynamokv.node;

import org.slf4j.Logger;

/**
 * What a thread of the node, or one that it calls back, does with a fault that should not have come
 * so far. Stateless.
 */
public final class Faults {
  private static final int EXIT_CODE = 3;

  private Faults() {}

  /**
   * Logs the fault, so that the thread can go on with its next task. A virtual machine that fails
   * is ended at once instead: nothing that it does from then on can be trusted, and what was
   * acknowledged is safe already.
   */
  public static void survive(Logger log, String task, Throwable fault) {
    try {
      log.error("a bug: {} failed", task, fault);
    } catch (Throwable logging) {
      // Without memory not even that works. It must not end the thread.
      endIfFatal(logging);
    } finally {
      endIfFatal(fault);
    }
  }

  /** Does something, surviving its faults. */
  static void runSurviving(Logger log, String task, Runnable work) {
    try {
      work.run();
    } catch (Throwable e) {
      survive(log, task, e);
    }
  }

  private static void endIfFatal(Throwable fault) {
    if (fault instanceof VirtualMachineError) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }
}
