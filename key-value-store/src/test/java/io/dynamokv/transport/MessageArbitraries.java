package io.dynamokv.transport;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message.Ending;
import io.dynamokv.transport.Message.ForwardedAnswer;
import io.dynamokv.transport.Message.ForwardedGet;
import io.dynamokv.transport.Message.ForwardedPut;
import io.dynamokv.transport.Message.FoundState;
import io.dynamokv.transport.Message.Gossip;
import io.dynamokv.transport.Message.Heartbeat;
import io.dynamokv.transport.Message.ReadReply;
import io.dynamokv.transport.Message.ReadRequest;
import io.dynamokv.transport.Message.RosterProgress;
import io.dynamokv.transport.Message.StatesReply;
import io.dynamokv.transport.Message.StatesRequest;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Message.WantedReplicas;
import io.dynamokv.transport.Message.WriteReply;
import io.dynamokv.transport.Message.WriteRequest;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Messages of every kind, small, with every value at its edges. */
final class MessageArbitraries {
  private MessageArbitraries() {}

  static Arbitrary<Message> messages() {
    return Arbitraries.oneOf(
        readRequests(),
        readReplies(),
        writeRequests(),
        writeReplies(),
        heartbeats(),
        gossips(),
        statesRequests(),
        statesReplies(),
        forwardedGets(),
        forwardedPuts(),
        forwardedAnswers());
  }

  static Arbitrary<MemberId> members() {
    return Arbitraries.strings()
        .withChars("azAZ09._-")
        .ofMinLength(1)
        .ofMaxLength(MemberId.MAX_LENGTH)
        .map(MemberId::new);
  }

  private static Arbitrary<ReadRequest> readRequests() {
    return Combinators.combine(Arbitraries.longs(), texts(), keys(), Arbitraries.longs())
        .as(ReadRequest::new);
  }

  private static Arbitrary<ReadReply> readReplies() {
    return Combinators.combine(Arbitraries.longs(), statuses(), states().injectNull(0.4))
        .as(ReadReply::new);
  }

  private static Arbitrary<WriteRequest> writeRequests() {
    return Combinators.combine(Arbitraries.longs(), texts(), keys(), states())
        .as(WriteRequest::new);
  }

  private static Arbitrary<WriteReply> writeReplies() {
    return Combinators.combine(Arbitraries.longs(), statuses()).as(WriteReply::new);
  }

  private static Arbitrary<Heartbeat> heartbeats() {
    return Combinators.combine(
            texts(),
            Arbitraries.integers(),
            Arbitraries.integers(),
            Arbitraries.longs(),
            Arbitraries.longs(),
            Arbitraries.integers(),
            Arbitraries.longs(),
            progresses())
        .as(Heartbeat::new);
  }

  private static Arbitrary<RosterProgress> progresses() {
    return Combinators.combine(
            Arbitraries.longs(), Arbitraries.longs(), Arbitraries.of(true, false))
        .as(RosterProgress::new);
  }

  private static Arbitrary<Gossip> gossips() {
    return Combinators.combine(states(), Arbitraries.of(true, false)).as(Gossip::new);
  }

  private static Arbitrary<StatesRequest> statesRequests() {
    return Combinators.combine(Arbitraries.longs(), keys().list().ofMaxSize(5))
        .as(StatesRequest::new);
  }

  private static Arbitrary<StatesReply> statesReplies() {
    Arbitrary<FoundState> found =
        Combinators.combine(statuses(), states().injectNull(0.4)).as(FoundState::new);
    return Combinators.combine(Arbitraries.longs(), statuses(), found.list().ofMaxSize(5))
        .as(StatesReply::new);
  }

  private static Arbitrary<ForwardedGet> forwardedGets() {
    return Combinators.combine(Arbitraries.longs(), texts(), keys(), wantedReplicas())
        .as(ForwardedGet::new);
  }

  private static Arbitrary<ForwardedPut> forwardedPuts() {
    return Combinators.combine(
            Arbitraries.longs(),
            texts(),
            keys(),
            wantedReplicas(),
            states(),
            states().injectNull(0.4))
        .as(ForwardedPut::new);
  }

  private static Arbitrary<ForwardedAnswer> forwardedAnswers() {
    return Combinators.combine(
            Arbitraries.longs(),
            Arbitraries.of(Ending.values()),
            Arbitraries.integers(),
            Arbitraries.integers(),
            states().injectNull(0.4))
        .as(ForwardedAnswer::new);
  }

  private static Arbitrary<WantedReplicas> wantedReplicas() {
    return Combinators.combine(
            Arbitraries.integers().greaterOrEqual(1), Arbitraries.of(true, false))
        .as(WantedReplicas::new);
  }

  private static Arbitrary<Status> statuses() {
    return Arbitraries.of(Status.values());
  }

  /** Without lone surrogates: those have no form in UTF-8. */
  private static Arbitrary<String> texts() {
    return Arbitraries.strings().ascii().withChars('ä', 'é', '日').ofMaxLength(20);
  }

  private static Arbitrary<byte[]> keys() {
    return Arbitraries.bytes().array(byte[].class).ofMinSize(1).ofMaxSize(40);
  }

  private static Arbitrary<byte[]> states() {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
  }
}
