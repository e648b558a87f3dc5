package io.dynamokv.transport.activemq;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.TransportContract;
import java.util.function.BooleanSupplier;

class ActiveMqTransportTest extends TransportContract {
  private final TestNodes nodes = new TestNodes();

  @Override
  protected Transport create(MemberId self) {
    return nodes.create(nodes.settings(self));
  }

  @Override
  protected void await(BooleanSupplier condition) {
    TestNodes.await(condition);
  }

  @Override
  protected int maxStateBytes() {
    return TestNodes.LIMITS.maxOperationBytes() - 100;
  }
}
