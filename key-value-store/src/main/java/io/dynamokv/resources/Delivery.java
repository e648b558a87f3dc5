package io.dynamokv.resources;

import io.dynamokv.node.Faults;
import jakarta.ws.rs.container.AsyncResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands answers over to the server, from whichever thread has them. Whatever goes wrong with that
 * is the request's business, not that thread's. Stateless.
 */
public final class Delivery {
  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

  private Delivery() {}

  /**
   * Ends a request, unless it has ended already.
   *
   * @param outcome a response, or an exception
   */
  public static void deliver(AsyncResponse answer, Incoming incoming, Object outcome) {
    if (incoming.isOver()) {
      LOG.debug("The answer to request {} came too late", incoming.id());
      return;
    }
    try {
      if (outcome instanceof Throwable failure) {
        answer.resume(failure);
      } else {
        answer.resume(outcome);
      }
    } catch (RuntimeException e) {
      LOG.warn("The answer to request {} could not be sent", incoming.id(), e);
    } catch (Throwable e) {
      Faults.survive(LOG, "the answer to request " + incoming.id(), e);
    }
  }
}
