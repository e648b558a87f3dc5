# shellcheck shell=bash
# The options of ./dynamo-kv cluster, and of what is done to such a cluster.

readonly MOST_NODES=32
readonly DEFAULT_DATA=$ROOT/data

DATA=$DEFAULT_DATA
NODES='' REPLICAS='' BASE_PORT='' DETACH=false

parse_cluster_options() {
  local command=$1 name value
  shift
  while (($# > 0)); do
    name=${1%%=*}
    case $command:$name in
      start:--detach)
        [[ $1 == --detach ]] || misuse "--detach takes no value"
        # shellcheck disable=SC2034 # read in another file
        DETACH=true
        shift
        continue
        ;;
      *:--help | *:-h)
        usage
        exit
        ;;
      *:--data | start:--nodes | start:--replicas | start:--base-port) ;;
      start:*) misuse "cluster does not take '$1'" ;;
      repair:*) misuse "repair takes --data DIR only, but got '$1'" ;;
      backup:* | restore:*) misuse "$command takes a folder, --node I and --data DIR, but got '$1'" ;;
      remove:[1-9]* | remove:node-[1-9]* | restart:[1-9]* | restart:node-[1-9]*)
        [[ -z ${ONE_NODE-} ]] || misuse "cluster $command takes one node at a time, but got '$1' too"
        ONE_NODE=$(number "the node" "${1#node-}" 1 "$MOST_NODES")
        shift
        continue
        ;;
      remove:* | restart:*) misuse "cluster $command takes the number of a node and --data DIR, but got '$1'" ;;
      *) misuse "cluster $command takes --data DIR only, but got '$1'" ;;
    esac
    if [[ $1 == *=* ]]; then
      value=${1#*=}
      shift
    else
      (($# >= 2)) || misuse "$name needs a value"
      value=$2
      shift 2
    fi
    set_cluster_option "$name" "$value"
  done
}

set_cluster_option() {
  local name=$1 value=$2
  case $name in
    --data) set_data "$value" ;;
    --nodes) NODES=$(number "$name" "$value" 1 "$MOST_NODES") ;;
    --replicas) REPLICAS=$(number "$name" "$value" 1 "$MOST_NODES") ;;
    --base-port) BASE_PORT=$(number "$name" "$value" 1 65533) ;;
  esac
}

# Prints a number as given on the command line, without leading zeros.
number() {
  local name=$1 text=$2 least=$3 most=$4
  if [[ ! $text =~ ^[0-9]{1,9}$ ]] || ((10#$text < least || 10#$text > most)); then
    misuse "$name must be a number from $least to $most, but is '$text'"
  fi
  printf '%s' $((10#$text))
}

set_data() {
  [[ -n $1 ]] || misuse "--data must name a folder"
  DATA=$(realpath -m -- "$1")
  [[ $DATA != *$'\n'* && $DATA != *"\${"* ]] || misuse "--data must not hold a line break or \${: these can not stand in a configuration file"
  [[ ! -e $DATA || -d $DATA ]] || fail "$DATA is not a folder"
}

# What was not asked for is as the folder was made, or else the default.
complete_options() {
  if read_settings; then
    NODES=${NODES:-$MADE_NODES} REPLICAS=${REPLICAS:-$MADE_REPLICAS} BASE_PORT=${BASE_PORT:-$MADE_BASE_PORT}
    ((NODES == MADE_NODES && REPLICAS == MADE_REPLICAS)) ||
      fail "$DATA was made with --nodes $MADE_NODES --replicas $MADE_REPLICAS, and can not be started with --nodes $NODES --replicas $REPLICAS.
Leave these options out to start it as it is, or give another folder with --data."
  fi
  NODES=${NODES:-3}
  REPLICAS=${REPLICAS:-$((NODES < 3 ? NODES : 3))}
  BASE_PORT=${BASE_PORT:-8080}
  ((REPLICAS <= NODES)) || misuse "$REPLICAS replicas need at least $REPLICAS nodes, but --nodes is $NODES"
  (($(messaging_port "$NODES") <= 65535)) ||
    misuse "--base-port $BASE_PORT is too high: with $NODES nodes the last port would be $(messaging_port "$NODES")"
}

# How to name this cluster to the commands that we recommend.
data_option() {
  [[ $DATA == "$DEFAULT_DATA" ]] || printf ' --data %q' "$DATA"
}
