package io.dynamokv.membership.consul;

import io.dynamokv.membership.Contact;
import io.dynamokv.membership.Provider;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** Remembers what a provider found last, and how often it said so. Thread-safe. */
final class Found implements Provider.Listener {
  private final AtomicInteger times = new AtomicInteger();
  private volatile Set<Contact> last = Set.of();

  @Override
  public void found(Set<Contact> contacts) {
    last = contacts;
    times.incrementAndGet();
  }

  Set<Contact> last() {
    return last;
  }

  int times() {
    return times.get();
  }

  /** Waits until exactly these members are known, by their names. */
  void await(String... ids) throws Exception {
    ConsulAgent.await(String.join(", ", ids), () -> ids().equals(Set.of(ids)));
  }

  private Set<String> ids() {
    return last.stream()
        .map(contact -> Objects.requireNonNull(contact.id()).value())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
