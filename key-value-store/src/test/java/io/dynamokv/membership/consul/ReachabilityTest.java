package io.dynamokv.membership.consul;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.dynamokv.LogCapture;
import java.net.ConnectException;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kiwiproject.consul.ConsulException;

class ReachabilityTest {
  private static final Trouble AWAY = new Trouble(Trouble.Kind.UNAVAILABLE, "no answer");
  private static final Trouble REFUSED = new Trouble(Trouble.Kind.REFUSED, "status [403]");

  private final LogCapture log = LogCapture.ofPackage(Reachability.class);
  private final Reachability reachability = new Reachability(URI.create("http://127.0.0.1:8500"));

  @AfterEach
  void stopListening() {
    log.close();
  }

  @Test
  void a_loss_and_a_return_are_told_once_whoever_notices() {
    reachability.worked("register");
    reachability.failed("find members", AWAY);
    reachability.failed("register", AWAY);
    reachability.failed("find members", AWAY);
    reachability.worked("find members");
    reachability.worked("register");
    reachability.worked("register");

    assertThat(log.from(Level.INFO))
        .containsExactly(
            "can not find members with Consul at http://127.0.0.1:8500, still trying: no answer",
            "Consul at http://127.0.0.1:8500 is back");
  }

  @Test
  void a_refusal_is_told_although_the_loss_before_it_was() {
    reachability.failed("register", AWAY);
    reachability.failed("register", REFUSED);
    reachability.failed("register", REFUSED);

    assertThat(log.from(Level.WARN))
        .containsExactly(
            "can not register with Consul at http://127.0.0.1:8500, still trying: no answer",
            "can not register with Consul at http://127.0.0.1:8500, still trying: status [403]");
  }

  @Test
  void a_trouble_is_one_line_without_the_token() {
    Trouble trouble =
        Trouble.of(
            new ConsulException("failed", new ConnectException("refused\nfor s3cret")), "s3cret");

    assertThat(trouble)
        .isEqualTo(new Trouble(Trouble.Kind.UNAVAILABLE, "ConnectException: refused for (secret)"));
  }
}
