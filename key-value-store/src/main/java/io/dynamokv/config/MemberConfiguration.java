package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dynamokv.membership.Member;
import io.dynamokv.ring.MemberId;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;

/** An entry of {@code membership.members}: who a node is, and how it is reached. */
public final class MemberConfiguration extends AddressConfiguration {
  /** What names of nodes are like; "-" alone stands for nobody. */
  static final String ID = "(?!-$)[A-Za-z0-9._-]{1,64}";

  @JsonProperty
  @NotNull
  @Pattern(regexp = ID)
  private String id = "";

  MemberConfiguration() {}

  /** A node at an address. */
  MemberConfiguration(String id, AddressConfiguration address) {
    super(address);
    this.id = id;
  }

  public String id() {
    return id;
  }

  /** The same as the rest of the program knows it. */
  public Member toMember() {
    return new Member(
        new MemberId(id), host(), httpPort(), adminPort(), messagingPort(), rack(), datacenter());
  }
}
