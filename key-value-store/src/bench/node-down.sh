#!/usr/bin/env bash
# What a node that is down costs, and how fast it is brought what it has missed: drives PUTs (w = 2 of 3) at a three-node cluster
# with all nodes, kills one, drives on, until enough hints wait for it, starts it again, and watches them go. Everything
# stays on the loopback interface and in a folder of its own, and ends with this script.
#
# Needs wrk and curl, and the jar. Use: node-down.sh [HINTS THAT ARE TO WAIT (100000)] [SECONDS OF WARM-UP (30)]
set -euo pipefail
# shellcheck source=key-value-store/src/bench/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
hints=${1:-100000} warmup=${2:-30}

# How many hints wait at the first two nodes.
waiting() { printf '%s' $(($(gauge 1 hints.waiting) + $(gauge 2 hints.waiting))); }

start_cluster
printf 'warm-up: '
load "$warmup"
for _ in 1 2 3; do
  printf 'all nodes: '
  load 8
done
kill -9 "$(cat "$data/node-3/pid")"
printf 'just after the end of node-3: '
load 8
for _ in 1 2 3; do
  printf 'two nodes: '
  load 8
done
until [ "$(waiting)" -ge "$hints" ]; do fill 5 >/dev/null; done
all=$(waiting)
printf '%s hints wait\n' "$all"
start_again 3
while [ "$(waiting)" -ge "$all" ]; do sleep 0.05; done
began=$(now_ms)
until [ "$(waiting)" -eq 0 ]; do sleep 0.1; done
took=$(($(now_ms) - began))
printf 'all of them are there %s ms after the first: %s a second\n' "$took" $((all * 1000 / took))
