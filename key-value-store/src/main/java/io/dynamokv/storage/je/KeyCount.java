package io.dynamokv.storage.je;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many keys there are: counted once, when somebody first asks, since that reads the whole tree;
 * what is inserted is added from then on. Thread-safe. Off by what was inserted during the count.
 */
final class KeyCount {
  private final LongSupplier count;
  private final LongSupplier inserted;
  private volatile @Nullable Long before;

  /**
   * @param count counts all keys there are, slowly
   * @param inserted how many keys were new since this object was made
   */
  KeyCount(LongSupplier count, LongSupplier inserted) {
    this.count = count;
    this.inserted = inserted;
  }

  long get() {
    Long known = before;
    return (known != null ? known : countOnce()) + inserted.getAsLong();
  }

  private synchronized long countOnce() {
    Long known = before;
    if (known == null) {
      long insertedBefore = inserted.getAsLong();
      known = count.getAsLong() - insertedBefore;
      before = known;
    }
    return known;
  }
}
