/** What one node does with its own copy of a key. */
@NullMarked
package io.dynamokv.replica;

import org.jspecify.annotations.NullMarked;
