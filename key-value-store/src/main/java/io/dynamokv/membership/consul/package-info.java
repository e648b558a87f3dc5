/** Members that find each other in Consul's catalog. */
@NullMarked
package io.dynamokv.membership.consul;

import org.jspecify.annotations.NullMarked;
