# shellcheck shell=bash
# ./dynamo-kv cluster: starting the nodes.

readonly START_TIMEOUT_SECONDS=${DYNAMO_KV_START_TIMEOUT_SECONDS:-60}
readonly MEET_TIMEOUT_SECONDS=$((START_TIMEOUT_SECONDS < 20 ? START_TIMEOUT_SECONDS : 20))
IS_RESTART=false      # whether nodes have data: they are to serve it, also without some of them
declare -A LACKING=() # node -> yes, if it could not be started, or is not healthy

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
  [[ -z $(compgen -G "$DATA/node-*/db/*.jdb") ]] || IS_RESTART=true
  prepare_folder
  take_responsibility
  start_nodes "$lock"
  exec {lock}<&-
  # shellcheck disable=SC2034 # read in another file
  if $DETACH; then
    RESPONSIBLE=false
    show_started
    ((${#LACKING[@]} == 0)) || return 3
  else
    READY=true
    show_started
    attend
  fi
}

refuse_if_running() {
  local i pid running=''
  local -a missing=()
  for i in $(node_numbers); do
    if pid=$(serving_pid "$i"); then
      running+="${running:+, }node-$i has pid $pid"
    else
      missing+=("$i")
    fi
  done
  [[ -z $running ]] || fail "this cluster is running already: $running.$(how_to_start "${missing[@]}")
See ./dynamo-kv cluster status$(data_option); end it with ./dynamo-kv cluster stop$(data_option)"
}

# How to start those nodes again, each on a line of its own.
how_to_start() {
  local i
  for i; do
    printf '\nStart node-%s again with ./dynamo-kv cluster restart %s%s' "$i" "$i" "$(data_option)"
  done
}

refuse_if_ports_busy() {
  local i port socket pid busy=''
  find_listeners
  for i in $(node_numbers); do
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

start_nodes() {
  local lock=$1 i
  for i in $(node_numbers); do
    launch "$i" "$lock"
  done
  # shellcheck disable=SC2046 # numbers
  await_healthy do_without $(node_numbers)
  ((${#LACKING[@]} > 0)) || await_meeting all_serve
}

# Waits for some nodes. One that ends, or takes too long, is counted among the lacking, and told to a function.
await_healthy() {
  local told=$1 started=$SECONDS i waiting
  shift
  while :; do
    waiting=''
    for i; do
      [[ -z ${LACKING[$i]-} ]] || continue
      if ! launched_lives "$i"; then
        LACKING[$i]=yes
        "$told" "$(end_of "$i")"
        continue
      fi
      is_ready "$i" || waiting+="${waiting:+ }$i"
    done
    [[ -n $waiting ]] || break
    if ((SECONDS - started >= START_TIMEOUT_SECONDS)); then
      for i in $waiting; do
        LACKING[$i]=yes
      done
      # shellcheck disable=SC2086 # numbers
      "$told" "$(delay_of $waiting)"
      break
    fi
    progress "Waiting for node-${waiting// /, node-} to be healthy" "$((SECONDS - started)) s of $START_TIMEOUT_SECONDS"
    sleep 0.2
  done
  end_progress
}

# Waits until a check holds, or for so long. A node is healthy alone; requests want several that know each other and have
# what they should have. After a restore of all that takes them ten seconds; where a node has to be filled it may take hours,
# which are not waited for.
await_meeting() {
  local started=$SECONDS
  until "$@" || ((SECONDS - started >= MEET_TIMEOUT_SECONDS)); do
    progress "Waiting for the nodes to find each other" "$((SECONDS - started)) s of $MEET_TIMEOUT_SECONDS"
    sleep 0.2
  done
  end_progress
}

all_serve() {
  local i
  for i in $(node_numbers); do
    [[ -z $(complaints "$(admin_port "$i")") && $(member_at "$i" "$i") == *'"state":"up"'* ]] || return 1
  done
}

# Whether a node that was started and the others that run reach each other: until then requests find too few. One that has
# ended is not waited for.
has_met_others() {
  local node=$1 own i
  serving_pid "$node" >/dev/null || return 0
  own=$(http_get "$(http_port "$node")" /check_connectivity)
  for i in $(node_numbers); do
    if ((i != node)) && serving_pid "$i" >/dev/null; then
      says_reachable "$own" "$i" || return 1
      says_reachable "$(http_get "$(http_port "$i")" /check_connectivity)" "$node" || return 1
    fi
  done
}

says_reachable() { [[ $1 == *":$(http_port "$2")\":\"reachable\""* ]]; }

# Goes on without those that are lacking, if this is a restart and others live; else all is over.
do_without() {
  local text=$1 i others=0
  for i in $(node_numbers); do
    [[ -n ${LACKING[$i]-} ]] || ! launched_lives "$i" || others=$((others + 1))
  done
  if ! $IS_RESTART || ((others == 0)); then
    fail "$text"
  fi
  say "$text"
}

# The pid file, which the node writes once it holds its data, tells it from another that answers on its port.
is_ready() {
  [[ -e $(pid_file "$1") ]] && is_healthy "$(admin_port "$1")"
}

# What there is to say of a node that ended while it was starting.
end_of() {
  printf '%s' "node-$1 ended while it was starting. Its log, $(node_log "$1"), ends with:
$(end_of_log "$1" | sed 's/^/  /')"
}

# What there is to say of nodes that are not healthy in time.
delay_of() {
  local i text="after $START_TIMEOUT_SECONDS s not every node is healthy:"
  for i; do
    text+=$'\n'"node-$i: $(health_report "$(admin_port "$i")")"
    [[ -e $(pid_file "$i") ]] || text+=" (and has not written its pid file)"
    text+=$'\n'"Its log, $(node_log "$i"), ends with:"$'\n'"$(end_of_log "$i" | sed 's/^/  /')"
  done
  printf '%s' "$text"
}

# The nodes that it goes on without.
show_lacking() {
  local i
  for i in $(node_numbers); do
    [[ -n ${LACKING[$i]-} ]] || continue
    if launched_lives "$i"; then
      printf '  node-%-2s is not healthy yet\n' "$i"
    else
      printf '  node-%-2s does not run.%s\n' "$i" "$(how_to_start "$i")"
    fi
  done
}

show_started() {
  local i end="Ctrl-C stops it."
  local -a nodes=()
  for i in $(node_numbers); do
    [[ -n ${LACKING[$i]-} ]] || nodes+=("$i")
  done
  local first=${nodes[0]} other=${nodes[1]-${nodes[0]}}
  if $DETACH; then
    end="./dynamo-kv cluster stop$(data_option) stops it."
  fi
  local all
  all=$(node_numbers | wc -l)
  ((all == ${#nodes[@]})) && all='' || all=" of $all"
  printf 'The cluster is up: nodes %d%s, replicas of each key %d, data in %s\n\n' "${#nodes[@]}" "$all" "$REPLICAS" "$DATA"
  for i in "${nodes[@]}"; do
    printf '  node-%-2s http://127.0.0.1:%s  (admin %s, messaging %s, pid %s)\n' "$i" \
      "$(http_port "$i")" "$(admin_port "$i")" "$(messaging_port "$i")" "$(serving_pid "$i" || printf unknown)"
  done
  show_lacking
  cat <<END

Try it. Keys and values are in Base64: aGVsbG8= is hello, d29ybGQ= is world.

  curl -X PUT -H 'Content-Type: application/json' -d '{"key":"aGVsbG8=","value":"d29ybGQ="}' http://127.0.0.1:$(http_port "$first")/storage
  curl http://127.0.0.1:$(http_port "$other")/storage/aGVsbG8=
  curl http://127.0.0.1:$(http_port "$first")/cluster

$end
END
}
