package io.dynamokv.storage.memory;

import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageContract;

class MemoryStorageTest extends StorageContract {
  @Override
  protected Storage open() {
    return new MemoryDisk().open(Durability.SYNC, 64 << 20);
  }
}
