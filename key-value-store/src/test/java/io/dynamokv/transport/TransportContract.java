package io.dynamokv.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message.ReadReply;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Message.WriteReply;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every {@link Transport} does, whatever carries the messages. */
public abstract class TransportContract {
  protected static final MemberId A = new MemberId("node-a");
  protected static final MemberId B = new MemberId("node-b");
  protected static final MemberId C = new MemberId("node-c");

  private final List<Transport> opened = new ArrayList<>();

  /** A transport for one of the members {@link #A}, {@link #B} and {@link #C}, not started. */
  protected abstract Transport create(MemberId self);

  /** Lets the transports work until a condition holds; fails if it never does. */
  protected abstract void await(BooleanSupplier condition);

  /** The largest state that a reply may carry. */
  protected abstract int maxStateBytes();

  @AfterEach
  void closeAll() {
    opened.forEach(Transport::close);
  }

  protected Transport open(MemberId self, Transport.Receiver receiver) {
    Transport transport = create(self);
    opened.add(transport);
    transport.start(receiver);
    return transport;
  }

  @Test
  void messages_arrive_in_the_order_in_which_they_were_sent() {
    RecordingReceiver receiver = new RecordingReceiver();
    Transport a = open(A, new RecordingReceiver());
    open(B, receiver);
    await(() -> a.isLinked(B));
    List<Message> messages = replies(1, 500);

    messages.forEach(message -> assertThat(a.send(B, message)).isTrue());

    await(() -> receiver.messages().size() >= 500);
    assertThat(receiver.messages()).isEqualTo(messages);
    assertThat(receiver.senders()).containsOnly(A);
  }

  @Test
  void an_answer_goes_back_to_the_one_who_asked() {
    RecordingReceiver asking = new RecordingReceiver();
    RecordingReceiver bystander = new RecordingReceiver();
    Transport a = open(A, asking);
    Transport c = open(C, bystander);
    Transport[] b = new Transport[1];
    b[0] =
        open(
            B,
            new RecordingReceiver() {
              @Override
              public void onMessages(MemberId from, List<Message> batch) {
                batch.forEach(message -> b[0].send(from, message));
              }
            });
    await(() -> a.isLinked(B) && b[0].isLinked(A) && c.isLinked(B) && b[0].isLinked(C));

    a.send(B, reply(7));

    await(() -> !asking.messages().isEmpty());
    assertThat(asking.messages()).containsExactly(reply(7));
    assertThat(asking.senders()).containsExactly(B);
    assertThat(bystander.messages()).isEmpty();
  }

  @Test
  void sending_is_refused_while_the_peer_is_not_there() {
    Transport a = open(A, new RecordingReceiver());

    assertThat(a.isLinked(B)).isFalse();
    assertThat(a.send(B, reply(1))).isFalse();
  }

  @Test
  void sending_to_a_stranger_or_to_oneself_is_refused() {
    MemberId stranger = new MemberId("stranger");
    Transport a = open(A, new RecordingReceiver());

    assertThat(a.send(stranger, reply(1))).isFalse();
    assertThat(a.isLinked(stranger)).isFalse();
    assertThat(a.send(A, reply(1))).isFalse();
  }

  @Test
  void sending_is_refused_before_the_start() {
    Transport a = create(A);
    opened.add(a);

    assertThat(a.send(B, reply(1))).isFalse();
    assertThat(a.isLinked(B)).isFalse();
  }

  @Test
  void the_receiver_is_told_when_a_link_is_made_and_lost() {
    RecordingReceiver receiver = new RecordingReceiver();
    Transport a = open(A, receiver);
    Transport b = open(B, new RecordingReceiver());
    await(() -> receiver.links().equals(List.of("node-b up")));
    assertThat(a.isLinked(B)).isTrue();

    b.close();

    await(() -> receiver.links().equals(List.of("node-b up", "node-b down")));
    assertThat(a.isLinked(B)).isFalse();
    assertThat(a.send(B, reply(1))).isFalse();
  }

  @Test
  void a_message_may_be_sent_as_soon_as_the_receiver_is_told_of_the_link() {
    RecordingReceiver receiver = new RecordingReceiver();
    List<Boolean> answers = new ArrayList<>();
    Transport[] a = new Transport[1];
    a[0] = create(A);
    opened.add(a[0]);
    a[0].start(
        new RecordingReceiver() {
          @Override
          public synchronized void onLink(MemberId peer, boolean up) {
            answers.add(a[0].send(peer, reply(1)));
          }
        });

    open(B, receiver);

    await(() -> !receiver.messages().isEmpty());
    assertThat(answers).containsExactly(true);
  }

  @Test
  void a_peer_that_comes_back_is_linked_again_and_hears_nothing_old() {
    RecordingReceiver links = new RecordingReceiver();
    Transport a = open(A, links);
    Transport b = open(B, new RecordingReceiver());
    await(() -> a.isLinked(B));
    b.close();
    // Some of these are accepted, until the loss of the link is known.
    for (int i = 0; i < 100; i++) {
      a.send(B, reply(i));
    }
    await(() -> !a.isLinked(B));

    RecordingReceiver receiver = new RecordingReceiver();
    open(B, receiver);
    await(() -> a.isLinked(B));
    a.send(B, reply(1000));

    await(() -> !receiver.messages().isEmpty());
    assertThat(receiver.messages()).containsExactly(reply(1000));
    await(() -> links.links().equals(List.of("node-b up", "node-b down", "node-b up")));
  }

  @Test
  void a_message_that_is_too_large_is_refused_and_others_are_not_affected() {
    RecordingReceiver receiver = new RecordingReceiver();
    Transport a = open(A, new RecordingReceiver());
    open(B, receiver);
    await(() -> a.isLinked(B));

    assertThat(a.send(B, new ReadReply(1, Status.OK, new byte[maxStateBytes() + 1000]))).isFalse();
    assertThat(a.send(B, new ReadReply(2, Status.OK, new byte[maxStateBytes()]))).isTrue();

    await(() -> !receiver.messages().isEmpty());
    assertThat(((ReadReply) receiver.messages().get(0)).state()).hasSize(maxStateBytes());
    assertThat(a.isLinked(B)).isTrue();
  }

  @Test
  void a_transport_is_started_once() {
    Transport a = open(A, new RecordingReceiver());

    assertThatIllegalStateException().isThrownBy(() -> a.start(new RecordingReceiver()));
  }

  @Test
  void a_closed_transport_refuses_everything_and_closes_again() {
    RecordingReceiver receiver = new RecordingReceiver();
    Transport a = open(A, receiver);
    open(B, new RecordingReceiver());
    await(() -> receiver.links().equals(List.of("node-b up")));

    a.close();
    a.close();

    assertThat(a.send(B, reply(1))).isFalse();
    assertThat(a.isLinked(B)).isFalse();
    assertThatIllegalStateException().isThrownBy(() -> a.start(receiver));
    assertThat(receiver.links()).containsExactly("node-b up");
  }

  @Test
  void a_transport_that_was_not_started_can_be_closed() {
    Transport a = create(A);

    a.close();

    assertThatIllegalStateException().isThrownBy(() -> a.start(new RecordingReceiver()));
  }

  protected static Message reply(long id) {
    return new WriteReply(id, Status.OK);
  }

  protected static List<Message> replies(long first, long last) {
    return LongStream.rangeClosed(first, last).mapToObj(TransportContract::reply).toList();
  }
}
