package io.dynamokv.resources;

import io.dropwizard.servlets.tasks.Task;
import io.dynamokv.node.KeyValueService;
import io.dynamokv.repair.RoundReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@code POST /tasks/repair} on the admin port: compares what this node holds with what the others
 * hold, brings each what it lacks, and says what came of it. Thread-safe; keeps its caller waiting,
 * but no longer than so long.
 */
public final class RepairTask extends Task {
  private static final long LONGEST_MINUTES = 30;

  private final KeyValueService service;

  public RepairTask(KeyValueService service) {
    super("repair", "text/plain");
    this.service = service;
  }

  @Override
  public void execute(Map<String, List<String>> parameters, PrintWriter output)
      throws InterruptedException {
    CompletableFuture<RoundReport> report = new CompletableFuture<>();
    service.repair(report::complete);
    try {
      output.println(report.get(LONGEST_MINUTES, TimeUnit.MINUTES));
    } catch (TimeoutException e) {
      output.println("still under way after " + LONGEST_MINUTES + " minutes, and goes on");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a report can not fail", e);
    }
  }
}
