package io.dynamokv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropwizard.lifecycle.Managed;
import io.dynamokv.ComposedNode;
import io.dynamokv.DynamoKvApplication;
import io.dynamokv.edge.BootedNode;
import io.dynamokv.edge.FakeService;
import io.dynamokv.membership.Member;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  private final List<Member> members = BootedNode.members(1);

  @TempDir private Path folder;

  /** What a run of the program has said, and what it ended with. */
  private record Run(String out, String err, @Nullable Throwable fatal) {}

  @Test
  void a_good_file_is_said_to_be_valid() throws Exception {
    Path file = file(BootedNode.configuration(members, members.get(0), folder));

    Run run = run("check", file.toString());

    assertThat(run.fatal()).isNull();
    assertThat(run.out()).isEqualTo(file + " is valid" + System.lineSeparator());
    assertThat(run.err()).isEmpty();
  }

  @Test
  void a_bad_file_is_refused_by_both_commands_in_plain_words() throws Exception {
    Path file = file("cluster: {replicas: 0}\n");

    for (String command : new String[] {"check", "server"}) {
      Run run = run(command, file.toString());

      assertThat(run.fatal()).isNotNull();
      assertThat(run.err())
          .startsWith(file + " has the following errors:")
          .contains("line 1: cluster.replicas must be greater than or equal to 1 (is 0)")
          .doesNotContain("Exception", "\tat ");
      assertThat(run.out()).doesNotContain("Exception", "\tat ");
    }
  }

  @Test
  void a_missing_file_a_missing_name_and_a_missing_variable_are_told_in_one_line()
      throws Exception {
    Run missing = run("check", folder.resolve("none.yml").toString());
    assertThat(missing.fatal()).isNotNull();
    assertThat(missing.err().lines()).hasSize(1);
    assertThat(missing.err()).contains("none.yml");

    Run unnamed = run("server");
    assertThat(unnamed.fatal()).isNotNull();
    assertThat(unnamed.err()).contains("no configuration file was named");

    Run variable = run("check", file("cluster: {name: \"${DYNAMO_KV_NOT_SET}\"}").toString());
    assertThat(variable.fatal()).isNotNull();
    assertThat(variable.err().lines()).hasSize(1);
    assertThat(variable.err()).contains("${DYNAMO_KV_NOT_SET}");
  }

  @Test
  void a_port_in_use_is_told_in_one_line_and_nothing_stays_behind() throws Exception {
    Path file = file(BootedNode.configuration(members, members.get(0), folder));
    try (ServerSocket taken =
        new ServerSocket(members.get(0).httpPort(), 1, InetAddress.getLoopbackAddress())) {
      Run run = run("server", file.toString());

      assertThat(run.fatal()).isNotNull();
      assertThat(run.err().lines()).hasSize(1);
      assertThat(run.err()).contains("" + taken.getLocalPort());
      assertThat(run.out()).doesNotContain("Exception", "\tat ");
      assertThat(folder.resolve("pid")).doesNotExist();
    }
  }

  @Test
  void a_node_that_can_not_start_is_told_in_one_line() throws Exception {
    Path file = file(BootedNode.configuration(members, members.get(0), folder));

    Run run =
        run(
            new Managed() {
              @Override
              public void start() throws IOException {
                throw new IOException("the folder is locked by process 7");
              }
            },
            "server",
            file.toString());

    assertThat(run.fatal()).isNotNull();
    assertThat(run.err()).isEqualTo("the folder is locked by process 7" + System.lineSeparator());
    assertThat(run.out()).doesNotContain("Exception", "\tat ");
    assertThat(folder.resolve("pid")).doesNotExist();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("node.yml"), text);
  }

  private Run run(String... arguments) throws Exception {
    return run(new Managed() {}, arguments);
  }

  private Run run(Managed lifecycle, String... arguments) throws Exception {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    Throwable[] fatal = new Throwable[1];
    try {
      System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
      FakeService service = new FakeService(members.get(0), members);
      new DynamoKvApplication((configuration, metrics) -> new ComposedNode(service, lifecycle)) {
        @Override
        protected void onFatalError(Throwable cause) {
          fatal[0] = cause;
        }
      }.run(arguments);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    return new Run(
        outBytes.toString(StandardCharsets.UTF_8),
        errBytes.toString(StandardCharsets.UTF_8),
        fatal[0]);
  }
}
