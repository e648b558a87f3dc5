/** Dynamo KV, a replicated key-value store: how its parts are put together. */
@NullMarked
package io.dynamokv;

import org.jspecify.annotations.NullMarked;
