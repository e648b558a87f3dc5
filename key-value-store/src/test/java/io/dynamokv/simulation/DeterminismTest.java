package io.dynamokv.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A seed that finds something is worth nothing if it does not find it again. */
@ExtendWith(QuietLogs.class)
class DeterminismTest {
  private static final int SEEDS = 8;

  @Test
  void the_same_seed_gives_the_same_run() {
    assertThat(hashes()).isEqualTo(hashes());
  }

  @Test
  void the_same_seed_gives_the_same_run_in_another_process() throws Exception {
    // Another process has other identity hash codes, and another order in immutable sets.
    assertThat(hashesOfAnotherProcess().strip()).isEqualTo(hashes());
  }

  @Test
  void another_seed_gives_another_run() {
    assertThat(hashes().split(" ")).doesNotHaveDuplicates();
  }

  /** Prints what every seed's run hashes to. */
  public static void main(String[] arguments) {
    QuietLogs.beQuiet();
    System.out.println(hashes());
  }

  private static String hashes() {
    StringBuilder hashes = new StringBuilder();
    for (int seed = 1; seed <= SEEDS; seed++) {
      hashes.append(seed == 1 ? "" : " ").append(Long.toHexString(Simulation.run(seed).hash()));
    }
    return hashes.toString();
  }

  private static String hashesOfAnotherProcess() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DeterminismTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var output = process.getInputStream()) {
      return new String(output.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
