package io.dynamokv.resources;

import io.dropwizard.servlets.tasks.Task;
import io.dynamokv.node.KeyValueService;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * {@code POST /tasks/leave} on the admin port: this node begins to hand over what it holds, and is
 * no member in the end. It answers at once. Thread-safe.
 */
public final class LeaveTask extends Task {
  private final KeyValueService service;

  public LeaveTask(KeyValueService service) {
    super("leave", "text/plain");
    this.service = service;
  }

  @Override
  public void execute(Map<String, List<String>> parameters, PrintWriter output) {
    output.println(
        service.leave()
            ? "leaving; GET /cluster says how far it has come"
            : "this node can not leave: members never change here, or it is none any more");
  }
}
