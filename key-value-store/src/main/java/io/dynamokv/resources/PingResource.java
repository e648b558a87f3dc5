package io.dynamokv.resources;

import io.dynamokv.api.Answers;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.View;
import io.dynamokv.node.KeyValueService;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Says that this node lives, and which of the others it sees. Thread-safe; never waits. */
@Path("/")
public final class PingResource {
  private final KeyValueService service;

  public PingResource(KeyValueService service) {
    this.service = service;
  }

  @GET
  @Path("ping")
  public void ping(@Suspended AsyncResponse answer) {
    answer.resume(Response.ok("pong", MediaType.TEXT_PLAIN_TYPE).build());
  }

  /** {@code {"host:port":"reachable" or "unreachable",..}}, as this node knows it already. */
  @GET
  @Path("check_connectivity")
  public void checkConnectivity(@Suspended AsyncResponse answer) {
    View view = service.view();
    answer.resume(
        Responses.ok(
            Answers.json(
                json -> {
                  json.writeStartObject();
                  for (Member member : view.members()) {
                    boolean reachable = view.reachable().contains(member.id());
                    json.writeStringField(
                        member.address(), reachable ? "reachable" : "unreachable");
                  }
                  json.writeEndObject();
                })));
  }
}
