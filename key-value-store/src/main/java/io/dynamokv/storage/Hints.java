package io.dynamokv.storage;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this node owes to others: notes of holder and key, without the state, which is this node's
 * own. They live beside the states, and one {@link Storage#harden} makes both safe. Thread-safe.
 * Every method throws {@link StorageException} when the medium fails.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), section 4.6 (hinted handoff).
 */
public interface Hints {
  /** Notes hints; those that are there already keep their time, see {@link Hint#with}. */
  void add(List<Hint> hints);

  /** Forgets hints; those that are not there are no mistake. Only holder and key are looked at. */
  void remove(List<Hint> hints);

  /** The hint about a holder and a key, or null. */
  @Nullable Hint find(MemberId holder, Key key);

  /** Who is owed a key, in the order of the ids. */
  List<MemberId> holdersOwed(Key key);

  /**
   * What a holder is owed, in the order of the keys.
   *
   * @param after begins behind this key, or with the first if null
   * @param limit returns no more than so many
   */
  List<Hint> of(MemberId holder, @Nullable Key after, int limit);

  /** How many hints there are for each holder that has any, in the order of their ids. */
  Map<MemberId, Long> counts();

  /** How many bytes all hints take, about. */
  long bytes();
}
