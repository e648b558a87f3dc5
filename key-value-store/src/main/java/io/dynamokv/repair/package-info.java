/** What brings copies together that are apart, without a client's help. */
@NullMarked
package io.dynamokv.repair;

import org.jspecify.annotations.NullMarked;
