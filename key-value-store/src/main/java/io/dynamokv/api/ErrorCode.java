package io.dynamokv.api;

import java.util.Locale;

/**
 * Why a request was not answered as its sender hoped, in a form that programs can rely on: a code
 * never changes its meaning or its status. Immutable.
 */
public enum ErrorCode {
  /** What arrived is not HTTP as this server speaks it. */
  MALFORMED_REQUEST(400),
  /** The body is not one JSON object in UTF-8. */
  MALFORMED_JSON(400),
  /** The body has a field that this request does not have. */
  UNKNOWN_FIELD(400),
  /** The body names a field twice. */
  DUPLICATE_FIELD(400),
  /** The body lacks a field. */
  MISSING_FIELD(400),
  /** A field is of the wrong type, or null. */
  WRONG_TYPE(400),
  /** A parameter of the URL is unknown, repeated, or not a number where one is wanted. */
  MALFORMED_PARAMETER(400),
  /** A key or a value is not Base64. */
  MALFORMED_BASE64(400),
  /** A key has no bytes. */
  EMPTY_KEY(400),
  /** The number of replicas asked for is not between 1 and N. */
  OUT_OF_RANGE(400),
  /** A version is not one that this cluster has given out. */
  MALFORMED_VERSION(400),
  /** This part of the API is switched off in the node's configuration. */
  SWITCHED_OFF(403),
  /** There is nothing at this path. */
  NOT_FOUND(404),
  /** The path exists, but not with this method. */
  METHOD_NOT_ALLOWED(405),
  /** The body did not arrive in time. */
  BODY_TIMEOUT(408),
  /** The write does not follow from what is stored; nothing was changed. */
  STALE_VERSION(409),
  /** The key has too many unresolved values; nothing was changed. */
  TOO_MANY_SIBLINGS(409),
  /** A key is longer than the limit. */
  KEY_TOO_LARGE(413),
  /** A value is longer than the limit. */
  VALUE_TOO_LARGE(413),
  /** The body is longer than any request within the limits can be. */
  BODY_TOO_LARGE(413),
  /** The URL is too long. */
  URI_TOO_LONG(414),
  /** The body is not declared to be JSON in UTF-8. */
  UNSUPPORTED_MEDIA_TYPE(415),
  /** The request expects something that this server does not do. */
  EXPECTATION_FAILED(417),
  /** The headers are too long. */
  HEADERS_TOO_LARGE(431),
  /** A mistake in this program; the log has more under the error's id. */
  INTERNAL_ERROR(500),
  /** HTTP knows it, this server does not. */
  NOT_IMPLEMENTED(501),
  /** Too few replicas can be reached; nothing was changed. */
  NOT_ENOUGH_REPLICAS(503),
  /** No node that holds the key can be reached; nothing was changed. */
  HOLDERS_UNREACHABLE(503),
  /** Another node can not be reached; said of a part of a dump. */
  NODE_UNREACHABLE(503),
  /** The node's disk is full or failing; nothing was changed. */
  STORAGE_FAILED(503),
  /** Too much is under way at this node; nothing was changed. */
  OVERLOADED(503),
  /** The node is stopping; nothing was changed. */
  SHUTTING_DOWN(503),
  /** Too few replicas answered in time. A write may have happened, or may yet. */
  TIMED_OUT(504),
  /** Not a version of HTTP that this server speaks. */
  HTTP_VERSION_NOT_SUPPORTED(505);

  private final int status;
  private final String text;

  ErrorCode(int status) {
    this.status = status;
    this.text = name().toLowerCase(Locale.ROOT);
  }

  /** The HTTP status that goes with it. */
  public int status() {
    return status;
  }

  /** The code as clients see it. */
  public String text() {
    return text;
  }

  /** Whether the same request may well succeed a moment later. */
  public boolean isPassing() {
    return status == 503;
  }
}
