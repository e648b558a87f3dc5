package io.dynamokv.resources;

import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import io.dynamokv.api.ReadRequest;
import io.dynamokv.api.RefusedException;
import io.dynamokv.api.RequestReader;
import io.dynamokv.api.UrlReader;
import io.dynamokv.api.WriteRequest;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.node.KeyValueService;
import io.dynamokv.ring.Key;
import io.dynamokv.version.MalformedStateException;
import io.dynamokv.version.Version;
import io.dynamokv.version.VersionCodec;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;

/**
 * Reads and writes keys. Thread-safe. No thread waits: a request ends when the node calls back.
 *
 * <p>What can be said without asking anybody is said here, also for keys that other nodes hold.
 */
@Path("/storage")
public final class StorageResource {
  private final KeyValueService service;
  private final RequestReader bodies;
  private final UrlReader urls;
  private final VersionCodec versions;
  private final Outcomes outcomes;
  private final int defaultReads;
  private final int defaultWrites;

  /**
   * @param defaultReads how many replicas must answer when the client does not say
   * @param defaultWrites how many replicas must store when the client does not say
   */
  public StorageResource(
      KeyValueService service,
      RequestReader bodies,
      UrlReader urls,
      VersionCodec versions,
      Outcomes outcomes,
      int defaultReads,
      int defaultWrites) {
    this.service = service;
    this.bodies = bodies;
    this.urls = urls;
    this.versions = versions;
    this.outcomes = outcomes;
    this.defaultReads = defaultReads;
    this.defaultWrites = defaultWrites;
  }

  @GET
  @Path("{key}")
  public void get(
      @Suspended AsyncResponse answer, @PathParam("key") String key, @Context Incoming incoming) {
    read(urls.read(key, incoming.query()), answer, incoming);
  }

  @POST
  public void post(@Suspended AsyncResponse answer, @Context Incoming incoming) {
    read(bodies.read(jsonBody(incoming)), answer, incoming);
  }

  @PUT
  public void put(@Suspended AsyncResponse answer, @Context Incoming incoming) {
    write(bodies.write(jsonBody(incoming)), answer, incoming);
  }

  @DELETE
  @Path("{key}")
  public void delete(
      @Suspended AsyncResponse answer, @PathParam("key") String key, @Context Incoming incoming) {
    write(urls.delete(key, incoming.query()), answer, incoming);
  }

  @GET
  public void getNothing() {
    urls.key("");
  }

  @DELETE
  public void deleteNothing() {
    urls.key("");
  }

  private void read(ReadRequest request, AsyncResponse answer, Incoming incoming) {
    Key key = request.key();
    Integer wanted = request.minNumReads();
    Quorum quorum = new Quorum(wanted == null ? defaultReads : wanted, request.strict());
    requireAccepted(
        service.get(
            key, quorum, incoming.id(), outcome -> outcomes.read(key, outcome, answer, incoming)));
  }

  private void write(WriteRequest request, AsyncResponse answer, Incoming incoming) {
    Version from = version(request.key(), request.fromVersion());
    Integer wanted = request.minNumWrites();
    Quorum quorum = new Quorum(wanted == null ? defaultWrites : wanted, request.strict());
    requireAccepted(
        service.put(
            request.key(),
            from,
            request.value(),
            quorum,
            incoming.id(),
            outcome -> outcomes.written(request.key(), outcome, answer, incoming)));
  }

  private Version version(Key key, String text) {
    try {
      return versions.decode(key, text);
    } catch (MalformedStateException e) {
      throw new RefusedException(
          ErrorCode.MALFORMED_VERSION,
          "fromVersion is not one that this cluster has given out for this key: " + e.getMessage(),
          "the version of a GET, unchanged, or nothing",
          ApiError.excerpt(text));
    }
  }

  private static byte[] jsonBody(Incoming incoming) {
    MediaTypes.requireJson(incoming.contentType());
    return incoming.body();
  }

  private static void requireAccepted(boolean accepted) {
    if (!accepted) {
      throw new RefusedException(
          ErrorCode.OVERLOADED, "too many requests are under way at this node", null, null);
    }
  }
}
