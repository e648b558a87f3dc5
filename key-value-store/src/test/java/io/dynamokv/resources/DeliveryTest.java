package io.dynamokv.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import jakarta.ws.rs.container.AsyncResponse;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeliveryTest {
  private final List<Object> answers = new ArrayList<>();

  static Stream<Throwable> faults() {
    return Stream.of(
        new IllegalStateException("thrown by a test"),
        new NoClassDefFoundError("thrown by a test"),
        new AssertionError("thrown by a test"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void an_answer_that_can_not_be_sent_is_no_business_of_the_thread_that_has_it(Throwable fault) {
    AtomicBoolean tried = new AtomicBoolean();
    AsyncResponse answer =
        answer(
            outcome -> {
              tried.set(true);
              throw fault;
            });

    assertThatCode(() -> Delivery.deliver(answer, incoming(false), "an answer"))
        .doesNotThrowAnyException();
    assertThat(tried).isTrue();
  }

  @Test
  void an_answer_ends_its_request() {
    Delivery.deliver(answer(answers::add), incoming(false), "an answer");

    assertThat(answers).containsExactly("an answer");
  }

  @Test
  void an_answer_that_nobody_waits_for_goes_nowhere() {
    Delivery.deliver(answer(answers::add), incoming(true), "an answer");

    assertThat(answers).isEmpty();
  }

  private static Incoming incoming(boolean over) {
    return (Incoming)
        Proxy.newProxyInstance(
            Incoming.class.getClassLoader(),
            new Class<?>[] {Incoming.class},
            (proxy, method, arguments) ->
                Map.of("id", "test", "isOver", over).get(method.getName()));
  }

  private static AsyncResponse answer(Resumed resumed) {
    return (AsyncResponse)
        Proxy.newProxyInstance(
            AsyncResponse.class.getClassLoader(),
            new Class<?>[] {AsyncResponse.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("resume")) {
                resumed.with(arguments[0]);
              }
              return true;
            });
  }

  private interface Resumed {
    void with(Object outcome) throws Throwable;
  }
}
