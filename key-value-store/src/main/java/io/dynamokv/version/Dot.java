package io.dynamokv.version;

/**
 * The name of one write, and so of one value, for all time. Immutable.
 *
 * <p>Source: Preguiça et al., <i>Dotted Version Vectors</i> (2010), section 4.
 *
 * @param counter from 1, increasing over all keys that the actor writes
 */
public record Dot(Actor actor, long counter) implements Comparable<Dot> {
  @Override
  public int compareTo(Dot other) {
    int order = actor.compareTo(other.actor);
    return order != 0 ? order : Long.compareUnsigned(counter, other.counter);
  }

  @Override
  public String toString() {
    return actor + ":" + counter;
  }
}
