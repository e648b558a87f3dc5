package io.dynamokv.coordination;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.Version;
import java.util.Set;

/** What can happen to a PUT. Immutable. */
public sealed interface PutEvent {
  /**
   * News of the coordinator's own replica: that the value is applied and then that it is stored or
   * uncertain; or at once that it is stale, failed or uncertain.
   */
  sealed interface Local extends PutEvent {}

  /** Another replica is done with the state that it was sent. */
  sealed interface Remote extends PutEvent {}

  /**
   * The coordinator's own replica has given the value its version, and is storing it.
   *
   * @param state the bytes of its new state, for the other replicas
   */
  record LocalApplied(Version version, byte[] state) implements Local {}

  /** The coordinator's own replica has stored what it had applied. */
  record LocalStored() implements Local {}

  /** The coordinator's own replica holds more than the client's version has seen. */
  record LocalStale() implements Local {}

  /** The coordinator's own replica could not store it, and has kept nothing of it. */
  record LocalFailed(Failure failure) implements Local {}

  /** The coordinator's own disk failed while it was storing: nobody knows whether it did. */
  record LocalUncertain() implements Local {}

  /** A replica has merged and stored the state. */
  record ReplicaStored(MemberId replica) implements Remote {}

  /** A replica has said that it can not, or could not be asked. */
  record ReplicaFailed(MemberId replica, Failure failure) implements Remote {}

  /** It is now known that these members, and no others, can be reached. */
  record ViewChanged(Set<MemberId> reachable) implements PutEvent {}

  /** A replica timeout has passed since the replicas were last asked. */
  record ReplicaTimeout() implements PutEvent {}

  /** The request's time is up. */
  record RequestTimeout() implements PutEvent {}
}
