package io.dynamokv.resources;

import io.dynamokv.node.KeyValueService;
import java.util.List;
import java.util.Map;

/**
 * {@code POST /tasks/leave} on the admin port: this node begins to hand over what it holds, and is
 * no member in the end. It answers at once. Thread-safe.
 */
public final class LeaveTask implements AdminTask {
  private final KeyValueService service;

  public LeaveTask(KeyValueService service) {
    this.service = service;
  }

  @Override
  public String name() {
    return "leave";
  }

  @Override
  public Answer carryOut(Map<String, List<String>> parameters) {
    return service.leave()
        ? Answer.begun("leaving; GET /cluster says how far it has come")
        : Answer.refused(
            "this node can not leave: members never change here, or it is none any more");
  }
}
