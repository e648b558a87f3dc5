#!/usr/bin/env bash
# What it costs that a node joins: fills a three-node cluster, drives PUTs at it in runs of 5 s, one after the other, has a fourth
# node join meanwhile, and prints the rate of each run, and how long the newcomer took. The newcomer's own start, on the same
# machine, is part of what is measured. Everything stays on the loopback interface and in a folder of its own, and ends
# with this script.
#
# Needs wrk and curl, and the jar. Use: joining.sh [KEYS THAT THE NEWCOMER IS TO TAKE (100000)] [SECONDS OF WARM-UP (30)]
set -euo pipefail

BENCH_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$BENCH_DIR/../../.." && pwd)
export BENCH_DIR
share=${1:-100000} warmup=${2:-30}
connections=${CONNECTIONS:-32}
base_port=${BASE_PORT:-18080}
data=$(mktemp -d)

for program in wrk curl; do
  command -v "$program" >/dev/null || { echo "joining: $program is not installed" >&2; exit 1; }
done

end() {
  "$root/dynamo-kv" cluster stop --data "$data" >/dev/null 2>&1 || true
  wait || true
  rm -rf "$data"
}
trap end EXIT

runs=0

gauge() {
  curl -s "http://127.0.0.1:$((base_port + 10 * ($1 - 1) + 1))/metrics" | grep -o "\"$2\":{\"value\":[0-9]*" | grep -o '[0-9]*$'
}

# What the newcomer says of itself: joining, up, or nothing yet.
newcomer() {
  curl -s -m 2 "http://127.0.0.1:$((base_port + 30))/cluster" | grep -o '"id":"node-4"[^}]*' | grep -o '"state":"[a-z]*' | cut -d'"' -f4
}

# How many partitions the first three have that they do not hold any more.
to_drop() {
  local i sum=0 one
  for i in 0 1 2; do
    one=$(curl -s "http://127.0.0.1:$((base_port + 10 * i))/cluster" | grep -o '"partitionsToHandOver":[0-9-]*' | cut -d: -f2)
    sum=$((sum + ${one:-0}))
  done
  printf '%s' "$sum"
}

# load SECONDS: prints requests a second, and those that failed. Every run has keys of its own.
load() {
  local output
  runs=$((runs + 1))
  output=$(BENCH_RUN=$runs wrk -t1 -c"$connections" -d"$1s" --latency -s "$BENCH_DIR/dynamo-put.lua" "http://127.0.0.1:$base_port")
  if grep -qE 'Non-2xx|Socket errors' <<<"$output"; then
    echo "joining: failed requests:" >&2
    grep -E 'Non-2xx|Socket errors' <<<"$output" >&2
  fi
  awk '/Requests\/sec/ { rate = $2 } /99%/ { p99 = $2 } END { printf "%.0f PUT/s, p99 %s\n", rate, p99 }' <<<"$output"
}

"$root/dynamo-kv" cluster --data "$data" --base-port "$base_port" --detach >/dev/null
# Of three replicas on four nodes, each has three quarters.
until [ "$(gauge 1 storage.keys)" -ge $((share * 4 / 3)) ]; do
  runs=$((runs + 1))
  BENCH_RUN=$runs wrk -t1 -c64 -d5s -s "$BENCH_DIR/dynamo-fill.lua" "http://127.0.0.1:$base_port" >/dev/null
done
printf '%s keys; warm-up: ' "$(gauge 1 storage.keys)"
load "$warmup"
for _ in 1 2 3; do
  printf 'before: '
  load 5
done

began=$(date +%s%N)
"$root/dynamo-kv" cluster add --data "$data" >"$data/add.log" 2>&1 &
add=$!
watch() {
  while kill -0 "$add" 2>/dev/null; do
    if [ "$(newcomer || true)" = joining ] && [ ! -e "$data/fetching" ]; then date +%s%N >"$data/fetching"; fi
    if [ "$(newcomer || true)" = up ] && [ ! -e "$data/up" ]; then date +%s%N >"$data/up"; fi
    sleep 0.2
  done
}
watch &
while kill -0 "$add" 2>/dev/null; do
  printf 'meanwhile: '
  load 5
done
wait "$add"
fetching=$(cat "$data/fetching")
up=$(cat "$data/up" 2>/dev/null || date +%s%N)
printf 'node-4 has %s keys; it was there after %d ms, and up %d ms after that\n' \
  "$(gauge 4 storage.keys)" $(((fetching - began) / 1000000)) $(((up - fetching) / 1000000))
# The others still have what the newcomer has taken over, and drop it.
while true; do
  printf 'after, %s partitions to drop: ' "$(to_drop)"
  load 5
  [ "$(to_drop)" != 0 ] || break
done
for _ in 1 2 3; do
  printf 'in the end: '
  load 5
done
