package io.dynamokv.storage.je;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sleepycat.je.Cursor;
import com.sleepycat.je.CursorConfig;
import com.sleepycat.je.DatabaseEntry;
import com.sleepycat.je.Durability;
import com.sleepycat.je.Get;
import com.sleepycat.je.OperationResult;
import com.sleepycat.je.Put;
import com.sleepycat.je.Transaction;
import com.sleepycat.je.TransactionConfig;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.HintCounts;
import io.dynamokv.storage.Hints;
import io.dynamokv.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The hints in an environment: the holder's id, a zero, position and key, to the time. Thread-safe.
 * They are counted when they are opened, which takes about a second for a million.
 */
final class JeHints implements Hints {
  /** No id has it. */
  private static final char END_OF_HOLDER = 0;

  private static final Comparator<Hint> ORDER =
      Comparator.comparing(Hint::holder).thenComparing(Hint::key);

  private final JeEnvironment je;
  private final JeStorage storage;
  private final HintCounts counts = new HintCounts();
  private final TransactionConfig notForced =
      new TransactionConfig().setDurability(Durability.COMMIT_NO_SYNC);

  JeHints(JeEnvironment je, JeStorage storage) {
    this.je = je;
    this.storage = storage;
    scan(
        new byte[0],
        hint -> {
          counts.added(hint);
          return true;
        });
  }

  @Override
  public void add(List<Hint> hints) {
    List<Hint> added = new ArrayList<>();
    write(
        hints,
        (transaction, hint) -> {
          DatabaseEntry since =
              new DatabaseEntry(ByteBuffer.allocate(Long.BYTES).putLong(hint.sinceMs()).array());
          if (je.hints().put(transaction, key(hint), since, Put.NO_OVERWRITE, null) != null) {
            added.add(hint);
          }
        });
    added.forEach(counts::added);
  }

  @Override
  public void remove(List<Hint> hints) {
    List<Hint> removed = new ArrayList<>();
    write(
        hints,
        (transaction, hint) -> {
          if (je.hints().delete(transaction, key(hint), null) != null) {
            removed.add(hint);
          }
        });
    removed.forEach(counts::removed);
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
  public Map<MemberId, Long> counts() {
    return counts.counts();
  }

  @Override
  public long bytes() {
    return counts.bytes();
  }

  private void write(List<Hint> hints, BiConsumer<Transaction, Hint> change) {
    long bytes = hints.stream().mapToLong(Hint::bytes).sum();
    storage.writing(
        bytes,
        () -> {
          Transaction transaction = je.environment().beginTransaction(null, notForced);
          try {
            // In the order of the keys, as everybody does who locks several.
            hints.stream().sorted(ORDER).forEach(hint -> change.accept(transaction, hint));
            transaction.commit();
          } catch (RuntimeException e) {
            JeWriter.abort(transaction, e);
            throw e;
          }
          return true;
        });
  }

  /** Shows hints from a key on, until the visitor returns false. */
  private void scan(byte[] from, Predicate<Hint> visitor) {
    DatabaseEntry key = new DatabaseEntry(from);
    DatabaseEntry since = new DatabaseEntry();
    try (Cursor cursor = je.hints().openCursor(null, CursorConfig.READ_COMMITTED)) {
      OperationResult found = cursor.get(key, since, Get.SEARCH_GTE, null);
      while (found != null && visitor.test(decode(key.getData(), since.getData()))) {
        found = cursor.get(key, since, Get.NEXT, null);
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

  /**
   * @throws StorageException if it is no hint
   */
  private static Hint decode(byte[] entry, byte[] since) {
    int end = 0;
    while (end < entry.length && entry[end] != END_OF_HOLDER) {
      end++;
    }
    if (end + 1 >= entry.length || since.length != Long.BYTES) {
      throw new StorageException("a hint is corrupt");
    }
    MemberId holder = new MemberId(new String(entry, 0, end, UTF_8));
    Key key = JeKeys.decode(new DatabaseEntry(Arrays.copyOfRange(entry, end + 1, entry.length)));
    return new Hint(holder, key, ByteBuffer.wrap(since).getLong());
  }
}
