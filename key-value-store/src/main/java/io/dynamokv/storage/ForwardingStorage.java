package io.dynamokv.storage;

import io.dynamokv.ring.Key;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Does what another storage does. */
public abstract class ForwardingStorage implements Storage {
  private final Storage storage;

  protected ForwardingStorage(Storage storage) {
    this.storage = storage;
  }

  @Override
  public byte @Nullable [] read(Key key) {
    return storage.read(key);
  }

  @Override
  public List<Change> compareAndWrite(List<Change> changes) {
    return storage.compareAndWrite(changes);
  }

  @Override
  public void harden() {
    storage.harden();
  }

  @Override
  public void scan(long firstPosition, long lastPosition, Visitor visitor) {
    storage.scan(firstPosition, lastPosition, visitor);
  }

  @Override
  public long approximateCount() {
    return storage.approximateCount();
  }

  @Override
  public Hints hints() {
    return storage.hints();
  }

  @Override
  public byte @Nullable [] readMeta(String name) {
    return storage.readMeta(name);
  }

  @Override
  public void writeMeta(String name, byte[] value) {
    storage.writeMeta(name, value);
  }

  @Override
  public @Nullable String failure() {
    return storage.failure();
  }

  @Override
  public void backUp(Path folder) {
    storage.backUp(folder);
  }

  @Override
  public void close() {
    storage.close();
  }
}
