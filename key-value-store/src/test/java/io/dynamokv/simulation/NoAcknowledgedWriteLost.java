package io.dynamokv.simulation;

import io.dynamokv.version.KeyState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * After faults heal, each acknowledged value is in the key's final state or was overwritten by a
 * write that had seen it, while fewer than w of the acknowledging nodes lose their disks. Since at
 * least w acknowledge, that is: while one of them has lost nothing.
 */
final class NoAcknowledgedWriteLost implements Invariant {
  private final World world;
  private final Copies copies;
  private final List<Acknowledged> acknowledged = new ArrayList<>();

  /**
   * @param keepers the nodes that had it when it was acknowledged, or were given it by one of
   *     those, and how often each of them had lost its data by then
   */
  private record Acknowledged(
      KeyHistory key, KeyHistory.Written written, Map<Integer, Integer> keepers) {}

  NoAcknowledgedWriteLost(World world, Copies copies) {
    this.world = world;
    this.copies = copies;
  }

  @Override
  public void onAnswered(Operation operation) {
    KeyHistory.Written written = operation.written;
    if (operation.answer != Operation.Answer.STORED || written == null) {
      return;
    }
    KeyHistory key = operation.key;
    Map<Integer, Integer> keepers = new TreeMap<>();
    copies.nodes().stream()
        .filter(node -> copies.hardened(node, key).get(written.index))
        .forEach(node -> keepers.put(node, copies.losses(node)));
    acknowledged.add(new Acknowledged(key, written, keepers));
  }

  /** Whoever stood in for another is free of it when the other has it. */
  @Override
  public void onReleased(int node, KeyHistory key, Map<Integer, Integer> heirs) {
    for (Acknowledged write : acknowledged) {
      if (write.key == key && write.keepers.containsKey(node)) {
        release(write, node, heirs);
      }
    }
  }

  private void release(Acknowledged write, int node, Map<Integer, Integer> heirs) {
    heirs.forEach(
        (heir, lossesThen) -> {
          boolean has = copies.hardened(heir, write.key).get(write.written.index);
          if (has || copies.losses(heir) != lossesThen) {
            write.keepers.remove(node);
          }
          if (has) {
            write.keepers.putIfAbsent(heir, copies.losses(heir));
          }
        });
  }

  @Override
  public void onFinal(KeyHistory key, KeyState state) {
    BitSet history = key.historyOf(state);
    for (Acknowledged write : acknowledged) {
      if (write.key == key && !key.isCollected(write.written)) {
        check(write, history, state);
      }
    }
  }

  private void check(Acknowledged write, BitSet history, KeyState state) {
    long keptBy =
        write.keepers.entrySet().stream()
            .filter(keeper -> copies.losses(keeper.getKey()) == keeper.getValue())
            .count();
    if (keptBy < write.keepers.size()) {
      world.met(Situation.ACKNOWLEDGED_WRITE_ON_LOST_DISK);
    }
    if (keptBy > 0 && !history.get(write.written.index)) {
      throw violated(
          write.key, write.written + " was acknowledged, and is not in the final state " + state);
    }
  }
}
