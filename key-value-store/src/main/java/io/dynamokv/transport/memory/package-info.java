/** The messaging port inside one process and one thread, for simulation. */
@NullMarked
package io.dynamokv.transport.memory;

import org.jspecify.annotations.NullMarked;
