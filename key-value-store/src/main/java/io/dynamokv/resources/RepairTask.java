package io.dynamokv.resources;

import io.dynamokv.node.KeyValueService;
import io.dynamokv.repair.RoundReport;
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
public final class RepairTask implements AdminTask {
  private static final long LONGEST_MINUTES = 30;

  private final KeyValueService service;

  public RepairTask(KeyValueService service) {
    this.service = service;
  }

  @Override
  public String name() {
    return "repair";
  }

  @Override
  public Answer carryOut(Map<String, List<String>> parameters) throws InterruptedException {
    CompletableFuture<RoundReport> report = new CompletableFuture<>();
    service.repair(report::complete);
    try {
      return Answer.done(report.get(LONGEST_MINUTES, TimeUnit.MINUTES).toString());
    } catch (TimeoutException e) {
      return Answer.begun("still under way after " + LONGEST_MINUTES + " minutes, and goes on");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a report can not fail", e);
    }
  }
}
