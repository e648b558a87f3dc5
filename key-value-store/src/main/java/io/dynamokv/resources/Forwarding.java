package io.dynamokv.resources;

import io.dynamokv.api.WriteRequest;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.Member;
import io.dynamokv.ring.Key;
import jakarta.ws.rs.container.AsyncResponse;
import java.util.List;

/** Has requests answered by nodes that can coordinate them. Thread-safe; never blocks. */
public interface Forwarding {
  /**
   * Passes a read on and answers with what comes back.
   *
   * @param candidates where to try, best first; not empty
   */
  void read(
      Key key, Quorum quorum, List<Member> candidates, AsyncResponse answer, Incoming incoming);

  /**
   * Passes a write on and answers with what comes back.
   *
   * @param candidates where to try, best first; not empty
   */
  void write(
      WriteRequest request,
      Quorum quorum,
      List<Member> candidates,
      AsyncResponse answer,
      Incoming incoming);
}
