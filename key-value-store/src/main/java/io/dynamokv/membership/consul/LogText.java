package io.dynamokv.membership.consul;

/** What others wrote, made fit for one line of a log. Stateless. */
final class LogText {
  private static final int MAX_LENGTH = 200;

  private LogText() {}

  static String of(String foreign) {
    String start =
        foreign.length() > MAX_LENGTH ? foreign.substring(0, MAX_LENGTH) + ".." : foreign;
    return start.replaceAll("\\p{Cntrl}+", " ").trim();
  }
}
