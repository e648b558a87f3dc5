package io.dynamokv.storage.je;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class JeStorageTest extends StorageContract {
  @TempDir private Path folder;

  @Override
  protected Storage open() {
    return JeStorage.open(
        new JeSettings(folder, 1024, Durability.WRITE, 16 << 20, 1 << 20),
        new MetricRegistry(),
        System::nanoTime);
  }
}
