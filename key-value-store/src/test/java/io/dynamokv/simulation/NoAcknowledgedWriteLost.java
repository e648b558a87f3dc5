package io.dynamokv.simulation;

import io.dynamokv.version.KeyState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

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
   * @param holders the nodes that had it when it was acknowledged
   * @param losses how often each of them had lost its data by then
   */
  private record Acknowledged(
      KeyHistory key, KeyHistory.Written written, List<Integer> holders, List<Integer> losses) {}

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
    List<Integer> holders =
        key.holders.stream().filter(node -> copies.hardened(node, key).get(written.index)).toList();
    List<Integer> losses = holders.stream().map(copies::losses).toList();
    acknowledged.add(new Acknowledged(key, written, holders, losses));
  }

  @Override
  public void onFinal(KeyHistory key, KeyState state) {
    BitSet history = key.historyOf(state);
    for (Acknowledged write : acknowledged) {
      if (write.key == key) {
        check(write, history, state);
      }
    }
  }

  private void check(Acknowledged write, BitSet history, KeyState state) {
    long keptBy = holdersThatKeptIt(write);
    if (keptBy < write.holders.size()) {
      world.met(Situation.ACKNOWLEDGED_WRITE_ON_LOST_DISK);
    }
    if (keptBy > 0 && !history.get(write.written.index)) {
      throw violated(
          write.key, write.written + " was acknowledged, and is not in the final state " + state);
    }
  }

  private long holdersThatKeptIt(Acknowledged write) {
    return IntStream.range(0, write.holders.size())
        .filter(i -> copies.losses(write.holders.get(i)) == write.losses.get(i))
        .count();
  }
}
