/** Tests against real processes, started as a user would start them. */
@NullMarked
package io.dynamokv.process;

import org.jspecify.annotations.NullMarked;
