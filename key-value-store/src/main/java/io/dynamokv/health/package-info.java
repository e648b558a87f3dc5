/** What the admin port's health check looks at. */
@NullMarked
package io.dynamokv.health;

import org.jspecify.annotations.NullMarked;
