# shellcheck shell=bash
# Ports and HTTP with nothing but bash, coreutils, findutils and /proc.

readonly HTTP_TIMEOUT_SECONDS=2
declare -A LISTENERS=()

# Sets LISTENERS: port -> inode of the socket that keeps others from listening there on 127.0.0.1.
find_listeners() {
  LISTENERS=()
  local table
  for table in /proc/net/tcp /proc/net/tcp6; do
    [[ -r $table ]] || continue
    local -a row
    while read -ra row; do
      # 0A: listening. Addresses: 127.0.0.1, any, any of IPv6, 127.0.0.1 within IPv6.
      [[ ${row[3]-} == 0A ]] || continue
      case ${row[1]%:*} in
        0100007F | 00000000 | 00000000000000000000000000000000 | 0000000000000000FFFF00000100007F)
          LISTENERS[$((16#${row[1]##*:}))]=${row[9]}
          ;;
      esac
    done <"$table"
  done
}

# Prints the socket that find_listeners found on a port; false if there was none.
listener_on() {
  [[ -n ${LISTENERS[$1]-} ]] && printf '%s' "${LISTENERS[$1]}"
}

# Prints the pid that holds a socket, as far as we may see it.
pid_of_socket() {
  local found
  found=$(find /proc/[0-9]*/fd -lname "socket:\[$1\]" -print -quit 2>/dev/null) || true
  [[ $found =~ ^/proc/([0-9]+)/ ]] && printf '%s' "${BASH_REMATCH[1]}"
}

# Prints the answer to a GET from 127.0.0.1, headers and all; nothing when there is none in time.
http_get() {
  local port=$1 path=$2
  # shellcheck disable=SC2016 # expanded by the inner bash
  timeout --foreground "$HTTP_TIMEOUT_SECONDS" bash -c '
    exec 3<>"/dev/tcp/127.0.0.1/$0" || exit 1
    printf "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n" "$1" "$0" >&3
    exec head -c 65536 <&3 # the process that is ended when time is up
  ' "$port" "$path" 2>/dev/null || true
}

# Prints the answer to an empty POST from 127.0.0.1, headers and all; nothing when there is none within so many seconds.
http_post() {
  local port=$1 path=$2 seconds=$3
  # shellcheck disable=SC2016 # expanded by the inner bash
  timeout --foreground "$seconds" bash -c '
    exec 3<>"/dev/tcp/127.0.0.1/$0" || exit 1
    printf "POST %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" "$1" "$0" >&3
    exec head -c 8192 <&3
  ' "$port" "$path" 2>/dev/null || true
}

# True if the health check behind an admin port says that all is well.
is_healthy() {
  [[ $(http_get "$1" /healthcheck) == HTTP/*' 200 '* ]]
}

# Prints what a person should know of a health check behind an admin port: what is wrong, and whom the node does not
# reach. Nothing if all is well.
complaints() {
  local answer wrong='"healthy":false,"message":"([^"]*)"' apart='"message":"([0-9]+ of [0-9]+ members reachable; not [^"]*)"'
  answer=$(http_get "$1" /healthcheck)
  if [[ -z $answer ]]; then
    printf 'it does not answer'
  elif [[ $answer =~ $wrong ]]; then
    printf '%s' "${BASH_REMATCH[1]}"
  elif [[ $answer =~ $apart ]]; then
    printf '%s' "${BASH_REMATCH[1]}"
  fi
}

# Prints what the health check behind an admin port says, in one line.
health_report() {
  local answer
  answer=$(http_get "$1" /healthcheck)
  if [[ -z $answer ]]; then
    printf 'no answer on the admin port %s' "$1"
    return
  fi
  answer=$(tr -d '\r' <<<"$answer" | sed -n -e '1s/^HTTP[^ ]* //p' -e '/{/p')
  answer=${answer//$'\n'/ }
  printf '%s' "${answer:0:1000}"
}
