package io.dynamokv.ring;

/** Who should hold what. */
public final class Ring {}
