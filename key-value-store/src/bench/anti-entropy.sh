#!/usr/bin/env bash
# What anti-entropy costs: fills a three-node cluster, compares copies that are equal, takes 100 keys from one node's disk
# and repairs, takes all of one node's disk and repairs. Prints reports, and each node's CPU. Everything stays on the
# loopback interface and in a folder of its own, and ends with this script.
#
# Needs wrk and curl, and the jar. Use: anti-entropy.sh [SECONDS OF FILLING (120)]
set -euo pipefail

BENCH_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$BENCH_DIR/../../.." && pwd)
export BENCH_DIR
seconds=${1:-120}
base_port=${BASE_PORT:-18080}
data=$(mktemp -d)
jar=${DYNAMO_KV_JAR:-$root/key-value-store/target/dynamo-kv.jar}

for program in wrk curl; do
  command -v "$program" >/dev/null || { echo "anti-entropy: $program is not installed" >&2; exit 1; }
done

end() {
  "$root/dynamo-kv" cluster stop --data "$data" >/dev/null 2>&1 || true
  rm -rf "$data"
}
trap end EXIT

admin() { printf '%s' $((base_port + 10 * ($1 - 1) + 1)); }

gauge() { curl -s "http://127.0.0.1:$(admin "$1")/metrics" | grep -o "\"$2\":{\"value\":[0-9]*" | grep -o '[0-9]*$'; }

# The CPU of a node so far, in ms.
cpu() { awk '{ print ($14 + $15) * 10 }' "/proc/$(cat "$data/node-$1/pid")/stat"; }

repair() {
  local i before=()
  for i in 1 2 3; do before[i]=$(cpu "$i"); done
  "$root/dynamo-kv" repair --data "$data" || true
  for i in 1 2 3; do printf 'node-%s: %s ms of CPU\n' "$i" $(($(cpu "$i") - before[i])); done
}

restart_third() {
  DYNAMO_KV_JAR=$jar setsid "$root/dynamo-kv" server "$data/node-3/config.yml" >"$data/node-3/log/again.log" 2>&1 &
  until "$root/dynamo-kv" cluster status --data "$data" >/dev/null; do sleep 0.5; done
}

"$root/dynamo-kv" cluster --data "$data" --base-port "$base_port" --detach >/dev/null
wrk -t1 -c64 -d"${seconds}s" -s "$BENCH_DIR/dynamo-fill.lua" "http://127.0.0.1:$base_port" | grep -E 'requests in|Non-2xx'
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
