package io.dynamokv.storage.je;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dynamokv.ring.Key;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage.Change;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class JeWriterTest {
  private static final Key KEY = Key.of(new byte[] {1});
  private static final Change CHANGE = new Change(KEY, null, new byte[] {9});

  @TempDir private Path folder;
  private JeEnvironment je;

  @BeforeEach
  void open() {
    je = JeEnvironment.open(new JeSettings(folder, 1024, Durability.WRITE, 16 << 20, 1 << 20));
  }

  @AfterEach
  void close() {
    je.close();
  }

  @Test
  void what_a_transaction_has_written_that_is_given_up_is_seen_by_nobody() throws Exception {
    GivenUpHalfWay changes = new GivenUpHalfWay();
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(() -> new JeWriter(je).write(changes));
    assertThat(changes.written.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<byte @Nullable []> read = new CompletableFuture<>();
    Thread reader = new Thread(() -> read.complete(JeStorage.get(je.data(), JeKeys.encode(KEY))));
    reader.start();
    awaitWaitingOrEnd(reader);
    changes.giveUp.countDown();
    assertThat(read.get(10, TimeUnit.SECONDS)).isNull();
    assertThatThrownBy(writing::get).hasMessageContaining("the disk of the test is full");
  }

  private static void awaitWaitingOrEnd(Thread thread) throws InterruptedException {
    List<Thread.State> awaited =
        List.of(Thread.State.WAITING, Thread.State.TIMED_WAITING, Thread.State.TERMINATED);
    while (!awaited.contains(thread.getState())) {
      Thread.sleep(1);
    }
  }

  /**
   * Two changes; when the first has been written, the second can not be had. The writer goes
   * through them three times: to lock, to write, to unlock.
   */
  private static final class GivenUpHalfWay extends AbstractList<Change> {
    private final CountDownLatch written = new CountDownLatch(1);
    private final CountDownLatch giveUp = new CountDownLatch(1);
    private int looks;

    @Override
    public Change get(int index) {
      if (index == 0 || ++looks != 2) {
        return CHANGE;
      }
      written.countDown();
      try {
        giveUp.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IllegalStateException("the disk of the test is full");
    }

    @Override
    public int size() {
      return 2;
    }
  }
}
