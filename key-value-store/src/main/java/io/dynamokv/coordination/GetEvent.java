package io.dynamokv.coordination;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.KeyState;
import java.util.Set;

/** What can happen to a GET. Immutable. */
public sealed interface GetEvent {
  /** The coordinator's own replica is done reading. One of these comes, once. */
  sealed interface Local extends GetEvent {}

  /** Another replica is done with what it was asked. */
  sealed interface Remote extends GetEvent {}

  /** The coordinator's own replica has read its state, perhaps the empty one. */
  record LocalRead(KeyState state) implements Local {}

  /** The coordinator's own replica could not read. */
  record LocalFailed(Failure failure) implements Local {}

  /** A replica has answered with its state, perhaps the empty one. */
  record ReplicaRead(MemberId replica, KeyState state) implements Remote {}

  /** A replica has answered that its state is the coordinator's. */
  record ReplicaSame(MemberId replica) implements Remote {}

  /** A replica has said that it can not, or could not be asked. */
  record ReplicaFailed(MemberId replica, Failure failure) implements Remote {}

  /** It is now known that these members, and no others, can be reached. */
  record ViewChanged(Set<MemberId> reachable) implements GetEvent {}

  /** A replica timeout has passed since the replicas were last asked. */
  record ReplicaTimeout() implements GetEvent {}

  /** The request's time is up. */
  record RequestTimeout() implements GetEvent {}
}
