package io.dynamokv.simulation;

import io.dynamokv.replica.DotSource;
import io.dynamokv.ring.Key;
import io.dynamokv.version.Dot;
import java.util.Collection;

/** A node's dots, shown to whoever watches. */
record WatchedDots(World world, SimulatedNode node, DotSource dots) implements DotSource {
  @Override
  public Dot next(Key key) {
    return world.given(node.index, dots.next(key));
  }

  @Override
  public boolean mayWrite(Key key) {
    return dots.mayWrite(key);
  }

  @Override
  public void forget(Collection<Key> keys) {
    dots.forget(keys);
  }
}
