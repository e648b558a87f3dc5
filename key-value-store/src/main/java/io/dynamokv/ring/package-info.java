/** Where a key belongs: positions, partitions, tokens and preference lists. Pure. */
@NullMarked
package io.dynamokv.ring;

import org.jspecify.annotations.NullMarked;
