# shellcheck shell=bash
# Makes sure that the jar is what the sources say.

JAR=$ROOT/key-value-store/target/dynamo-kv.jar
readonly BUILD_LOG=$ROOT/key-value-store/target/build.log
readonly BUILD_WAIT_SECONDS=1800
# Small heap, few threads; less to compile, and sooner. docs/performance.md has what each of these brings.
DEFAULT_JAVA_OPTS='-Xms256m -Xmx512m -Xmn128m -XX:+UseSerialGC'
DEFAULT_JAVA_OPTS+=' -XX:InlineSmallCode=900 -XX:MaxInlineLevel=9 -XX:FreqInlineSize=160'
DEFAULT_JAVA_OPTS+=' -XX:Tier4InvocationThreshold=800 -XX:Tier4MinInvocationThreshold=150'
DEFAULT_JAVA_OPTS+=' -XX:Tier4CompileThreshold=2500 -XX:Tier4BackEdgeThreshold=10000'
readonly DEFAULT_JAVA_OPTS

# Sets JAR, JAVA, JAVA_FLAGS and RUN_WITH, building what has to be built.
prepare_to_run() {
  if [[ -n ${DYNAMO_KV_JAR:-} ]]; then
    [[ -r $DYNAMO_KV_JAR ]] || fail "can not read the jar that DYNAMO_KV_JAR names: $DYNAMO_KV_JAR"
    JAR=$(realpath "$DYNAMO_KV_JAR")
  elif ! jar_is_current; then
    build
  fi
  ensure_java
  read -ra JAVA_FLAGS <<<"${DYNAMO_KV_JAVA_OPTS-$DEFAULT_JAVA_OPTS}"
  # shellcheck disable=SC2034 # read in another file
  read -ra RUN_WITH <<<"${DYNAMO_KV_RUN_WITH-}"
  # Out of memory a node can not be trusted to serve; a dump of its heap is for whoever asks for one.
  JAVA_FLAGS=(-XX:-HeapDumpOnOutOfMemoryError "${JAVA_FLAGS[@]}" -XX:+ExitOnOutOfMemoryError)
}

# Folders count too: a deleted source leaves nothing but its folder's newer date. Tests and scripts are
# not in the jar.
jar_is_current() {
  [[ -f $JAR ]] || return 1
  local newer
  newer=$(find "$ROOT/pom.xml" "$ROOT/.mvn" "$ROOT/key-value-store/pom.xml" "$ROOT/key-value-store/src/main" \
    -path "$SCRIPTS" -prune -o -newer "$JAR" -print -quit)
  [[ -z $newer ]]
}

# The folder itself is what is locked, so there is no lock file to lose to a "mvn clean". Sets BUILD_LOCK,
# which Maven inherits: the lock lasts as long as the build does, whatever becomes of us.
lock_build() {
  exec {BUILD_LOCK}<"$ROOT/key-value-store"
  if ! flock -n "$BUILD_LOCK"; then
    say "Another build is running here; waiting for it"
    flock -w "$BUILD_WAIT_SECONDS" "$BUILD_LOCK" ||
      fail "the other build has not ended in $BUILD_WAIT_SECONDS s"
  fi
}

unlock_build() {
  exec {BUILD_LOCK}<&-
}

build() {
  lock_build
  if ! jar_is_current; then
    ensure_build_tools
    run_build
  fi
  unlock_build
}

# The jar gets the date at which the build began, so that a source changed meanwhile is newer. The old jar
# is unlinked, not overwritten: nodes that run from it keep it.
run_build() {
  local started=$SECONDS begun
  mkdir -p "$(dirname "$JAR")"
  begun=$(mktemp "$(dirname "$JAR")/begun.XXXXXX")
  rm -f "$JAR"
  say "Building ${JAR#"$ROOT"/} (a first build fetches its libraries and takes a few minutes)"
  if ! (cd "$ROOT" && exec mvn -q -B -Dmaven.test.skip=true package) >"$BUILD_LOG" 2>&1; then
    rm -f "$begun"
    show_build_errors
    fail "the build failed; its whole output is in $BUILD_LOG"
  fi
  touch -r "$begun" "$JAR"
  rm -f "$begun"
  say "Built in $((SECONDS - started)) s"
}

show_build_errors() {
  local errors
  errors=$(grep -m 20 '^\[ERROR\]' "$BUILD_LOG") || errors=$(tail -n 20 "$BUILD_LOG")
  say "$errors"
}
