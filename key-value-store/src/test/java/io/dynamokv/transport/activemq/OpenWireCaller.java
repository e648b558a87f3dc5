package io.dynamokv.transport.activemq;

import static io.dynamokv.transport.activemq.TestNodes.await;

import io.dynamokv.transport.MemberAddress;
import java.io.IOException;
import java.net.Socket;
import org.apache.activemq.command.Command;
import org.apache.activemq.transport.DefaultTransportListener;
import org.apache.activemq.transport.Transport;
import org.apache.activemq.transport.TransportFactory;

/** A stranger that speaks the broker's protocol, but does not say who it is. */
final class OpenWireCaller implements AutoCloseable {
  private final Transport transport;
  private volatile boolean ended;

  OpenWireCaller(MemberAddress door) throws Exception {
    transport = TransportFactory.connect(door.uri("daemon=true"));
    transport.setTransportListener(
        new DefaultTransportListener() {
          @Override
          public void onException(IOException error) {
            ended = true;
          }
        });
    transport.start();
  }

  void send(Command command) throws IOException {
    transport.oneway(command);
  }

  void sendRaw(byte[] bytes) throws IOException {
    transport.narrow(Socket.class).getOutputStream().write(bytes);
  }

  void awaitEnd() {
    await(() -> ended);
  }

  @Override
  public void close() throws Exception {
    transport.stop();
  }
}
