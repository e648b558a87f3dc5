package io.dynamokv.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * An HTTP client that sends exactly the bytes it is given: libraries would not send half of what
 * has to be tested.
 */
public final class Http {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TIMEOUT_MS = 10_000;

  private final int port;

  /** A client of whatever listens on a port of this machine. */
  public Http(int port) {
    this.port = port;
  }

  /** An answer. */
  public record Answer(int status, Map<String, String> headers, String body) {
    public JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new AssertionError("not JSON: " + body, e);
      }
    }

    public String code() {
      return json().path("error").path("code").asText();
    }
  }

  public Answer get(String path) throws IOException {
    return raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }

  public Answer delete(String path) throws IOException {
    return raw("DELETE " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }

  public Answer put(String path, String body) throws IOException {
    return send("PUT", path, "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  public Answer post(String path, String body) throws IOException {
    return send("POST", path, "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  public Answer send(String method, String path, String contentType, byte[] body)
      throws IOException {
    String type = contentType == null ? "" : "Content-Type: " + contentType + "\r\n";
    String head =
        "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(method, path, type, body.length);
    try (Socket socket = open()) {
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(body);
      out.flush();
      return read(socket.getInputStream(), "HEAD".equals(method));
    }
  }

  /** Sends a text and reads one answer. */
  public Answer raw(String request) throws IOException {
    try (Socket socket = open()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return read(socket.getInputStream(), request.startsWith("HEAD"));
    }
  }

  public Socket open() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MS);
    return socket;
  }

  /** A connection that takes in little before it is read from. */
  public Socket openWithSmallBuffer() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.setSoTimeout(TIMEOUT_MS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  /** Reads one answer from a connection. */
  public static Answer read(InputStream in, boolean bodiless) throws IOException {
    String statusLine = line(in);
    if (!statusLine.startsWith("HTTP/1.1 ")) {
      throw new IOException("no answer: \"" + statusLine + "\"");
    }
    int status = Integer.parseInt(statusLine.substring(9, 12));
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return new Answer(status, headers, bodiless ? "" : body(in, headers));
  }

  private static String body(InputStream in, Map<String, String> headers) throws IOException {
    if (headers.containsKey("content-length")) {
      int length = Integer.parseInt(headers.get("content-length"));
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new IOException("only " + bytes.length + " of " + length + " bytes arrived");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      StringBuilder body = new StringBuilder();
      while (true) {
        int size = Integer.parseInt(line(in), 16);
        body.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
        line(in);
        if (size == 0) {
          return body.toString();
        }
      }
    }
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    int next = in.read();
    while (next >= 0 && next != '\n') {
      if (next != '\r') {
        line.append((char) next);
      }
      next = in.read();
    }
    return line.toString();
  }
}
