/** The storage port on Berkeley DB Java Edition. */
@NullMarked
package io.dynamokv.storage.je;

import org.jspecify.annotations.NullMarked;
