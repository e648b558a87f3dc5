/** Takes a request to a node that can coordinate it. */
@NullMarked
package io.dynamokv.resources.forward;

import org.jspecify.annotations.NullMarked;
