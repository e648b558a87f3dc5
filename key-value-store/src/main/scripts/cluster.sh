# shellcheck shell=bash
# ./dynamo-kv cluster: its commands, of which the longest, start, has a file of its own.

cluster() {
  [[ -d /proc/self/fd ]] || fail "cluster needs Linux, for /proc"
  local command=start
  case ${1-} in
    stop | status | add | remove | restart)
      command=$1
      shift
      ;;
    '' | -*) ;;
    *) misuse "there is no command 'cluster $1'" ;;
  esac
  parse_cluster_options "$command" "$@"
  "cluster_$command"
}

cluster_stop() {
  if ! read_settings; then
    say "There is no cluster in $DATA: nothing to stop"
    return
  fi
  NODES=$MADE_NODES
  local i running=0 lock
  exec {lock}<"$DATA" # a node that is being restarted can not be seen for a moment
  if ! flock -n "$lock"; then
    say "Waiting for another ./dynamo-kv, which is starting or changing this cluster"
    flock -w 10 "$lock" || say "It takes longer: stopping what runs of it now"
    read_made_cluster
  fi
  for i in $(node_numbers); do
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
  local all
  all=$(node_numbers | wc -l)
  say "Stopping $running of the $all nodes$( ((running == all)) || printf '; the others do not run')"
  stop_nodes || return 1
  say "All nodes have stopped"
}

cluster_status() {
  read_made_cluster || return
  local i pid state change complaint code=0 running=0
  local -a missing=() changes=() complaints=()
  local columns='%-8s %-10s %8s %6s %6s %10s\n'
  # shellcheck disable=SC2059 # the format is ours
  printf "$columns" node state pid http admin messaging
  for i in $(node_numbers); do
    state=stopped
    if pid=$(serving_pid "$i"); then
      running=$((running + 1))
      is_healthy "$(admin_port "$i")" && state=healthy || state=unhealthy
      change=''
      [[ $state == unhealthy ]] || change=$(progress_of "$i")
      [[ -z $change ]] || changes+=("node-$i: $change")
      complaint=$(complaints "$(admin_port "$i")")
      [[ -z $complaint ]] || complaints+=("node-$i: $complaint")
    else
      missing+=("$i")
    fi
    [[ $state == healthy && -z ${complaint-} ]] || code=3
    # shellcheck disable=SC2059
    printf "$columns" "node-$i" "$state" "${pid:--}" "$(http_port "$i")" "$(admin_port "$i")" "$(messaging_port "$i")"
  done
  if ((${#changes[@]} > 0)); then
    printf '\nWhat is being moved:\n'
    printf '  %s\n' "${changes[@]}"
  fi
  if ((${#complaints[@]} > 0)); then
    printf '\nWhat is wrong:\n'
    printf '  %s\n' "${complaints[@]}"
  fi
  if ((running == 0)); then
    printf '\nStart them again with ./dynamo-kv cluster%s\n' "$(data_option)"
  elif ((${#missing[@]} > 0)); then
    printf '%s\n' "$(how_to_start "${missing[@]}")"
  fi
  return "$code"
}
