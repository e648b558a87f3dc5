package io.dynamokv.resources;

import io.dynamokv.membership.View;
import io.dynamokv.node.KeyValueService;
import io.dynamokv.ring.MemberId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code POST /tasks/remove?member=node-3} on the admin port: that member will not come back, so
 * the others take its share. One that can be reached is not removed, unless with {@code
 * force=true}: it could hand over what it has. It answers at once, or within seconds if a member
 * has to be found out of reach first. Thread-safe.
 */
public final class RemoveTask implements AdminTask {
  private static final int LOOKS = 50;
  private static final long LOOK_EVERY_MS = 100;

  private final KeyValueService service;

  public RemoveTask(KeyValueService service) {
    this.service = service;
  }

  @Override
  public String name() {
    return "remove";
  }

  @Override
  public Answer carryOut(Map<String, List<String>> parameters) throws InterruptedException {
    String member = AdminTask.one(parameters, "member");
    if (member == null || !MemberId.isValid(member)) {
      return Answer.wanted("one parameter, member, the id of a member");
    }
    boolean force = "true".equals(AdminTask.one(parameters, "force"));
    return remove(new MemberId(member), force);
  }

  private Answer remove(MemberId member, boolean force) throws InterruptedException {
    View view = service.view();
    if (member.equals(view.self().id())) {
      return refused(
          "%s is the node that was asked; it can leave (POST /tasks/leave), or another one can remove it",
          member);
    } else if (!view.isMember(member)) {
      return refused("there is no member %s; it never was one, or was removed before", member);
    } else if (!force && staysReachable(member)) {
      return refused(
          "%s can be reached, so it can hand over what it has (POST /tasks/leave there); with force=true it is removed all the same",
          member);
    }
    return service.remove(member)
        ? Answer.done("removed %s; the others take its share".formatted(member))
        : refused(
            "%s can not be removed: members never change here, or it is none any more", member);
  }

  private static Answer refused(String text, MemberId member) {
    return Answer.refused(text.formatted(member));
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
