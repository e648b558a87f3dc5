# shellcheck shell=bash
# ./dynamo-kv backup and restore: the data of a local cluster's nodes, to a folder and back. A node's part of it is in
# FOLDER/node-i.

readonly BACKUP_TIMEOUT_SECONDS=3600

backup() {
  parse_backup_options backup "$@"
  local i answer before code=0
  before=$(state_of_ring)
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
  if [[ -z $NODE && ($before == *true* || $(state_of_ring) != "$before") ]]; then
    say "The ring was changing while this was taken: what moved may be in no node's backup. Take it again when nothing moves (./dynamo-kv cluster status$(data_option))"
    code=1
  fi
  return "$code"
}

# The number of the ring's plan, and whether it is on its way to another, by what one of the nodes says.
state_of_ring() {
  local i
  for i in $(node_numbers); do
    [[ $(http_get "$(http_port "$i")" /cluster) =~ \"plan\":([0-9]+),\"underWay\":(true|false) ]] || continue
    printf '%s' "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
    return
  done
}

restore() {
  parse_backup_options restore "$@"
  local i
  local -a whole=()
  [[ -n $NODE ]] || whole=(--whole-cluster)
  for i in $(chosen_nodes); do
    ! serving_pid "$i" >/dev/null || fail "node-$i runs: stop it before its data is restored"
    [[ -d $FOLDER/node-$i ]] || fail "there is no backup of node-$i in $FOLDER"
    [[ -e $(node_folder "$i")/db/restoring || -z $(compgen -G "$(node_folder "$i")/db/*.jdb") ]] ||
      fail "$(node_folder "$i")/db holds data already: a backup is restored into an empty folder only. Nothing was restored. Move it away first$([[ -n $NODE ]] || printf '; or restore one node alone (--node I)')"
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
  NODE=$(number --node "${1#node-}" 1 "$MOST_NODES")
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
