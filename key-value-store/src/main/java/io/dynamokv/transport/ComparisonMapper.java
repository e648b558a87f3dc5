package io.dynamokv.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.dynamokv.transport.Message.CollectReply;
import io.dynamokv.transport.Message.CollectRequest;
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
import io.dynamokv.transport.proto.CollectReplyProto;
import io.dynamokv.transport.proto.CollectRequestProto;
import io.dynamokv.transport.proto.CompareReplyProto;
import io.dynamokv.transport.proto.CompareRequestProto;
import io.dynamokv.transport.proto.FoundStateProto;
import io.dynamokv.transport.proto.KeysReplyProto;
import io.dynamokv.transport.proto.KeysRequestProto;
import io.dynamokv.transport.proto.LevelProto;
import io.dynamokv.transport.proto.OperationProto;
import io.dynamokv.transport.proto.StatesReplyProto;
import io.dynamokv.transport.proto.StatesRequestProto;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link OperationMapper} for the comparisons of anti-entropy and the collection of
 * tombstones. Thread-safe.
 */
final class ComparisonMapper {
  private final WireLimits limits;

  ComparisonMapper(WireLimits limits) {
    this.limits = limits;
  }

  void toProto(Message message, OperationProto.Builder operation) throws WireFormatException {
    if (message instanceof CompareRequest request) {
      operation.setCompareRequest(toProto(request));
    } else if (message instanceof CompareReply reply) {
      operation.setCompareReply(
          CompareReplyProto.newBuilder()
              .setId(reply.id())
              .addAllDiffering(reply.differing())
              .addAllUnknown(reply.unknown()));
    } else if (message instanceof KeysRequest request) {
      operation.setKeysRequest(toProto(request));
    } else if (message instanceof KeysReply reply) {
      operation.setKeysReply(toProto(reply));
    } else if (message instanceof StatesRequest request) {
      operation.setStatesRequest(toProto(request));
    } else if (message instanceof StatesReply reply) {
      operation.setStatesReply(toProto(reply));
    } else if (message instanceof CollectRequest request) {
      operation.setCollectRequest(toProto(request));
    } else if (message instanceof CollectReply reply) {
      operation.setCollectReply(
          CollectReplyProto.newBuilder()
              .setId(reply.id())
              .setCalmMs(reply.calmMs())
              .addAllDisagreed(reply.disagreed()));
    } else {
      throw new IllegalArgumentException(
          "a kind of message without a form on the wire: " + message);
    }
  }

  private static CompareRequestProto toProto(CompareRequest request) throws WireFormatException {
    checkCount(request.places().size());
    CompareRequestProto.Builder proto = CompareRequestProto.newBuilder().setId(request.id());
    proto.setLevel(
        request.level() == Level.PARTITIONS
            ? LevelProto.LEVEL_PARTITIONS
            : LevelProto.LEVEL_LEAVES);
    for (PlaceHash place : request.places()) {
      proto.addPlaces(place.place()).addHashes(place.hash());
    }
    return proto.build();
  }

  private KeysRequestProto toProto(KeysRequest request) throws WireFormatException {
    checkCount(request.keys().size());
    return KeysRequestProto.newBuilder()
        .setId(request.id())
        .setFirstPosition(request.firstPosition())
        .setLastPosition(request.lastPosition())
        .addAllKeys(keysOf(request.keys()))
        .addAllHashes(hashesOf(request.keys()))
        .build();
  }

  private CollectRequestProto toProto(CollectRequest request) throws WireFormatException {
    checkCount(request.keys().size());
    return CollectRequestProto.newBuilder()
        .setId(request.id())
        .setAgreed(request.agreed())
        .addAllKeys(keysOf(request.keys()))
        .addAllHashes(hashesOf(request.keys()))
        .build();
  }

  private KeysReplyProto toProto(KeysReply reply) throws WireFormatException {
    return KeysReplyProto.newBuilder()
        .setId(reply.id())
        .setStatus(OperationMapper.toProto(reply.status()))
        .setLastPosition(reply.lastPosition())
        .addAllKeys(keysOf(reply.keys()))
        .addAllHashes(hashesOf(reply.keys()))
        .build();
  }

  private StatesRequestProto toProto(StatesRequest request) throws WireFormatException {
    checkCount(request.keys().size());
    StatesRequestProto.Builder proto = StatesRequestProto.newBuilder().setId(request.id());
    for (byte[] key : request.keys()) {
      limits.checkKey(key.length);
      proto.addKeys(UnsafeByteOperations.unsafeWrap(key));
    }
    return proto.build();
  }

  private static StatesReplyProto toProto(StatesReply reply) {
    StatesReplyProto.Builder proto =
        StatesReplyProto.newBuilder()
            .setId(reply.id())
            .setStatus(OperationMapper.toProto(reply.status()));
    for (FoundState found : reply.found()) {
      FoundStateProto.Builder state =
          FoundStateProto.newBuilder().setStatus(OperationMapper.toProto(found.status()));
      if (found.state() != null) {
        state.setState(UnsafeByteOperations.unsafeWrap(found.state()));
      }
      proto.addFound(state);
    }
    return proto.build();
  }

  private List<ByteString> keysOf(List<KeyHash> pairs) throws WireFormatException {
    List<ByteString> keys = new ArrayList<>(pairs.size());
    for (KeyHash pair : pairs) {
      limits.checkKey(pair.key().length);
      keys.add(UnsafeByteOperations.unsafeWrap(pair.key()));
    }
    return keys;
  }

  private static List<Long> hashesOf(List<KeyHash> pairs) {
    return pairs.stream().map(KeyHash::hash).toList();
  }

  @Nullable CompareRequest toMessage(CompareRequestProto proto) throws WireFormatException {
    checkCount(proto.getPlacesCount());
    checkSame(proto.getPlacesCount(), proto.getHashesCount());
    List<PlaceHash> places = new ArrayList<>(proto.getPlacesCount());
    for (int i = 0; i < proto.getPlacesCount(); i++) {
      places.add(new PlaceHash(proto.getPlaces(i), proto.getHashes(i)));
    }
    return switch (proto.getLevel()) {
      case LEVEL_PARTITIONS -> new CompareRequest(proto.getId(), Level.PARTITIONS, places);
      case LEVEL_LEAVES -> new CompareRequest(proto.getId(), Level.LEAVES, places);
      case LEVEL_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  CompareReply toMessage(CompareReplyProto proto) throws WireFormatException {
    checkCount(proto.getDifferingCount() + proto.getUnknownCount());
    return new CompareReply(proto.getId(), proto.getDifferingList(), proto.getUnknownList());
  }

  KeysRequest toMessage(KeysRequestProto proto) throws WireFormatException {
    checkCount(proto.getKeysCount());
    return new KeysRequest(
        proto.getId(),
        proto.getFirstPosition(),
        proto.getLastPosition(),
        toKeys(proto.getKeysList(), proto.getHashesList()));
  }

  @Nullable KeysReply toMessage(KeysReplyProto proto) throws WireFormatException {
    Status status = OperationMapper.toStatus(proto.getStatus());
    return status == null
        ? null
        : new KeysReply(
            proto.getId(),
            status,
            proto.getLastPosition(),
            toKeys(proto.getKeysList(), proto.getHashesList()));
  }

  StatesRequest toMessage(StatesRequestProto proto) throws WireFormatException {
    checkCount(proto.getKeysCount());
    List<byte[]> keys = new ArrayList<>(proto.getKeysCount());
    for (ByteString key : proto.getKeysList()) {
      keys.add(limits.toKey(key));
    }
    return new StatesRequest(proto.getId(), keys);
  }

  /** Null if it has a status that this node does not know. */
  @Nullable StatesReply toMessage(StatesReplyProto proto) throws WireFormatException {
    checkCount(proto.getFoundCount());
    Status whole = OperationMapper.toStatus(proto.getStatus());
    List<FoundState> found = new ArrayList<>(proto.getFoundCount());
    for (FoundStateProto each : proto.getFoundList()) {
      Status status = OperationMapper.toStatus(each.getStatus());
      if (status == null) {
        return null;
      }
      found.add(new FoundState(status, each.hasState() ? each.getState().toByteArray() : null));
    }
    return whole == null ? null : new StatesReply(proto.getId(), whole, found);
  }

  CollectRequest toMessage(CollectRequestProto proto) throws WireFormatException {
    checkCount(proto.getKeysCount());
    return new CollectRequest(
        proto.getId(), proto.getAgreed(), toKeys(proto.getKeysList(), proto.getHashesList()));
  }

  CollectReply toMessage(CollectReplyProto proto) throws WireFormatException {
    checkCount(proto.getDisagreedCount());
    return new CollectReply(proto.getId(), proto.getCalmMs(), proto.getDisagreedList());
  }

  private List<KeyHash> toKeys(List<ByteString> keys, List<Long> hashes)
      throws WireFormatException {
    checkSame(keys.size(), hashes.size());
    List<KeyHash> pairs = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      limits.checkKey(keys.get(i).size());
      pairs.add(new KeyHash(keys.get(i).toByteArray(), hashes.get(i)));
    }
    return pairs;
  }

  private static void checkCount(int count) throws WireFormatException {
    if (count > WireLimits.MAX_COMPARED) {
      throw new WireFormatException(
          "a comparison of " + count + "; it may have " + WireLimits.MAX_COMPARED);
    }
  }

  private static void checkSame(int places, int hashes) throws WireFormatException {
    if (places != hashes) {
      throw new WireFormatException(places + " to compare, and " + hashes + " hashes");
    }
  }
}
