#!/usr/bin/env bash
# Measures a three-node cluster and a three-node etcd in one sitting, in turns, with the same load: wrk, 32 connections,
# 20,000 keys, values of 100 bytes. Prints every run, the medians and their ratio. Everything stays on the loopback
# interface and in a folder of its own, and ends with this script.
#
# Needs wrk, etcd and curl (Debian: wrk, etcd-server, curl), and the jar.
# Use: compare-with-etcd.sh [RUNS (3)] [SECONDS A RUN (10)] [SECONDS OF WARM-UP (20)]
set -euo pipefail

BENCH_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$BENCH_DIR/../../.." && pwd)
export BENCH_DIR
runs=${1:-3} seconds=${2:-10} warmup=${3:-20}
connections=${CONNECTIONS:-32}
base_port=${BASE_PORT:-18080}
etcd_port=${ETCD_PORT:-18200}
data=$(mktemp -d)
etcd_pids=()

for program in wrk etcd curl; do
  command -v "$program" >/dev/null || { echo "compare-with-etcd: $program is not installed" >&2; exit 1; }
done

end() {
  [ ${#etcd_pids[@]} -eq 0 ] || kill "${etcd_pids[@]}" 2>/dev/null || true
  "$root/dynamo-kv" cluster stop --data "$data/dynamo" >/dev/null 2>&1 || true
  wait || true
  rm -rf "$data"
}
trap end EXIT

start_etcd() {
  local i cluster=""
  for i in 0 1 2; do
    cluster+="${cluster:+,}e$i=http://127.0.0.1:$((etcd_port + 10 * i + 1))"
  done
  for i in 0 1 2; do
    local client="http://127.0.0.1:$((etcd_port + 10 * i))" peer="http://127.0.0.1:$((etcd_port + 10 * i + 1))"
    etcd --name "e$i" --data-dir "$data/e$i" --listen-client-urls "$client" --advertise-client-urls "$client" \
      --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "$cluster" \
      --log-level error >"$data/e$i.log" 2>&1 &
    etcd_pids+=($!)
  done
  for i in $(seq 100); do
    curl -fs "http://127.0.0.1:$etcd_port/health" | grep -q '"true"' && return
    sleep 0.2
  done
  echo "compare-with-etcd: etcd did not come up, see $data" >&2
  exit 1
}

# load SYSTEM OPERATION SECONDS: prints "requests-a-second p50 p99", the latencies in ms.
load() {
  local port=$base_port output
  [ "$1" = dynamo ] || port=$etcd_port
  output=$(cd "$BENCH_DIR" && wrk -t1 -c"$connections" -d"$3s" --latency -s "$BENCH_DIR/$1-$2.lua" "http://127.0.0.1:$port")
  if grep -qE 'Non-2xx|Socket errors' <<<"$output"; then
    echo "compare-with-etcd: failed requests, the run does not count:" >&2
    echo "$output" >&2
    exit 1
  fi
  awk '
    function ms(text) { return text ~ /us$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : text * 1000 }
    $1 == "50%" { p50 = ms($2) }
    $1 == "99%" { p99 = ms($2) }
    $1 == "Requests/sec:" { rate = $2 }
    END { printf "%.0f %.2f %.2f\n", rate, p50, p99 }' <<<"$output"
}

median() { # COLUMN of standard input
  sort -n -k"$1" | awk -v column="$1" '{ row[NR] = $column } END { print row[int((NR + 1) / 2)] }'
}

"$root/dynamo-kv" cluster --nodes 3 --data "$data/dynamo" --base-port "$base_port" --detach >/dev/null
start_etcd
for operation in put get; do
  export BENCH_RUN=0
  for system in dynamo etcd; do
    # The first PUTs make the keys; a GET wants to find them all.
    load "$system" "$operation" "$warmup" >/dev/null
  done
  for run in $(seq "$runs"); do
    for system in dynamo etcd; do
      [ "$operation" = get ] || export BENCH_RUN=$run
      result=$(load "$system" "$operation" "$seconds")
      read -r rate p50 p99 <<<"$result"
      printf '%-4s %-6s run %d  %6d/s  p50 %6.2f ms  p99 %6.2f ms\n' "$operation" "$system" "$run" "$rate" "$p50" "$p99"
      echo "$result" >>"$data/$operation-$system"
    done
  done
done

printf '\nmedians of %d runs of %d s, %d connections\n' "$runs" "$seconds" "$connections"
for operation in put get; do
  for system in dynamo etcd; do
    for column in 1 2 3; do
      declare "${system}_$column=$(median $column <"$data/$operation-$system")"
    done
  done
  # shellcheck disable=SC2154 # they are declared above
  awk -v operation="$operation" -v a="$dynamo_1" -v b="$dynamo_2" -v c="$dynamo_3" -v x="$etcd_1" -v y="$etcd_2" -v z="$etcd_3" 'BEGIN {
    printf "%-4s dynamo %6d/s  p50 %6.2f ms  p99 %6.2f ms\n", operation, a, b, c
    printf "%-4s etcd   %6d/s  p50 %6.2f ms  p99 %6.2f ms\n", operation, x, y, z
    printf "%-4s ratio  %6.2f    p50 %6.2f     p99 %6.2f\n", operation, a / x, b / y, c / z }'
done
