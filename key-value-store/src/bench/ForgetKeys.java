import com.codahale.metrics.MetricRegistry;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.je.JeSettings;
import io.dynamokv.storage.je.JeStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Removes some keys, far from each other, from the data folder of a node that does not run. */
public final class ForgetKeys {
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    int wanted = Integer.parseInt(arguments[1]);
    JeSettings settings = new JeSettings(folder, 1024, Durability.SYNC, 64L << 20, 1L << 20);
    try (JeStorage storage = JeStorage.open(settings, new MetricRegistry(), System::nanoTime)) {
      long apart = Math.max(1, storage.approximateCount() / wanted);
      List<Storage.Change> changes = new ArrayList<>();
      long[] seen = {0};
      storage.scan(
          0,
          -1L,
          (key, state) -> {
            if (seen[0]++ % apart == 0) {
              changes.add(new Storage.Change(key, state, null));
            }
            return changes.size() < wanted;
          });
      storage.compareAndWrite(changes);
      storage.harden();
      System.out.println("forgot " + changes.size() + " of " + seen[0] + " keys looked at");
    }
  }
}
