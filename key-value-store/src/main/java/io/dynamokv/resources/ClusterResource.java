package io.dynamokv.resources;

import com.fasterxml.jackson.core.JsonGenerator;
import io.dynamokv.api.Answers;
import io.dynamokv.api.UrlReader;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.RingPlan;
import io.dynamokv.membership.View;
import io.dynamokv.node.KeyValueService;
import io.dynamokv.node.Transfers;
import io.dynamokv.repair.Filling;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.PreferenceList;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Describes the cluster as this node knows it. Thread-safe; never waits. */
@Path("/cluster")
public final class ClusterResource {
  private final KeyValueService service;
  private final UrlReader urls;
  private final Settings settings;

  public ClusterResource(KeyValueService service, UrlReader urls, Settings settings) {
    this.service = service;
    this.urls = urls;
    this.settings = settings;
  }

  @GET
  public void cluster(@Suspended AsyncResponse answer) {
    View view = service.view();
    answer.resume(
        Responses.ok(
            Answers.json(
                json -> {
                  json.writeStartObject();
                  json.writeStringField("name", settings.name());
                  json.writeStringField("self", view.self().id().value());
                  json.writeNumberField("replicas", settings.replicas());
                  json.writeNumberField("reads", settings.reads());
                  json.writeNumberField("writes", settings.writes());
                  json.writeNumberField("partitions", settings.partitions());
                  json.writeArrayFieldStart("members");
                  for (Member member : view.members()) {
                    write(json, member, view);
                  }
                  json.writeEndArray();
                  writeChange(json, view, service.transfers());
                  json.writeEndObject();
                })));
  }

  /** What the ring is on its way to, and how far this node has come with it. */
  private static void writeChange(JsonGenerator json, View view, Transfers transfers)
      throws IOException {
    Filling.Progress filling = transfers.filling();
    json.writeObjectFieldStart("change");
    json.writeNumberField("plan", RingPlan.generationOf(view.plan()));
    json.writeBooleanField("underWay", view.isRingChanging());
    json.writeArrayFieldStart("waitsFor");
    for (MemberId member : transfers.waitsFor().stream().sorted().toList()) {
      json.writeString(member.value());
    }
    json.writeEndArray();
    json.writeObjectFieldStart("filling");
    json.writeNumberField("partitions", filling.partitions());
    json.writeNumberField("complete", filling.complete());
    json.writeNumberField("keys", filling.keys());
    json.writeNumberField("leftMs", filling.leftMs());
    json.writeEndObject();
    json.writeNumberField("partitionsToHandOver", transfers.toHandOver());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Member member, View view) throws IOException {
    json.writeStartObject();
    writeWho(json, member, view);
    json.writeStringField("host", member.host());
    json.writeObjectFieldStart("ports");
    json.writeNumberField("http", member.httpPort());
    json.writeNumberField("admin", member.adminPort());
    json.writeNumberField("messaging", member.messagingPort());
    json.writeEndObject();
    json.writeStringField("rack", member.rack());
    json.writeStringField("datacenter", member.datacenter());
    json.writeNumberField("tokens", view.ring().tokensOf(member.id()).size());
    json.writeNumberField("share", view.ring().share(member.id()));
    json.writeEndObject();
  }

  @GET
  @Path("preference-list/{key}")
  public void preferenceList(@Suspended AsyncResponse answer, @PathParam("key") String text) {
    Key key = urls.key(text);
    View view = service.view();
    PreferenceList list = view.ring().preferenceList(key);
    Map<MemberId, Member> members =
        view.members().stream().collect(Collectors.toMap(Member::id, Function.identity()));
    answer.resume(
        Responses.ok(
            Answers.json(
                json -> {
                  json.writeStartObject();
                  json.writeStringField("position", Long.toUnsignedString(key.position()));
                  json.writeNumberField("partition", list.partition());
                  writeList(json, "holders", list.holders(), members, view);
                  writeList(json, "fallbacks", list.fallbacks(), members, view);
                  json.writeEndObject();
                })));
  }

  private static void writeList(
      JsonGenerator json, String name, List<MemberId> ids, Map<MemberId, Member> members, View view)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (MemberId id : ids) {
      Member member = members.get(id);
      if (member != null) {
        json.writeStartObject();
        writeWho(json, member, view);
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private static void writeWho(JsonGenerator json, Member member, View view) throws IOException {
    json.writeStringField("id", member.id().value());
    json.writeStringField("address", member.address());
    json.writeStringField("state", view.stateOf(member.id()).text());
  }

  /**
   * What is the same on every node.
   *
   * @param replicas N
   * @param reads r, where a request does not say
   * @param writes w, where a request does not say
   * @param partitions P
   */
  public record Settings(String name, int replicas, int reads, int writes, int partitions) {}
}
