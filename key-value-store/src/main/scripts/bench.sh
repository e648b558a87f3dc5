# shellcheck shell=bash
# ./dynamo-kv bench: drives a cluster and prints throughput and latencies.

readonly BENCH_BASE_PORT=18080

# With --port or --host the cluster is the caller's; else one of three nodes is made for the while.
bench() {
  case " $* " in
    *" --port "* | *" --host "* | *" --help "* | *" -h "*) become_application bench "$@" ;;
  esac
  prepare_to_run
  local data status=0
  data=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder's name as it is now
  trap "end_bench '$data'" EXIT
  "$ROOT/dynamo-kv" cluster --nodes 3 --data "$data/cluster" --base-port "$BENCH_BASE_PORT" --detach >"$data/start.txt" ||
    fail "the cluster to measure did not start: $(tail -n 3 "$data/start.txt")"
  "$JAVA" -Xmx512m -jar "$JAR" bench --port "$BENCH_BASE_PORT" "$@" || status=$?
  return "$status"
}

end_bench() {
  "$ROOT/dynamo-kv" cluster stop --data "$1/cluster" >/dev/null 2>&1 || true
  rm -rf "$1"
}
