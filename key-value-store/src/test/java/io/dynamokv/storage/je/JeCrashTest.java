package io.dynamokv.storage.je;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dynamokv.ring.Key;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real processes, killed in the middle of writing. */
@Timeout(60)
class JeCrashTest {
  private static final int GROUPS_BEFORE_THE_KILL = 600;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(names = {"SYNC", "WRITE"})
  void all_that_a_killed_process_acknowledged_is_there(Durability durability) throws Exception {
    List<String> acknowledged = killedAfterSomeWrites(durability);

    try (Storage storage = CrashingWriter.open(folder, durability)) {
      assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(GROUPS_BEFORE_THE_KILL);
      for (String group : acknowledged) {
        for (Key key : CrashingWriter.keys(group)) {
          assertThat(storage.read(key)).as(group).isEqualTo(group.getBytes(UTF_8));
        }
      }
    }
  }

  /** Says what the process acknowledged, up to its very last line. */
  private List<String> killedAfterSomeWrites(Durability durability) throws Exception {
    Process writer = start(durability);
    try (BufferedReader out = writer.inputReader(UTF_8)) {
      List<String> before =
          out.lines().filter(CrashTestLine::isOne).limit(GROUPS_BEFORE_THE_KILL).toList();
      assertThatASecondProcessIsRefused(writer.pid());

      // Through the handle, because the process object would close its output too.
      writer.toHandle().destroyForcibly();

      List<String> after = out.lines().filter(CrashTestLine::isOne).toList();
      return Stream.concat(before.stream(), after.stream()).map(CrashTestLine::group).toList();
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  private void assertThatASecondProcessIsRefused(long pid) {
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> CrashingWriter.open(folder, Durability.SYNC))
        .withMessageContaining("in use by another process (pid " + pid + ")");
  }

  private Process start(Durability durability) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            CrashingWriter.class.getName(),
            folder.toString(),
            durability.name())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** A line that was printed whole; the last one may be cut off by the kill. */
  private static final class CrashTestLine {
    private static final String FORM = "stored [0-9]+-[0-9]+";

    static boolean isOne(String line) {
      return line.matches(FORM);
    }

    static String group(String line) {
      return line.substring("stored ".length());
    }
  }
}
