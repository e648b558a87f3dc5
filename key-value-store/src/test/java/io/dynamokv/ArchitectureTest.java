package io.dynamokv;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which package may know which. Imports point inward: what decides knows nothing of what is done
 * about it, and nobody but the root knows which implementation of a port is in use.
 */
class ArchitectureTest {
  private static final String BASE = "io.dynamokv";

  /** The Dropwizard edge, with the load generator that the command line offers. */
  private static final Set<String> EDGES =
      Set.of("api", "bench", "cli", "config", "health", "resources");

  /** What decides, and only that: no threads, clocks, random sources, sockets, files or logs. */
  private static final Set<String> PURE = Set.of("ring", "version", "coordination");

  /** What a pure package may not touch, as the beginnings of full names. */
  private static final Set<String> WORLD =
      Set.of(
          "com.codahale.",
          "io.dropwizard.",
          "java.io.",
          "java.lang.Process",
          "java.lang.Thread",
          "java.net.",
          "java.nio.channels.",
          "java.nio.file.",
          "java.security.SecureRandom",
          "java.time.Clock",
          "java.util.Random",
          "java.util.SplittableRandom",
          "java.util.Timer",
          "java.util.concurrent.",
          "java.util.random.",
          "org.slf4j.");

  /** What a pure package may not call: the time and chance that need no import. */
  private static final Set<String> WORLD_CALLS =
      Set.of(
          "java.lang.Math.random",
          "java.lang.System.currentTimeMillis",
          "java.lang.System.getProperty",
          "java.lang.System.getenv",
          "java.lang.System.nanoTime",
          "java.time.Instant.now",
          "java.time.LocalDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.util.UUID.randomUUID");

  /** Packages whose sub-packages implement what the package itself describes. */
  private static final Set<String> PORTS = Set.of("membership", "storage", "transport");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(BASE);

  /** Each package, and the packages of ours that it may use. The root may use all. */
  private static Map<String, Set<String>> table() {
    Map<String, Set<String>> table = new TreeMap<>();
    table.put("ring", Set.of());
    table.put("version", Set.of("ring"));
    table.put("coordination", Set.of("ring", "version"));
    table.put("storage", Set.of("ring", "version"));
    table.put("transport", Set.of("ring", "version"));
    table.put("replica", Set.of("ring", "version", "storage"));
    table.put("membership", Set.of("ring", "transport"));
    table.put("repair", Set.of("ring", "version", "storage", "transport", "membership"));
    table.put("node", Set.copyOf(table.keySet()));
    for (String edge : EDGES) {
      // What a node can be asked, in keys, versions, outcomes, members, scans and reports.
      Set<String> allowed = union(EDGES, Set.of("node", "membership", "coordination", "repair"));
      table.put(edge, union(allowed, Set.of("ring", "version", "storage")));
    }
    return table;
  }

  static Stream<String> packages() {
    return table().keySet().stream();
  }

  static Stream<String> purePackages() {
    return PURE.stream();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void a_package_uses_only_what_the_table_allows(String name) {
    usesOnly(name, table().getOrDefault(name, Set.of())).check(CLASSES);
  }

  @ParameterizedTest
  @MethodSource("purePackages")
  void a_pure_package_touches_nothing_of_the_world(String name) {
    touchesNothingOfTheWorld(name).check(CLASSES);
  }

  @Test
  void nobody_but_the_command_line_prints() {
    noClasses()
        .that(describe("are not of the command line", type -> !packageOf(type).equals("cli")))
        .should(ACCESS_STANDARD_STREAMS)
        .check(CLASSES);
    assertThat(noClasses().should(ACCESS_STANDARD_STREAMS).evaluate(CLASSES).hasViolation())
        .isTrue();
  }

  @Test
  void every_package_is_in_the_table() {
    Set<String> packages =
        CLASSES.stream().map(ArchitectureTest::packageOf).collect(Collectors.toSet());

    assertThat(packages).contains("ring").isSubsetOf(union(table().keySet(), Set.of("")));
  }

  @Test
  void packages_form_no_cycles_but_within_the_edge() {
    DescribedPredicate<JavaClass> edge =
        describe("the edge", type -> isOurs(type) && EDGES.contains(packageOf(type)));

    slices()
        .matching(BASE + ".(*)..")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(edge, edge)
        .check(CLASSES);
  }

  @Test
  void an_implementation_of_a_port_is_known_to_itself_and_the_root_alone() {
    noClasses()
        .should(use("another package's implementation", ArchitectureTest::reachesIntoAPort))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void generated_messages_are_known_to_their_own_package_alone() {
    noClasses()
        .should(use("another package's messages", ArchitectureTest::usesForeignMessages))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void a_broken_rule_is_noticed() {
    assertThat(usesOnly("coordination", Set.of("ring")).evaluate(CLASSES).hasViolation()).isTrue();
    assertThat(touchesNothingOfTheWorld("replica").evaluate(CLASSES).hasViolation()).isTrue();
    assertThat(touchesNothingOfTheWorld("storage").evaluate(CLASSES).hasViolation()).isTrue();
  }

  private static ArchRule usesOnly(String name, Set<String> allowed) {
    Set<String> foreign = new HashSet<>(table().keySet());
    foreign.removeAll(allowed);
    foreign.remove(name);
    foreign.add("");
    return noClasses()
        .that(resideIn(name))
        .should(
            use(
                "packages that it may not",
                dependency ->
                    isOurs(dependency.getTargetClass())
                        && foreign.contains(packageOf(dependency.getTargetClass()))))
        .allowEmptyShould(true);
  }

  private static ArchRule touchesNothingOfTheWorld(String name) {
    return noClasses()
        .that(resideIn(name).and(describe("are not generated", type -> !isGenerated(type))))
        .should(use("the world", ArchitectureTest::touchesTheWorld))
        .orShould()
        .accessTargetWhere(describe("it reads the world", ArchitectureTest::readsTheWorld))
        .allowEmptyShould(true);
  }

  private static boolean touchesTheWorld(Dependency dependency) {
    String target = dependency.getTargetClass().getBaseComponentType().getName();
    return WORLD.stream().anyMatch(target::startsWith);
  }

  private static boolean readsTheWorld(JavaAccess<?> access) {
    return WORLD_CALLS.contains(access.getTargetOwner().getName() + "." + access.getName());
  }

  private static boolean reachesIntoAPort(Dependency dependency) {
    JavaClass target = dependency.getTargetClass().getBaseComponentType();
    JavaClass origin = dependency.getOriginClass();
    return isOurs(target)
        && PORTS.contains(packageOf(target))
        && !subPackageOf(target).isEmpty()
        && !isGenerated(target)
        && !isRoot(origin)
        && !(packageOf(origin).equals(packageOf(target))
            && subPackageOf(origin).equals(subPackageOf(target)));
  }

  private static boolean usesForeignMessages(Dependency dependency) {
    JavaClass target = dependency.getTargetClass().getBaseComponentType();
    return isOurs(target)
        && isGenerated(target)
        && !packageOf(target).equals(packageOf(dependency.getOriginClass()));
  }

  private static DescribedPredicate<JavaClass> resideIn(String name) {
    return describe("reside in " + name, type -> packageOf(type).equals(name));
  }

  /** In the form that {@code noClasses().should(..)} wants: a match is what must not be. */
  private static ArchCondition<JavaClass> use(String what, Predicate<Dependency> matches) {
    return new ArchCondition<>("use " + what) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          if (matches.test(dependency)) {
            events.add(SimpleConditionEvent.satisfied(type, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static boolean isOurs(JavaClass type) {
    return type.getPackageName().equals(BASE) || type.getPackageName().startsWith(BASE + ".");
  }

  private static boolean isRoot(JavaClass type) {
    return type.getPackageName().equals(BASE);
  }

  private static boolean isGenerated(JavaClass type) {
    return type.getPackageName().endsWith(".proto");
  }

  /** The first part of a package's name after ours; empty for the root. */
  private static String packageOf(JavaClass type) {
    String rest = restOf(type);
    int dot = rest.indexOf('.');
    return dot < 0 ? rest : rest.substring(0, dot);
  }

  /** What comes after that; empty for the package itself. */
  private static String subPackageOf(JavaClass type) {
    String rest = restOf(type);
    int dot = rest.indexOf('.');
    return dot < 0 ? "" : rest.substring(dot + 1);
  }

  private static String restOf(JavaClass type) {
    return isRoot(type) ? "" : type.getPackageName().substring(BASE.length() + 1);
  }

  private static Set<String> union(Set<String> some, Set<String> more) {
    Set<String> union = new HashSet<>(some);
    union.addAll(more);
    return union;
  }
}
