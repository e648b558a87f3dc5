#!/usr/bin/env bash
# What anti-entropy costs: fills a three-node cluster, compares copies that are equal, takes 100 keys from one node's disk
# and repairs, takes all of one node's disk and repairs. Prints reports, and each node's CPU. Everything stays on the
# loopback interface and in a folder of its own, and ends with this script.
#
# Needs wrk and curl, and the jar. Use: anti-entropy.sh [SECONDS OF FILLING (120)]
set -euo pipefail

# shellcheck source=key-value-store/src/bench/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
seconds=${1:-120}
jar=${DYNAMO_KV_JAR:-$root/key-value-store/target/dynamo-kv.jar}

# The CPU of a node so far, in ms.
cpu() { awk '{ print ($14 + $15) * 10 }' "/proc/$(cat "$data/node-$1/pid")/stat"; }

repair() {
  local i before=()
  for i in 1 2 3; do before[i]=$(cpu "$i"); done
  "$root/dynamo-kv" repair --data "$data" || true
  for i in 1 2 3; do printf 'node-%s: %s ms of CPU\n' "$i" $(($(cpu "$i") - before[i])); done
}

restart_third() {
  start_again 3
  until "$root/dynamo-kv" cluster status --data "$data" >/dev/null; do sleep 0.5; done
}

start_cluster
fill "$seconds" | grep -E 'requests in|Non-2xx'
sleep 5
printf '\n== equal copies of %s keys\n' "$(gauge 1 storage.keys)"
repair
repair

printf '\n== 100 keys missing on one node\n'
kill "$(cat "$data/node-3/pid")"
while [ -e "$data/node-3/pid" ]; do sleep 0.1; done
java -cp "$jar" "$BENCH_DIR/ForgetKeys.java" "$data/node-3/db" 100 2>/dev/null | grep forgot
restart_third
time repair

printf '\n== everything missing on one node\n'
kill -9 "$(cat "$data/node-3/pid")"
sleep 1
rm -rf "$data/node-3/db"
restart_third
time repair
printf 'node-3 has %s keys\n' "$(gauge 3 storage.keys)"
