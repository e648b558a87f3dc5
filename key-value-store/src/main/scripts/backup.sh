# shellcheck shell=bash
# ./dynamo-kv backup and restore: the data of a local cluster's nodes, to a folder and back. A node's part of it is in
# FOLDER/node-i.

readonly BACKUP_TIMEOUT_SECONDS=3600

backup() {
  parse_backup_options backup "$@"
  local i answer code=0
  for i in $(chosen_nodes); do
    if ! serving_pid "$i" >/dev/null; then
      printf 'node-%s does not run: not backed up\n' "$i"
      code=3
      continue
    fi
    answer=$(http_post "$(admin_port "$i")" "/tasks/backup?folder=$(url_encoded "$FOLDER/node-$i")" "$BACKUP_TIMEOUT_SECONDS")
    answer=${answer##*$'\r\n\r\n'}
    printf 'node-%s: %s\n' "$i" "${answer//$'\n'/}"
    [[ $answer == done:* ]] || code=1
  done
  return "$code"
}

restore() {
  parse_backup_options restore "$@"
  local i
  local -a whole=()
  [[ -n $NODE ]] || whole=(--whole-cluster)
  for i in $(chosen_nodes); do
    ! serving_pid "$i" >/dev/null || fail "node-$i runs: stop it before its data is restored"
    [[ -d $FOLDER/node-$i ]] || fail "there is no backup of node-$i in $FOLDER"
  done
  prepare_to_run
  for i in $(chosen_nodes); do
    "$JAVA" "${JAVA_FLAGS[@]}" -jar "$JAR" restore ${whole[@]+"${whole[@]}"} "$(node_config "$i")" "$FOLDER/node-$i" || return 1
  done
}

# Sets FOLDER and NODE too; the cluster must have been made.
parse_backup_options() {
  local command=$1
  shift
  local -a rest=()
  FOLDER='' NODE=''
  while (($# > 0)); do
    case $1 in
      --node=*)
        set_node "${1#*=}"
        shift
        ;;
      --node)
        (($# >= 2)) || misuse "--node needs a value"
        set_node "$2"
        shift 2
        ;;
      --data)
        (($# >= 2)) || misuse "--data needs a value"
        rest+=("$1" "$2")
        shift 2
        ;;
      -*)
        rest+=("$1")
        shift
        ;;
      *)
        [[ -z $FOLDER ]] || misuse "$command takes one folder, but got '$1' too"
        FOLDER=$(realpath -m -- "$1")
        shift
        ;;
    esac
  done
  parse_cluster_options "$command" ${rest[@]+"${rest[@]}"}
  [[ -n $FOLDER ]] || misuse "$command takes a folder: ./dynamo-kv $command FOLDER [--node I] [--data DIR]"
  read_settings || fail "There is no cluster in $DATA"
  # shellcheck disable=SC2034 # read in another file
  NODES=$MADE_NODES BASE_PORT=$MADE_BASE_PORT
  [[ -z $NODE ]] || ((NODE <= NODES)) || misuse "--node is $NODE, but the cluster in $DATA has $NODES nodes"
}

set_node() {
  NODE=$(number --node "$1" 1 "$MOST_NODES")
}

chosen_nodes() {
  if [[ -n $NODE ]]; then
    printf '%s\n' "$NODE"
  else
    node_numbers
  fi
}

# Prints a text as it may stand in a URL's query.
url_encoded() {
  local LC_ALL=C text=$1 i letter
  for ((i = 0; i < ${#text}; i++)); do
    letter=${text:i:1}
    case $letter in
      [a-zA-Z0-9/._-]) printf '%s' "$letter" ;;
      *) printf '%%%02X' "'$letter" ;;
    esac
  done
}
