/** Members that find each other, and each other's health, by asking Consul. */
@NullMarked
package io.dynamokv.membership.consul;

import org.jspecify.annotations.NullMarked;
