package io.dynamokv;

/** Composition root. */
public final class DynamoKvApplication {
  private DynamoKvApplication() {}

  public static void main(String[] args) {
    System.out.println("hello");
  }
}
