package io.dynamokv.node;

import io.dynamokv.membership.Contact;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.Membership;
import io.dynamokv.membership.Roster;
import io.dynamokv.membership.RosterCodec;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Message;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells others what this node knows of the members, takes in what they know, keeps it, and has
 * links made to whoever is a member. Not thread-safe: everything happens in one mailbox.
 */
final class RosterExchange {
  private static final Logger LOG = LoggerFactory.getLogger(RosterExchange.class);

  /** How often a contact is greeted that nobody knows yet. */
  private static final long GREETING_NS = TimeUnit.SECONDS.toNanos(1);

  /** The same, when this node has met others: it may be an alias of one of them. */
  private static final long LATER_GREETING_NS = TimeUnit.SECONDS.toNanos(15);

  private static final int MOST_GREETINGS = 16;

  private final Membership membership;
  private final Peers peers;
  private final Consumer<byte[]> keeper;
  private final LongSupplier nanoClock;
  private Set<Contact> contacts = Set.of();
  private Map<MemberId, MemberAddress> linked = Map.of();
  private byte[] kept = {};
  private long nextGreetingNs;
  private int greeted;

  /**
   * @param keeper keeps a roster for the next start, soon
   */
  RosterExchange(
      Membership membership, Peers peers, Consumer<byte[]> keeper, LongSupplier nanoClock) {
    this.membership = membership;
    this.peers = peers;
    this.keeper = keeper;
    this.nanoClock = nanoClock;
    this.nextGreetingNs = nanoClock.getAsLong();
  }

  /** Where others may be met, by what a provider says. */
  void found(Set<Contact> found) {
    contacts = found;
    membership.doubt(failing(found));
    nextGreetingNs = nanoClock.getAsLong();
    tick();
  }

  /** Those of whom nothing better is known: where a member was before, it may be found failing. */
  static Set<MemberId> failing(Set<Contact> found) {
    Set<MemberId> failing = idsOf(found, true);
    failing.removeAll(idsOf(found, false));
    return failing;
  }

  private static Set<MemberId> idsOf(Set<Contact> found, boolean isFailing) {
    Set<MemberId> ids = new HashSet<>();
    for (Contact contact : found) {
      MemberId id = contact.id();
      if (id != null && contact.isFailing() == isFailing) {
        ids.add(id);
      }
    }
    return ids;
  }

  /** To be called every now and then. */
  void tick() {
    onView();
    long nowNs = nanoClock.getAsLong();
    if (membership.isFixed() || membership.hasGivenUp() || nowNs - nextGreetingNs < 0) {
      return;
    }
    boolean isAlone = membership.view().reachable().size() == 1;
    nextGreetingNs = nowNs + (isAlone ? GREETING_NS : LATER_GREETING_NS);
    contacts.stream()
        .filter(contact -> !isSelf(contact) && (isAlone || !isKnown(contact)))
        .limit(MOST_GREETINGS)
        .forEach(contact -> greet(contact.host(), contact.messagingPort(), true));
    greetSomeOutOfReach();
  }

  /**
   * They may not know that this node is a member, or where it is now, and so not let it in. Or it
   * is none any more, and those who are cut off with it have not been told either.
   */
  private void greetSomeOutOfReach() {
    Map<MemberId, MemberAddress> outOfReach = others();
    outOfReach.keySet().removeAll(membership.view().reachable());
    List<MemberAddress> addresses = List.copyOf(outOfReach.values());
    for (int i = 0; i < Math.min(MOST_GREETINGS, addresses.size()); i++) {
      MemberAddress address = addresses.get(greeted++ % addresses.size());
      greet(address.host(), address.port(), true);
    }
  }

  private boolean isSelf(Contact contact) {
    Member self = membership.view().self();
    return contact.host().equals(self.host()) && contact.messagingPort() == self.messagingPort();
  }

  private boolean isKnown(Contact contact) {
    return membership.view().members().stream()
        .anyMatch(
            member ->
                member.id().equals(contact.id())
                    || member.host().equals(contact.host())
                        && member.messagingPort() == contact.messagingPort());
  }

  private void greet(String host, int port, boolean wantsAnswer) {
    try {
      Message greeting = new Message.Gossip(membership.roster(), wantsAnswer);
      peers.greet(new MemberAddress(host, port), greeting);
    } catch (IllegalArgumentException e) {
      LOG.warn("a contact that can not be reached: {}", e.getMessage());
    }
  }

  /** Takes in what another node knows. Returns whether anything is new here. */
  boolean onGossip(MemberId from, Message.Gossip gossip) {
    if (membership.isFixed()) {
      return false;
    }
    try {
      Roster roster = RosterCodec.decodeHeard(gossip.roster());
      boolean isNews = membership.onGossip(roster, nanoClock.getAsLong());
      if (gossip.wantsAnswer() && roster.records().containsKey(from)) {
        Member sender = roster.records().get(from).member();
        // Two that have just started need not wait for each other's next greeting.
        greet(sender.host(), sender.messagingPort(), isNews && !membership.isKnown());
      }
      onView();
      return isNews;
    } catch (IllegalArgumentException e) {
      LOG.warn("could not read the gossip of {}: {}", from, e.getMessage());
      return false;
    }
  }

  /** Makes links to whoever is a member now, and keeps what is known. */
  void onView() {
    if (membership.isFixed()) {
      return;
    }
    byte[] roster = membership.roster();
    if (!Arrays.equals(roster, kept)) {
      kept = roster;
      keeper.accept(roster);
    }
    // Another node may live under this one's name: it would lose its links to one that has not
    // asked.
    Map<MemberId, MemberAddress> addresses = membership.isKnown() ? others() : Map.of();
    if (!addresses.equals(linked)) {
      linked = addresses;
      peers.set(addresses);
    }
  }

  private Map<MemberId, MemberAddress> others() {
    Map<MemberId, MemberAddress> addresses = new TreeMap<>();
    for (Member member : membership.view().members()) {
      if (!member.id().equals(membership.view().self().id())) {
        addresses.put(member.id(), new MemberAddress(member.host(), member.messagingPort()));
      }
    }
    return addresses;
  }
}
