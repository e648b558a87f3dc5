/**
 * A cluster in one thread, with time and chance of its own, in which everything goes wrong that
 * can, and what must hold nevertheless. See {@code docs/simulation.md}.
 */
@NullMarked
package io.dynamokv.simulation;

import org.jspecify.annotations.NullMarked;
