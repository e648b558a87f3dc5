/** The storage port: keys in the order of their positions, and opaque states. */
@NullMarked
package io.dynamokv.storage;

import org.jspecify.annotations.NullMarked;
