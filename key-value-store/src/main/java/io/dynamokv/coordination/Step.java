package io.dynamokv.coordination;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows from an event: what is to be done, in this order, and what the client is to be told,
 * once in a request's life. Immutable.
 *
 * @param outcome null while there is nothing to tell, and ever after it was told
 * @param finished whether nothing more will follow: the machine can be discarded
 */
public record Step<C, O>(List<C> commands, @Nullable O outcome, boolean finished) {}
