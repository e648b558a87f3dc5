package io.dynamokv.storage.je;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sleepycat.je.Cursor;
import com.sleepycat.je.CursorConfig;
import com.sleepycat.je.DatabaseEntry;
import com.sleepycat.je.Get;
import com.sleepycat.je.LockMode;
import com.sleepycat.je.OperationResult;
import com.sleepycat.je.Put;
import com.sleepycat.je.ReadOptions;
import com.sleepycat.je.Transaction;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.HintCounts;
import io.dynamokv.storage.Hints;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hints in an environment: the holder's id, a zero, position and key, to the time and the bytes
 * of the state. Thread-safe. They are counted when they are opened, which takes about a second for
 * a million.
 */
final class JeHints implements Hints {
  private static final Logger LOG = LoggerFactory.getLogger(JeHints.class);

  /** No id has it. */
  private static final char END_OF_HOLDER = 0;

  private static final Comparator<Hint> ORDER =
      Comparator.comparing(Hint::holder).thenComparing(Hint::key);

  private final JeEnvironment je;
  private final JeStorage storage;
  private final HintCounts counts = new HintCounts();
  private final JeTransactions transactions;
  // Only read by JE.
  private final ReadOptions forWriting = new ReadOptions().setLockMode(LockMode.RMW);

  JeHints(JeEnvironment je, JeStorage storage) {
    this.je = je;
    this.storage = storage;
    this.transactions = new JeTransactions(je.environment());
  }

  /** Counts what is there; called once, before anything else. */
  void count() {
    scan(
        new byte[0],
        hint -> {
          counts.replaced(null, hint);
          return true;
        });
  }

  @Override
  public synchronized void add(List<Hint> hints) {
    long bytes = hints.stream().mapToLong(Hint::bytes).sum();
    change(hints, bytes, (before, hint) -> before == null ? hint : before.with(hint));
  }

  @Override
  public synchronized void remove(List<Hint> hints) {
    change(hints, 0, (before, hint) -> null);
  }

  /** What becomes of a hint. */
  private interface Rule {
    /**
     * @param before the hint that is there about the same, or null
     */
    @Nullable Hint after(@Nullable Hint before, Hint given);
  }

  /** A hint before and after a change. */
  private record Replaced(@Nullable Hint before, @Nullable Hint after) {}

  private void change(List<Hint> hints, long bytes, Rule rule) {
    // In the order of the keys, as everybody does who locks several.
    List<Hint> ordered = hints.stream().sorted(ORDER).toList();
    List<Replaced> changes =
        storage.writing(
            bytes, () -> transactions.run(transaction -> change(transaction, ordered, rule)));
    changes.forEach(each -> counts.replaced(each.before, each.after));
  }

  private List<Replaced> change(Transaction transaction, List<Hint> ordered, Rule rule) {
    List<Replaced> changes = new ArrayList<>(ordered.size());
    for (Hint hint : ordered) {
      DatabaseEntry key = key(hint);
      DatabaseEntry found = new DatabaseEntry();
      boolean present = je.hints().get(transaction, key, found, Get.SEARCH, forWriting) != null;
      Hint before = present ? decode(key.getData(), found.getData()) : null;
      Hint after = rule.after(before, hint);
      if (after == null && present) {
        je.hints().delete(transaction, key, null);
      } else if (after != null && !after.equals(before)) {
        je.hints().put(transaction, key, value(after), Put.OVERWRITE, null);
      }
      changes.add(new Replaced(before, after));
    }
    return changes;
  }

  private static DatabaseEntry value(Hint hint) {
    ByteBuffer value = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
    return new DatabaseEntry(value.putLong(hint.sinceMs()).putInt(hint.stateBytes()).array());
  }

  @Override
  public List<Hint> of(MemberId holder, @Nullable Key after, int limit) {
    byte[] start = after == null ? prefix(holder) : justBehind(entry(holder, after));
    List<Hint> found = new ArrayList<>();
    return storage.inside(
        () -> {
          scan(
              start,
              hint -> found.size() < limit && hint.holder().equals(holder) && found.add(hint));
          return found;
        });
  }

  @Override
  public @Nullable Hint find(MemberId holder, Key key) {
    byte[] entry = entry(holder, key);
    byte[] value = storage.inside(() -> JeStorage.get(je.hints(), entry));
    return value == null ? null : decode(entry, value);
  }

  @Override
  public List<MemberId> holdersOwed(Key key) {
    return storage.inside(
        () ->
            counts.counts().keySet().stream()
                .filter(holder -> JeStorage.get(je.hints(), entry(holder, key)) != null)
                .toList());
  }

  @Override
  public Map<MemberId, Long> counts() {
    return counts.counts();
  }

  @Override
  public long bytes() {
    return counts.bytes();
  }

  /**
   * Shows hints from a key on, until the visitor returns false. What is damaged is passed over: a
   * node can do without some hints, but not without starting.
   */
  private void scan(byte[] from, Predicate<Hint> visitor) {
    DatabaseEntry key = new DatabaseEntry(from);
    DatabaseEntry value = new DatabaseEntry();
    try (Cursor cursor = je.hints().openCursor(null, CursorConfig.READ_COMMITTED)) {
      OperationResult found = cursor.get(key, value, Get.SEARCH_GTE, null);
      boolean goesOn = true;
      while (found != null && goesOn) {
        Hint hint = decode(key.getData(), value.getData());
        goesOn = hint == null || visitor.test(hint);
        found = cursor.get(key, value, Get.NEXT, null);
      }
    }
  }

  private static DatabaseEntry key(Hint hint) {
    return new DatabaseEntry(entry(hint.holder(), hint.key()));
  }

  private static byte[] entry(MemberId holder, Key key) {
    byte[] prefix = prefix(holder);
    byte[] rest = JeKeys.encode(key);
    byte[] entry = Arrays.copyOf(prefix, prefix.length + rest.length);
    System.arraycopy(rest, 0, entry, prefix.length, rest.length);
    return entry;
  }

  private static byte[] prefix(MemberId holder) {
    return (holder.value() + END_OF_HOLDER).getBytes(UTF_8);
  }

  /** The smallest bytes that come after these. */
  private static byte[] justBehind(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  /** Returns null if it is no hint. */
  private static @Nullable Hint decode(byte[] entry, byte[] value) {
    try {
      int end = 0;
      while (entry[end] != END_OF_HOLDER) {
        end++;
      }
      MemberId holder = new MemberId(new String(entry, 0, end, UTF_8));
      byte[] key = Arrays.copyOfRange(entry, end + 1, entry.length);
      ByteBuffer rest = ByteBuffer.wrap(value);
      return new Hint(
          holder,
          JeKeys.decode(new DatabaseEntry(key)),
          rest.getLong(),
          rest.hasRemaining() ? rest.getInt() : 0);
    } catch (RuntimeException e) {
      LOG.warn("a hint is damaged, and passed over", e);
      return null;
    }
  }
}
