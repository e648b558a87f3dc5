package io.dynamokv.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One kept-alive HTTP/1.1 connection, one request at a time. Not thread-safe. It understands just
 * what a node answers to well-formed requests: a status and a body with a Content-Length. A general
 * client costs more processor time than the node that it is to measure.
 */
final class HttpConnection implements AutoCloseable {
  private static final int TIMEOUT_MS = 30_000;
  private static final int MAX_HEADER_BYTES = 16_384;

  private final String host;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] line = new byte[MAX_HEADER_BYTES];

  HttpConnection(String host, int port) throws IOException {
    this.host = host;
    this.socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MS);
    } catch (IOException e) {
      throw new IOException("can not reach %s:%d: %s".formatted(host, port, e.getMessage()), e);
    }
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MS);
    this.in = new BufferedInputStream(socket.getInputStream(), 16_384);
    this.out = socket.getOutputStream();
  }

  /** A status code and a body. */
  record Answer(int status, String body) {}

  /** Sends a request; the body, if not empty, is JSON in ASCII. */
  Answer send(String method, String path, String body) throws IOException {
    String head = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n";
    if (!body.isEmpty()) {
      head += "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
    }
    out.write((head + "\r\n" + body).getBytes(StandardCharsets.ISO_8859_1));
    return receive();
  }

  private Answer receive() throws IOException {
    String statusLine = readLine();
    if (!statusLine.startsWith("HTTP/1.1 ") || statusLine.length() < 12) {
      throw new IOException("not an HTTP/1.1 answer: " + statusLine);
    }
    int length = 0;
    for (String header = readLine(); !header.isEmpty(); header = readLine()) {
      if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
        length = Integer.parseInt(header.substring(15).trim());
      }
    }
    byte[] body = in.readNBytes(length);
    return new Answer(
        Integer.parseInt(statusLine.substring(9, 12)),
        new String(body, StandardCharsets.ISO_8859_1));
  }

  private String readLine() throws IOException {
    int length = 0;
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the node closed the connection");
      }
      if (length == line.length) {
        throw new IOException("a header line is longer than " + line.length + " bytes");
      }
      line[length++] = (byte) next;
    }
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    return new String(line, 0, end, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
