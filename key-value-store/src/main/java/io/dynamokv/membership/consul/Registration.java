package io.dynamokv.membership.consul;

import io.dynamokv.membership.MemberState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.kiwiproject.consul.AgentClient;
import org.kiwiproject.consul.model.agent.ImmutableRegCheck;
import org.kiwiproject.consul.model.agent.ImmutableRegistration;
import org.kiwiproject.consul.option.ImmutableQueryOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node registered with the agent, in the state that was announced last: an agent that
 * was restarted without its data has forgotten it. The agent brings the catalog up to date by
 * itself. For one thread, but for {@link #announce}.
 */
final class Registration implements Loop.Step {
  private static final Logger LOG = LoggerFactory.getLogger(Registration.class);

  private final ConsulSettings settings;
  private final ServiceRecord record;
  private final String serviceId;
  private final AgentClient agent;
  private final AgentClient farewell;
  private volatile MemberState announced;
  private @Nullable MemberState registered;

  /**
   * @param record as the node is at first
   * @param agent to register with
   * @param farewell the same agent, by a client that takes little time
   */
  Registration(
      ConsulSettings settings, ServiceRecord record, AgentClient agent, AgentClient farewell) {
    this.settings = settings;
    this.record = record;
    this.serviceId = record.idIn(settings.service());
    this.agent = agent;
    this.farewell = farewell;
    this.announced = record.state();
  }

  /** To be registered with the next step. */
  void announce(MemberState state) {
    announced = state;
  }

  @Override
  public Duration take() {
    MemberState state = announced;
    if (state != registered) {
      register(state);
      LOG.info("registered {} as {} with Consul at {}", serviceId, state.text(), settings.url());
    } else if (!agentHasIt()) {
      register(state);
      LOG.info("registered {} again, for the agent had forgotten it", serviceId);
    }
    return settings.checkInterval();
  }

  private boolean agentHasIt() {
    ImmutableQueryOptions onlyIt =
        ImmutableQueryOptions.builder().filter("ID == \"" + serviceId + "\"").build();
    return agent.getServices(onlyIt).containsKey(serviceId);
  }

  private void register(MemberState state) {
    ServiceRecord current = record.in(state);
    agent.register(
        ImmutableRegistration.builder()
            .id(serviceId)
            .name(settings.service())
            .address(current.member().host())
            .port(current.member().httpPort())
            .tags(current.tags())
            .meta(current.meta())
            .check(check(current))
            .build());
    registered = state;
  }

  private ImmutableRegCheck check(ServiceRecord current) {
    return ImmutableRegCheck.builder()
        .http(current.healthUrl())
        .interval(text(settings.checkInterval()))
        .timeout(text(settings.checkTimeout()))
        .deregisterCriticalServiceAfter(text(settings.deregisterAfter()))
        .build();
  }

  private static String text(Duration duration) {
    return duration.toMillis() + "ms";
  }

  /** Takes the registration back, also one that may or may not have got through. */
  @Override
  public void finish() {
    try {
      farewell.deregister(serviceId);
      LOG.info("deregistered {} from Consul at {}", serviceId, settings.url());
    } catch (RuntimeException e) {
      LOG.warn(
          "could not deregister {} from Consul at {}, which will forget it in {}: {}",
          serviceId,
          settings.url(),
          settings.deregisterAfter(),
          Trouble.of(e, settings.aclToken()).text());
    }
  }
}
