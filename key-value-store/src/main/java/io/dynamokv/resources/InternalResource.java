package io.dynamokv.resources;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.api.Answers;
import io.dynamokv.api.ErrorCode;
import io.dynamokv.api.RefusedException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An operator's look into the data and the metrics. Thread-safe. Dumps are streamed, line by line,
 * by threads of their own, which wait for the disk and for the client; when all of them are busy, a
 * further dump is refused.
 */
@Path("/internal")
public final class InternalResource {
  private static final Logger LOG = LoggerFactory.getLogger(InternalResource.class);
  private static final String JSON_LINES = "application/x-ndjson";

  private final Dump dump;
  private final ExecutorService threads;
  private final MetricRegistry metrics;
  private final boolean enabled;

  /**
   * @param threads as many as there may be dumps at once, without a queue
   * @param enabled whether anything here may be seen at all
   */
  public InternalResource(
      Dump dump, ExecutorService threads, MetricRegistry metrics, boolean enabled) {
    this.dump = dump;
    this.threads = threads;
    this.metrics = metrics;
    this.enabled = enabled;
  }

  /** This node's own keys and values. */
  @GET
  @Path("dump/my")
  public void dumpMy(@Suspended AsyncResponse answer) {
    stream(answer, dump::writeOwn);
  }

  /** Every member's keys and values, one member after the other. */
  @GET
  @Path("dump/all")
  public void dumpAll(@Suspended AsyncResponse answer) {
    stream(answer, dump::writeAll);
  }

  /** The names of all metrics, as a JSON array. */
  @GET
  @Path("metric-names")
  public void metricNames(@Suspended AsyncResponse answer) {
    requireEnabled();
    answer.resume(
        Responses.ok(
            Answers.json(
                json -> {
                  json.writeStartArray();
                  for (String name : metrics.getNames()) {
                    json.writeString(name);
                  }
                  json.writeEndArray();
                })));
  }

  private void stream(AsyncResponse answer, StreamingOutput lines) {
    requireEnabled();
    try {
      threads.execute(() -> answer.resume(Response.ok(untilGone(lines), JSON_LINES).build()));
    } catch (RejectedExecutionException e) {
      throw new RefusedException(
          ErrorCode.OVERLOADED, "as many dumps as may be are under way at this node", null, null);
    }
  }

  /** That somebody stops reading is no error of anybody's. */
  private static StreamingOutput untilGone(StreamingOutput lines) {
    return out -> {
      try {
        lines.write(out);
      } catch (IOException e) {
        LOG.debug("The reader of a dump has gone", e);
      }
    };
  }

  private void requireEnabled() {
    if (!enabled) {
      throw new RefusedException(
          ErrorCode.SWITCHED_OFF,
          "this is switched off at this node",
          "requests.dump: true",
          "requests.dump: false");
    }
  }
}
