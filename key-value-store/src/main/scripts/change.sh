# shellcheck shell=bash
# ./dynamo-kv cluster add, remove I, restart I: nodes that come and go while the cluster runs.

readonly CHANGE_TIMEOUT_SECONDS=${DYNAMO_KV_CHANGE_TIMEOUT_SECONDS:-600}

cluster_add() {
  read_running_cluster || return
  prepare_to_run # a build may take minutes
  local lock
  lock_folder
  read_running_cluster || return
  local new=$((NODES + 1))
  ((new <= MOST_NODES)) || fail "a local cluster has at most $MOST_NODES nodes, and this one has had $NODES"
  (($(messaging_port "$new") <= 65535)) || fail "there are no ports left for node-$new"
  NODES=$new
  refuse_if_ports_of_busy "$new"
  mkdir -p "$(node_folder "$new")/log"
  write_config "$new"
  write_settings
  launch "$new" "$lock"
  trap 'yield_to_others "${LAUNCHED[$NODES]}" 0' EXIT # however we end: it is filled at full speed then
  yield_to_others "${LAUNCHED[$new]}" 10
  await_change "node-$new is being filled" is_filled "$new"
  write_meeting_points
  say_up "$new"
}

cluster_remove() {
  local leaving=${ONE_NODE-}
  [[ -n $leaving ]] || misuse "cluster remove wants the number of a node"
  read_running_cluster || return
  require_node "$leaving"
  (($(node_numbers | wc -l) > 1)) || fail "node-$leaving is the only node"
  local lock other
  lock_folder
  other=$(another_running "$leaving") || fail "no other node runs that could take over what node-$leaving holds"
  refuse_if_too_few_remain "$leaving" "$other"
  local text="the others take over what node-$leaving held"
  if has_left "$leaving" "$other"; then
    : # a removal that was cut off is taken up where it is
  elif serving_pid "$leaving" >/dev/null; then
    ask_to_leave "$leaving"
    text="node-$leaving is handing over what it holds"
  else
    ask_to_remove "$leaving" "$other"
  fi
  await_change "$text" is_settled_without "$leaving" "$other"
  stop_one "$leaving"
  REMOVED="${REMOVED:+$REMOVED }$leaving"
  write_settings
  write_meeting_points
  say "node-$leaving is no member any more; what it had is still in $(node_folder "$leaving"), and is not needed"
}

# Stops a node, if it runs, and starts it in the background. The others serve meanwhile.
cluster_restart() {
  local node=${ONE_NODE-} lock
  [[ -n $node ]] || misuse "cluster restart wants the number of a node"
  read_made_cluster || return
  require_node "$node"
  [[ $MADE_AS == "$DATA" && -f $(node_config "$node") ]] ||
    fail "$DATA is not where this cluster last ran, or lacks $(node_config "$node"): start all of it with ./dynamo-kv cluster$(data_option)"
  prepare_to_run # a build may take minutes
  lock_folder
  read_made_cluster || return
  require_node "$node"
  stop_one "$node"
  refuse_if_ports_of_busy "$node"
  launch "$node" "$lock"
  await_healthy say "$node"
  if [[ -n ${LACKING[$node]-} ]]; then
    launched_lives "$node" || return 1
    say "It goes on; ./dynamo-kv cluster status$(data_option) tells when it is healthy"
    return 3
  fi
  await_meeting has_met_others "$node"
  serving_pid "$node" >/dev/null || fail "$(end_of "$node")"
  say_up "$node"
  has_met_others "$node" || {
    say "It and the others do not all reach each other yet; ./dynamo-kv cluster status$(data_option) tells when they do"
    return 3
  }
}

say_up() {
  local places
  places="http://127.0.0.1:$(http_port "$1") (admin $(admin_port "$1"), pid $(serving_pid "$1" || printf unknown))"
  say "node-$1 is up: $places"
}

require_node() {
  [[ $'\n'$(node_numbers)$'\n' == *$'\n'"$1"$'\n'* ]] || fail "there is no node-$1 in $DATA"
}

# Fewer members than a request wants would answer 503 to all of them.
refuse_if_too_few_remain() {
  local answer left reads writes
  answer=$(http_get "$(http_port "$2")" /cluster)
  [[ $answer =~ \"reads\":([0-9]+) ]] && reads=${BASH_REMATCH[1]} || return 0
  [[ $answer =~ \"writes\":([0-9]+) ]] && writes=${BASH_REMATCH[1]} || return 0
  left=$(($(node_numbers | wc -l) - 1))
  ((left >= writes && left >= reads)) ||
    fail "without node-$1 there would be $left, but a read wants $reads and a write $writes of them (cluster.reads, cluster.writes): add a node first"
}

ask_to_leave() {
  local answer
  answer=$(http_post "$(admin_port "$1")" /tasks/leave 10)
  [[ $answer != *'can not leave'* ]] || fail "node-$1 can not leave: members of this cluster never change (membership.provider), or it is none any more"
  [[ $answer == HTTP/*' 20'[02]' '* ]] || fail "node-$1 does not answer: stop it, then remove it again"
}

# Has a node say that another one will not come back.
ask_to_remove() {
  local answer
  answer=$(http_post "$(admin_port "$2")" "/tasks/remove?member=node-$1" 20)
  answer=${answer##*$'\r\n\r\n'}
  [[ $answer == 'removed node-'* ]] || fail "node-$2 did not remove node-$1: ${answer:-it does not answer}"
}

read_running_cluster() {
  read_made_cluster || return
  another_running 0 >/dev/null || {
    say "No node runs in $DATA"
    return 3
  }
}

# Sets the caller's lock.
lock_folder() {
  exec {lock}<"$DATA"
  flock -n "$lock" || fail "another ./dynamo-kv is starting or changing the cluster in $DATA"
}

# Prints the number of a node that runs, but for one.
another_running() {
  local i
  for i in $(node_numbers); do
    if [[ $i != "$1" ]] && serving_pid "$i" >/dev/null; then
      printf '%s' "$i"
      return
    fi
  done
  return 1
}

# Waits until a check succeeds; meanwhile it says how far things have come.
await_change() {
  local text=$1 check=$2 started=$SECONDS
  shift 2
  until "$check" "$@"; do
    ((SECONDS - started < CHANGE_TIMEOUT_SECONDS)) ||
      fail "after $CHANGE_TIMEOUT_SECONDS s this has not ended: $text. It goes on; ./dynamo-kv cluster status$(data_option) tells how far it has come"
    progress "$text" "$(progress_of_any "$@")"
    sleep 0.5
  done
  end_progress
}

# What a node says of the member with a number, in one line of JSON; nothing if it knows none.
member_at() {
  local answer
  answer=$(http_get "$(http_port "$2")" /cluster)
  [[ $answer =~ \{\"id\":\"node-$1\"[^}]* ]] && printf '%s' "${BASH_REMATCH[0]}"
}

is_under_way() {
  [[ $(http_get "$(http_port "$1")" /cluster) == *'"underWay":true'* ]]
}

is_filled() {
  serving_pid "$1" >/dev/null || launched_lives "$1" || fail "$(end_of "$1")"
  is_ready "$1" && [[ $(member_at "$1" "$1") == *'"state":"up"'* ]]
}

has_left() {
  local answer
  answer=$(http_get "$(http_port "$2")" /cluster)
  [[ $answer == *'"members"'* && $answer != *"\"id\":\"node-$1\""* ]]
}

is_settled_without() {
  has_left "$1" "$2" && ! is_under_way "$2"
}

# How far a node has come with a change, by what it says; nothing if it has nothing to do.
progress_of() {
  local answer all complete keys left text
  answer=$(http_get "$(http_port "$1")" /cluster)
  if [[ $answer =~ \"filling\":\{\"partitions\":([0-9]+),\"complete\":([0-9]+),\"keys\":([0-9]+),\"leftMs\":(-?[0-9]+) ]]; then
    all=${BASH_REMATCH[1]} complete=${BASH_REMATCH[2]} keys=${BASH_REMATCH[3]} left=${BASH_REMATCH[4]}
    if ((all > 0)); then
      text="$complete of $all partitions, $keys keys fetched"
      ((left <= 0)) || text+=", some $(((left + 999) / 1000)) s left"
      printf '%s' "$text"
      return
    fi
  fi
  if [[ $answer =~ \"partitionsToHandOver\":([0-9]+) ]] && ((BASH_REMATCH[1] > 0)); then
    printf '%s partitions to hand over' "${BASH_REMATCH[1]}"
  fi
}

# The same of the first of some nodes that has anything to do.
progress_of_any() {
  local i text
  for i; do
    text=$(progress_of "$i")
    [[ -z $text ]] || {
      printf '%s' "$text"
      return
    }
  done
}

refuse_if_ports_of_busy() {
  local port
  find_listeners
  for port in "$(http_port "$1")" "$(admin_port "$1")" "$(messaging_port "$1")"; do
    ! listener_on "$port" >/dev/null || fail "port $port, which node-$1 needs, is in use"
  done
}

stop_one() {
  local -A pids=()
  pids[$1]=$(serving_pid "$1") || return 0
  signal_all TERM
  progress "Waiting for node-$1 to end" "up to $STOP_TIMEOUT_SECONDS s"
  wait_until_gone "$STOP_TIMEOUT_SECONDS" && return 0
  say "node-$1 (pid ${pids[$1]}) has not stopped in $STOP_TIMEOUT_SECONDS s: killing it"
  signal_all KILL
  wait_until_gone "$KILL_TIMEOUT_SECONDS" || fail "even killed, pid ${pids[$1]} does not end"
  rm -f "$(pid_file "$1")"
}
