package io.dynamokv.repair;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import io.dynamokv.version.StateCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings to others what they are owed, once they can be reached: for each holder its hints in the
 * order of the keys, a window of them at a time; the next window begins when every state of the one
 * before has been answered. A hint ends when the holder has stored the state. Not thread-safe:
 * everything, the port's call-backs too, happens in one mailbox. It waits for nothing.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), section 4.6.
 */
public final class Handoff {
  private static final Logger LOG = LoggerFactory.getLogger(Handoff.class);

  /** How many states may be under way to one holder. */
  static final int WINDOW = 512;

  /** A window that is not answered by then is given up. */
  static final long WINDOW_NS = TimeUnit.SECONDS.toNanos(5);

  /** How long a holder is left alone after it could not take all it was owed. */
  static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(2);

  private final Port port;
  private final Map<MemberId, Delivery> deliveries = new TreeMap<>();
  private final Map<MemberId, Long> leftAloneUntilNs = new HashMap<>();
  private final Map<Long, Sent> sent = new HashMap<>();
  private long nextId;

  /** What a handoff needs of its node. Nothing waits; call-backs come in the handoff's mailbox. */
  public interface Port {
    /** How many hints there are for each holder that has any. */
    Map<MemberId, Long> owed();

    /** The members that can be reached. */
    Set<MemberId> reachable();

    /** A holder's hints behind a key; returns false if that can not be asked now. */
    boolean hints(MemberId holder, @Nullable Key after, int limit, Consumer<List<Hint>> done);

    /** This node's own state of a key, or null; no call-back if it can not be read. */
    void read(Key key, Consumer<byte @Nullable []> done);

    /** Sends a state; returns false if it could not be sent. */
    boolean send(MemberId holder, long id, Key key, byte[] state);

    /** The holder has stored the state with this hash. */
    void handedOver(MemberId holder, Key key, long hash);
  }

  /** A state on its way. */
  private record Sent(Delivery delivery, Key key, long hash) {}

  /**
   * @param firstId where the ids of messages begin, far from those of every earlier run
   */
  public Handoff(Port port, long firstId) {
    this.port = port;
    this.nextId = firstId;
  }

  /** Begins what can begin, and gives up what takes too long; to be called every now and then. */
  public void tick(long nowNs) {
    Set<MemberId> reachable = port.reachable();
    for (Delivery delivery : new ArrayList<>(deliveries.values())) {
      if (!reachable.contains(delivery.holder) || nowNs - delivery.windowBeganNs > WINDOW_NS) {
        delivery.giveUp(nowNs);
      } else {
        delivery.goOn(nowNs);
      }
    }
    for (MemberId holder : port.owed().keySet()) {
      if (reachable.contains(holder) && !deliveries.containsKey(holder) && mayTry(holder, nowNs)) {
        Delivery delivery = new Delivery(holder);
        deliveries.put(holder, delivery);
        delivery.nextWindow(nowNs);
      }
    }
  }

  private boolean mayTry(MemberId holder, long nowNs) {
    Long until = leftAloneUntilNs.get(holder);
    return until == null || nowNs - until >= 0;
  }

  /**
   * Takes in a holder's answer to a state; one that comes too late changes nothing.
   *
   * @param stored whether the holder has stored it
   */
  public void onReply(MemberId from, long id, boolean stored, long nowNs) {
    Sent answered = sent.get(id);
    if (answered != null && answered.delivery.holder.equals(from)) {
      sent.remove(id);
      answered.delivery.answered(answered, stored);
      answered.delivery.goOn(nowNs);
    }
  }

  /** How many states are under way. */
  public int underWay() {
    return sent.size();
  }

  /** What one holder is brought, from its first hint to its last. */
  private final class Delivery {
    private final MemberId holder;
    private @Nullable Key last;
    private long windowBeganNs;

    /** How many states of the window have not been sent and answered; -1 while it is looked up. */
    private int open = -1;

    private long stored;

    Delivery(MemberId holder) {
      this.holder = holder;
    }

    private boolean isOver() {
      return deliveries.get(holder) != this;
    }

    private void nextWindow(long nowNs) {
      open = -1;
      windowBeganNs = nowNs;
      if (!port.hints(holder, last, WINDOW, hints -> begin(hints, nowNs))) {
        giveUp(nowNs);
      }
    }

    private void begin(List<Hint> hints, long nowNs) {
      if (isOver()) {
        return;
      }
      if (hints.isEmpty()) {
        end(nowNs);
        return;
      }
      last = hints.get(hints.size() - 1).key();
      open = hints.size();
      hints.forEach(hint -> port.read(hint.key(), state -> send(hint.key(), state)));
    }

    private void send(Key key, byte @Nullable [] state) {
      if (isOver()) {
        return;
      }
      if (state == null) {
        open--;
        port.handedOver(holder, key, StateCodec.NO_STATE);
        return;
      }
      long id = nextId++;
      sent.put(id, new Sent(this, key, StateCodec.hash(state)));
      if (!port.send(holder, id, key, state)) {
        sent.remove(id);
        open--;
      }
    }

    private void answered(Sent answered, boolean isStored) {
      open--;
      if (isStored) {
        stored++;
        port.handedOver(holder, answered.key, answered.hash);
      }
    }

    private void goOn(long nowNs) {
      if (open == 0) {
        nextWindow(nowNs);
      }
    }

    private void end(long nowNs) {
      deliveries.remove(holder);
      if (stored > 0) {
        LOG.info("brought {} keys to {} that it had missed", stored, holder);
      }
      // Even without a failure: the last hints are only struck out after their answers.
      leftAloneUntilNs.put(holder, nowNs + PAUSE_NS);
    }

    private void giveUp(long nowNs) {
      sent.values().removeIf(each -> each.delivery == this);
      end(nowNs);
    }
  }
}
