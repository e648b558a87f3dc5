/** The storage port in memory, for tests, simulation and caches. */
@NullMarked
package io.dynamokv.storage.memory;

import org.jspecify.annotations.NullMarked;
