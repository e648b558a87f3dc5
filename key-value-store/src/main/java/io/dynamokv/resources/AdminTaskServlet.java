package io.dynamokv.resources;

import io.dynamokv.resources.AdminTask.Answer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a task carried out for each POST. Dropwizard's own servlet for tasks answers 200 to what a
 * task refuses, too. Thread-safe; keeps its caller waiting.
 */
public final class AdminTaskServlet extends HttpServlet {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(AdminTaskServlet.class);

  private final transient AdminTask task;

  public AdminTaskServlet(AdminTask task) {
    this.task = task;
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Answer answer = carryOut(parameters(request));
    response.setStatus(answer.status());
    response.setContentType("text/plain");
    response.setCharacterEncoding(StandardCharsets.UTF_8.name());
    response.getWriter().println(answer.text());
  }

  private static Map<String, List<String>> parameters(HttpServletRequest request) {
    return request.getParameterMap().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> Arrays.asList(entry.getValue())));
  }

  private Answer carryOut(Map<String, List<String>> parameters) {
    try {
      return task.carryOut(parameters);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.failed("the node stops");
    } catch (RuntimeException e) {
      LOG.error("the task {} failed", task.name(), e);
      return Answer.failed("the node's log says why");
    }
  }
}
