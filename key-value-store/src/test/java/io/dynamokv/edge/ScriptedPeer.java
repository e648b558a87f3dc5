package io.dynamokv.edge;

import io.dynamokv.membership.Member;
import io.dynamokv.ring.MemberId;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node that does what it is told with every connection: answers, hangs or hangs up. */
final class ScriptedPeer implements AutoCloseable {
  /** The heads of the requests that have come. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final ServerSocket server;
  private final String answer;
  private final boolean hangs;
  private final Thread thread;

  private ScriptedPeer(String answer, boolean hangs) throws IOException {
    this.answer = answer;
    this.hangs = hangs;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.thread = new Thread(this::serve, "scripted-peer");
    thread.start();
  }

  static ScriptedPeer answering(String answer) throws IOException {
    return new ScriptedPeer(answer, false);
  }

  static ScriptedPeer hangingUp() throws IOException {
    return new ScriptedPeer("", false);
  }

  static ScriptedPeer silent() throws IOException {
    return new ScriptedPeer("", true);
  }

  static ScriptedPeer silentAfter(String answer) throws IOException {
    return new ScriptedPeer(answer, true);
  }

  Member member() {
    int port = server.getLocalPort();
    return new Member(new MemberId("peer-" + port), "127.0.0.1", port, 1, 1, "", "");
  }

  private void serve() {
    try {
      while (true) {
        Socket socket = server.accept();
        open.add(socket);
        requests.add(readHead(socket.getInputStream()));
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        if (!hangs) {
          socket.close();
        }
      }
    } catch (IOException e) {
      // The end of the test.
    }
  }

  private static String readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      head.append((char) next);
    }
    return head.toString();
  }

  @Override
  public void close() throws Exception {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
    thread.join();
  }
}
