/** What the jar can be made to do from the command line, beside serving. */
@NullMarked
package io.dynamokv.cli;

import org.jspecify.annotations.NullMarked;
