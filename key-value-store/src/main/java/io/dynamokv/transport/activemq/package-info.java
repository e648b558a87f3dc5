/** The messaging port on embedded ActiveMQ brokers. */
@NullMarked
package io.dynamokv.transport.activemq;

import org.jspecify.annotations.NullMarked;
