package io.dynamokv.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http.Answer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShutdownTest {
  @Test
  void a_stopping_node_answers_what_it_has_begun_and_refuses_the_rest(@TempDir Path folder)
      throws Exception {
    BootedNode node = BootedNode.boot(folder, BootedNode.members(1), 0);
    List<Runnable> waiting = new ArrayList<>();
    node.service.answering = waiting::add;
    try (Socket begun = node.http().open();
        Socket late = node.http().open()) {
      write(begun, "GET /storage/YQ HTTP/1.1\r\nHost: x\r\n\r\n");
      Gauges.await(() -> waiting.size() == 1);
      write(late, "PUT /storage HTTP/1.1\r\nHost: x\r\nContent-Type: application/js");

      Thread stopping = new Thread(() -> stop(node));
      stopping.start();
      Gauges.await(() -> node.server().isStopping() && !accepts(node));
      write(late, "on\r\nContent-Length: 0\r\n\r\n");

      Answer refused = Http.read(late.getInputStream(), false);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("shutting_down");
      assertThat(refused.headers()).containsEntry("retry-after", "1");
      assertThat(refused.json().path("success").isBoolean()).isTrue();

      waiting.forEach(Runnable::run);
      Answer answered = Http.read(begun.getInputStream(), false);
      assertThat(answered.status()).isEqualTo(200);
      stopping.join();
    }
  }

  private static boolean accepts(BootedNode node) {
    try (Socket socket = node.http().open()) {
      return socket.isConnected();
    } catch (java.io.IOException e) {
      return false;
    }
  }

  private static void stop(BootedNode node) {
    try {
      node.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Socket socket, String text) throws Exception {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
