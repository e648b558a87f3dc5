# shellcheck shell=bash
# ./dynamo-kv cluster: start, stop and show a cluster on this machine.

readonly MOST_NODES=32
readonly START_TIMEOUT_SECONDS=${DYNAMO_KV_START_TIMEOUT_SECONDS:-60}
readonly DEFAULT_DATA=$ROOT/data

DATA=$DEFAULT_DATA
NODES='' REPLICAS='' BASE_PORT='' DETACH=false
RESPONSIBLE=false # whether the nodes are to be stopped when we end
READY=false

cluster() {
  [[ -d /proc/self/fd ]] || fail "cluster needs Linux, for /proc"
  local command=start
  case ${1-} in
    stop | status)
      command=$1
      shift
      ;;
    '' | -*) ;;
    *) misuse "there is no command 'cluster $1'" ;;
  esac
  parse_cluster_options "$command" "$@"
  "cluster_$command"
}

parse_cluster_options() {
  local command=$1 name value
  shift
  while (($# > 0)); do
    name=${1%%=*}
    case $command:$name in
      start:--detach)
        [[ $1 == --detach ]] || misuse "--detach takes no value"
        DETACH=true
        shift
        continue
        ;;
      *:--data | start:--nodes | start:--replicas | start:--base-port) ;;
      start:*) misuse "cluster does not take '$1'" ;;
      *) misuse "cluster $command takes --data DIR only, but got '$1'" ;;
    esac
    if [[ $1 == *=* ]]; then
      value=${1#*=}
      shift
    else
      (($# >= 2)) || misuse "$name needs a value"
      value=$2
      shift 2
    fi
    set_cluster_option "$name" "$value"
  done
}

set_cluster_option() {
  local name=$1 value=$2
  case $name in
    --data) set_data "$value" ;;
    --nodes) NODES=$(number "$name" "$value" 1 "$MOST_NODES") ;;
    --replicas) REPLICAS=$(number "$name" "$value" 1 "$MOST_NODES") ;;
    --base-port) BASE_PORT=$(number "$name" "$value" 1 65533) ;;
  esac
}

# Prints a number as given on the command line, without leading zeros.
number() {
  local name=$1 text=$2 least=$3 most=$4
  if [[ ! $text =~ ^[0-9]{1,9}$ ]] || ((10#$text < least || 10#$text > most)); then
    misuse "$name must be a number from $least to $most, but is '$text'"
  fi
  printf '%s' $((10#$text))
}

set_data() {
  [[ -n $1 ]] || misuse "--data must name a folder"
  DATA=$(realpath -m -- "$1")
  [[ $DATA != *$'\n'* && $DATA != *"\${"* ]] || misuse "--data must not hold a line break or \${: these can not stand in a configuration file"
  [[ ! -e $DATA || -d $DATA ]] || fail "$DATA is not a folder"
}

# What was not asked for is as the folder was made, or else the default.
complete_options() {
  if read_settings; then
    NODES=${NODES:-$MADE_NODES} REPLICAS=${REPLICAS:-$MADE_REPLICAS} BASE_PORT=${BASE_PORT:-$MADE_BASE_PORT}
    ((NODES == MADE_NODES && REPLICAS == MADE_REPLICAS)) ||
      fail "$DATA was made with --nodes $MADE_NODES --replicas $MADE_REPLICAS, and can not be started with --nodes $NODES --replicas $REPLICAS.
Leave these options out to start it as it is, or give another folder with --data."
  fi
  NODES=${NODES:-3}
  REPLICAS=${REPLICAS:-$((NODES < 3 ? NODES : 3))}
  BASE_PORT=${BASE_PORT:-8080}
  ((REPLICAS <= NODES)) || misuse "$REPLICAS replicas need at least $REPLICAS nodes, but --nodes is $NODES"
  (($(messaging_port "$NODES") <= 65535)) ||
    misuse "--base-port $BASE_PORT is too high: with $NODES nodes the last port would be $(messaging_port "$NODES")"
}

# How to name this cluster to the commands that we recommend.
data_option() {
  [[ $DATA == "$DEFAULT_DATA" ]] || printf ' --data %q' "$DATA"
}

cluster_start() {
  complete_options
  refuse_if_running
  refuse_if_ports_busy
  prepare_to_run
  refuse_if_ports_busy # a build may have taken minutes
  mkdir -p "$DATA" || fail "can not make the folder $DATA"
  local lock
  exec {lock}<"$DATA"
  flock -n "$lock" || fail "another ./dynamo-kv cluster is starting the nodes in $DATA"
  refuse_if_running
  prepare_folder
  take_responsibility
  start_nodes "$lock"
  exec {lock}<&-
  READY=true
  show_started
  if $DETACH; then
    RESPONSIBLE=false
  else
    attend
  fi
}

refuse_if_running() {
  local i pid
  for ((i = 1; i <= NODES; i++)); do
    if pid=$(serving_pid "$i"); then
      fail "this cluster is running already: node-$i has pid $pid.
See ./dynamo-kv cluster status$(data_option); end it with ./dynamo-kv cluster stop$(data_option)"
    fi
  done
}

refuse_if_ports_busy() {
  local i port socket pid busy=''
  find_listeners
  for ((i = 1; i <= NODES; i++)); do
    for port in "$(http_port "$i")" "$(admin_port "$i")" "$(messaging_port "$i")"; do
      socket=$(listener_on "$port") || continue
      pid=$(pid_of_socket "$socket") || pid=''
      busy+=$'\n'"  port $port, which node-$i needs, is in use${pid:+ by pid $pid ($(process_name "$pid"))}"
    done
  done
  [[ -z $busy ]] || fail "nothing was started:$busy
Free the ports, or choose others with --base-port."
}

process_name() {
  local name=unknown
  { read -r name <"/proc/$1/comm"; } 2>/dev/null || true
  printf '%s' "$name"
}

# From here on, however we end, the nodes are stopped.
take_responsibility() {
  RESPONSIBLE=true
  trap at_exit EXIT
  trap 'on_signal 130' INT
  trap 'on_signal 143' TERM
  trap 'on_signal 129' HUP
}

# Being told to stop is a running cluster's good end; one that was not ready yet was interrupted.
on_signal() {
  trap '' INT TERM HUP
  if $READY; then
    exit 0
  fi
  exit "$1"
}

at_exit() {
  local code=$?
  trap '' INT TERM HUP
  trap - EXIT
  $RESPONSIBLE || exit "$code"
  say "Stopping the nodes"
  if stop_nodes; then
    say "All nodes have stopped"
  elif ((code == 0)); then
    code=1
  fi
  exit "$code"
}

start_nodes() {
  local lock=$1 i
  for ((i = 1; i <= NODES; i++)); do
    launch "$i" "$lock"
  done
  await_healthy
}

await_healthy() {
  local started=$SECONDS i waiting
  while :; do
    waiting=''
    for ((i = 1; i <= NODES; i++)); do
      launched_lives "$i" || explain_dead "$i"
      is_healthy "$(admin_port "$i")" || waiting+="${waiting:+, }node-$i"
    done
    [[ -n $waiting ]] || break
    ((SECONDS - started < START_TIMEOUT_SECONDS)) || explain_late
    progress "Waiting for $waiting to be healthy" "$((SECONDS - started)) s of $START_TIMEOUT_SECONDS"
    sleep 0.2
  done
  end_progress
}

explain_dead() {
  local i=$1
  fail "node-$i ended while it was starting. Its log, $(node_log "$i"), ends with:
$(end_of_log "$i" | sed 's/^/  /')"
}

explain_late() {
  local i text="after $START_TIMEOUT_SECONDS s not every node is healthy:"
  for ((i = 1; i <= NODES; i++)); do
    is_healthy "$(admin_port "$i")" && continue
    text+=$'\n'"node-$i: $(health_report "$(admin_port "$i")")"
    text+=$'\n'"Its log, $(node_log "$i"), ends with:"$'\n'"$(end_of_log "$i" | sed 's/^/  /')"
  done
  fail "$text"
}

show_started() {
  local i other=$((NODES > 1 ? 2 : 1)) end="Ctrl-C stops it."
  if $DETACH; then
    end="./dynamo-kv cluster stop$(data_option) stops it."
  fi
  printf 'The cluster is up: nodes %d, replicas of each key %d, data in %s\n\n' "$NODES" "$REPLICAS" "$DATA"
  for ((i = 1; i <= NODES; i++)); do
    printf '  node-%-2s http://127.0.0.1:%s  (admin %s, messaging %s, pid %s)\n' "$i" \
      "$(http_port "$i")" "$(admin_port "$i")" "$(messaging_port "$i")" "$(serving_pid "$i" || printf unknown)"
  done
  cat <<END

Try it. Keys and values are in Base64: aGVsbG8= is hello, d29ybGQ= is world.

  curl -X PUT -H 'Content-Type: application/json' -d '{"key":"aGVsbG8=","value":"d29ybGQ="}' http://127.0.0.1:$(http_port 1)/storage
  curl http://127.0.0.1:$(http_port "$other")/storage/aGVsbG8=
  curl http://127.0.0.1:$(http_port 1)/cluster

$end
END
}

# Watches the nodes until a signal comes or all have been stopped. One that died may be started again by hand.
attend() {
  local i state running left_behind
  local -A was=()
  for ((i = 1; i <= NODES; i++)); do
    was[$i]="running ${LAUNCHED[$i]}"
  done
  while :; do
    running=0 left_behind=0
    for ((i = 1; i <= NODES; i++)); do
      state=$(process_state "$i")
      [[ $state != running\ * ]] || running=$((running + 1))
      [[ $state != died ]] || left_behind=$((left_behind + 1))
      [[ $state == "${was[$i]}" ]] || say_changed "$i" "$state"
      was[$i]=$state
    done
    if ((running + left_behind == 0)); then
      say "Every node has been stopped"
      RESPONSIBLE=false
      return
    fi
    sleep 1
  done
}

# A clean stop takes the pid file away; a crash leaves it behind.
process_state() {
  local pid
  if pid=$(serving_pid "$1"); then
    printf 'running %s' "$pid"
  elif [[ -e $(pid_file "$1") ]]; then
    printf 'died'
  else
    printf 'stopped'
  fi
}

say_changed() {
  local i=$1 state=$2
  case $state in
    died)
      say "node-$i died. The end of its log, $(node_log "$i"):"
      say "$(end_of_log "$i" | tail -n 5 | sed 's/^/  /')"
      say "Start it again with ./dynamo-kv server $(printf '%q' "$(node_config "$i")")"
      ;;
    stopped) say "node-$i has stopped" ;;
    *) say "node-$i runs again (pid ${state#running })" ;;
  esac
}

cluster_stop() {
  if ! read_settings; then
    say "There is no cluster in $DATA: nothing to stop"
    return
  fi
  NODES=$MADE_NODES
  local i running=0
  for ((i = 1; i <= NODES; i++)); do
    if serving_pid "$i" >/dev/null; then
      running=$((running + 1))
    else
      rm -f "$(pid_file "$i")" # left behind by a crash
    fi
  done
  if ((running == 0)); then
    say "No node runs in $DATA: nothing to stop"
    return
  fi
  say "Stopping $running of $NODES nodes"
  stop_nodes || return 1
  say "All nodes have stopped"
}

cluster_status() {
  if ! read_settings; then
    say "There is no cluster in $DATA"
    return 3
  fi
  NODES=$MADE_NODES BASE_PORT=$MADE_BASE_PORT
  local i pid state code=0
  local columns='%-8s %-10s %8s %6s %6s %10s\n'
  # shellcheck disable=SC2059 # the format is ours
  printf "$columns" node state pid http admin messaging
  for ((i = 1; i <= NODES; i++)); do
    state=stopped
    if pid=$(serving_pid "$i"); then
      is_healthy "$(admin_port "$i")" && state=healthy || state=unhealthy
    fi
    [[ $state == healthy ]] || code=3
    # shellcheck disable=SC2059
    printf "$columns" "node-$i" "$state" "${pid:--}" "$(http_port "$i")" "$(admin_port "$i")" "$(messaging_port "$i")"
  done
  return "$code"
}
