/** The commands of the program. */
@NullMarked
package io.dynamokv.cli;

import org.jspecify.annotations.NullMarked;
