/**
 * The HTTP server around the resources: it gives requests their ids, collects bodies and sends
 * answers without holding a thread, and makes every error look the same.
 */
@NullMarked
package io.dynamokv.resources.server;

import org.jspecify.annotations.NullMarked;
