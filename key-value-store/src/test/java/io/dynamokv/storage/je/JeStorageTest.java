package io.dynamokv.storage.je;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.Storage.Change;
import io.dynamokv.storage.StorageContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JeStorageTest extends StorageContract {
  @TempDir private Path folder;

  @Test
  void what_was_removed_is_gone_after_a_restart() {
    storage.compareAndWrite(List.of(change("a", null, "1"), change("b", null, "2")));
    storage.compareAndWrite(List.of(new Change(key("a"), bytes("1"), null)));
    storage.harden();
    storage.close();

    try (Storage again = open()) {
      assertThat(again.read(key("a"))).isNull();
      assertThat(again.read(key("b"))).isEqualTo(bytes("2"));
      assertThat(again.approximateCount()).isEqualTo(1);
    }
  }

  @Override
  protected Storage open() {
    return JeStorage.open(
        new JeSettings(folder, 1024, Durability.WRITE, 16 << 20, 1 << 20),
        new MetricRegistry(),
        System::nanoTime);
  }
}
