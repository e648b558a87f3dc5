package io.dynamokv.config;

/** A configuration that can check what the ranges of single values do not say. */
public interface CheckedConfiguration {
  /** Notes what does not fit together. Called only when every single value is in its range. */
  void check(Problems problems);
}
