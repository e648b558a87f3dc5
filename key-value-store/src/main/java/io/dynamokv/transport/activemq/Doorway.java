package io.dynamokv.transport.activemq;

import io.dynamokv.transport.activemq.Door.Guest;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.Future;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.CommandTypes;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.ExceptionResponse;
import org.apache.activemq.command.KeepAliveInfo;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.RemoveInfo;
import org.apache.activemq.command.SessionInfo;
import org.apache.activemq.command.ShutdownInfo;
import org.apache.activemq.command.WireFormatInfo;
import org.apache.activemq.openwire.OpenWireFormat;
import org.apache.activemq.transport.Transport;
import org.apache.activemq.transport.TransportFilter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One caller's way into the broker: every command passes here before the broker sees it.
 *
 * <p>It stands below the broker's own plug-ins because those are too late: before they are asked
 * about a connection, the broker has already looked at its id and has stopped an older connection
 * of the same id, and some commands (those of networks of brokers) never reach them. So this names
 * the few commands that a sender of byte messages needs and lets nothing else through, nothing at
 * all from a caller that has not proved to be a member. Frames are small until then, too: the
 * broker takes memory for what a frame claims to hold.
 *
 * <p>Commands come from the connection's one reading thread; {@link #showOut} from any.
 */
final class Doorway extends TransportFilter {
  private static final Logger LOG = LoggerFactory.getLogger(Doorway.class);

  /** Enough for a greeting and a name. */
  private static final int STRANGER_FRAME_BYTES = 16 << 10;

  /** What a frame may have around an envelope: ids, names and properties of ActiveMQ's. */
  static final int FRAME_HEADER_BYTES = 16 << 10;

  /** A session and a producer; a few more do no harm. */
  private static final int MAX_RESOURCES = 8;

  private final Door door;
  private volatile boolean closed;
  private volatile @Nullable Guest guest;
  private volatile @Nullable Future<?> deadline;
  private boolean greeted;
  private long agreedFrameBytes;
  private int resources;

  Doorway(Transport next, Door door) {
    super(next);
    this.door = door;
  }

  @Override
  public void start() throws Exception {
    limitFrames(STRANGER_FRAME_BYTES);
    deadline = door.afterHandshake(this::expire);
    Socket socket = narrow(Socket.class);
    door.meet(this, socket == null ? null : socket.getInetAddress());
    if (closed) {
      // The broker may have stopped this meanwhile, and will not do so again.
      door.forget(this);
    }
    super.start();
  }

  @Override
  public void stop() throws Exception {
    closed = true;
    door.forget(this);
    cancelDeadline();
    Guest leaving = guest;
    if (leaving != null) {
      door.leave(leaving, this);
    }
    super.stop();
  }

  @Override
  public void onCommand(Object command) {
    if (closed) {
      return;
    }
    Guest known = guest;
    String objection = known == null ? meet(command) : examine(known, command);
    if (objection == null) {
      super.onCommand(command);
    } else {
      refuse(command, objection);
    }
  }

  /** What there is to object to a stranger's command, or null. */
  private @Nullable String meet(Object command) {
    if (command instanceof WireFormatInfo format && !greeted) {
      return greet(format);
    }
    if (command instanceof ConnectionInfo caller && greeted) {
      return admit(caller);
    }
    return command instanceof ShutdownInfo ? null : "it did not say who it is";
  }

  private @Nullable String greet(WireFormatInfo format) {
    greeted = true;
    agreedFrameBytes = openWire().getMaxFrameSize();
    limitFrames(STRANGER_FRAME_BYTES);
    return format.getVersion() < CommandTypes.PROTOCOL_VERSION
        ? "it speaks OpenWire " + format.getVersion()
        : null;
  }

  private @Nullable String admit(ConnectionInfo caller) {
    Guest recognised = door.recognise(caller);
    if (recognised == null) {
      return "it is not a member of this cluster, or has another secret";
    }
    guest = recognised;
    String objection = door.seat(recognised, this);
    if (objection != null) {
      return objection;
    }
    // The broker needs neither, and could write them to its log.
    caller.setPassword("");
    door.forget(this);
    cancelDeadline();
    limitFrames(agreedFrameBytes);
    return null;
  }

  /** What there is to object to a member's command, or null. */
  private @Nullable String examine(Guest known, Object command) {
    if (command instanceof ActiveMQBytesMessage message) {
      return examine(known, message);
    }
    if (command instanceof SessionInfo || command instanceof ProducerInfo) {
      return examineResource(known, command);
    }
    return command instanceof RemoveInfo
            || command instanceof KeepAliveInfo
            || command instanceof ShutdownInfo
        ? null
        : "it may not send a " + command.getClass().getSimpleName();
  }

  private @Nullable String examine(Guest known, ActiveMQBytesMessage message) {
    if (message.getClass() != ActiveMQBytesMessage.class
        || message.isInTransaction()
        || message.isPersistent()
        || message.isCompressed()
        || message.getContent() == null) {
      return "it may send plain byte messages only";
    }
    if (!isLane(known, message.getDestination()) || !isOwn(known, message.getProducerId())) {
      return "its message was not for its own lane";
    }
    return null;
  }

  private @Nullable String examineResource(Guest known, Object command) {
    if (++resources > MAX_RESOURCES) {
      return "it asked for more than " + MAX_RESOURCES + " sessions and producers";
    }
    return command instanceof ProducerInfo producer && !isLane(known, producer.getDestination())
        ? "it may not use " + producer.getDestination()
        : null;
  }

  private static boolean isLane(Guest known, @Nullable ActiveMQDestination destination) {
    return destination != null
        && destination.isQueue()
        && !destination.isTemporary()
        && known.seat().queue().equals(destination.getPhysicalName());
  }

  /** The consumer trusts this id to say whose message it is. */
  private static boolean isOwn(Guest known, @Nullable ProducerId producer) {
    return producer != null && known.connectionId().equals(producer.getConnectionId());
  }

  private void refuse(Object command, String objection) {
    door.refused(getRemoteAddress(), objection);
    if (greeted && command instanceof Command asked && asked.isResponseRequired()) {
      answer(asked, objection);
    }
    showOut(objection);
  }

  /** Tells the caller why, so that the operator of a node with a wrong secret finds out there. */
  private void answer(Command asked, String objection) {
    ExceptionResponse response = new ExceptionResponse(new SecurityException(objection));
    response.setCorrelationId(asked.getCommandId());
    try {
      oneway(response);
    } catch (IOException e) {
      LOG.debug("{} did not wait for its answer", getRemoteAddress(), e);
    }
  }

  private void expire() {
    if (guest == null && !closed) {
      door.refused(getRemoteAddress(), "it did not say who it is in time");
      showOut("too slow");
    }
  }

  /** Ends the connection of a caller that has lost its place among the strangers. */
  void makeRoom() {
    // It may have proved to be a member just now; then it has a seat and needs no other place.
    if (guest == null && !closed) {
      door.refused(getRemoteAddress(), "it had not said who it is when others came");
      showOut("too many callers");
    }
  }

  /**
   * Ends the connection; nothing that it sends passes any more. The socket is closed here, since
   * the broker closes it only when its reading thread is free.
   */
  void showOut(String reason) {
    if (!closed) {
      closed = true;
      door.forget(this);
      try {
        onException(new IOException("shown out: " + reason));
      } finally {
        Sockets.close(narrow(Socket.class));
      }
    }
  }

  private void cancelDeadline() {
    Future<?> pending = deadline;
    if (pending != null) {
      pending.cancel(false);
    }
  }

  private void limitFrames(long bytes) {
    openWire().setMaxFrameSize(bytes);
  }

  private OpenWireFormat openWire() {
    return (OpenWireFormat) getWireFormat();
  }
}
