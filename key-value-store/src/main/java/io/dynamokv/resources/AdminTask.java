package io.dynamokv.resources;

import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node does when it is asked on its admin port: {@code POST /tasks/}name. Thread-safe. */
public interface AdminTask {
  /** A part of its path. */
  String name();

  /**
   * Does it; may take its time.
   *
   * @param parameters of the query, or of a form
   */
  Answer carryOut(Map<String, List<String>> parameters) throws InterruptedException;

  /** Returns a parameter that is wanted once; null if it is not there, or there are more. */
  static @Nullable String one(Map<String, List<String>> parameters, String name) {
    List<String> values = parameters.getOrDefault(name, List.of());
    return values.size() == 1 ? values.get(0) : null;
  }

  /**
   * What came of it.
   *
   * @param status of HTTP
   * @param text one line for a person
   */
  record Answer(int status, String text) {
    static Answer done(String text) {
      return new Answer(HttpServletResponse.SC_OK, text);
    }

    /** Begun, and not at its end. */
    static Answer begun(String text) {
      return new Answer(HttpServletResponse.SC_ACCEPTED, text);
    }

    /** What is asked for can not be understood. */
    static Answer wanted(String text) {
      return new Answer(HttpServletResponse.SC_BAD_REQUEST, "wanted: " + text);
    }

    /** It can not be done as things are. */
    static Answer refused(String text) {
      return new Answer(HttpServletResponse.SC_CONFLICT, "refused: " + text);
    }

    /** It went wrong. */
    static Answer failed(String text) {
      return new Answer(HttpServletResponse.SC_INTERNAL_SERVER_ERROR, "failed: " + text);
    }
  }
}
