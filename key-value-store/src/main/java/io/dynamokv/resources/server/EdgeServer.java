package io.dynamokv.resources.server;

import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;

/**
 * A server that handles requests on the thread that has read them, and wakes no other for it: its
 * handlers never block. {@link EdgeHandler} and {@link DispatchingHandler} make sure of that. TLS
 * handshakes do take a while; where there are any, requests are handled by other threads.
 */
final class EdgeServer extends Server {
  private volatile boolean encrypts;

  EdgeServer(EdgeThreadPool threads) {
    super(threads);
  }

  @Override
  public void addConnector(Connector connector) {
    super.addConnector(connector);
    encrypts |= connector.getProtocols().stream().anyMatch("ssl"::equalsIgnoreCase);
  }

  @Override
  public InvocationType getInvocationType() {
    return encrypts ? InvocationType.BLOCKING : InvocationType.NON_BLOCKING;
  }
}
