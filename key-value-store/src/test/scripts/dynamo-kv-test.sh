#!/usr/bin/env bash
# Tests of ./dynamo-kv against StandIn.java, which stands in for the application. Needs a JDK.
set -uo pipefail

# Whoever runs us in the background has had us ignore Ctrl-C, and a shell can not take that back.
[[ -n ${SIGNALS_RESET-} ]] || SIGNALS_RESET=yes exec env --default-signal=INT,QUIT bash "${BASH_SOURCE[0]}" "$@"

HERE=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
ROOT=$(realpath "$HERE/../../../..")
COMMAND=$ROOT/dynamo-kv
WORK=$(mktemp -d)
DATA='' # of the test that runs
BASE='' # a base port with 40 free ports from it on
FAILURES=0
CODE=0 OUTPUT=''
readonly HERE ROOT COMMAND WORK

unset DYNAMO_KV_INSTALL DYNAMO_KV_RUN_WITH DYNAMO_KV_START_TIMEOUT_SECONDS DYNAMO_KV_STOP_TIMEOUT_SECONDS
export DYNAMO_KV_JAVA_OPTS='-Xmx32m -XX:+UseSerialGC -XX:TieredStopAtLevel=1'
export DYNAMO_KV_JAR=$WORK/stand-in.jar

# ---- what the tests say things with

run() { # run COMMAND...: sets CODE and OUTPUT (of both streams)
  OUTPUT=$("$@" 2>&1)
  CODE=$?
}

wrong() {
  FAILURES=$((FAILURES + 1))
  printf '    WRONG in %s: %s\n' "$TEST" "$1"
  printf '%s\n' "$OUTPUT" | sed 's/^/      | /'
}

exits_with() { [[ $CODE == "$1" ]] || wrong "expected exit code $1, got $CODE"; }
says() { [[ $OUTPUT == *"$1"* ]] || wrong "expected it to say: $1"; }
says_not() { [[ $OUTPUT != *"$1"* ]] || wrong "expected it not to say: $1"; }
exists() { [[ -e $1 ]] || wrong "expected $1 to exist"; }
exists_not() { [[ ! -e $1 ]] || wrong "expected $1 not to exist"; }
alive() { kill -0 "$1" 2>/dev/null || wrong "expected pid $1 to live"; }
ended() { # a zombie has ended: its parent may be slow to take note
  local stat
  ! { read -r stat <"/proc/$1/stat"; } 2>/dev/null || [[ ${stat##*) } == Z* ]] || wrong "expected pid $1 to have ended"
}
same() { [[ $1 == "$2" ]] || wrong "expected '$1' to be '$2'"; }

until_true() { # until_true COMMAND...: for what happens in its own time; at most 10 s
  local tries
  for ((tries = 0; tries < 200; tries++)); do
    "$@" && return
    sleep 0.05
  done
  wrong "expected in 10 s: $*"
}

file_says() { grep -qs -- "$2" "$1"; }
pid_of() { cat "$DATA/node-$1/pid"; }
cluster() { run "$COMMAND" cluster "$@" --data "$DATA"; }
start() { cluster --detach --base-port "$BASE" "$@"; }

# ---- wrong usage

refuses_wrong_arguments_with_exit_code_2() {
  local arguments expected
  while IFS='|' read -r arguments expected; do
    local -a words
    read -ra words <<<"$arguments"
    run "$COMMAND" "${words[@]/#DATA/$DATA}" # not the folder of whoever runs the tests
    exits_with 2
    says "$expected"
  done <<'END'
|./dynamo-kv cluster
no-such|there is no command 'no-such'
cluster grow|there is no command 'cluster grow'
cluster --nodes 0|--nodes must be a number from 1 to 32, but is '0'
cluster --nodes 33|from 1 to 32
cluster --nodes three|but is 'three'
cluster --nodes=-1|but is '-1'
cluster --nodes|--nodes needs a value
cluster --nodes 2 --replicas 3 --data DATA|3 replicas need at least 3 nodes, but --nodes is 2
cluster --replicas 4 --data DATA|4 replicas need at least 4 nodes, but --nodes is 3
cluster --replicas 0|--replicas must be
cluster --base-port 0|--base-port must be
cluster --base-port 65530 --data DATA|is too high: with 3 nodes the last port would be 65552
cluster --data=|--data must name a folder
cluster --detach=yes|--detach takes no value
cluster --colour red|cluster does not take '--colour'
cluster stop --nodes 3|cluster stop takes --data DIR only, but got '--nodes'
cluster status here|cluster status takes --data DIR only, but got 'here'
cluster restart --data DATA|cluster restart wants the number of a node
cluster restart 1 2|cluster restart takes one node at a time, but got '2' too
cluster remove all|cluster remove takes the number of a node and --data DIR, but got 'all'
backup|backup takes a folder: ./dynamo-kv backup FOLDER
restore one two|restore takes one folder, but got 'two' too
backup one --colour|backup takes a folder, --node I and --data DIR, but got '--colour'
backup one --node 0|--node must be
repair here|repair takes --data DIR only, but got 'here'
server|server takes one argument
check one two|check takes one argument
verify twice|verify takes no arguments, but got: twice
version now|version takes no arguments
END
}

help_and_version_work_without_building() {
  DYNAMO_KV_JAR='' run "$COMMAND" help
  exits_with 0
  says "cluster status"
  DYNAMO_KV_JAR='' run "$COMMAND" cluster --help
  exits_with 0
  says "cluster status"
  DYNAMO_KV_JAR='' run "$COMMAND" version
  exits_with 0
  says "dynamo-kv "
}

check_passes_on_what_the_application_says() {
  printf 'members:\n' >"$DATA.good"
  printf 'nothing\n' >"$DATA.bad"
  run "$COMMAND" check "$DATA.good"
  exits_with 0
  run "$COMMAND" check "$DATA.bad"
  exits_with 1
  run "$COMMAND" check "$DATA.none"
  exits_with 1
  says "can not read the configuration file"
}

status_and_stop_of_nothing_say_so_and_make_nothing() {
  run "$COMMAND" repair --data "$DATA"
  exits_with 3
  says "There is no cluster in $DATA"
  cluster status
  exits_with 3
  says "There is no cluster in $DATA"
  run "$COMMAND" status --data "$DATA"
  exits_with 3
  says "There is no cluster in $DATA"
  cluster stop
  exits_with 0
  says "nothing to stop"
  exists_not "$DATA"
}

# ---- a cluster's life

a_cluster_starts_detached_and_stops() {
  start --nodes 2
  exits_with 0
  says "nodes 2, replicas of each key 2"
  says "http://127.0.0.1:$BASE/storage"
  says "curl http://127.0.0.1:$((BASE + 10))/storage/aGVsbG8="
  local one two
  one=$(pid_of 1) two=$(pid_of 2)
  cluster status
  exits_with 0
  says "node-2   healthy"
  cluster --nodes 2
  exits_with 1
  says "is running already: node-1 has pid $one"
  cluster stop
  exits_with 0
  says "All nodes have stopped"
  ended "$one"
  ended "$two"
  exists_not "$DATA/node-1/pid"
  cluster status
  exits_with 3
  says "node-1   stopped"
  cluster stop
  exits_with 0
  says "nothing to stop"
}

# given a busy port of another cluster's
status_says_how_far_each_node_has_come_with_a_change_of_the_ring() {
  STAND_IN_FILLING=node-2 STAND_IN_CLEARING=node-3 DYNAMO_KV_START_TIMEOUT_SECONDS=5 start
  exits_with 0
  cluster status
  exits_with 0
  says "What is being moved:
  node-2: 96 of 768 partitions, 1234 keys fetched, some 7 s left
  node-3: 31 partitions to hand over"
  says_not "node-1:"
}

a_busy_port_is_named_and_nothing_is_left_behind() {
  start --nodes 1
  local holder
  holder=$(pid_of 1)
  run "$COMMAND" cluster --nodes 2 --base-port $((BASE - 9)) --data "$DATA.other/deep"
  exits_with 1
  says "port $((BASE + 1)), which node-2 needs, is in use by pid $holder (java)"
  exists_not "$DATA.other"
}

secrets_are_the_owners_and_last() {
  start --nodes 1
  local secret
  secret=$(<"$DATA/secret")
  same "${#secret}" 64
  same "$(stat -c %a "$DATA/secret" "$DATA/node-1/config.yml")" $'600\n600'
  file_says "$DATA/node-1/config.yml" "secret: \"$secret\"" || wrong "the secret is not in the configuration"
  cluster stop
  printf '# mine\n' >>"$DATA/node-1/config.yml"
  start
  exits_with 0
  same "$(<"$DATA/secret")" "$secret"
  file_says "$DATA/node-1/config.yml" '# mine' || wrong "a changed configuration was not kept"
  cluster stop
  cluster --detach --base-port $((BASE + 3))
  exits_with 0
  says "http://127.0.0.1:$((BASE + 3))/cluster"
  file_says "$DATA/node-1/config.yml.old" '# mine' || wrong "the old configuration was not kept"
}

nodes_are_started_with_the_command_that_is_asked_for() {
  DYNAMO_KV_RUN_WITH='env STARTED_WITH=this' start --nodes 1
  exits_with 0
  grep -qzx STARTED_WITH=this "/proc/$(pid_of 1)/environ" || wrong "node-1 was started without it"
  cluster stop
  exits_with 0
}

another_shape_than_the_folder_was_made_with_is_refused() {
  start --nodes 2
  cluster stop
  cluster --nodes 3
  exits_with 1
  says "was made with --nodes 2 --replicas 2, and can not be started with --nodes 3 --replicas 2"
  cluster --replicas 1
  exits_with 1
  exists_not "$DATA/node-3"
}

data_without_a_record_of_its_cluster_is_left_alone() {
  mkdir -p "$DATA/node-1/db"
  start --nodes 1
  exits_with 1
  says "it was not made by ./dynamo-kv cluster"
  exists_not "$DATA/node-1/config.yml"
}

two_starts_at_once_in_one_folder_are_refused() {
  mkdir "$DATA"
  exec {held}<"$DATA"
  flock "$held"
  start --nodes 1
  exec {held}<&-
  exits_with 1
  says "another ./dynamo-kv cluster is starting the nodes in $DATA"
}

a_folder_of_any_name_works() {
  DATA="$DATA/it's \"here\" & there"
  start --nodes 1
  exits_with 0
  cluster status
  exits_with 0
  cluster stop
  exits_with 0
}

a_pid_that_is_not_the_nodes_is_never_signalled() {
  start --nodes 1
  cluster stop
  sleep 60 &
  local innocent=$!
  printf '%s\n' "$innocent" >"$DATA/node-1/pid"
  cluster status
  exits_with 3
  says "node-1   stopped"
  cluster stop
  exits_with 0
  alive "$innocent"
  kill "$innocent"
  exists_not "$DATA/node-1/pid"
}

# ---- misfortune

a_node_that_dies_while_starting_is_named_and_the_others_stop() {
  STAND_IN_FAILS=node-2 start --nodes 2
  exits_with 1
  says "node-2 ended while it was starting. Its log, $DATA/node-2/log/node.log, ends with:"
  says "the disk of node-2 is on fire"
  says_not "at StandIn.main"
  cluster status
  says "node-1   stopped"
}

a_restart_goes_on_without_a_node_that_can_not_start() {
  start --nodes 3
  exits_with 0
  cluster stop
  have_data 1 2 3
  STAND_IN_FAILS=node-2 start
  exits_with 3
  says "node-2 ended while it was starting. Its log, $DATA/node-2/log/node.log, ends with:"
  says "The cluster is up: nodes 2 of 3,"
  says "node-2  does not run."
  says "Start node-2 again with ./dynamo-kv cluster restart 2 --data $DATA"
  cluster status
  exits_with 3
  says "node-1   healthy"
  says "node-2   stopped"
  says "node-3   healthy"
  cluster restart 2
  exits_with 0
  cluster status
  exits_with 0
  says "node-2   healthy"
  cluster stop
  STAND_IN_SICK=node-1 DYNAMO_KV_START_TIMEOUT_SECONDS=4 start
  exits_with 3
  says "node-1  is not healthy yet"
  cluster stop
  STAND_IN_FAILS=node-1,node-2,node-3 start
  exits_with 1
  cluster status
  says "node-1   stopped"
}

# Real nodes leave files of their data.
have_data() {
  local i
  for i; do
    mkdir -p "$DATA/node-$i/db"
    : >"$DATA/node-$i/db/00000000.jdb"
  done
}

a_second_attempt_to_start_a_new_cluster_is_no_restart() {
  STAND_IN_FAILS=node-2 start --nodes 2
  exits_with 1
  STAND_IN_FAILS=node-2 start
  exits_with 1
  cluster status
  says "node-1   stopped"
}

one_node_is_restarted_whatever_it_does() {
  start --nodes 2
  local before
  before=$(pid_of 2)
  STAND_IN_DEAF=node-2 cluster restart node-2
  exits_with 0
  ended "$before"
  DYNAMO_KV_STOP_TIMEOUT_SECONDS=1 STAND_IN_SICK=node-2 DYNAMO_KV_START_TIMEOUT_SECONDS=3 cluster restart 2
  exits_with 3
  says "has not stopped in 1 s: killing it"
  says "node-2: 500"
  says "It goes on; ./dynamo-kv cluster status --data $DATA tells when it is healthy"
  alive "$(pid_of 2)"
  STAND_IN_FAILS=node-2 cluster restart 2
  exits_with 1
  says "node-2 ended while it was starting"
  cluster restart 3
  exits_with 1
  says "there is no node-3"
  mv "$DATA" "$DATA.moved"
  run "$COMMAND" cluster restart 2 --data "$DATA.moved"
  exits_with 1
  says "is not where this cluster last ran"
  mv "$DATA.moved" "$DATA"
}

a_restart_ends_when_the_others_reach_the_node_again() {
  STAND_IN_CONNECTIVITY=$DATA.first start --nodes 2
  printf '{"127.0.0.1:%d":"unreachable"}\n' $((BASE + 10)) $((BASE + 10)) $((BASE + 10)) >"$DATA.first"
  printf '{"127.0.0.1:%d":"unreachable"}\n' "$BASE" >"$DATA.second"
  printf '{}\n' >>"$DATA.second" # knows nobody yet
  STAND_IN_CONNECTIVITY=$DATA.second cluster restart 2
  exits_with 0
  same '' "$(cat "$DATA.first" "$DATA.second")" # both were asked until they said something else
  yes '{}' | head -n 1000 >"$DATA.first"
  DYNAMO_KV_START_TIMEOUT_SECONDS=3 cluster restart 2
  exits_with 3
  says "node-2 is up"
  says "do not all reach each other yet"
  kill -9 "$(pid_of 1)" # those that do not run are not waited for
  DYNAMO_KV_START_TIMEOUT_SECONDS=3 cluster restart 2
  exits_with 0
}

a_stop_waits_for_a_node_that_is_being_restarted() {
  start --nodes 1
  # shellcheck disable=SC2016 # expanded when it runs
  printf 'touch %q; sleep 2; exec "$@"\n' "$DATA.begun" >"$DATA.slowly"
  DYNAMO_KV_RUN_WITH="bash $DATA.slowly" "$COMMAND" cluster restart 1 --data "$DATA" >/dev/null 2>&1 &
  local restarting=$!
  until_true test -e "$DATA.begun"
  cluster stop
  exits_with 0
  says "Waiting for another ./dynamo-kv"
  says "All nodes have stopped"
  wait "$restarting" || true
  cluster stop
  says "No node runs"
}

a_foreground_keeps_a_node_that_is_restarted() {
  attended --nodes 1
  # shellcheck disable=SC2016 # expanded when it runs
  printf 'sleep 2; exec "$@"\n' >"$DATA.slowly"
  DYNAMO_KV_RUN_WITH="bash $DATA.slowly" cluster restart 1
  exits_with 0
  until_true file_says "$DATA.out" "node-1 runs again"
  alive "$ATTENDED"
  kill -TERM "$ATTENDED"
  wait "$ATTENDED"
  same 0 $?
  cluster status
  says "node-1   stopped"
}

a_newcomer_is_at_full_speed_when_the_command_gives_up_waiting_for_it() {
  [[ -e /proc/self/autogroup ]] || return 0
  start --nodes 2
  STAND_IN_FILLING=node-3 DYNAMO_KV_CHANGE_TIMEOUT_SECONDS=2 cluster add
  exits_with 1
  says "after 2 s this has not ended: node-3 is being filled"
  file_says "/proc/$(pid_of 3)/autogroup" 'nice 0' || wrong "node-3 still gives way"
}

a_node_that_does_not_get_healthy_is_named_in_time() {
  STAND_IN_SICK=node-1 DYNAMO_KV_START_TIMEOUT_SECONDS=4 start --nodes 1
  exits_with 1
  says "Waiting for node-1 to be healthy"
  says "after 4 s not every node is healthy"
  says "node-1: 500"
  says "it depends"
  cluster status
  says "node-1   stopped"
}

a_node_that_does_not_stop_is_killed_with_a_word() {
  STAND_IN_DEAF=node-1 start --nodes 1
  local deaf
  deaf=$(pid_of 1)
  DYNAMO_KV_STOP_TIMEOUT_SECONDS=1 cluster stop
  exits_with 1
  says "node-1 (pid $deaf) has not stopped in 1 s: killing it"
  ended "$deaf"
  exists_not "$DATA/node-1/pid"
}

# ---- the foreground

attended() { # starts a cluster in the foreground of a process group of its own, as a terminal does
  set -m
  "$COMMAND" cluster --base-port "$BASE" --data "$DATA" "$@" >"$DATA.out" 2>&1 &
  ATTENDED=$!
  set +m
  until_true file_says "$DATA.out" 'Ctrl-C stops it.'
}

attended_ends() {
  wait "$ATTENDED"
  CODE=$?
  OUTPUT=$(<"$DATA.out")
}

ctrl_c_stops_all_cleanly() {
  attended --nodes 2
  local one two
  one=$(pid_of 1) two=$(pid_of 2)
  kill -INT -- "-$ATTENDED"
  attended_ends
  exits_with 0
  says "All nodes have stopped"
  ended "$one"
  ended "$two"
  exists_not "$DATA/node-2/pid"
}

a_foreground_that_nobody_reads_any_more_leaves_no_node_behind() {
  run bash -c '"$@" 2>&1 | head -n 1' - "$COMMAND" cluster --nodes 1 --base-port "$BASE" --data "$DATA"
  says "Waiting for node-1"
  cluster status
  exits_with 3
  says "node-1   stopped"
}

a_node_that_dies_later_is_told_and_can_be_started_again_by_hand() {
  attended --nodes 2
  kill -KILL "$(pid_of 2)"
  until_true file_says "$DATA.out" 'node-2 died'
  cluster status
  exits_with 3
  says "node-2   stopped"
  says "Start node-2 again with ./dynamo-kv cluster restart 2 --data $DATA"
  cluster
  exits_with 1
  says "is running already: node-1 has pid $(pid_of 1)"
  says "Start node-2 again with ./dynamo-kv cluster restart 2 --data $DATA"
  (cd "$DATA" && exec "$COMMAND" server node-2/config.yml >by-hand.log 2>&1) &
  local by_hand=$!
  until_true file_says "$DATA.out" "node-2 runs again (pid $by_hand)"
  until_true "$COMMAND" cluster status --data "$DATA" >/dev/null
  kill -TERM "$ATTENDED"
  attended_ends
  exits_with 0
  ended "$by_hand"
}

a_cluster_stopped_from_elsewhere_ends_the_foreground() {
  attended --nodes 1
  cluster stop
  exits_with 0
  attended_ends
  exits_with 0
  says "Every node has been stopped"
}

# ---- building, in a copy of the repository with a Maven that only copies a jar

make_repository() {
  REPOSITORY=$DATA.repository
  mkdir -p "$REPOSITORY/key-value-store/src/main/java" "$REPOSITORY/.mvn" "$REPOSITORY/bin"
  cp "$COMMAND" "$ROOT/pom.xml" "$REPOSITORY"
  cp "$ROOT/key-value-store/pom.xml" "$REPOSITORY/key-value-store"
  cp -r "$ROOT/key-value-store/src/main/scripts" "$REPOSITORY/key-value-store/src/main"
  cat >"$REPOSITORY/bin/mvn" <<'END'
#!/usr/bin/env bash
case $* in
  *--version*) printf 'Apache Maven %s (x)\n' "${MAVEN_RELEASE:-3.8.7}" ;;
  *package*)
    printf 'built\n' >>builds
    sleep "${MAVEN_SECONDS:-0}"
    if [[ -n ${MAVEN_FAILS-} ]]; then
      printf '[INFO] working\n[ERROR] Key.java: no such thing\n'
      exit 1
    fi
    cp "$STAND_IN_JAR" key-value-store/target/dynamo-kv.jar
    ;;
esac
END
  chmod +x "$REPOSITORY/bin/mvn"
  printf 'members:\n' >"$REPOSITORY/config.yml"
}

check_there() {
  (
    export STAND_IN_JAR=$DYNAMO_KV_JAR PATH=$REPOSITORY/bin:$PATH
    unset DYNAMO_KV_JAR
    exec "$REPOSITORY/dynamo-kv" check "$REPOSITORY/config.yml"
  )
}

builds() { wc -l <"$REPOSITORY/builds"; }

the_jar_is_built_when_sources_are_newer_only() {
  make_repository
  run check_there
  exits_with 0
  says "Building key-value-store/target/dynamo-kv.jar"
  same "$(builds)" 1
  run check_there
  same "$(builds)" 1
  says_not "Building"
  printf 'x' >"$REPOSITORY/key-value-store/src/main/java/A.java"
  run check_there
  same "$(builds)" 2
  rm "$REPOSITORY/key-value-store/src/main/java/A.java"
  run check_there
  same "$(builds)" 3
}

two_commands_at_once_build_once() {
  make_repository
  MAVEN_SECONDS=1 check_there >"$DATA.first" 2>&1 &
  local first=$!
  until_true test -e "$REPOSITORY/builds"
  run check_there
  exits_with 0
  says "Another build is running here; waiting for it"
  wait "$first" || wrong "the first build failed"
  same "$(builds)" 1
}

a_failed_build_shows_its_errors_and_its_log() {
  make_repository
  MAVEN_FAILS=yes run check_there
  exits_with 1
  says "[ERROR] Key.java: no such thing"
  says_not "[INFO]"
  says "$REPOSITORY/key-value-store/target/build.log"
}

what_is_missing_to_build_is_said_when_it_may_not_be_installed() {
  make_repository
  DYNAMO_KV_INSTALL=no MAVEN_RELEASE=3.6.3 run check_there
  exits_with 1
  says "building needs a JDK 17 or newer, and Maven 3.8 or newer"
  says "Maven: $REPOSITORY/bin/mvn is older, or does not run"
  says "apt-get install maven"
  exists_not "$REPOSITORY/builds"
}

# ---- running them

make_stand_in() {
  local java_home
  java_home=$(
    # shellcheck source=key-value-store/src/main/scripts/toolchain.sh
    . "$ROOT/key-value-store/src/main/scripts/toolchain.sh"
    find_java_home javac
  ) || {
    printf 'these tests need a JDK\n' >&2
    exit 1
  }
  "$java_home/bin/javac" -d "$WORK/classes" "$HERE/StandIn.java" &&
    "$java_home/bin/jar" --create --file "$DYNAMO_KV_JAR" --main-class StandIn -C "$WORK/classes" . || exit 1
}

find_free_base() {
  # shellcheck source=key-value-store/src/main/scripts/network.sh
  . "$ROOT/key-value-store/src/main/scripts/network.sh"
  find_listeners
  local port candidate
  for ((candidate = 21000 + RANDOM % 2000; candidate < 30000; candidate += 60)); do
    for ((port = candidate - 10; port < candidate + 40; port++)); do
      ! listener_on "$port" >/dev/null || continue 2
    done
    BASE=$candidate
    return
  done
  printf 'no free ports\n' >&2
  exit 1
}

clean_up() {
  local settings
  while IFS= read -r -d '' settings; do
    "$COMMAND" cluster stop --data "$(dirname "$settings")" >/dev/null 2>&1
  done < <(find "$WORK" -name cluster.properties -print0)
  rm -rf "$WORK"
}
trap clean_up EXIT

run_test() {
  TEST=$1
  DATA=$WORK/$TEST
  OUTPUT=''
  local before=$FAILURES
  "$TEST"
  "$COMMAND" cluster stop --data "$DATA" >/dev/null 2>&1
  if ((FAILURES == before)); then
    printf '  ok      %s\n' "$TEST"
  else
    printf '  FAILED  %s\n' "$TEST"
  fi
}

TESTS=(
  refuses_wrong_arguments_with_exit_code_2
  help_and_version_work_without_building
  check_passes_on_what_the_application_says
  status_and_stop_of_nothing_say_so_and_make_nothing
  a_cluster_starts_detached_and_stops
  status_says_how_far_each_node_has_come_with_a_change_of_the_ring
  a_busy_port_is_named_and_nothing_is_left_behind
  secrets_are_the_owners_and_last
  nodes_are_started_with_the_command_that_is_asked_for
  another_shape_than_the_folder_was_made_with_is_refused
  data_without_a_record_of_its_cluster_is_left_alone
  two_starts_at_once_in_one_folder_are_refused
  a_folder_of_any_name_works
  a_pid_that_is_not_the_nodes_is_never_signalled
  a_node_that_dies_while_starting_is_named_and_the_others_stop
  a_restart_goes_on_without_a_node_that_can_not_start
  a_second_attempt_to_start_a_new_cluster_is_no_restart
  one_node_is_restarted_whatever_it_does
  a_restart_ends_when_the_others_reach_the_node_again
  a_stop_waits_for_a_node_that_is_being_restarted
  a_foreground_keeps_a_node_that_is_restarted
  a_newcomer_is_at_full_speed_when_the_command_gives_up_waiting_for_it
  a_node_that_does_not_get_healthy_is_named_in_time
  a_node_that_does_not_stop_is_killed_with_a_word
  ctrl_c_stops_all_cleanly
  a_foreground_that_nobody_reads_any_more_leaves_no_node_behind
  a_node_that_dies_later_is_told_and_can_be_started_again_by_hand
  a_cluster_stopped_from_elsewhere_ends_the_foreground
  the_jar_is_built_when_sources_are_newer_only
  two_commands_at_once_build_once
  a_failed_build_shows_its_errors_and_its_log
  what_is_missing_to_build_is_said_when_it_may_not_be_installed
)

make_stand_in
find_free_base
if (($# == 0)); then
  set -- "${TESTS[@]}"
fi
for test in "$@"; do
  run_test "$test"
done
printf '%d tests, %d wrong expectations, %d s\n' $# "$FAILURES" "$SECONDS"
((FAILURES == 0))
