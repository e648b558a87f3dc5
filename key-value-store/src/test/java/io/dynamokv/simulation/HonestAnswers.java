package io.dynamokv.simulation;

import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.version.KeyState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * "Stored" means that w holders, or nodes in their place, have hardened it; "not stored", "stale"
 * and "not enough replicas" mean that nobody ever does; "stale" is said by one that has something
 * new; a GET's answer knows what r holders had hardened when it began, and no replica tells a
 * reader what it has not hardened.
 */
final class HonestAnswers implements Invariant {
  private final Copies copies;
  private final boolean membersChange;
  private final Map<Operation, List<Held>> heldAtBeginning = new IdentityHashMap<>();

  /** Who has answered a read, by the id that it has in the logs. */
  private final Map<String, Set<Integer>> readers = new HashMap<>();

  /** Which read a question belongs to. */
  private final Map<Question, String> questions = new HashMap<>();

  private record Question(int coordinator, long id) {}

  /** What a node had hardened, and how often it had lost its data, or let go of the key, before. */
  private record Held(int node, BitSet hardened, int losses, int releases) {}

  private static final Set<Status> SAYS_WHAT_IT_HAS =
      EnumSet.of(Status.OK, Status.SAME, Status.ABSENT);

  /**
   * @param membersChange whether a key's holders may be others at the end of a request
   */
  HonestAnswers(Copies copies, boolean membersChange) {
    this.copies = copies;
    this.membersChange = membersChange;
  }

  @Override
  public void onBegun(Operation operation) {
    if (!operation.isWrite()) {
      List<Held> held = new ArrayList<>();
      for (int node : countingFor(operation)) {
        BitSet hardened = (BitSet) copies.hardened(node, operation.key).clone();
        held.add(
            new Held(node, hardened, copies.losses(node), copies.releases(node, operation.key)));
      }
      heldAtBeginning.put(operation, held);
    }
  }

  @Override
  public void onSent(int from, int to, Message message) {
    if (message instanceof Message.ReadRequest request) {
      questions.put(new Question(from, request.id()), request.requestId());
    } else if (message instanceof Message.ReadReply reply
        && SAYS_WHAT_IT_HAS.contains(reply.status())) {
      String read = questions.getOrDefault(new Question(to, reply.id()), "");
      readers.computeIfAbsent(read, id -> new HashSet<>()).add(from);
    } else if (message instanceof Message.ForwardedGet request) {
      questions.put(new Question(from, request.id()), request.requestId());
    } else if (message instanceof Message.ForwardedAnswer answer
        && answer.ending() == Message.Ending.DONE) {
      // Its coordinator has answered with what it has itself, and with what others have told it.
      String read = questions.getOrDefault(new Question(to, answer.id()), "");
      readers.computeIfAbsent(read, id -> new HashSet<>()).add(from);
    }
  }

  private boolean hasAnswered(Operation read, int node) {
    return node == read.coordinator && !read.forwarded
        || readers.getOrDefault(Requests.idOf(read), Set.of()).contains(node);
  }

  @Override
  public void onRead(int node, KeyHistory key, KeyState state) {
    BitSet unsafe = key.historyOf(state);
    unsafe.andNot(copies.everHardened(node, key));
    if (!unsafe.isEmpty()) {
      KeyHistory.Written told = key.writes().get(unsafe.nextSetBit(0));
      throw violated(key, "node-%d told %s before it was hardened".formatted(node + 1, told));
    }
  }

  @Override
  public void onWritten(KeyHistory key, KeyHistory.Written written) {
    Operation operation = written.operation;
    if (operation.isDenied()) {
      throw violated(key, operation + " was told " + operation.answer + ", and was stored after");
    }
  }

  @Override
  public void onAnswered(Operation operation) {
    if (operation.isDenied() && operation.written != null) {
      throw violated(
          operation.key, operation + " was told " + operation.answer + ", but had been stored");
    } else if (operation.answer == Operation.Answer.STALE) {
      checkStale(operation);
    } else if (operation.answer == Operation.Answer.STORED) {
      checkStored(operation);
    } else if (operation.found != null) {
      checkFound(operation, operation.found);
    }
  }

  private void checkStale(Operation operation) {
    if (operation.forwarded) {
      return; // What its coordinator had then may be gone by now.
    }
    KeyHistory key = operation.key;
    BitSet unseen = key.historyOf(copies.visible(operation.coordinator, key));
    unseen.andNot(operation.seen());
    // A version with a trimmed clock covers less than its client has seen; a tombstone may be gone.
    if (unseen.isEmpty() && !key.maybeTrimmed() && !key.wasCollected()) {
      throw violated(key, operation + " was told STALE by one that has nothing new for it");
    }
  }

  private void checkStored(Operation operation) {
    KeyHistory.Written written = operation.written;
    if (written == null) {
      throw violated(operation.key, operation + " was told STORED, and no replica has stored it");
    }
    Predicate<Integer> has = node -> copies.everHardened(node, operation.key).get(written.index);
    requireEnough(operation, countingFor(operation).stream().filter(has), "have hardened it");
  }

  /**
   * Unless a request is strict, those that hold nothing of the key may stand in for those that do.
   */
  private List<Integer> countingFor(Operation operation) {
    return operation.strict && !membersChange ? operation.key.holders : copies.nodes();
  }

  private void checkFound(Operation operation, KeyState found) {
    BitSet history = operation.key.historyOf(found);
    List<Held> held = heldAtBeginning.getOrDefault(operation, List.of());
    requireEnough(
        operation,
        held.stream()
            .filter(had -> hasAnswered(operation, had.node))
            .filter(had -> isIn(operation.key, history, had)),
        "were listened to");
  }

  private boolean isIn(KeyHistory key, BitSet history, Held held) {
    BitSet missing = (BitSet) held.hardened.clone();
    missing.andNot(history);
    key.removeCollected(missing); // A crash may bring a tombstone back that nobody needs.
    return missing.isEmpty()
        || copies.losses(held.node) != held.losses
        || copies.releases(held.node, key) != held.releases;
  }

  private void requireEnough(Operation operation, Stream<?> holders, String did) {
    long count = holders.count();
    if (count < operation.wanted) {
      throw violated(
          operation.key,
          "%s was told %s by %d, but only %d %s"
              .formatted(operation, operation.answer, operation.wanted, count, did));
    }
  }
}
