package io.dynamokv.transport.activemq;

import java.io.IOException;
import org.apache.activemq.broker.Connection;
import org.apache.activemq.broker.TransportConnector;
import org.apache.activemq.transport.Transport;

/** The broker's TCP connector, with a {@link Doorway} in front of each connection. */
final class GuardedConnector extends TransportConnector {
  private final Door door;

  GuardedConnector(Door door) {
    this.door = door;
  }

  @Override
  protected Connection createConnection(Transport transport) throws IOException {
    return super.createConnection(new Doorway(transport, door));
  }
}
