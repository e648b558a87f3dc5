package io.dynamokv.node;

import java.util.function.LongSupplier;

/**
 * The clocks that a node goes by. Immutable.
 *
 * @param nano nanoseconds that only ever grow, such as {@link System#nanoTime}
 * @param wallMs milliseconds since 1970, which may be set
 */
public record Clocks(LongSupplier nano, LongSupplier wallMs) {
  static final Clocks SYSTEM = new Clocks(System::nanoTime, System::currentTimeMillis);
}
