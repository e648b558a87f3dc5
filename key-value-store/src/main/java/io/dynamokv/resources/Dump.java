package io.dynamokv.resources;

import io.dynamokv.api.Answers;
import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import io.dynamokv.membership.Member;
import io.dynamokv.node.KeyValueService;
import io.dynamokv.ring.Key;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.StateCodec;
import io.dynamokv.version.VersionCodec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what nodes hold, as lines of JSON. For each node: a line that names it, one for each key,
 * in the order of the ring and as a GET would show it, and a last one with their number. Where the
 * last line is missing, or is an error, the dump is not complete. Thread-safe; its methods block.
 */
public final class Dump {
  private static final Logger LOG = LoggerFactory.getLogger(Dump.class);
  private static final int BUFFER_BYTES = 64 * 1024;

  private final KeyValueService service;
  private final VersionCodec versions;
  private final PeerDumps peers;

  public Dump(KeyValueService service, VersionCodec versions, PeerDumps peers) {
    this.service = service;
    this.versions = versions;
    this.peers = peers;
  }

  /** Writes what this node holds. */
  public void writeOwn(OutputStream client) throws IOException {
    OutputStream out = new BufferedOutputStream(client, BUFFER_BYTES);
    writeOwnLines(out);
    out.flush();
  }

  /** Writes what every member holds, and an error for each that can not be asked. */
  public void writeAll(OutputStream client) throws IOException {
    OutputStream out = new BufferedOutputStream(client, BUFFER_BYTES);
    Member self = service.view().self();
    for (Member member : service.view().members()) {
      if (member.id().equals(self.id())) {
        writeOwnLines(out);
      } else {
        peers.copy(member, out);
      }
    }
    out.flush();
  }

  private void writeOwnLines(OutputStream out) throws IOException {
    String self = service.view().self().id().value();
    writeLine(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("node", self);
          json.writeEndObject();
        });
    long[] keys = new long[1];
    try {
      service.scan(
          (key, state) -> {
            writeKey(out, key, StateCodec.decode(state));
            keys[0]++;
            return true;
          });
    } catch (UncheckedIOException e) {
      // The client has gone, and with it whoever could be told.
      throw e.getCause();
    } catch (RuntimeException e) {
      LOG.warn("A dump ended early", e);
      ApiError error =
          new ApiError(ErrorCode.STORAGE_FAILED, "the node's data could not be read further");
      writeError(out, self, error);
      return;
    }
    writeLine(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("node", self);
          json.writeNumberField("keys", keys[0]);
          json.writeEndObject();
        });
  }

  private void writeKey(OutputStream out, Key key, KeyState state) {
    try {
      out.write(Answers.found(key.bytes(), versions.encode(key, state.version()), state.values()));
      out.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the line that says why a node's dump is not complete. */
  static void writeError(OutputStream out, String node, ApiError error) throws IOException {
    writeLine(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("node", node);
          Answers.writeError(json, error);
          json.writeEndObject();
        });
  }

  private static void writeLine(OutputStream out, Answers.Content content) throws IOException {
    out.write(Answers.json(content));
    out.write('\n');
  }
}
