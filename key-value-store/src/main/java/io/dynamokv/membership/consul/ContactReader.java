package io.dynamokv.membership.consul;

import io.dynamokv.membership.Contact;
import io.dynamokv.membership.consul.ServiceRecord.Reading;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.kiwiproject.consul.model.health.ServiceHealth;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the members of one cluster out of what Consul says. What is of no use there is told once,
 * for as long as it stays. For one thread.
 */
final class ContactReader {
  private static final Logger LOG = LoggerFactory.getLogger(ContactReader.class);

  private final String cluster;
  private Set<String> told = Set.of();

  ContactReader(String cluster) {
    this.cluster = cluster;
  }

  Set<Contact> read(List<ServiceHealth> services) {
    Set<Contact> contacts = new HashSet<>();
    Set<String> skipped = new HashSet<>();
    for (ServiceHealth service : services) {
      Reading reading =
          ServiceRecord.read(service.getService().getMeta(), cluster, isFailing(service));
      if (reading instanceof Reading.Found found) {
        contacts.add(found.contact());
      } else if (reading instanceof Reading.Skipped unusable) {
        skipped.add(complaint(service, unusable));
      }
    }
    tell(skipped);
    return Set.copyOf(contacts);
  }

  /**
   * Whether Consul does not get through to the node, its agent has ended, or one is in maintenance.
   */
  private static boolean isFailing(ServiceHealth service) {
    return service.getChecks().stream().anyMatch(check -> check.getStatus().equals("critical"));
  }

  private void tell(Set<String> skipped) {
    for (String complaint : skipped) {
      if (!told.contains(complaint)) {
        LOG.warn("not a member of this cluster: {}", complaint);
      }
    }
    told = skipped;
  }

  private static String complaint(ServiceHealth service, Reading.Skipped unusable) {
    return "service %s on Consul's node %s: %s"
        .formatted(
            LogText.of(service.getService().getId()),
            LogText.of(service.getNode().getNode()),
            LogText.of(unusable.why()));
  }
}
