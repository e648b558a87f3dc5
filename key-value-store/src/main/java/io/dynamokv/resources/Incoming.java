package io.dynamokv.resources;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a resource may know of a request beside its path. The body is there, whole, before the
 * resource is called. Thread-safe.
 */
public interface Incoming {
  /** Names the request in the logs of every node it touches. */
  String id();

  /** The body; empty if there is none. Not to be changed. */
  byte[] body();

  /** The URL's query, as it came, or null. */
  @Nullable String query();

  /** The media type of the body, as it came, or null. */
  @Nullable String contentType();

  /**
   * Asks for memory to hold an answer until it is sent.
   *
   * @return false if too much is held for others already; the request is then to be refused
   */
  boolean reserveAnswer(long bytes);

  /** Whether the request has ended, so that nobody waits for its answer any more. */
  boolean isOver();

  /** Threads for work that would hold up the thread it comes from. */
  Executor executor();
}
