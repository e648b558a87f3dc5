/** Measurements of the hot pieces; not run by the tests. */
@NullMarked
package io.dynamokv.jmh;

import org.jspecify.annotations.NullMarked;
