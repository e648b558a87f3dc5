package io.dynamokv.simulation;

import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.node.SimulatedCore;
import io.dynamokv.replica.ReplicaWrite;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * The clients' requests that a node coordinates in one of its lives. Part of {@link HonestAnswers}:
 * each is answered once, and in time as long as the node lives.
 */
final class Requests {
  private static final long SLACK_NS = 300 * Scenario.MILLISECOND;
  private static final long ANSWER_WITHIN_NS =
      RunningNode.REQUESTS.requestTimeoutMs() * Scenario.MILLISECOND + SLACK_NS;

  private static final long FORWARDED_WITHIN_NS =
      RunningNode.REQUESTS.forwardTimeoutMs() * Scenario.MILLISECOND + SLACK_NS;

  private final World world;
  private final Parts parts;
  private final SimulatedNode node;
  private final Life life;
  private final SimulatedCore core;

  /** The requests that wait for an answer, and what to do if none will come. */
  private final Map<Operation, Runnable> waiting = new LinkedHashMap<>();

  Requests(World world, Parts parts, SimulatedNode node, Life life, SimulatedCore core) {
    this.world = world;
    this.parts = parts;
    this.node = node;
    this.life = life;
    this.core = core;
  }

  void submit(Operation operation, Executor mailbox, Runnable done, Runnable gone) {
    waiting.put(operation, gone);
    mailbox.execute(() -> begin(operation, done));
  }

  /** What a request is called in the nodes' logs. */
  static String idOf(Operation operation) {
    return "request-" + operation.id;
  }

  /** The node has died. */
  void abandon() {
    waiting.values().forEach(gone -> world.time.after(Scenario.MILLISECOND, gone));
    waiting.clear();
  }

  private void begin(Operation operation, Runnable done) {
    operation.coordinator = node.index;
    world.onBegun(operation);
    expectAnswer(operation, ANSWER_WITHIN_NS, life.stoodStillNs());
    Quorum quorum = new Quorum(parts.quorum(operation.wanted), operation.strict);
    String id = idOf(operation);
    if (operation.isWrite()) {
      core.put(
          new ReplicaWrite.Coordinate(operation.key.key, operation.from, operation.value),
          quorum,
          id,
          outcome -> answered(operation, () -> take(operation, outcome), done));
    } else {
      core.get(
          operation.key.key,
          quorum,
          id,
          outcome -> answered(operation, () -> take(operation, outcome), done));
    }
  }

  /** While a node stands still it can not answer; then it gets its time once more. */
  private void expectAnswer(Operation operation, long withinNs, long stoodStillNs) {
    life.after(
        withinNs,
        () -> {
          if (operation.answer == Operation.Answer.NONE) {
            boolean isLate = life.stoodStillNs() == stoodStillNs;
            if (isLate && (!operation.forwarded || withinNs == FORWARDED_WITHIN_NS)) {
              throw dishonest(operation, "got no answer in time");
            }
            long furtherNs = operation.forwarded ? FORWARDED_WITHIN_NS : ANSWER_WITHIN_NS;
            expectAnswer(operation, furtherNs, life.stoodStillNs());
          }
        });
  }

  private void answered(Operation operation, Runnable take, Runnable done) {
    if (operation.answer != Operation.Answer.NONE) {
      throw dishonest(operation, "was answered twice");
    }
    take.run();
    world.note(operation.key.name, node.id() + " answers " + operation + ": " + operation.answer);
    world.onAnswered(operation);
    waiting.remove(operation);
    done.run();
  }

  private static InvariantViolation dishonest(Operation operation, String how) {
    return new InvariantViolation("HonestAnswers", operation.key.name, operation + " " + how);
  }

  private static void take(Operation operation, GetOutcome outcome) {
    if (outcome instanceof GetOutcome.Found found) {
      operation.answer = Operation.Answer.FOUND;
      operation.found = found.state();
    } else {
      operation.answer = Operation.Answer.NOT_FOUND_OUT;
    }
  }

  private static void take(Operation operation, PutOutcome outcome) {
    if (outcome instanceof PutOutcome.Stored stored) {
      operation.answer = Operation.Answer.STORED;
      operation.version = stored.version();
    } else if (outcome instanceof PutOutcome.Stale) {
      operation.answer = Operation.Answer.STALE;
    } else if (outcome instanceof PutOutcome.Unknown) {
      operation.answer = Operation.Answer.UNKNOWN;
    } else {
      operation.answer = Operation.Answer.NOT_STORED;
    }
  }
}
