package io.dynamokv.resources;

import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import io.dynamokv.membership.Member;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Fetches other nodes' dumps, a buffer at a time. Thread-safe; blocks, for a limited time at each
 * step.
 */
public final class PeerDumps {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Duration connectTimeout;
  private final Duration readTimeout;

  /**
   * @param readTimeout how long another node may be silent
   */
  public PeerDumps(Duration connectTimeout, Duration readTimeout) {
    this.connectTimeout = connectTimeout;
    this.readTimeout = readTimeout;
  }

  /**
   * Copies a member's dump; where it ends early, a line says so.
   *
   * @throws IOException if {@code out} can not be written to
   */
  void copy(Member member, OutputStream out) throws IOException {
    Lines lines = new Lines(out);
    @Nullable String failure;
    try {
      failure = fetch(member, lines);
    } catch (ReaderGoneException e) {
      throw e;
    } catch (IOException e) {
      failure = "can not be reached, or stopped answering";
    }
    if (failure != null) {
      lines.endLine();
      Dump.writeError(
          out,
          member.id().value(),
          new ApiError(ErrorCode.NODE_UNREACHABLE, member.address() + " " + failure));
    }
  }

  private @Nullable String fetch(Member member, Lines lines) throws IOException {
    URI uri = URI.create("http://" + member.address() + "/internal/dump/my");
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout((int) connectTimeout.toMillis());
    connection.setReadTimeout((int) readTimeout.toMillis());
    connection.setInstanceFollowRedirects(false);
    try {
      int status = connection.getResponseCode();
      if (status != 200) {
        return "answered " + status;
      }
      try (InputStream in = connection.getInputStream()) {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          lines.write(buffer, read);
        }
      }
      return null;
    } finally {
      connection.disconnect();
    }
  }

  /** Remembers whether the last line was ended. */
  private static final class Lines {
    private final OutputStream out;
    private boolean midLine;

    Lines(OutputStream out) {
      this.out = out;
    }

    void write(byte[] bytes, int length) throws ReaderGoneException {
      try {
        out.write(bytes, 0, length);
      } catch (IOException e) {
        throw new ReaderGoneException(e);
      }
      midLine = length > 0 ? bytes[length - 1] != '\n' : midLine;
    }

    void endLine() throws IOException {
      if (midLine) {
        out.write('\n');
      }
    }
  }

  /** Whoever asked for the dump has gone; the node that was asked is not to blame. */
  private static final class ReaderGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    ReaderGoneException(IOException cause) {
      super(cause);
    }
  }
}
