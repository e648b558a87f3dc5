package io.dynamokv.transport.activemq;

/** The parts of an ActiveMQ address that are the same at both ends of a link. */
final class OpenWireOptions {
  /** A usual batch goes to the network in one call. */
  static final int IO_BUFFER_BYTES = 64 << 10;

  private OpenWireOptions() {}

  static String of(ActiveMqTransportSettings settings) {
    long idleMs = settings.timing().idle().toMillis();
    long frameBytes = (long) settings.limits().maxFrameBytes() + Doorway.FRAME_HEADER_BYTES;
    return "wireFormat.maxFrameSize="
        + frameBytes
        + "&wireFormat.maxInactivityDuration="
        + idleMs
        // Also how long the other end may take to answer the first greeting.
        + "&wireFormat.maxInactivityDurationInitalDelay="
        + settings.timing().connect().toMillis()
        + "&wireFormat.stackTraceEnabled=false";
  }
}
