#!/usr/bin/env bash
# What it costs that a node joins: fills a three-node cluster, drives PUTs at it in runs of 5 s, one after the other, has a fourth
# node join meanwhile, and prints the rate of each run, and how long the newcomer took. The newcomer's own start, on the same
# machine, is part of what is measured. Everything stays on the loopback interface and in a folder of its own, and ends
# with this script.
#
# LOADED='1 2 3' drives the PUTs at these nodes instead of the first one.
#
# Needs wrk and curl, and the jar. Use: joining.sh [KEYS THAT THE NEWCOMER IS TO TAKE (100000)] [SECONDS OF WARM-UP (30)]
set -euo pipefail
# shellcheck source=key-value-store/src/bench/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
share=${1:-100000} warmup=${2:-30}

# What the newcomer says of itself: joining, up, or nothing yet.
newcomer() {
  curl -s -m 2 "http://127.0.0.1:$(http 4)/cluster" | grep -o '"id":"node-4"[^}]*' | grep -o '"state":"[a-z]*' | cut -d'"' -f4
}

# Notes when the newcomer is first seen in each state.
watch() {
  local state
  while kill -0 "$1" 2>/dev/null; do
    state=$(newcomer || true)
    if [ -n "$state" ] && [ ! -e "$data/$state" ]; then now_ms >"$data/$state"; fi
    sleep 0.2
  done
}

# How many partitions the first three have that they do not hold any more.
to_drop() {
  local i sum=0 one
  for i in 1 2 3; do
    one=$(curl -s "http://127.0.0.1:$(http "$i")/cluster" | grep -o '"partitionsToHandOver":[0-9-]*' | cut -d: -f2)
    sum=$((sum + ${one:-0}))
  done
  printf '%s' "$sum"
}

start_cluster
# Of three replicas on four nodes, each has three quarters.
until [ "$(gauge 1 storage.keys)" -ge $((share * 4 / 3)) ]; do fill 5 >/dev/null; done
printf '%s keys; warm-up: ' "$(gauge 1 storage.keys)"
load "$warmup"
for _ in 1 2 3; do
  printf 'before: '
  load 5
done

began=$(now_ms)
"$root/dynamo-kv" cluster add --data "$data" >"$data/add.log" 2>&1 &
add=$!
watch "$add" &
while kill -0 "$add" 2>/dev/null; do
  printf 'meanwhile: '
  load 5
done
wait "$add"
joining=$(cat "$data/joining") up=$(cat "$data/up" 2>/dev/null || now_ms)
fetched=$(grep -o '[0-9]* keys were fetched' "$data/node-4/log/node.log" | tail -n 1)
printf 'node-4 has %s keys, %s; it was there after %d ms, and up %d ms after that\n' \
  "$(gauge 4 storage.keys)" "$fetched" $((joining - began)) $((up - joining))

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
