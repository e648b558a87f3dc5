package io.dynamokv;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.util.Duration;
import io.dynamokv.config.StorageConfiguration;
import io.dynamokv.node.DataOwnership;
import io.dynamokv.replica.Identity;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.storage.je.JeBackup;
import io.dynamokv.storage.je.JeStorage;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;

/**
 * Puts a backup into a node's data folder. Stateless.
 *
 * <p>The node that starts there is another one to all clocks: the one that was backed up may have
 * written more since, under dots that the backup does not know of. What it holds is merged with
 * what the others hold, like anything that was away; so it replaces nothing that is newer.
 */
final class BackupRestoring {
  private BackupRestoring() {}

  static String restore(DynamoKvConfiguration configuration, Path backup, boolean ofAll) {
    if (configuration.storage().engine() != StorageConfiguration.Engine.JE) {
      throw StorageException.refusal("the engine memory has no data folder to restore to");
    }
    if (!ofAll) {
      requireYoungEnough(JeBackup.taken(backup), configuration.tombstones().minAge());
    }
    MemberId self = configuration.self().toMember().id();
    Path folder = configuration.node().directory().resolve("db");
    String taken = JeBackup.restore(backup, folder);
    try (Storage storage =
        JeStorage.open(
            NodeAssembly.jeSettings(configuration), new MetricRegistry(), System::nanoTime)) {
      MemberId owner = DataOwnership.ownerOf(storage);
      if (owner != null && !owner.equals(self)) {
        throw StorageException.refusal(
            "the backup is of %s, and this is the configuration of %s; the folder %s is of no use now, remove it"
                .formatted(owner, self, folder));
      }
      Identity.renew(storage, new SecureRandom()::nextLong);
      return "%s has %d keys of %s; start it, and what it has missed since is brought to it"
          .formatted(self, storage.approximateCount(), taken);
    }
  }

  private static void requireYoungEnough(Instant taken, Duration minAge) {
    if (taken.plusMillis(minAge.toMilliseconds() / 2).isBefore(Instant.now())) {
      throw StorageException.refusal(
          "the backup was taken at %s, longer ago than half of tombstones.minAge (%s): keys that were deleted since would come back. Start the node with an empty folder, and the others bring it everything; or restore all nodes (--whole-cluster)"
              .formatted(taken, minAge));
    }
  }
}
