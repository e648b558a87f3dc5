package io.dynamokv.storage.je;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many keys there are: counted once, when somebody first asks, since that reads the whole tree;
 * what has come and gone is added from then on. Thread-safe. Off by what came or went during the
 * count.
 */
final class KeyCount {
  private final LongSupplier count;
  private final LongSupplier growth;
  private volatile @Nullable Long before;

  /**
   * @param count counts all keys there are, slowly
   * @param growth how many more keys there are than when this object was made
   */
  KeyCount(LongSupplier count, LongSupplier growth) {
    this.count = count;
    this.growth = growth;
  }

  long get() {
    Long known = before;
    return (known != null ? known : countOnce()) + growth.getAsLong();
  }

  private synchronized long countOnce() {
    Long known = before;
    if (known == null) {
      long growthBefore = growth.getAsLong();
      known = count.getAsLong() - growthBefore;
      before = known;
    }
    return known;
  }
}
