package io.dynamokv.node;

import io.dynamokv.coordination.Failure;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.transport.Message.Ending;
import io.dynamokv.transport.Message.ForwardedAnswer;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.MalformedStateException;
import io.dynamokv.version.StateCodec;
import io.dynamokv.version.VersionBytes;
import org.jspecify.annotations.Nullable;

/** What a coordinator tells the node that has forwarded a request, and back. Stateless. */
final class ForwardedAnswers {
  private ForwardedAnswers() {}

  static ForwardedAnswer of(long id, GetOutcome outcome) {
    if (outcome instanceof GetOutcome.Found found) {
      KeyState state = found.state();
      byte[] bytes = state.equals(KeyState.EMPTY) ? null : StateCodec.encode(state);
      return new ForwardedAnswer(id, Ending.DONE, 0, 0, bytes);
    } else if (outcome instanceof GetOutcome.NotEnoughReplicas few) {
      return unresolved(id, Ending.NOT_ENOUGH_REPLICAS, few.wanted(), few.got());
    } else if (outcome instanceof GetOutcome.TimedOut late) {
      return unresolved(id, Ending.TIMED_OUT, late.wanted(), late.got());
    }
    return refused(id, outcome instanceof GetOutcome.Overloaded);
  }

  static ForwardedAnswer of(long id, PutOutcome outcome) {
    if (outcome instanceof PutOutcome.Stored stored) {
      byte[] version = VersionBytes.encode(stored.version());
      return new ForwardedAnswer(id, Ending.DONE, 0, 0, version);
    } else if (outcome instanceof PutOutcome.Stale) {
      return unresolved(id, Ending.STALE, 0, 0);
    } else if (outcome instanceof PutOutcome.NotEnoughReplicas few) {
      return unresolved(id, Ending.NOT_ENOUGH_REPLICAS, few.wanted(), few.got());
    } else if (outcome instanceof PutOutcome.Unknown unknown) {
      return unresolved(id, Ending.TIMED_OUT, unknown.wanted(), unknown.got());
    } else if (outcome instanceof PutOutcome.NotStored not) {
      return unresolved(id, endingOf(not.failure()), 0, 0);
    }
    return refused(id, false);
  }

  /** Nothing was begun. */
  static ForwardedAnswer refused(long id, boolean overloaded) {
    return unresolved(id, overloaded ? Ending.OVERLOADED : Ending.NOT_HERE, 0, 0);
  }

  private static ForwardedAnswer unresolved(long id, Ending ending, int wanted, int got) {
    return new ForwardedAnswer(id, ending, wanted, got, null);
  }

  private static Ending endingOf(Failure failure) {
    return switch (failure) {
      case STORAGE_FAILED, MALFORMED -> Ending.STORAGE_FAILED;
      case OVERLOADED -> Ending.OVERLOADED;
      case TOO_MANY_SIBLINGS -> Ending.TOO_MANY_SIBLINGS;
      case UNREACHABLE, NOT_A_HOLDER -> Ending.NOT_HERE;
    };
  }

  /** Null if the other can not coordinate it. */
  static @Nullable GetOutcome toGetOutcome(ForwardedAnswer answer) {
    return switch (answer.ending()) {
      case DONE -> found(answer.result());
      case NOT_ENOUGH_REPLICAS -> new GetOutcome.NotEnoughReplicas(answer.wanted(), answer.got());
      case TIMED_OUT -> new GetOutcome.TimedOut(answer.wanted(), answer.got());
      case OVERLOADED -> new GetOutcome.Overloaded();
      case STALE, STORAGE_FAILED, TOO_MANY_SIBLINGS, NOT_HERE -> null;
    };
  }

  private static @Nullable GetOutcome found(byte @Nullable [] state) {
    try {
      return new GetOutcome.Found(state == null ? KeyState.EMPTY : StateCodec.decodeMerged(state));
    } catch (MalformedStateException e) {
      return null;
    }
  }

  /** Null if the other can not coordinate it. */
  static @Nullable PutOutcome toPutOutcome(ForwardedAnswer answer, int wanted) {
    return switch (answer.ending()) {
      case DONE -> stored(answer.result(), wanted);
      case STALE -> new PutOutcome.Stale();
      case NOT_ENOUGH_REPLICAS -> new PutOutcome.NotEnoughReplicas(answer.wanted(), answer.got());
      case TIMED_OUT -> new PutOutcome.Unknown(answer.wanted(), answer.got());
      case STORAGE_FAILED -> new PutOutcome.NotStored(Failure.STORAGE_FAILED);
      case OVERLOADED -> new PutOutcome.NotStored(Failure.OVERLOADED);
      case TOO_MANY_SIBLINGS -> new PutOutcome.NotStored(Failure.TOO_MANY_SIBLINGS);
      case NOT_HERE -> null;
    };
  }

  /** It is stored; if its version is lost, the client can not be told so. */
  private static PutOutcome stored(byte @Nullable [] version, int wanted) {
    try {
      return version == null
          ? new PutOutcome.Unknown(wanted, wanted)
          : new PutOutcome.Stored(VersionBytes.decode(version));
    } catch (MalformedStateException e) {
      return new PutOutcome.Unknown(wanted, wanted);
    }
  }
}
