package io.dynamokv.resources;

import io.dropwizard.servlets.tasks.Task;
import io.dynamokv.membership.View;
import io.dynamokv.node.KeyValueService;
import io.dynamokv.ring.MemberId;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code POST /tasks/remove?member=node-3} on the admin port: that member will not come back, so
 * the others take its share. One that can be reached is not removed, unless with {@code
 * force=true}: it could hand over what it has. It answers at once, or within seconds if a member
 * has to be found out of reach first. Thread-safe.
 */
public final class RemoveTask extends Task {
  private static final int LOOKS = 50;
  private static final long LOOK_EVERY_MS = 100;

  private final KeyValueService service;

  public RemoveTask(KeyValueService service) {
    super("remove", "text/plain");
    this.service = service;
  }

  @Override
  public void execute(Map<String, List<String>> parameters, PrintWriter output)
      throws InterruptedException {
    List<String> members = parameters.getOrDefault("member", List.of());
    if (members.size() != 1 || !MemberId.isValid(members.get(0))) {
      output.println("wanted: one parameter, member, the id of a member");
      return;
    }
    boolean force = List.of("true").equals(parameters.get("force"));
    output.println(remove(new MemberId(members.get(0)), force));
  }

  private String remove(MemberId member, boolean force) throws InterruptedException {
    View view = service.view();
    if (member.equals(view.self().id())) {
      return "refused: %s is the node that was asked; it can leave (POST /tasks/leave), or another one can remove it"
          .formatted(member);
    } else if (!view.isMember(member)) {
      return "refused: there is no member %s; it never was one, or was removed before"
          .formatted(member);
    } else if (!force && staysReachable(member)) {
      return "refused: %s can be reached, so it can hand over what it has (POST /tasks/leave there); with force=true it is removed all the same"
          .formatted(member);
    }
    return service.remove(member)
        ? "removed %s; the others take its share".formatted(member)
        : "refused: %s can not be removed: members never change here, or it is none any more"
            .formatted(member);
  }

  /** Who has just ended may not have been missed yet. */
  private boolean staysReachable(MemberId member) throws InterruptedException {
    for (int look = 0; look < LOOKS; look++) {
      if (!service.view().reachable().contains(member)) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
    }
    return true;
  }
}
