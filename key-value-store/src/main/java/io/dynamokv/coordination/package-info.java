/** The GET and PUT state machines: events in, commands and an outcome out. Pure. */
@NullMarked
package io.dynamokv.coordination;

import org.jspecify.annotations.NullMarked;
