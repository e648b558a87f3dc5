# shellcheck shell=bash
# ./dynamo-kv repair: has every node of a local cluster compare what it holds with what the others hold.

readonly REPAIR_TIMEOUT_SECONDS=1900 # a little longer than a node takes at most

repair() {
  parse_cluster_options repair "$@"
  read_made_cluster || return
  local i answer code=0
  for i in $(node_numbers); do
    if ! serving_pid "$i" >/dev/null; then
      printf 'node-%s does not run\n' "$i"
      code=3
      continue
    fi
    answer=$(http_post "$(admin_port "$i")" /tasks/repair "$REPAIR_TIMEOUT_SECONDS")
    if [[ $answer == HTTP/* ]]; then
      answer=${answer##*$'\r\n\r\n'}
      printf 'node-%s: %s\n' "$i" "${answer//$'\n'/}"
      [[ $answer == *', 0 unknown; '*'; 0 failures'* ]] || code=3
    else
      printf 'node-%s has not answered\n' "$i"
      code=3
    fi
  done
  return "$code"
}
