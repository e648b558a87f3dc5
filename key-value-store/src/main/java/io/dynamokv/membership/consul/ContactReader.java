package io.dynamokv.membership.consul;

import io.dynamokv.membership.Contact;
import io.dynamokv.membership.consul.ServiceRecord.Reading;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.kiwiproject.consul.model.catalog.CatalogService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the members of one cluster out of the catalog. What is of no use there is told once, for as
 * long as it stays. For one thread.
 */
final class ContactReader {
  private static final Logger LOG = LoggerFactory.getLogger(ContactReader.class);

  private final String cluster;
  private Set<String> told = Set.of();

  ContactReader(String cluster) {
    this.cluster = cluster;
  }

  Set<Contact> read(List<CatalogService> services) {
    Set<Contact> contacts = new HashSet<>();
    Set<String> skipped = new HashSet<>();
    for (CatalogService service : services) {
      Reading reading = ServiceRecord.read(service.getServiceMeta(), cluster);
      if (reading instanceof Reading.Found found) {
        contacts.add(found.contact());
      } else if (reading instanceof Reading.Skipped unusable) {
        skipped.add(complaint(service, unusable));
      }
    }
    tell(skipped);
    return Set.copyOf(contacts);
  }

  private void tell(Set<String> skipped) {
    for (String complaint : skipped) {
      if (!told.contains(complaint)) {
        LOG.warn("not a member of this cluster: {}", complaint);
      }
    }
    told = skipped;
  }

  private static String complaint(CatalogService service, Reading.Skipped unusable) {
    return "service %s on Consul's node %s: %s"
        .formatted(
            LogText.of(service.getServiceId()),
            LogText.of(service.getNode()),
            LogText.of(unusable.why()));
  }
}
