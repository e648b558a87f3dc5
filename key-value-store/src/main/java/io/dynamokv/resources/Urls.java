package io.dynamokv.resources;

import io.dynamokv.membership.Member;
import java.net.URI;

/** The URLs of other nodes. Stateless. */
public final class Urls {
  private Urls() {}

  /**
   * A URL of a member's REST interface.
   *
   * @param path with the query, percent-encoded
   */
  public static URI of(Member member, String path) {
    String host = member.host();
    boolean isBareIpv6 = host.indexOf(':') >= 0 && !host.startsWith("[");
    String authority = isBareIpv6 ? "[" + host + "]" : host;
    return URI.create("http://" + authority + ":" + member.httpPort() + path);
  }
}
