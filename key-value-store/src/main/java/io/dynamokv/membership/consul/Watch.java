package io.dynamokv.membership.consul;

import io.dynamokv.membership.Contact;
import io.dynamokv.membership.Provider.Listener;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kiwiproject.consul.HealthClient;
import org.kiwiproject.consul.model.ConsulResponse;
import org.kiwiproject.consul.model.health.ServiceHealth;
import org.kiwiproject.consul.option.QueryOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for changes of the service and of its health, by Consul's blocking queries: each names the
 * index of the answer before, and Consul answers when it has a later one, or when the time is up.
 * For one thread.
 */
final class Watch implements Loop.Step {
  /** The most that Consul waits for a change, in seconds; it adds up to a sixteenth. */
  static final int WAIT_SECONDS = 60;

  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  /** So that what changes all the time is not asked all the time. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final HealthClient health;
  private final String service;
  private final ContactReader reader;
  private final Listener listener;
  private BigInteger index = BigInteger.ZERO;
  private @Nullable Set<Contact> known;

  Watch(HealthClient health, String service, ContactReader reader, Listener listener) {
    this.health = health;
    this.service = service;
    this.reader = reader;
    this.listener = listener;
  }

  @Override
  public Duration take() {
    BigInteger asked = index;
    // If this fails, Consul may have lost its data, and this index may be one that is far ahead.
    index = BigInteger.ZERO;
    ConsulResponse<List<ServiceHealth>> answer =
        health.getAllServiceInstances(
            service, QueryOptions.blockSeconds(WAIT_SECONDS, asked).build());
    tell(reader.read(answer.getResponse()));
    index = nextIndex(asked, answer.getIndex());
    return PAUSE;
  }

  /**
   * What to ask with next. An index that goes backwards is that of a Consul that was restored: ask
   * anew. One of 0 would make Consul answer at once, again and again.
   */
  static BigInteger nextIndex(BigInteger asked, BigInteger answered) {
    if (answered.signum() <= 0) {
      return BigInteger.ONE;
    }
    return answered.compareTo(asked) < 0 ? BigInteger.ZERO : answered;
  }

  private void tell(Set<Contact> contacts) {
    if (contacts.equals(known)) {
      return;
    }
    known = contacts;
    LOG.info(
        "found {} members in Consul, {} of them in bad health",
        contacts.size(),
        contacts.stream().filter(Contact::isFailing).count());
    try {
      listener.found(contacts);
    } catch (RuntimeException e) {
      LOG.error("a bug: what follows from the members that were found failed", e);
    }
  }
}
