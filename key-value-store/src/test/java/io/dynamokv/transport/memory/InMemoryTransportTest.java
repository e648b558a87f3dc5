package io.dynamokv.transport.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.TransportContract;
import io.dynamokv.transport.WireCodec;
import io.dynamokv.transport.WireLimits;
import java.time.Duration;
import java.util.function.BooleanSupplier;

class InMemoryTransportTest extends TransportContract {
  private final ManualScheduler scheduler = new ManualScheduler();
  private final InMemoryNetwork network =
      new InMemoryNetwork(
          new WireCodec(WireLimits.DEFAULT),
          1000,
          scheduler,
          FaultPolicy.none(Duration.ofMillis(1)));

  @Override
  protected Transport create(MemberId self) {
    return network.join(self);
  }

  @Override
  protected void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      assertThat(scheduler.runNext()).as("there is something left to happen").isTrue();
    }
  }

  @Override
  protected int maxStateBytes() {
    return WireLimits.DEFAULT.maxOperationBytes() - 100;
  }
}
