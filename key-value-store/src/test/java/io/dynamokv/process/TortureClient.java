package io.dynamokv.process;

import io.dynamokv.process.StorageClient.Answer;
import io.dynamokv.process.TortureHistory.Told;
import io.dynamokv.process.TortureHistory.Write;
import java.io.IOException;
import java.net.ConnectException;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys, through whichever node answers, and writes what replaces all that it has read: a new
 * value, or nothing. Remembers what it did.
 */
final class TortureClient implements Runnable {
  private static final int QUORUM = 2;

  private final int number;
  private final LocalCluster cluster;
  private final TortureHistory history;
  private final Supplier<String> keys;
  private final BooleanSupplier running;
  private final Random random;
  private int written;

  TortureClient(
      int number,
      LocalCluster cluster,
      TortureHistory history,
      Supplier<String> keys,
      BooleanSupplier running) {
    this.number = number;
    this.cluster = cluster;
    this.history = history;
    this.keys = keys;
    this.running = running;
    this.random = new Random(number);
  }

  @Override
  public void run() {
    while (running.getAsBoolean()) {
      String key = keys.get();
      Answer read = read(key);
      if (read != null && random.nextInt(10) < 7) {
        write(key, read);
      }
    }
  }

  private StorageClient someNode() {
    List<Integer> nodes = List.copyOf(cluster.nodes());
    return cluster.client(nodes.get(random.nextInt(nodes.size())));
  }

  private @Nullable Answer read(String key) {
    try {
      Answer answer = someNode().get(key, QUORUM);
      if (answer.status() == 200) {
        history.read(key, answer.values());
        return answer;
      }
      history.count("GET " + answer.status());
    } catch (IOException e) {
      history.count("GET without an answer");
    }
    return null;
  }

  private void write(String key, Answer read) {
    boolean isDelete = random.nextInt(10) == 0;
    String name = (isDelete ? "delete-" : "value-") + number + "-" + written++;
    Told told;
    try {
      Answer answer = someNode().put(key, isDelete ? "" : name, read.version(), QUORUM);
      told =
          switch (answer.status()) {
            case 200 -> Told.STORED;
            case 409, 503, 400 -> Told.DENIED;
            default -> Told.UNKNOWN;
          };
      if (answer.status() == 400 || answer.status() == 503) {
        history.count(answer.status() + ": " + answer.errorCode());
      }
    } catch (ConnectException e) {
      history.count("PUT or DELETE without a connection");
      return;
    } catch (IOException e) {
      told = Told.UNKNOWN;
    }
    history.wrote(key, new Write(name, isDelete, new HashSet<>(read.values()), told));
  }
}
