package io.dynamokv.repair;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashTree;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.CompareReply;
import io.dynamokv.transport.Message.CompareRequest;
import io.dynamokv.transport.Message.FoundState;
import io.dynamokv.transport.Message.KeyHash;
import io.dynamokv.transport.Message.KeysReply;
import io.dynamokv.transport.Message.KeysRequest;
import io.dynamokv.transport.Message.Level;
import io.dynamokv.transport.Message.PlaceHash;
import io.dynamokv.transport.Message.StatesReply;
import io.dynamokv.transport.Message.StatesRequest;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.version.StateCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers other nodes' questions about what this node holds. Thread-safe; waits for nothing. */
public final class TreeServer {
  /** The most states in one answer, so that no read waits long behind it. */
  private static final int MOST_STATES = 256;

  /** The most bytes of states in one answer, unless a single one has more. */
  private static final long MOST_BYTES = 256 << 10;

  private final AntiEntropy.Port port;

  public TreeServer(AntiEntropy.Port port) {
    this.port = port;
  }

  public void onCompare(MemberId from, CompareRequest request) {
    CompareReply reply = compared(request);
    answerSettled(from, reply, new CompareReply(request.id(), List.of(), allOf(request)));
  }

  /** Who is told that something is here may drop its own copy: it must survive a crash. */
  private void answerSettled(MemberId from, Message reply, Message otherwise) {
    if (!port.settle(isSafe -> port.send(from, isSafe ? reply : otherwise))) {
      port.send(from, otherwise);
    }
  }

  private static List<Integer> allOf(CompareRequest request) {
    return request.places().stream().map(PlaceHash::place).toList();
  }

  private CompareReply compared(CompareRequest request) {
    HashTree tree = port.tree();
    List<Integer> differing = new ArrayList<>();
    List<Integer> unknown = new ArrayList<>();
    for (PlaceHash place : request.places()) {
      Long own = hashOf(tree, request.level(), place.place());
      if (own == null) {
        unknown.add(place.place());
      } else if (own != place.hash()) {
        differing.add(place.place());
      }
    }
    return new CompareReply(request.id(), differing, unknown);
  }

  /** Null if it is not known just now, or there is no such place. */
  private static @Nullable Long hashOf(HashTree tree, Level level, int place) {
    boolean ofPartition = level == Level.PARTITIONS;
    int places = ofPartition ? tree.leaves() / tree.leavesPerPartition() : tree.leaves();
    if (place < 0 || place >= places) {
      return null;
    }
    return ofPartition ? tree.hashOfPartition(place) : tree.hashOfLeaf(place);
  }

  public void onKeys(MemberId from, KeysRequest request) {
    boolean isRange = Long.compareUnsigned(request.firstPosition(), request.lastPosition()) <= 0;
    boolean accepted =
        isRange
            && port.keys(
                KeyQuery.between(request.firstPosition(), request.lastPosition(), AntiEntropy.KEYS),
                own -> answerSettled(from, answer(request, own), failed(request)));
    if (!accepted) {
      Status status = isRange ? Status.OVERLOADED : Status.MALFORMED;
      port.send(from, new KeysReply(request.id(), status, 0, List.of()));
    }
  }

  /** As many as fit in one answer of a size that holds nobody up for long. */
  public void onStates(MemberId from, StatesRequest request) {
    List<Key> keys = request.keys().stream().limit(MOST_STATES).map(Key::of).toList();
    if (keys.isEmpty()) {
      port.send(from, new StatesReply(request.id(), Status.MALFORMED, List.of()));
    } else if (!port.readSome(keys, MOST_BYTES, own -> answer(from, request.id(), own))) {
      sendOverloaded(from, request.id());
    }
  }

  /** An answer that is too large to travel, or meets a full queue, leaves room for saying so. */
  private void answer(MemberId from, long id, List<Handoff.Reading> own) {
    List<FoundState> found = own.stream().map(TreeServer::toFound).toList();
    if (!port.send(from, new StatesReply(id, Status.OK, found))) {
      sendOverloaded(from, id);
    }
  }

  private void sendOverloaded(MemberId to, long id) {
    port.send(to, new StatesReply(id, Status.OVERLOADED, List.of()));
  }

  private static FoundState toFound(Handoff.Reading own) {
    if (own.failed()) {
      return new FoundState(Status.STORAGE_FAILED, null);
    }
    return new FoundState(own.state() == null ? Status.ABSENT : Status.OK, own.state());
  }

  private static Message failed(KeysRequest request) {
    return new KeysReply(request.id(), Status.STORAGE_FAILED, 0, List.of());
  }

  private static Message answer(KeysRequest request, @Nullable KeyHashes own) {
    if (own == null) {
      return failed(request);
    }
    Map<Key, Long> theirs = new LinkedHashMap<>();
    for (KeyHash key : request.keys()) {
      Key known = Key.of(key.key());
      if (Long.compareUnsigned(known.position(), own.lastPosition()) <= 0) {
        theirs.put(known, key.hash());
      }
    }
    List<KeyHash> differing = new ArrayList<>();
    for (KeyHashes.Entry entry : own.entries()) {
      Long hash = theirs.remove(entry.key());
      if (hash == null || hash != entry.hash()) {
        differing.add(new KeyHash(entry.key().bytes(), entry.hash()));
      }
    }
    theirs.keySet().forEach(key -> differing.add(new KeyHash(key.bytes(), StateCodec.NO_STATE)));
    return new KeysReply(request.id(), Status.OK, own.lastPosition(), differing);
  }
}
