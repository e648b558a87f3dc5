# shellcheck shell=bash
# What the measurements share: a local cluster in a folder of its own, which ends with the script, and wrk to drive it.

BENCH_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$BENCH_DIR/../../.." && pwd)
export BENCH_DIR
base_port=${BASE_PORT:-18080}
data=$(mktemp -d)
runs=0

for program in wrk curl; do
  command -v "$program" >/dev/null || { echo "$(basename "$0"): $program is not installed" >&2; exit 1; }
done

end() {
  "$root/dynamo-kv" cluster stop --data "$data" >/dev/null 2>&1 || true
  wait || true
  rm -rf "$data"
}
trap end EXIT

start_cluster() { "$root/dynamo-kv" cluster --data "$data" --base-port "$base_port" --detach >/dev/null; }

# start_again I: starts a node that was ended, and does not wait.
start_again() { setsid "$root/dynamo-kv" server "$data/node-$1/config.yml" >"$data/node-$1/log/again.log" 2>&1 & }

http() { printf '%s' $((base_port + 10 * ($1 - 1))); }

gauge() {
  curl -s "http://127.0.0.1:$(($(http "$1") + 1))/metrics" | grep -o "\"$2\":{\"value\":[0-9]*" | grep -o '[0-9]*$'
}

now_ms() { printf '%s' $(($(date +%s%N) / 1000000)); }

# fill SECONDS: PUTs of keys that are all new.
fill() {
  runs=$((runs + 1))
  BENCH_RUN=$runs wrk -t1 -c64 -d"$1s" -s "$BENCH_DIR/dynamo-fill.lua" "http://127.0.0.1:$base_port"
}

# load SECONDS: PUTs with CONNECTIONS (32) at the nodes of LOADED (1), a share at each; prints requests a second, and those
# that failed. Every run, and every node in it, has keys of its own.
load() {
  local node
  local -a nodes=() loads=()
  read -ra nodes <<<"${LOADED:-1}"
  for node in "${nodes[@]}"; do
    runs=$((runs + 1))
    BENCH_RUN=$runs BENCH_KEYS=$((20000 / ${#nodes[@]})) wrk -t1 -c$((${CONNECTIONS:-32} / ${#nodes[@]})) -d"$1s" --latency -s "$BENCH_DIR/dynamo-put.lua" \
      "http://127.0.0.1:$(http "$node")" >"$data/load-$node" &
    loads+=($!)
  done
  for node in "${loads[@]}"; do
    wait "$node"
  done
  grep -hE 'Non-2xx|Socket errors' "${nodes[@]/#/$data/load-}" >&2 || true
  awk 'function ms(time) { return time ~ /us$/ ? time / 1000 : time ~ /ms$/ ? time + 0 : time * 1000 }
    /Requests\/sec/ { rate += $2 }
    $1 == "99%" && ms($2) > p99 { p99 = ms($2) }
    $1 == "Latency" && $4 ~ /[0-9]/ && ms($4) > most { most = ms($4) }
    END { printf "%.0f PUT/s, p99 %.1f ms, longest %.0f ms\n", rate, p99, most }' "${nodes[@]/#/$data/load-}"
}
