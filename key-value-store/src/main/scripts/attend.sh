# shellcheck shell=bash
# ./dynamo-kv cluster in the foreground: what becomes of the nodes while we run, and when we end.

RESPONSIBLE=false # whether the nodes are to be stopped when we end
READY=false

# From here on, however we end, the nodes are stopped.
take_responsibility() {
  RESPONSIBLE=true
  trap at_exit EXIT
  trap 'on_signal 130' INT
  trap 'on_signal 143' TERM
  trap 'on_signal 129' HUP
  trap 'on_signal 141' PIPE
}

# Being told to stop is a running cluster's good end; one that was not ready yet was interrupted.
on_signal() {
  trap '' INT TERM HUP PIPE
  if $READY; then
    exit 0
  fi
  exit "$1"
}

# Nothing may keep it from stopping the nodes, not even that nobody is there to be told any more.
at_exit() {
  local code=$?
  set +e
  trap '' INT TERM HUP PIPE
  trap - EXIT
  $RESPONSIBLE || exit "$code"
  follow_settings
  say "Stopping the nodes"
  if stop_nodes; then
    say "All nodes have stopped"
  elif ((code == 0)); then
    code=1
  fi
  exit "$code"
}

# Nodes may be added and removed meanwhile.
follow_settings() {
  read_settings && NODES=$MADE_NODES
}

# Watches the nodes until a signal comes or all have been stopped. One that died may be started again by hand.
attend() {
  local i state running left_behind
  local -A was=()
  for i in $(node_numbers); do
    [[ -z ${LACKING[$i]-} ]] && was[$i]="running ${LAUNCHED[$i]}" || was[$i]=$(process_state "$i")
  done
  while :; do
    follow_settings
    running=0 left_behind=0
    for i in $(node_numbers); do
      state=$(process_state "$i")
      [[ $state != running\ * ]] || running=$((running + 1))
      [[ $state != died ]] || left_behind=$((left_behind + 1))
      [[ $state == "${was[$i]-stopped}" ]] || say_changed "$i" "$state"
      was[$i]=$state
    done
    # One that is just being restarted can not be seen for a moment; who does that has the folder's lock.
    if ((running + left_behind == 0)) && flock -n "$DATA" true; then
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
      say "Start it again with ./dynamo-kv cluster restart $i$(data_option)"
      ;;
    stopped) say "node-$i has stopped" ;;
    *) say "node-$i runs again (pid ${state#running })" ;;
  esac
}
