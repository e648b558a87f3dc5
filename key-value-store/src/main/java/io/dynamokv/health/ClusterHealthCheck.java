package io.dynamokv.health;

import com.codahale.metrics.health.HealthCheck;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.View;
import io.dynamokv.node.KeyValueService;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Tells which members this node sees. It is healthy even if it sees none of the others.
 *
 * <p>The load balancer and Consul stop sending requests to unhealthy nodes. If peers that can not
 * be reached made a node unhealthy, the loss of a few nodes would take the remaining ones out of
 * service as well, all at once, though they can still serve many keys, and with fallbacks take
 * writes for the others. A request that really can not be served is answered with 503 by itself,
 * and the caller can try another node. Thread-safe.
 */
public final class ClusterHealthCheck extends HealthCheck {
  private final KeyValueService service;

  public ClusterHealthCheck(KeyValueService service) {
    this.service = service;
  }

  @Override
  protected Result check() {
    View view = service.view();
    List<Member> unreachable =
        view.members().stream().filter(member -> !view.reachable().contains(member.id())).toList();
    int reachable = view.members().size() - unreachable.size();
    String counted = reachable + " of " + view.members().size() + " members reachable";
    return Result.healthy(
        "%s", unreachable.isEmpty() ? counted : counted + "; not " + names(unreachable));
  }

  private static String names(List<Member> members) {
    return members.stream().map(member -> member.id().value()).collect(Collectors.joining(", "));
  }
}
