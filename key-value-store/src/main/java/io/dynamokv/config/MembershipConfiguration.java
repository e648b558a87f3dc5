package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dynamokv.membership.Member;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/** The section {@code membership}: which nodes there are. */
public final class MembershipConfiguration {
  @JsonProperty @NotNull private Provider provider = Provider.STATIC;

  @JsonProperty @NotEmpty private List<@NotNull @Valid MemberConfiguration> members = List.of();

  public Provider provider() {
    return provider;
  }

  /** The entry with an id, if there is one. */
  public Optional<MemberConfiguration> entry(String id) {
    return members.stream().filter(member -> member.id().equals(id)).findFirst();
  }

  /** Whether no other machine can reach any member. */
  public boolean isOnOneMachine() {
    return members.stream().allMatch(MemberConfiguration::isLoopback);
  }

  /** All members, in the order of their ids. */
  public List<Member> members() {
    return members.stream()
        .map(MemberConfiguration::toMember)
        .sorted(Comparator.comparing(Member::id))
        .toList();
  }

  public void check(Problems problems) {
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

  /** Where the list of members comes from. */
  public enum Provider {
    /** From this file. */
    STATIC
  }
}
