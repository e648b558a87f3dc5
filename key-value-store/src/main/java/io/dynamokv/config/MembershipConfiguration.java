package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDuration;
import io.dynamokv.membership.Contact;
import io.dynamokv.membership.Member;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The section {@code membership}: which nodes there are, or how they are found. */
public final class MembershipConfiguration {
  @JsonProperty @NotNull private Provider provider = Provider.STATIC;

  @JsonProperty @NotNull private List<@NotNull @Valid MemberConfiguration> members = List.of();

  @JsonProperty @Valid @NotNull private AddressConfiguration self = new AddressConfiguration();

  @JsonProperty @NotNull private List<@NotNull String> seeds = List.of();

  @JsonProperty @Valid @NotNull private ConsulConfiguration consul = new ConsulConfiguration();

  @JsonProperty
  @Min(1)
  @Max(1024)
  private int founders = 1;

  @JsonProperty private boolean leaveOnShutdown;

  @JsonProperty
  @NotNull
  @MinDuration(value = 1, unit = TimeUnit.SECONDS)
  @MaxDuration(value = 24, unit = TimeUnit.HOURS)
  private Duration leaveTimeout = Duration.minutes(10);

  public Provider provider() {
    return provider;
  }

  /** Whether the members are those of this file, and never change. */
  public boolean isStatic() {
    return provider == Provider.STATIC;
  }

  /** The entry with an id, if there is one. */
  public Optional<MemberConfiguration> entry(String id) {
    return isStatic()
        ? members.stream().filter(member -> member.id().equals(id)).findFirst()
        : Optional.of(new MemberConfiguration(id, self));
  }

  /** Whether no other machine can reach any member. */
  public boolean isOnOneMachine() {
    return switch (provider) {
      case STATIC -> members.stream().allMatch(MemberConfiguration::isLoopback);
      case SEEDS ->
          self.isLoopback()
              && contacts().stream().allMatch(contact -> Hosts.isLoopback(contact.host()));
      case CONSUL -> self.isLoopback();
    };
  }

  /** All members that this file names, in the order of their ids. */
  public List<Member> members() {
    return members.stream()
        .map(MemberConfiguration::toMember)
        .sorted(Comparator.comparing(Member::id))
        .toList();
  }

  /** Where other members may be met. */
  public Set<Contact> contacts() {
    Set<Contact> contacts = new LinkedHashSet<>();
    for (String seed : seeds) {
      Contact contact = contact(seed);
      if (contact != null) {
        contacts.add(contact);
      }
    }
    return contacts;
  }

  /** Null if it is not a host and a port. */
  private static @Nullable Contact contact(String seed) {
    int colon = seed.lastIndexOf(':');
    String port = seed.substring(colon + 1);
    if (colon < 1 || !port.matches("[0-9]{1,5}")) {
      return null;
    }
    String host = seed.substring(0, colon);
    boolean isPort = Integer.parseInt(port) >= 1 && Integer.parseInt(port) <= 0xFFFF;
    return isPort && Hosts.canBeConnectedTo(host)
        ? new Contact(null, host, Integer.parseInt(port))
        : null;
  }

  /** Where Consul is. */
  public ConsulConfiguration consul() {
    return consul;
  }

  /** So many members must have met before they make the first ring. */
  public int founders() {
    return founders;
  }

  /** Whether a node that is told to stop hands over what it holds first, and is no member then. */
  public boolean leavesOnShutdown() {
    return leaveOnShutdown && !isStatic();
  }

  /** How long that may take. */
  public Duration leaveTimeout() {
    return leaveTimeout;
  }

  public void check(Problems problems) {
    if (isStatic()) {
      problems.require(!members.isEmpty(), "membership.members", "must not be empty");
      problems.require(
          seeds.isEmpty(),
          "membership.seeds",
          "are for the providers \"seeds\" and \"consul\" (is static)");
      checkMembers(problems);
    } else {
      problems.require(
          members.isEmpty(),
          "membership.members",
          "are for the provider \"static\"; members of this one find each other");
      checkSelf(problems);
    }
    if (provider == Provider.CONSUL) {
      consul.check(problems);
    }
    for (int i = 0; i < seeds.size(); i++) {
      problems.require(
          contact(seeds.get(i)) != null,
          "membership.seeds[" + i + "]",
          "must be the host and the messaging port of a node, as in 10.0.0.1:8082 (is "
              + seeds.get(i)
              + ")");
    }
  }

  private void checkSelf(Problems problems) {
    Set<Integer> ports =
        new HashSet<>(List.of(self.httpPort(), self.adminPort(), self.messagingPort()));
    problems.require(
        Hosts.canBeConnectedTo(self.host()),
        "membership.self.host",
        "must be a host name or an address that can be connected to (is " + self.host() + ")");
    problems.require(ports.size() == 3, "membership.self", "must have three distinct ports");
  }

  private void checkMembers(Problems problems) {
    Set<String> ids = new HashSet<>();
    Set<String> addresses = new HashSet<>();
    for (int i = 0; i < members.size(); i++) {
      MemberConfiguration member = members.get(i);
      String at = "membership.members[" + i + "].";
      problems.require(
          ids.add(member.id()), at + "id", "must not be that of another member: " + member.id());
      problems.require(
          Hosts.canBeConnectedTo(member.host()),
          at + "host",
          "must be a host name or an address that can be connected to (is " + member.host() + ")");
      checkPort(problems, addresses, member, at + "httpPort", MemberConfiguration::httpPort);
      checkPort(problems, addresses, member, at + "adminPort", MemberConfiguration::adminPort);
      checkPort(
          problems, addresses, member, at + "messagingPort", MemberConfiguration::messagingPort);
    }
  }

  private static void checkPort(
      Problems problems,
      Set<String> addresses,
      MemberConfiguration member,
      String key,
      ToIntFunction<MemberConfiguration> port) {
    String address = member.host() + ":" + port.applyAsInt(member);
    problems.require(addresses.add(address), key, "is already another port: " + address);
  }

  /** How members are found. */
  public enum Provider {
    /** They are listed in this file. */
    STATIC,
    /** A few of them are, and they tell of the others. */
    SEEDS,
    /** Consul knows some of them, and they tell of the others. */
    CONSUL
  }
}
