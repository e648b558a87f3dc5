# shellcheck shell=bash
# What this program tells its user. Results go to standard output; all that is said here goes to standard error.

last_progress=''

say() {
  end_progress
  printf '%s\n' "$*" >&2
}

# It could not be done.
fail() {
  say "dynamo-kv: $*"
  exit 1
}

# It was asked for wrongly.
misuse() {
  say "dynamo-kv: $*"
  say "./dynamo-kv help shows what there is."
  exit 2
}

# What is being waited for, and for how long: one line that changes in place on a terminal; elsewhere
# (a log) a line only when what is waited for changes.
progress() {
  local what=$1 how_long=$2
  if [[ -t 2 ]]; then
    printf '\r\033[K%s (%s)' "$what" "$how_long" >&2
  elif [[ $what != "$last_progress" ]]; then
    printf '%s\n' "$what" >&2
  fi
  last_progress=$what
}

end_progress() {
  if [[ -n $last_progress && -t 2 ]]; then
    printf '\r\033[K' >&2
  fi
  last_progress=''
}
