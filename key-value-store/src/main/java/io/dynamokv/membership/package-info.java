/** Who the members are and which of them can be reached. */
@NullMarked
package io.dynamokv.membership;

import org.jspecify.annotations.NullMarked;
