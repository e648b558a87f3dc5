# shellcheck shell=bash
# The folder of a local cluster:
#   cluster.properties   what it was made with, and what has become of it
#   secret               shared by its nodes; made once
#   node-i/              config.yml, pid, log/, db/
# Everything here reads DATA, NODES, REMOVED, REPLICAS and BASE_PORT. Nodes are numbered from 1 to NODES; numbers of nodes that
# were removed are not given out again.

# Prints the numbers of the nodes that there are.
node_numbers() {
  local i
  for ((i = 1; i <= NODES; i++)); do
    [[ " ${REMOVED-} " == *" $i "* ]] || printf '%s\n' "$i"
  done
}

settings_file() { printf '%s/cluster.properties' "$DATA"; }
node_folder() { printf '%s/node-%s' "$DATA" "$1"; }
node_config() { printf '%s/node-%s/config.yml' "$DATA" "$1"; }
node_log() { printf '%s/node-%s/log/node.log' "$DATA" "$1"; }
http_port() { printf '%s' $((BASE_PORT + 10 * ($1 - 1))); }
admin_port() { printf '%s' $((BASE_PORT + 10 * ($1 - 1) + 1)); }
messaging_port() { printf '%s' $((BASE_PORT + 10 * ($1 - 1) + 2)); }

# Reads what the folder was made with: MADE_NODES, MADE_REPLICAS, MADE_BASE_PORT, MADE_AS (its path then), and REMOVED.
# False if it holds no cluster.
read_settings() {
  local file key value
  file=$(settings_file)
  MADE_NODES='' MADE_REPLICAS='' MADE_BASE_PORT='' MADE_AS='' REMOVED=''
  [[ -f $file ]] || return 1
  while IFS='=' read -r key value; do
    case $key in
      nodes) MADE_NODES=$value ;;
      replicas) MADE_REPLICAS=$value ;;
      basePort) MADE_BASE_PORT=$value ;;
      directory) MADE_AS=$value ;;
      removed) REMOVED=$value ;;
    esac
  done <"$file"
  local number
  for number in "$MADE_NODES" "$MADE_REPLICAS" "$MADE_BASE_PORT"; do
    [[ $number =~ ^[1-9][0-9]{0,4}$ ]] || fail "$file is damaged: nodes, replicas and basePort must be numbers"
  done
  [[ $REMOVED =~ ^[0-9\ ]*$ ]] || fail "$file is damaged: removed must be numbers of nodes"
}

# Takes them as those to work with; says so and gives 3 if there are none.
read_made_cluster() {
  if ! read_settings; then
    say "There is no cluster in $DATA"
    return 3
  fi
  NODES=$MADE_NODES BASE_PORT=$MADE_BASE_PORT REPLICAS=$MADE_REPLICAS
}

write_settings() {
  replace_file "$(settings_file)" <<END
# What this cluster was made with; ./dynamo-kv cluster reads it.
nodes=$NODES
replicas=$REPLICAS
basePort=$BASE_PORT
directory=$DATA
removed=${REMOVED-}
END
}

# Writes a file whole or not at all, for its owner only.
replace_file() {
  local file=$1
  (
    umask 077
    cat >"$file.new"
  )
  mv "$file.new" "$file"
}

# Makes the folder ready to start from. Settings come last: until they are there, nothing has run here
# and everything may be written again.
prepare_folder() {
  local i
  local rewrite=false
  if ! read_settings; then
    for i in "$DATA"/node-*/db; do
      [[ ! -e $i ]] || fail "$DATA has data of nodes in it ($i) but no cluster.properties: it was not made by ./dynamo-kv cluster"
    done
    rewrite=true
  elif [[ $MADE_BASE_PORT != "$BASE_PORT" || $MADE_AS != "$DATA" ]]; then
    rewrite=true
  fi
  [[ -s $DATA/secret ]] || new_secret | replace_file "$DATA/secret"
  for i in $(node_numbers); do
    mkdir -p "$(node_folder "$i")/log"
    if $rewrite || [[ ! -f $(node_config "$i") ]]; then
      write_config "$i"
    fi
  done
  write_settings
}

new_secret() {
  od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'
}

write_config() {
  local i=$1 file
  file=$(node_config "$i")
  if [[ -f $file ]]; then
    cp -p "$file" "$file.old"
  fi
  config "$i" | replace_file "$file"
}

# Tells all nodes' configurations, for the next start, whom they may meet, and how many must have met before a ring is
# made: a node with an empty disk would begin one of its own else. Whatever was changed by hand stays.
write_meeting_points() {
  local i file
  for i in $(node_numbers); do
    file=$(node_config "$i")
    [[ -f $file ]] || continue
    FOUNDERS=$(node_numbers | wc -l) SEEDS=$(seeds) awk '
      /^  founders: [0-9]+$/ { print "  founders: " ENVIRON["FOUNDERS"]; next }
      /^  seeds:$/ { print; print ENVIRON["SEEDS"]; in_seeds = 1; next }
      in_seeds && /^    - "127\.0\.0\.1:[0-9]+"$/ { next }
      { in_seeds = 0; print }' "$file" | replace_file "$file"
  done
}

seeds() {
  local i
  for i in $(node_numbers); do
    printf '    - "127.0.0.1:%d"\n' "$(messaging_port "$i")"
  done
}

config() {
  local i=$1
  cat <<END
# node-$i of a local cluster, written by ./dynamo-kv cluster. Later starts leave it as it is, with your changes; it is
# written again only when --base-port changes or the folder has moved (this one is kept then as config.yml.old).
cluster:
  name: dynamo
  secret: "$(<"$DATA/secret")"
  replicas: $REPLICAS
node:
  id: node-$i
  directory: '${DATA//\'/\'\'}/node-$i'
membership:
  provider: seeds
  founders: $(node_numbers | wc -l)
  self: { host: 127.0.0.1, httpPort: $(http_port "$i"), adminPort: $(admin_port "$i"), messagingPort: $(messaging_port "$i") }
  seeds:
END
  seeds
  cat <<'END'
server:
  requestLog:
    appenders: []
END
}
