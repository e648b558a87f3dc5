package io.dynamokv.membership;

import com.google.protobuf.InvalidProtocolBufferException;
import io.dynamokv.membership.proto.AdmittedProto;
import io.dynamokv.membership.proto.MemberRecordProto;
import io.dynamokv.membership.proto.RingMemberProto;
import io.dynamokv.membership.proto.RingPlanProto;
import io.dynamokv.membership.proto.RosterProto;
import io.dynamokv.membership.proto.StandingProto;
import io.dynamokv.membership.proto.TokenTableProto;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenTable;
import io.dynamokv.transport.MemberAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Writes rosters to bytes and reads them (see {@code roster.proto}). Stateless. Equal rosters have
 * equal bytes.
 */
public final class RosterCodec {
  private static final int MAX_TEXT_LENGTH = 256;

  /** Those that were removed count too. */
  private static final int MAX_RECORDS = 16 * TokenTable.MAX_MEMBERS;

  /**
   * Versions and generations grow by one with each change. One beyond this comes from nowhere, and
   * nothing could ever follow it.
   */
  private static final long MAX_VERSION = 1L << 46;

  private RosterCodec() {}

  public static byte[] encode(Roster roster) {
    RosterProto.Builder proto =
        RosterProto.newBuilder()
            .setCluster(roster.facts().name())
            .setPartitions(roster.facts().partitions())
            .setReplicas(roster.facts().replicas());
    roster.records().values().forEach(record -> proto.addMembers(toProto(record)));
    if (roster.plan() != null) {
      proto.setPlan(toProto(roster.plan()));
    }
    proto.addAllRemoved(roster.removed());
    return proto.build().toByteArray();
  }

  /** 64 bits that stand for a roster. */
  static long hash(byte[] roster) {
    return ByteBuffer.wrap(DigestUtils.md5(roster)).getLong();
  }

  static byte[] bytesOf(MemberRecord record) {
    return toProto(record).toByteArray();
  }

  static byte[] bytesOf(RingPlan plan) {
    return toProto(plan).toByteArray();
  }

  private static MemberRecordProto toProto(MemberRecord record) {
    Member member = record.member();
    return MemberRecordProto.newBuilder()
        .setId(member.id().value())
        .setHost(member.host())
        .setHttpPort(member.httpPort())
        .setAdminPort(member.adminPort())
        .setMessagingPort(member.messagingPort())
        .setRack(member.rack())
        .setDatacenter(member.datacenter())
        .setNodeId(record.nodeId())
        .setStanding(toProto(record.standing()))
        .setVersion(record.version())
        .build();
  }

  private static StandingProto toProto(Standing standing) {
    return switch (standing) {
      case IN -> StandingProto.STANDING_IN;
      case LEAVING -> StandingProto.STANDING_LEAVING;
      case REMOVED -> StandingProto.STANDING_REMOVED;
    };
  }

  private static RingPlanProto toProto(RingPlan plan) {
    RingPlanProto.Builder proto =
        RingPlanProto.newBuilder().setNumber(plan.number()).setServed(toProto(plan.served()));
    if (plan.next() != null) {
      proto.setNext(toProto(plan.next()));
    }
    plan.sortedAdmitted()
        .forEach(
            (id, nodeId) ->
                proto.addAdmitted(AdmittedProto.newBuilder().setId(id.value()).setNodeId(nodeId)));
    return proto.build();
  }

  private static TokenTableProto toProto(TokenTable table) {
    TokenTableProto.Builder proto = TokenTableProto.newBuilder();
    List<MemberId> ids = new ArrayList<>();
    for (RingMember member : table.members()) {
      ids.add(member.id());
      proto.addMembers(
          RingMemberProto.newBuilder().setId(member.id().value()).setRack(member.rack()));
    }
    for (int token = 0; token < table.partitions().count(); token++) {
      proto.addOwners(Collections.binarySearch(ids, table.ownerOf(token)));
    }
    return proto.build();
  }

  /**
   * Reads a roster that this node has written.
   *
   * @throws IllegalArgumentException if the bytes are not one, with a reason that can be logged
   */
  public static Roster decode(byte[] bytes) {
    try {
      return toRoster(RosterProto.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a roster: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a roster that another node has sent.
   *
   * @throws IllegalArgumentException if the bytes are not one, or nothing could follow it
   */
  public static Roster decodeHeard(byte[] bytes) {
    Roster roster = decode(bytes);
    for (MemberRecord record : roster.records().values()) {
      checkVersion("the record of " + record.member().id(), record.version());
    }
    if (roster.plan() != null) {
      checkVersion("a plan of the ring", RingPlan.generationOf(roster.plan().number()));
    }
    return roster;
  }

  private static Roster toRoster(RosterProto proto) {
    ClusterFacts facts =
        new ClusterFacts(
            checked(proto.getCluster()), proto.getPartitions(), proto.getReplicas(), 0);
    if (proto.getMembersCount() > MAX_RECORDS || proto.getRemovedCount() > MAX_RECORDS) {
      throw new IllegalArgumentException(
          "a roster of %d members, %d removed"
              .formatted(proto.getMembersCount(), proto.getRemovedCount()));
    }
    TreeMap<MemberId, MemberRecord> records = new TreeMap<>();
    for (MemberRecordProto each : proto.getMembersList()) {
      MemberRecord record = toRecord(each);
      records.put(record.member().id(), record);
    }
    Partitions partitions = new Partitions(facts.partitions());
    RingPlan plan = proto.hasPlan() ? toPlan(proto.getPlan(), partitions) : null;
    return new Roster(facts, records, plan, new TreeSet<>(proto.getRemovedList()));
  }

  private static MemberRecord toRecord(MemberRecordProto proto) {
    // One that nobody could make a link to would keep this node from making any.
    MemberAddress address = new MemberAddress(checked(proto.getHost()), proto.getMessagingPort());
    Member member =
        new Member(
            new MemberId(proto.getId()),
            address.host(),
            checkedPort(proto.getHttpPort()),
            checkedPort(proto.getAdminPort()),
            address.port(),
            checked(proto.getRack()),
            checked(proto.getDatacenter()));
    return new MemberRecord(
        member, proto.getNodeId(), toStanding(proto.getStanding()), proto.getVersion());
  }

  private static Standing toStanding(StandingProto proto) {
    return switch (proto) {
      case STANDING_IN -> Standing.IN;
      case STANDING_LEAVING -> Standing.LEAVING;
      case STANDING_REMOVED -> Standing.REMOVED;
      case STANDING_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("a member without a standing that is known");
    };
  }

  private static RingPlan toPlan(RingPlanProto proto, Partitions partitions) {
    Map<MemberId, Long> admitted = new HashMap<>();
    proto
        .getAdmittedList()
        .forEach(each -> admitted.put(new MemberId(each.getId()), each.getNodeId()));
    return new RingPlan(
        proto.getNumber(),
        toTable(proto.getServed(), partitions),
        proto.hasNext() ? toTable(proto.getNext(), partitions) : null,
        admitted);
  }

  private static TokenTable toTable(TokenTableProto proto, Partitions partitions) {
    List<RingMember> members = new ArrayList<>();
    Map<MemberId, List<Integer>> tokens = new HashMap<>();
    for (RingMemberProto each : proto.getMembersList()) {
      members.add(new RingMember(new MemberId(each.getId()), each.getRack()));
    }
    if (proto.getOwnersCount() != partitions.count()) {
      throw new IllegalArgumentException("a table of " + proto.getOwnersCount() + " tokens");
    }
    for (int token = 0; token < proto.getOwnersCount(); token++) {
      int owner = proto.getOwners(token);
      if (owner < 0 || owner >= members.size()) {
        throw new IllegalArgumentException("a token of a member that is not named: " + owner);
      }
      tokens.computeIfAbsent(members.get(owner).id(), id -> new ArrayList<>()).add(token);
    }
    return TokenTable.of(partitions, members, tokens);
  }

  private static String checked(String text) {
    if (text.length() > MAX_TEXT_LENGTH) {
      throw new IllegalArgumentException("a text of " + text.length() + " characters");
    }
    return text;
  }

  private static void checkVersion(String what, long version) {
    if (version < 0 || version > MAX_VERSION) {
      throw new IllegalArgumentException("%s is from the future: %d".formatted(what, version));
    }
  }

  private static int checkedPort(int port) {
    if (port < 1 || port > 0xFFFF) {
      throw new IllegalArgumentException("a port is 1 to 65535: " + port);
    }
    return port;
  }
}
