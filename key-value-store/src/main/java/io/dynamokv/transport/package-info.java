/** The messaging port and its wire codec. */
@NullMarked
package io.dynamokv.transport;

import org.jspecify.annotations.NullMarked;
