/** What clients send and get: requests, answers and errors in JSON, keys and values in Base64. */
@NullMarked
package io.dynamokv.api;

import org.jspecify.annotations.NullMarked;
