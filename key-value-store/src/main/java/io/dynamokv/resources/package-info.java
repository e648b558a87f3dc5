/** The REST interface: its resources, and how outcomes become answers. */
@NullMarked
package io.dynamokv.resources;

import org.jspecify.annotations.NullMarked;
