package io.dynamokv.simulation;

/** An invariant does not hold. */
final class InvariantViolation extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final String invariant;
  private final String about;

  /**
   * @param invariant its name
   * @param about the name of the key that it concerns, or {@link Trace#ALL}
   */
  InvariantViolation(String invariant, String about, String message) {
    super(message);
    this.invariant = invariant;
    this.about = about;
  }

  /** Something threw. */
  static InvariantViolation thrown(Throwable e) {
    InvariantViolation violation =
        new InvariantViolation("NothingThrows", Trace.ALL, "something threw " + e);
    violation.initCause(e);
    return violation;
  }

  String invariant() {
    return invariant;
  }

  String about() {
    return about;
  }
}
