package io.dynamokv.membership.consul;

import java.net.MalformedURLException;
import java.net.URL;
import java.time.Duration;
import org.kiwiproject.consul.Consul;

/** Makes clients of one agent that do not wait for ever. Stateless. */
final class ConsulClients {
  private ConsulClients() {}

  /**
   * A client that has asked nothing yet.
   *
   * @param connect how long a connection may take
   * @param read how long there may be nothing to read; a blocking query may take its own time more
   */
  static Consul open(ConsulSettings settings, Duration connect, Duration read) {
    Consul.Builder builder =
        Consul.builder()
            .withUrl(url(settings))
            .withPing(false)
            .withConnectTimeoutMillis(connect.toMillis())
            .withWriteTimeoutMillis(read.toMillis())
            .withReadTimeoutMillis(read.toMillis())
            .withConsulFailoverInterceptor(new BoundedAnswers());
    if (!settings.aclToken().isEmpty()) {
      // In a header: a token in the URL would be in logs.
      builder.withTokenAuth(settings.aclToken());
    }
    return builder.build();
  }

  private static URL url(ConsulSettings settings) {
    try {
      return settings.url().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("not a URL: " + settings.url(), e);
    }
  }
}
