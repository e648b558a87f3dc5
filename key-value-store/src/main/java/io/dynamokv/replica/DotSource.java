package io.dynamokv.replica;

import io.dynamokv.version.Dot;

/** Gives out dots, each once for all time. Thread-safe. */
@FunctionalInterface
public interface DotSource {
  Dot next();
}
