# shellcheck shell=bash
# Finds Java and Maven, and installs them where it may.

readonly OLDEST_JAVA=17
readonly OLDEST_MAVEN_MINOR=8 # of Maven 3
readonly JDK_PACKAGES=(openjdk-17-jdk-headless default-jdk-headless)

# Prints the home of a java command, if it is new enough.
java_home_of() {
  local command=$1 text release home
  [[ -x $command ]] || return 1
  text=$("$command" -XshowSettings:properties -version 2>&1) || return 1
  [[ $text =~ java\.specification\.version\ =\ ([0-9]+) ]] || return 1
  release=${BASH_REMATCH[1]}
  [[ $text =~ java\.home\ =\ ([^$'\n']+) ]] || return 1
  home=${BASH_REMATCH[1]}
  ((release >= OLDEST_JAVA)) || return 1
  printf '%s' "$home"
}

# Prints the home of the first Java that is new enough and has a tool: "java" to run, "javac" to build.
find_java_home() {
  local tool=$1 command home
  for command in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(type -P java || true)" /usr/lib/jvm/*/bin/java; do
    home=$(java_home_of "$command") || continue
    if [[ -x $home/bin/$tool ]]; then
      printf '%s' "$home"
      return 0
    fi
  done
  return 1
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
  local package
  for package in "$@"; do
    if LC_ALL=C apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [^(]'; then
      printf '%s' "$package"
      return 0
    fi
  done
  return 1
}

apt() {
  local output
  output=$(DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 "$@" 2>&1) ||
    fail "apt-get $* failed:"$'\n'"$(tail -n 15 <<<"$output")"
}

# install jdk, install maven, install jdk maven
install() {
  local -a packages=()
  local wanted package
  say "Reading the package lists (apt-get update)"
  apt update
  for wanted in "$@"; do
    if [[ $wanted == jdk ]]; then
      package=$(first_known_package "${JDK_PACKAGES[@]}") || fail "apt-get knows none of: ${JDK_PACKAGES[*]}"
    else
      package=$wanted
    fi
    packages+=("$package")
  done
  say "Installing ${packages[*]} (apt-get install)"
  apt install -y --no-install-recommends "${packages[@]}"
}

explain_java() {
  local what=$1
  fail "needs $what, $OLDEST_JAVA or newer, and found none in JAVA_HOME (${JAVA_HOME:-not set}), on the PATH, or in /usr/lib/jvm.
Install one:
  Debian or Ubuntu, as root:  apt-get install ${JDK_PACKAGES[0]}   (or ${JDK_PACKAGES[1]})
  elsewhere:                  any OpenJDK $OLDEST_JAVA or newer; then set JAVA_HOME to its folder"
}

explain_maven() {
  local found
  found=$(type -P mvn) || found="none on the PATH"
  fail "needs Apache Maven 3.$OLDEST_MAVEN_MINOR or newer to build, and found: $found.
Install it:
  Debian 12 or Ubuntu 24.04 and newer, as root:  apt-get install maven
  elsewhere:                                     unpack Apache Maven's binary archive, and put its bin folder on the PATH"
}

# Sets JAVA and JAVA_HOME to a Java that has the tool; false if there is none.
use_java() {
  local tool=$1 home
  home=$(find_java_home "$tool") || return 1
  export JAVA_HOME=$home
  # shellcheck disable=SC2034 # for those who run it
  JAVA=$home/bin/java
}

ensure_java() {
  use_java java && return
  if may_install; then
    install jdk
  fi
  use_java java || explain_java "Java (a runtime will do)"
}

ensure_build_tools() {
  local -a missing=()
  use_java javac || missing+=(jdk)
  maven_is_new_enough || missing+=(maven)
  ((${#missing[@]} > 0)) || return 0
  if may_install; then
    install "${missing[@]}"
  fi
  use_java javac || explain_java "a JDK"
  maven_is_new_enough || explain_maven
}
