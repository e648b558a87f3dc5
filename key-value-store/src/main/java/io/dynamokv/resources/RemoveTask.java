package io.dynamokv.resources;

import io.dropwizard.servlets.tasks.Task;
import io.dynamokv.node.KeyValueService;
import io.dynamokv.ring.MemberId;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * {@code POST /tasks/remove?member=node-3} on the admin port: that member will not come back, so
 * the others take its share. It answers at once. Thread-safe.
 */
public final class RemoveTask extends Task {
  private final KeyValueService service;

  public RemoveTask(KeyValueService service) {
    super("remove", "text/plain");
    this.service = service;
  }

  @Override
  public void execute(Map<String, List<String>> parameters, PrintWriter output) {
    List<String> members = parameters.getOrDefault("member", List.of());
    if (members.size() != 1 || !MemberId.isValid(members.get(0))) {
      output.println("wanted: one parameter, member, the id of a member");
    } else if (service.remove(new MemberId(members.get(0)))) {
      output.println("removed " + members.get(0) + "; the others take its share");
    } else {
      output.println("there is no member " + members.get(0) + " that could be removed");
    }
  }
}
