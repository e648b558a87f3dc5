package io.dynamokv.resources.server;

import org.eclipse.jetty.server.Server;

/**
 * A server that handles requests on the thread that has read them, and wakes no other for it: its
 * handlers never block. {@link EdgeHandler} and {@link DispatchingHandler} make sure of that.
 */
final class EdgeServer extends Server {
  EdgeServer(EdgeThreadPool threads) {
    super(threads);
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }
}
