package io.dynamokv.simulation;

import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Sibling;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** A dot names one value, across crashes and wiped disks. */
final class DotsAreUnique implements Invariant {
  private final Set<Dot> given = new HashSet<>();

  @Override
  public void onDot(int node, Dot dot) {
    if (!given.add(dot)) {
      throw new InvariantViolation(
          name(), Trace.ALL, "node-" + (node + 1) + " was given " + dot + " a second time");
    }
  }

  @Override
  public void onStored(int node, KeyHistory key, KeyState state) {
    check(key, state);
  }

  @Override
  public void onAnswered(Operation operation) {
    KeyState found = operation.found;
    if (found != null) {
      check(operation.key, found);
    }
  }

  private void check(KeyHistory key, KeyState state) {
    for (Sibling sibling : state.siblings()) {
      KeyHistory.Written written = key.of(sibling.dot());
      if (written == null) {
        throw violated(key, "nobody has written " + sibling);
      }
      if (!Arrays.equals(sibling.value(), written.operation.value)) {
        throw violated(key, written + " names another value elsewhere");
      }
    }
  }
}
