package io.dynamokv.storage.je;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.Storage.Change;
import io.dynamokv.storage.StorageContract;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

  @Test
  void hints_are_there_and_counted_after_a_restart() {
    MemberId holder = new MemberId("b");
    storage.hints().add(List.of(new Hint(holder, key("x"), 7), new Hint(holder, key("y"), 8)));
    storage.hints().remove(List.of(new Hint(holder, key("y"), 8)));
    storage.harden();
    storage.close();

    try (Storage again = open()) {
      assertThat(again.hints().of(holder, null, 10)).containsExactly(new Hint(holder, key("x"), 7));
      assertThat(again.hints().counts()).isEqualTo(Map.of(holder, 1L));
      assertThat(again.hints().bytes()).isEqualTo(new Hint(holder, key("x"), 7).bytes());
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
