package io.dynamokv.transport;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Transport.Receiver;
import java.util.ArrayList;
import java.util.List;

/** Remembers what it was told, in order. Thread-safe. */
public class RecordingReceiver implements Receiver {
  private final List<MemberId> senders = new ArrayList<>();
  private final List<Message> messages = new ArrayList<>();
  private final List<Integer> batchSizes = new ArrayList<>();
  private final List<String> links = new ArrayList<>();

  @Override
  public void onMessages(MemberId from, List<Message> batch) {
    synchronized (this) {
      batch.forEach(message -> senders.add(from));
      messages.addAll(batch);
      batchSizes.add(batch.size());
    }
  }

  @Override
  public synchronized void onLink(MemberId peer, boolean up) {
    links.add(peer + (up ? " up" : " down"));
  }

  public synchronized List<Message> messages() {
    return List.copyOf(messages);
  }

  /** The sender of each message. */
  public synchronized List<MemberId> senders() {
    return List.copyOf(senders);
  }

  public synchronized List<Integer> batchSizes() {
    return List.copyOf(batchSizes);
  }

  /** Such as {@code node-2 up}. */
  public synchronized List<String> links() {
    return List.copyOf(links);
  }
}
