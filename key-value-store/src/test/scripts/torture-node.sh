#!/usr/bin/env bash
# What TortureIT starts nodes with (DYNAMO_KV_RUN_WITH): becomes the node's Java, in a group by which its packets are known, and
# with a clock that can be set. The last argument is the node's configuration, DIR/node-i/config.yml.
set -euo pipefail

folder=$(dirname "${!#}")
number=${folder##*-}

command=("$@")
if [[ -n ${TORTURE_CLOCK_LIBRARY-} ]]; then
  # The process stays the same: by its pid what the library leaves behind is found.
  printf '%s\n' "$$" >>"$TORTURE_CLOCKS/pids"
  # Waits go by the monotonic clock, which is left alone; the library's "fix" would make them end at once.
  command=(env "LD_PRELOAD=$TORTURE_CLOCK_LIBRARY" "FAKETIME_TIMESTAMP_FILE=$TORTURE_CLOCKS/node-$number"
    FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0 "${command[@]}")
fi
if [[ -n ${TORTURE_FIRST_GROUP-} ]]; then
  command=(setpriv --regid $((TORTURE_FIRST_GROUP + number)) --clear-groups "${command[@]}")
fi
exec "${command[@]}"
