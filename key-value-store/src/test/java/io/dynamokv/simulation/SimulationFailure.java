package io.dynamokv.simulation;

/** A run in which something did not hold; the message says what, and how to see it again. */
final class SimulationFailure extends AssertionError {
  /** Runs the one seed, and none of the others that the class tests. */
  private static final String REPLAY =
      "mvn -q test -pl key-value-store -Dtest=SimulationTest#what_must_hold_holds_";

  private static final long serialVersionUID = 1L;
  private static final int LINES = Integer.getInteger("simulation.lines", 60);

  private final String invariant;

  SimulationFailure(long seed, World world, InvariantViolation violation) {
    super(message(seed, world, violation), violation);
    this.invariant = violation.invariant();
  }

  /** The name of the invariant that does not hold. */
  String invariant() {
    return invariant;
  }

  private static String message(long seed, World world, InvariantViolation violation) {
    return """

    %s does not hold, with seed %d
      %s
    the last events:
    %s
    %s
    replay: %s=%d
    """
        .formatted(
            violation.invariant(),
            seed,
            violation.getMessage(),
            String.join("\n", world.trace.last(violation.about(), LINES)),
            world.scenario,
            replayOf(world.scenario),
            seed);
  }

  private static String replayOf(Scenario scenario) {
    if (scenario.acts() > 1) {
      return REPLAY + "while_tombstones_are_removed -Dsimulation.resting.seed";
    }
    return scenario.membersChange()
        ? REPLAY + "while_members_come_and_go -Dsimulation.changing.seed"
        : REPLAY + "whatever_goes_wrong -Dsimulation.seed";
  }
}
