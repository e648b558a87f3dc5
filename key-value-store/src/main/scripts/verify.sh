# shellcheck shell=bash
# ./dynamo-kv verify: everything that has to hold, as CI runs it.

readonly SCRIPT_TESTS=$ROOT/key-value-store/src/test/scripts

# Every part runs, whatever became of the others; Maven's exit code comes first.
verify() {
  local started=$SECONDS since tests maven=0 shell=0 lint=0
  ensure_build_tools
  lock_build
  mkdir -p "$(dirname "$JAR")"
  since=$(mktemp "$(dirname "$JAR")/begun.XXXXXX")
  check_scripts || lint=$?
  rm -f "$JAR" # nodes that run from it keep it
  # A ./dynamo-kv that a test runs must take the jar as it is, not wait for this very build.
  (cd "$ROOT" && DYNAMO_KV_JAR=$JAR exec mvn -B verify) || maven=$?
  bash "$SCRIPT_TESTS/dynamo-kv-test.sh" || shell=$?
  tests=$(java_tests_since "$since")
  if [[ -f $JAR ]]; then
    touch -r "$since" "$JAR" # as a build does: what was changed meanwhile is newer
  fi
  rm -f "$since"
  unlock_build

  printf '\nSummary, after %d s\n' $((SECONDS - started))
  printf '  %-14s %s\n' "mvn verify" "$(outcome "$maven"): $tests"
  printf '  %-14s %s\n' "script tests" "$(outcome "$shell")"
  printf '  %-14s %s\n' shellcheck "$(outcome "$lint")"
  ((maven == 0)) || return "$maven"
  ((shell == 0)) || return "$shell"
  ((lint == 0 || lint == 127)) || return "$lint"
}

outcome() {
  case $1 in
    0) printf 'passed' ;;
    127) printf 'not run, for it is not installed' ;;
    *) printf 'FAILED (exit code %s)' "$1" ;;
  esac
}

check_scripts() {
  type -P shellcheck >/dev/null || return 127
  (cd "$ROOT" && shellcheck --external-sources --check-sourced dynamo-kv .ci/run key-value-store/src/test/scripts/*.sh key-value-store/src/bench/*.sh)
}

# Sums up the reports that are newer than a file.
java_tests_since() {
  local -a reports
  mapfile -d '' reports < <(find "$ROOT"/key-value-store/target/*-reports -name 'TEST-*.xml' -newer "$1" -print0 2>/dev/null)
  if ((${#reports[@]} == 0)); then
    printf 'no tests ran'
    return
  fi
  local report line key total_tests=0 total_bad=0 total_skipped=0
  for report in "${reports[@]}"; do
    line=$(grep -m 1 '<testsuite ' "$report") || continue
    for key in tests failures errors skipped; do
      [[ $line =~ \ $key=\"([0-9]+)\" ]] || continue
      case $key in
        tests) total_tests=$((total_tests + BASH_REMATCH[1])) ;;
        skipped) total_skipped=$((total_skipped + BASH_REMATCH[1])) ;;
        *) total_bad=$((total_bad + BASH_REMATCH[1])) ;;
      esac
    done
  done
  printf '%d tests, %d failed, %d skipped' "$total_tests" "$total_bad" "$total_skipped"
}
