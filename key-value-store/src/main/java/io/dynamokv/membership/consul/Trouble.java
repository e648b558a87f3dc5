package io.dynamokv.membership.consul;

import com.google.common.base.Throwables;
import org.kiwiproject.consul.ConsulException;

/**
 * Why Consul did not do what it was asked. Immutable; never has the ACL token in it.
 *
 * @param kind what an operator would tell apart
 * @param text one line for the log
 */
record Trouble(Kind kind, String text) {
  enum Kind {
    /** No answer, or none that makes sense, or Consul itself is in trouble: it may pass. */
    UNAVAILABLE,
    /** It would not: somebody has to change something. */
    REFUSED
  }

  static Trouble of(RuntimeException failure, String aclToken) {
    String text = text(failure);
    return new Trouble(
        kind(failure), LogText.of(aclToken.isEmpty() ? text : text.replace(aclToken, "(secret)")));
  }

  private static Kind kind(RuntimeException failure) {
    return failure instanceof ConsulException answer
            && answer.getCode() >= 400
            && answer.getCode() < 500
        ? Kind.REFUSED
        : Kind.UNAVAILABLE;
  }

  private static String text(RuntimeException failure) {
    if (failure instanceof ConsulException answer && answer.hasCode()) {
      return String.valueOf(answer.getMessage());
    }
    Throwable cause = Throwables.getRootCause(failure);
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }
}
