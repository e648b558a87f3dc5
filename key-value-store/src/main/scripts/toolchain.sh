# shellcheck shell=bash
# Finds Java and Maven, and installs them where it may.

readonly OLDEST_JAVA=17
readonly NEWEST_TRIED_JAVA=25
readonly USERS_JAVA_HOME=${JAVA_HOME-} # before we set one for Maven
readonly OLDEST_MAVEN_MINOR=8 # of Maven 3
readonly JDK_PACKAGES=(openjdk-17-jdk-headless default-jdk-headless)

# Prints the release and the home of a java command, if it is new enough and has the tool beside it.
java_with() {
  local tool=$1 command=$2 text release home
  [[ -x $command ]] || return 1
  text=$("$command" -XshowSettings:properties -version 2>&1) || return 1
  [[ $text =~ java\.specification\.version\ =\ ([0-9]+) ]] || return 1
  release=${BASH_REMATCH[1]}
  [[ $text =~ java\.home\ =\ ([^$'\n']+) ]] || return 1
  home=${BASH_REMATCH[1]}
  ((release >= OLDEST_JAVA)) || return 1
  [[ -x $home/bin/$tool ]] || return 1
  printf '%s %s\n' "$release" "$home"
}

# Prints the home of a Java that is new enough and has a tool: that of JAVA_HOME; without one, to build ("javac") the
# first that is found, to run ("java") the newest that we have tried, because newer ones are faster.
find_java_home() {
  local tool=$1 command release home best='' best_rank=0 rank
  home=$(java_with "$tool" "${USERS_JAVA_HOME:+$USERS_JAVA_HOME/bin/java}") && printf '%s' "${home#* }" && return
  for command in "$(type -P java || true)" /usr/lib/jvm/*/bin/java; do
    read -r release home < <(java_with "$tool" "$command") || continue
    rank=$((release <= NEWEST_TRIED_JAVA ? release : 1))
    if ((rank > best_rank)); then
      best=$home best_rank=$rank
    fi
    [[ $tool == java ]] || break
  done
  [[ -n $best ]] && printf '%s' "$best"
}

maven_is_new_enough() {
  local text
  text=$(mvn -B --version 2>/dev/null) || return 1
  [[ $text =~ Apache\ Maven\ ([0-9]+)\.([0-9]+) ]] || return 1
  ((BASH_REMATCH[1] > 3 || (BASH_REMATCH[1] == 3 && BASH_REMATCH[2] >= OLDEST_MAVEN_MINOR)))
}

may_install() {
  [[ ${DYNAMO_KV_INSTALL:-yes} != no ]] && ((EUID == 0)) && type -P apt-get >/dev/null &&
    grep -qsE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release
}

# Prints the first of the packages that this machine's package lists know.
first_known_package() {
  local package policy
  for package in "$@"; do
    policy=$(LC_ALL=C apt-cache policy "$package" 2>/dev/null) || continue
    if [[ $policy == *'Candidate: '[^\(]* ]]; then
      printf '%s' "$package"
      return 0
    fi
  done
  return 1
}

# A failure is shown, no more: it may be another package's, and what counts is whether the tools are there then.
apt() {
  local output
  output=$(DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 "$@" 2>&1) ||
    say "apt-get $* failed:"$'\n'"$(tail -n 15 <<<"$output")"
}

# install jdk, install maven, install jdk maven
install() {
  local -a packages=()
  local wanted package
  say "Reading the package lists (apt-get update)"
  apt update
  for wanted in "$@"; do
    if [[ $wanted == jdk ]]; then
      package=$(first_known_package "${JDK_PACKAGES[@]}") || fail "this machine's package lists have none of: ${JDK_PACKAGES[*]}"
    else
      package=$wanted
    fi
    packages+=("$package")
  done
  say "Installing ${packages[*]} (apt-get install)"
  apt install -y --no-install-recommends "${packages[@]}"
}

readonly JAVA_ADVICE="
Java: in JAVA_HOME (${USERS_JAVA_HOME:-not set}), on the PATH and in /usr/lib/jvm there was none that will do.
  Debian or Ubuntu, as root:  apt-get install ${JDK_PACKAGES[0]}   (or ${JDK_PACKAGES[1]})
  elsewhere:                  any OpenJDK $OLDEST_JAVA or newer; then set JAVA_HOME to its folder"

# Says all that a build lacks, at once.
explain_tools() {
  local advice='' mvn
  use_java javac || advice+=$JAVA_ADVICE
  if ! maven_is_new_enough; then
    if mvn=$(type -P mvn); then
      mvn+=" is older, or does not run"
    else
      mvn="there is none on the PATH"
    fi
    advice+="
Maven: $mvn.
  Debian 12, Ubuntu 24.04 or newer, as root:  apt-get install maven
  elsewhere:  unpack the binary archive of Apache Maven, and put its bin folder on the PATH"
  fi
  fail "building needs a JDK $OLDEST_JAVA or newer, and Maven 3.$OLDEST_MAVEN_MINOR or newer.$advice"
}

# Sets JAVA and JAVA_HOME to a Java that has the tool; false if there is none.
use_java() {
  local tool=$1 home
  home=$(find_java_home "$tool") || return 1
  export JAVA_HOME=$home
  # shellcheck disable=SC2034 # read in another file
  JAVA=$home/bin/java
}

ensure_java() {
  use_java java && return
  if may_install; then
    install jdk
  fi
  use_java java || fail "needs Java $OLDEST_JAVA or newer, a runtime at least.$JAVA_ADVICE"
}

ensure_build_tools() {
  local -a missing=()
  use_java javac || missing+=(jdk)
  maven_is_new_enough || missing+=(maven)
  ((${#missing[@]} > 0)) || return 0
  if may_install; then
    install "${missing[@]}"
  fi
  { use_java javac && maven_is_new_enough; } || explain_tools
}
