/** The runtime: mailboxes, timers, and the wiring of everything below it. */
@NullMarked
package io.dynamokv.node;

import org.jspecify.annotations.NullMarked;
