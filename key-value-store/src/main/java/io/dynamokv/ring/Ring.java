package io.dynamokv.ring;

/** Who should hold what. */
public final class Ring {
  public PreferenceList preferenceList(Key key) {
    throw new UnsupportedOperationException();
  }
}
