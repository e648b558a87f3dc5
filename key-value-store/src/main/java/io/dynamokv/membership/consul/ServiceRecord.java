package io.dynamokv.membership.consul;

import io.dynamokv.membership.Contact;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.MemberState;
import io.dynamokv.ring.MemberId;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A node as it stands in Consul's catalog, where everybody may write. Immutable.
 *
 * @param cluster nodes of other clusters may be registered under the same service
 * @param nodeId the identity of the node's data folder
 */
record ServiceRecord(String cluster, Member member, MemberState state, long nodeId) {
  /** The names of clusters that can be part of a service's id. */
  private static final Pattern CLUSTER = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private static final int MAX_PORT = 0xFFFF;

  /**
   * @throws IllegalArgumentException unless the cluster's name has 1 to 64 letters, digits, dots,
   *     dashes or underscores
   */
  ServiceRecord {
    if (!CLUSTER.matcher(cluster).matches()) {
      throw new IllegalArgumentException(
          "a cluster's name has 1 to 64 letters, digits, dots, dashes or underscores: " + cluster);
    }
  }

  ServiceRecord in(MemberState other) {
    return new ServiceRecord(cluster, member, other, nodeId);
  }

  /** The same for as long as the node has its name, so that it never stands there twice. */
  String idIn(String service) {
    return service + "-" + cluster + "-" + member.id();
  }

  /** What load balancers and people look for. */
  List<String> tags() {
    List<String> tags = new ArrayList<>();
    if (!member.rack().isEmpty()) {
      tags.add("rack=" + member.rack());
    }
    tags.add("state=" + state.text());
    return tags;
  }

  Map<String, String> meta() {
    return Map.ofEntries(
        Map.entry("id", member.id().value()),
        Map.entry("host", member.host()),
        Map.entry("http-port", "" + member.httpPort()),
        Map.entry("admin-port", "" + member.adminPort()),
        Map.entry("messaging-port", "" + member.messagingPort()),
        Map.entry("rack", member.rack()),
        Map.entry("datacenter", member.datacenter()),
        Map.entry("state", state.text()),
        Map.entry("cluster", cluster),
        Map.entry("node-id", HexFormat.of().toHexDigits(nodeId)));
  }

  /** Where Consul asks for the node's health. */
  String healthUrl() {
    String host = member.host();
    String inUrl = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    return "http://" + inUrl + ":" + member.adminPort() + "/healthcheck";
  }

  /** What comes of reading another node's meta. */
  sealed interface Reading {
    /** A node of this cluster. */
    record Found(Contact contact) implements Reading {}

    /** Of no use; why may have anything in it that somebody wrote into the catalog. */
    record Skipped(String why) implements Reading {}
  }

  /** Reads what {@link #meta} wrote on another node, or whatever else is there. */
  static Reading read(Map<String, String> meta, String ownCluster, boolean isFailing) {
    String cluster = meta.getOrDefault("cluster", "");
    if (!cluster.equals(ownCluster)) {
      return new Reading.Skipped(
          cluster.isEmpty() ? "it names no cluster" : "it is of cluster " + cluster);
    }
    try {
      MemberId id = new MemberId(meta.getOrDefault("id", ""));
      int port = port(meta.getOrDefault("messaging-port", ""));
      String host = host(meta.getOrDefault("host", ""), port);
      return new Reading.Found(new Contact(id, host, port, isFailing));
    } catch (IllegalArgumentException e) {
      return new Reading.Skipped(String.valueOf(e.getMessage()));
    }
  }

  private static int port(String text) {
    int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("a messaging port is 1 to " + MAX_PORT + ": " + text);
    }
    return port;
  }

  private static String host(String host, int port) {
    try {
      String parsed = new URI("tcp", null, host, port, null, null, null).getHost();
      if (host.equals(parsed) || ("[" + host + "]").equals(parsed)) {
        return host;
      }
    } catch (URISyntaxException e) {
      // Said below.
    }
    throw new IllegalArgumentException("not a host name that can be connected to: " + host);
  }
}
