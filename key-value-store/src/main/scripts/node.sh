# shellcheck shell=bash
# The processes of a local cluster's nodes. A pid is believed only while that process serves the node's own
# configuration file: pids are used again, pid files outlive crashes.

readonly STOP_TIMEOUT_SECONDS=${DYNAMO_KV_STOP_TIMEOUT_SECONDS:-15}
readonly KILL_TIMEOUT_SECONDS=5
declare -A LAUNCHED=() # node -> pid of the process we started, which writes its pid file only later

# True if the process was started as "... server CONFIG" with this very file, by whatever path.
process_serves() {
  local pid=$1 file=$2 argument previous=''
  [[ $pid =~ ^[1-9][0-9]{0,9}$ && -e /proc/$pid/cmdline ]] || return 1
  while IFS= read -r -d '' argument; do
    if [[ $previous == server ]]; then
      [[ $argument == /* ]] || argument=/proc/$pid/cwd/$argument
      [[ $argument == "$file" || $argument -ef $file ]] && return 0
    fi
    previous=$argument
  done 2>/dev/null <"/proc/$pid/cmdline"
  return 1
}

# True while anything is left of such a process. One that ends loses its memory, and so its name, before its sockets and
# locks; what then waits for its parent to take note (a zombie without further threads) holds nothing.
process_remains() {
  local pid=$1 file=$2 name stat
  process_serves "$pid" "$file" && return 0
  { read -r -d '' name <"/proc/$pid/cmdline" && [[ -n $name ]]; } 2>/dev/null && return 1 # the pid is another's now
  { read -r stat <"/proc/$pid/stat"; } 2>/dev/null || return 1
  local -a threads=("/proc/$pid/task/"*)
  [[ ${stat##*) } != [ZX]* ]] || ((${#threads[@]} > 1))
}

pid_file() { printf '%s/node-%s/pid' "$DATA" "$1"; }

# Prints the pid of the process that serves as a node; false if there is none. One that has just been started leaves its
# pid with its data first.
serving_pid() {
  local i=$1 pid file
  for file in "$(pid_file "$i")" '' "$(node_folder "$i")/db/lock"; do
    pid=${LAUNCHED[$i]-}
    [[ -z $file ]] || { read -r pid <"$file"; } 2>/dev/null || true
    if process_serves "$pid" "$(node_config "$i")"; then
      printf '%s' "$pid"
      return 0 # said, because in a trap a bare return has the code of before
    fi
  done
  return 1
}

# Starts a node in a session of its own, so that a Ctrl-C meant for us does not reach it. It must not inherit
# our lock on the folder, which would outlast us.
launch() {
  local i=$1 lock=$2 log
  log=$(node_log "$i")
  mkdir -p "$(dirname "$log")"
  if [[ -f $log ]]; then
    mv "$log" "$log.1"
  fi
  rm -f "$(pid_file "$i")"
  setsid ${RUN_WITH[@]+"${RUN_WITH[@]}"} "$JAVA" "${JAVA_FLAGS[@]}" -jar "$JAR" server "$(node_config "$i")" \
    </dev/null >"$log" 2>&1 {lock}<&- &
  LAUNCHED[$i]=$!
  disown
}

# Sets how far a node gives way to the others on this machine, 0 to 19, where the kernel shares the processors out by
# sessions: a newcomer, which has everything to compile, would take as much as those that serve. It takes longer, no more.
# A process that was just forked is in our own session still, which is not to be changed.
yield_to_others() {
  local pid=$1 much=$2 own its tries
  for ((tries = 0; tries < 50; tries++)); do
    { read -r own _ </proc/self/autogroup && read -r its _ <"/proc/$pid/autogroup"; } 2>/dev/null || return 0
    if [[ $its != "$own" ]] && { printf '%s' "$much" >"/proc/$pid/autogroup"; } 2>/dev/null; then
      return 0
    fi
    sleep 0.1 # the kernel takes a change every tenth of a second
  done
  return 0
}

# True while the process that we started for a node lives.
launched_lives() {
  [[ -n ${LAUNCHED[$1]-} ]] && kill -0 "${LAUNCHED[$1]}" 2>/dev/null
}

# Between being forked and being Java a process can not be told to be a node's; it takes milliseconds.
await_launched() {
  local i tries
  for i in "${!LAUNCHED[@]}"; do
    for ((tries = 0; tries < 200; tries++)); do
      launched_lives "$i" || break
      ! process_serves "${LAUNCHED[$i]}" "$(node_config "$i")" || break
      sleep 0.01
    done
  done
}

# What a node's log ends with, but for the frames of stack traces.
end_of_log() {
  sed -E '/^[[:space:]]+(at |\.\.\. [0-9]+ )/d' "$(node_log "$1")" | tail -n 15
}

# Stops every node of the cluster that runs. False if one had to be killed.
stop_nodes() {
  local i
  local -A pids=()
  await_launched
  for i in $(node_numbers); do
    pids[$i]=$(serving_pid "$i") || unset "pids[$i]"
  done
  signal_all TERM
  wait_until_gone "$STOP_TIMEOUT_SECONDS" && return 0
  for i in "${!pids[@]}"; do
    say "node-$i (pid ${pids[$i]}) has not stopped in $STOP_TIMEOUT_SECONDS s: killing it"
  done
  local killed="${!pids[*]}"
  signal_all KILL
  wait_until_gone "$KILL_TIMEOUT_SECONDS" || fail "even killed, these pids do not end: ${pids[*]}"
  for i in $killed; do
    rm -f "$(pid_file "$i")"
  done
  return 1
}

# Sends a signal to all of the caller's pids (node -> pid) that are still what they were.
signal_all() {
  local i
  for i in "${!pids[@]}"; do
    if process_serves "${pids[$i]}" "$(node_config "$i")"; then
      kill "-$1" "${pids[$i]}" 2>/dev/null || true # it may end in between
    fi
  done
}

# Waits until the caller's pids are gone, and takes those that are from it; false if the time is up first.
wait_until_gone() {
  local deadline=$((SECONDS + $1)) i
  while :; do
    for i in "${!pids[@]}"; do
      process_remains "${pids[$i]}" "$(node_config "$i")" || unset "pids[$i]"
    done
    ((${#pids[@]} > 0)) || return 0
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}
