package io.dynamokv.config;

import java.net.URI;
import java.net.URISyntaxException;

/** What can be said of a host without asking the network. Stateless. */
final class Hosts {
  private Hosts() {}

  /**
   * Whether a host is a loopback address, so that only its own machine can reach what listens
   * there. Of names only {@code localhost} is: where others lead is for the network to say.
   */
  static boolean isLoopback(String host) {
    return host.equals("localhost")
        || host.equals("::1")
        || host.equals("[::1]")
        || host.matches("127(\\.[0-9]{1,3}){3}");
  }

  /** Whether a host can be part of an address; a name with an underscore, for example, can not. */
  static boolean canBeConnectedTo(String host) {
    try {
      String parsed = new URI("tcp", null, host, 1, null, null, null).getHost();
      return host.equals(parsed) || ("[" + host + "]").equals(parsed);
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
