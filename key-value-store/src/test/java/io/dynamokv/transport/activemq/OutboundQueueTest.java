package io.dynamokv.transport.activemq;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.transport.Message.ReadReply;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.WireCodec;
import io.dynamokv.transport.WireCodec.Operation;
import io.dynamokv.transport.WireFormatException;
import io.dynamokv.transport.WireLimits;
import io.dynamokv.transport.activemq.ActiveMqTransportSettings.Queues;
import io.dynamokv.transport.activemq.OutboundQueue.Offer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutboundQueueTest {
  private static final Object LINK = "link";

  private final OutboundQueue queue = new OutboundQueue(new Queues(5, 1000, 3, 250));

  @Test
  void a_queue_accepts_nothing_before_it_is_open() throws Exception {
    assertThat(queue.isOpen()).isFalse();
    assertThat(queue.offer(operation(1))).isEqualTo(Offer.CLOSED);
    assertThat(queue.take()).isNull();
  }

  @Test
  void what_is_offered_is_taken_in_batches_in_its_order() throws Exception {
    queue.open(LINK);
    Operation[] operations = new Operation[5];
    for (int i = 0; i < 5; i++) {
      operations[i] = operation(1);
      assertThat(queue.offer(operations[i])).isEqualTo(Offer.ACCEPTED);
    }

    assertThat(queue.take()).containsExactly(operations[0], operations[1], operations[2]);
    assertThat(queue.take()).containsExactly(operations[3], operations[4]);
  }

  @Test
  void a_batch_has_no_more_bytes_than_its_bound() throws Exception {
    queue.open(LINK);
    for (int i = 0; i < 3; i++) {
      queue.offer(operation(100));
    }

    assertThat(queue.take()).hasSize(2);
    assertThat(queue.take()).hasSize(1);
  }

  @Test
  void a_message_beyond_the_bytes_of_a_batch_travels_alone() throws Exception {
    queue.open(LINK);
    queue.offer(operation(500));
    queue.offer(operation(1));

    assertThat(queue.take()).hasSize(1);
    assertThat(queue.take()).hasSize(1);
  }

  @Test
  void no_more_messages_wait_than_the_bound() throws Exception {
    queue.open(LINK);
    for (int i = 0; i < 5; i++) {
      assertThat(queue.offer(operation(1))).isEqualTo(Offer.ACCEPTED);
    }
    assertThat(queue.offer(operation(1))).isEqualTo(Offer.FULL);
    assertThat(queue.size()).isEqualTo(5);

    queue.take();

    assertThat(queue.offer(operation(1))).isEqualTo(Offer.ACCEPTED);
  }

  @Test
  void no_more_bytes_wait_than_the_bound() throws Exception {
    queue.open(LINK);
    assertThat(queue.offer(operation(600))).isEqualTo(Offer.ACCEPTED);
    assertThat(queue.offer(operation(600))).isEqualTo(Offer.FULL);
    assertThat(queue.offer(operation(100))).isEqualTo(Offer.ACCEPTED);
    assertThat(queue.bytes()).isBetween(700L, 1000L);

    queue.take();
    queue.take();

    assertThat(queue.bytes()).isZero();
  }

  @Test
  void a_message_beyond_the_bound_of_bytes_is_accepted_when_nothing_else_waits() throws Exception {
    queue.open(LINK);

    assertThat(queue.offer(operation(2000))).isEqualTo(Offer.ACCEPTED);
    assertThat(queue.offer(operation(1))).isEqualTo(Offer.FULL);
  }

  @Test
  void what_waits_is_forgotten_when_the_queue_closes() throws Exception {
    queue.open(LINK);
    queue.offer(operation(1));
    queue.offer(operation(1));

    assertThat(queue.close(LINK)).isEqualTo(2);

    assertThat(queue.offer(operation(1))).isEqualTo(Offer.CLOSED);
    queue.open("another link");
    assertThat(queue.size()).isZero();
    assertThat(queue.bytes()).isZero();
  }

  @Test
  void the_end_of_a_former_link_does_not_close_the_queue_of_the_next() throws Exception {
    queue.open(LINK);
    queue.close(LINK);
    queue.open("another link");
    queue.offer(operation(1));

    assertThat(queue.close(LINK)).isZero();

    assertThat(queue.isOpen()).isTrue();
    assertThat(queue.take()).hasSize(1);
  }

  @Test
  void the_one_who_waits_is_woken_by_a_flush_and_by_the_end() throws Exception {
    queue.open(LINK);
    CompletableFuture<@Nullable List<Operation>> taken = CompletableFuture.supplyAsync(this::take);
    queue.offer(operation(1));
    queue.flush();
    assertThat(taken.get(10, TimeUnit.SECONDS)).hasSize(1);

    taken = CompletableFuture.supplyAsync(this::take);
    queue.close(LINK);
    assertThat(taken.get(10, TimeUnit.SECONDS)).isNull();
  }

  private @Nullable List<Operation> take() {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw new CompletionException(e);
    }
  }

  private static Operation operation(int stateBytes) throws WireFormatException {
    return new WireCodec(WireLimits.DEFAULT)
        .prepare(new ReadReply(1, Status.OK, new byte[stateBytes]));
  }
}
