/** What replaced what: vector clocks, dots, siblings and their bytes. Pure. */
@NullMarked
package io.dynamokv.version;

import org.jspecify.annotations.NullMarked;
