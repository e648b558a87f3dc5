package io.dynamokv.version;

/**
 * Who gives out dots: one data folder in one of its lives. A life ends with every run that is not
 * closed cleanly, so an actor never forgets its own writes, and its writes to one key follow each
 * other causally. Immutable.
 *
 * @param node the data folder's identity, random
 * @param incarnation the number of the life, from 1
 */
public record Actor(long node, int incarnation) implements Comparable<Actor> {
  @Override
  public int compareTo(Actor other) {
    int order = Long.compareUnsigned(node, other.node);
    return order != 0 ? order : Integer.compareUnsigned(incarnation, other.incarnation);
  }

  @Override
  public String toString() {
    return Long.toHexString(node) + "." + incarnation;
  }
}
