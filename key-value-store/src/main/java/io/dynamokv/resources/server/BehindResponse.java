package io.dynamokv.resources.server;

import static org.eclipse.jetty.util.thread.Invocable.InvocationType.NON_BLOCKING;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.AutoLock;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Sends an answer behind the back of whoever writes it. What is written is copied and the write has
 * succeeded at once; when the answer is whole it is sent without a thread waiting, and only after
 * that is the request over. A client that reads slowly, or not at all, so holds memory and a
 * connection, for a limited time, but never a thread.
 *
 * <p>Answers whose length is not known when they begin (dumps) are passed through as they are
 * written; whoever writes them waits for the client, and must do so in a thread of its own. The
 * same holds for answers that are long and have not reserved memory.
 */
final class BehindResponse extends Response.Wrapper implements Callback {
  /** Up to this length, an answer needs no reservation. */
  static final int FREE_BYTES = 64 * 1024;

  private final EdgeRequest request;
  private final long timeoutMs;
  private final AutoLock lock = new AutoLock();
  private @Nullable ByteBuffer answer;
  private boolean passing;
  private boolean begun;
  private boolean sent;
  private boolean sending;
  private boolean handled;
  private boolean abandoned;
  private @Nullable Throwable failure;
  private Scheduler.@Nullable Task deadline;

  BehindResponse(EdgeRequest request, Response wrapped, long timeoutMs) {
    super(request, wrapped);
    this.request = request;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Called when nothing has happened on the connection for long. Servlets would wait for ever for
   * an answer that the node has forgotten; here the wait ends, with an error, and what may be
   * written later goes nowhere.
   *
   * @return whether the request is to fail; false if it has ended
   */
  boolean onIdle(TimeoutException idle) {
    try (AutoLock ignored = lock.lock()) {
      if (begun || passing || handled) {
        return true;
      }
      abandoned = true;
    }
    request.failed(idle);
    return false;
  }

  @Override
  public void write(boolean last, @Nullable ByteBuffer content, Callback written) {
    int length = content == null ? 0 : content.remaining();
    if (answer == null && !passing && !begin(last, length)) {
      written.failed(new IOException("the request has ended"));
      return;
    }
    if (passing) {
      getWrapped().write(last, content, written);
      return;
    }
    ByteBuffer gathered = answer;
    if (gathered == null || gathered.remaining() < length) {
      written.failed(new IOException("more was written than the declared Content-Length"));
      return;
    }
    if (content != null) {
      gathered.put(content);
    }
    if (last && !sent) {
      send(gathered.flip());
    }
    written.succeeded();
  }

  private boolean begin(boolean last, int length) {
    long whole = last ? length : getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
    try (AutoLock ignored = lock.lock()) {
      begun = !abandoned;
      passing = whole < 0 || whole > Math.max(FREE_BYTES, request.reservedForAnswer());
    }
    if (begun && !passing) {
      answer = ByteBuffer.allocate((int) whole);
    }
    return begun;
  }

  private void send(ByteBuffer whole) {
    sent = true;
    try (AutoLock ignored = lock.lock()) {
      sending = true;
    }
    getWrapped()
        .write(true, whole, Callback.from(NON_BLOCKING, this::sendingEnded, this::sendingFailed));
    try (AutoLock ignored = lock.lock()) {
      if (sending) {
        deadline =
            request
                .getComponents()
                .getScheduler()
                .schedule(this::giveUp, timeoutMs, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void giveUp() {
    request.fail(new TimeoutException("the client did not take the answer in time"));
  }

  private void sendingEnded() {
    end(null, true);
  }

  private void sendingFailed(Throwable cause) {
    end(cause, true);
  }

  @Override
  public void succeeded() {
    end(null, false);
  }

  @Override
  public void failed(Throwable cause) {
    end(cause, false);
  }

  /** The request is over when it has been handled and what was to be sent has been sent. */
  private void end(@Nullable Throwable cause, boolean ofSending) {
    Throwable outcome;
    try (AutoLock ignored = lock.lock()) {
      if (ofSending) {
        sending = false;
        if (deadline != null) {
          deadline.cancel();
        }
      } else {
        handled = true;
      }
      failure = failure == null ? cause : failure;
      if (sending || !handled || abandoned) {
        return;
      }
      outcome = failure;
    }
    if (outcome == null) {
      request.succeeded();
    } else {
      request.failed(outcome);
    }
  }

  @Override
  public void reset() {
    super.reset();
    answer = null;
    passing = false;
    sent = false;
  }

  @Override
  public InvocationType getInvocationType() {
    return NON_BLOCKING;
  }
}
