package io.dynamokv;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.logging.common.DefaultLoggingFactory;
import io.dropwizard.logging.common.LoggingFactory;
import io.dynamokv.config.AntiEntropyConfiguration;
import io.dynamokv.config.CheckedConfiguration;
import io.dynamokv.config.ClusterConfiguration;
import io.dynamokv.config.HintsConfiguration;
import io.dynamokv.config.LoggingDefaults;
import io.dynamokv.config.MemberConfiguration;
import io.dynamokv.config.MembershipConfiguration;
import io.dynamokv.config.MessagingConfiguration;
import io.dynamokv.config.NodeConfiguration;
import io.dynamokv.config.Problems;
import io.dynamokv.config.RequestsConfiguration;
import io.dynamokv.config.StorageConfiguration;
import io.dynamokv.config.TombstonesConfiguration;
import io.dynamokv.replica.Replica;
import io.dynamokv.resources.server.EdgeServerFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** The configuration file as a whole. See {@code docs/configuration.md}. */
public final class DynamoKvConfiguration extends Configuration implements CheckedConfiguration {
  @JsonProperty @Valid @NotNull private ClusterConfiguration cluster = new ClusterConfiguration();

  @JsonProperty @Valid @NotNull private NodeConfiguration node = new NodeConfiguration();

  @JsonProperty @Valid @NotNull
  private MembershipConfiguration membership = new MembershipConfiguration();

  @JsonProperty @Valid @NotNull
  private MessagingConfiguration messaging = new MessagingConfiguration();

  @JsonProperty @Valid @NotNull private StorageConfiguration storage = new StorageConfiguration();
  @JsonProperty @Valid @NotNull private HintsConfiguration hints = new HintsConfiguration();

  @JsonProperty @Valid @NotNull
  private AntiEntropyConfiguration antiEntropy = new AntiEntropyConfiguration();

  @JsonProperty @Valid @NotNull
  private TombstonesConfiguration tombstones = new TombstonesConfiguration();

  @JsonProperty @Valid @NotNull
  private RequestsConfiguration requests = new RequestsConfiguration();

  public DynamoKvConfiguration() {
    setServerFactory(new EdgeServerFactory());
    setLoggingFactory(new DefaultLoggingFactory());
  }

  public ClusterConfiguration cluster() {
    return cluster;
  }

  public NodeConfiguration node() {
    return node;
  }

  public MembershipConfiguration membership() {
    return membership;
  }

  public MessagingConfiguration messaging() {
    return messaging;
  }

  public StorageConfiguration storage() {
    return storage;
  }

  public AntiEntropyConfiguration antiEntropy() {
    return antiEntropy;
  }

  public TombstonesConfiguration tombstones() {
    return tombstones;
  }

  public HintsConfiguration hints() {
    return hints;
  }

  public RequestsConfiguration requests() {
    return requests;
  }

  /** The HTTP server's section. */
  public EdgeServerFactory server() {
    return (EdgeServerFactory) getServerFactory();
  }

  @Override
  @JsonProperty("server")
  @JsonTypeInfo(use = JsonTypeInfo.Id.NONE)
  @JsonDeserialize(as = EdgeServerFactory.class)
  public void setServerFactory(ServerFactory factory) {
    super.setServerFactory(factory);
  }

  @Override
  @JsonProperty("logging")
  public void setLoggingFactory(@Nullable LoggingFactory factory) {
    // Of a section whose lines are all comments nothing is left; it must not mean other defaults.
    LoggingFactory given = factory == null ? new DefaultLoggingFactory() : factory;
    super.setLoggingFactory(
        given instanceof DefaultLoggingFactory known ? LoggingDefaults.apply(known) : given);
  }

  /** Who this node is, and how it is reached. */
  public MemberConfiguration self() {
    return membership.entry(node.id()).orElseThrow();
  }

  @Override
  public void check(Problems problems) {
    cluster.check(problems);
    membership.check(problems);
    messaging.check(problems, requests, Replica.MAX_STATE_BYTES);
    requests.check(problems, Replica.MAX_STATE_BYTES);
    LoggingDefaults.check(problems, getLoggingFactory());
    problems.require(
        membership.entry(node.id()).isPresent(),
        "node.id",
        "must be the id of one of membership.members (is " + node.id() + ")");
    requireSecret(
        problems,
        membership.isOnOneMachine(),
        membership.isStatic()
            ? "not every member's host is a loopback address"
            : "membership.self.host, or a seed, is not a loopback address");
    membership.entry(node.id()).ifPresent(self -> checkSelf(problems, self));
  }

  private void checkSelf(Problems problems, MemberConfiguration self) {
    // Where members are elsewhere, that has been said already.
    requireSecret(
        problems,
        messaging.isOnLoopback(self) || !membership.isOnOneMachine(),
        "messaging.bindHost, " + messaging.bindHost() + ", is not a loopback address");
    server().check(problems, self);
  }

  /**
   * Who can reach the messaging port and needs no secret can read and write everything, and in the
   * name of members. The REST interface asks nobody for a secret: who can reach it may use it.
   */
  private void requireSecret(Problems problems, boolean isAlone, String reason) {
    problems.require(
        isAlone || !cluster.secret().isEmpty(),
        "cluster.secret",
        "must be set, because "
            + reason
            + ": the same on every node, at least "
            + ClusterConfiguration.MIN_SECRET_LENGTH
            + " characters, such as openssl rand -hex 32 prints");
  }
}
