/** The configuration file: one class for each section, what is checked, and how errors are told. */
@NullMarked
package io.dynamokv.config;

import org.jspecify.annotations.NullMarked;
