#!/usr/bin/env bash
# Puts Debian's Consul into /usr/local/bin, for the tests that run a real agent. Does nothing where there is one. Needs root.
#
# The last Debian with a package of it is OLD_SUITE. Only the program is taken from there, and the machine's package sources
# and lists stay as they are: apt works on sources and lists in a folder of our own.
set -euo pipefail

readonly OLD_SUITE=bullseye
readonly KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
readonly ADVICE='or put a consul of 1.8 or newer on the PATH'

fail() {
  printf 'install-consul: %s\n' "$*" >&2
  exit 1
}

# Prints the URI of each mirror of Debian's main archive that this machine uses. Asks nobody, and needs no package lists.
mirrors() {
  local release
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME-}")
  apt-get --print-uris -o Dir::State::Lists="$WORK/lists" update |
    sed -n "s|^'\\(.*\\)/dists/$release/InRelease' .*|\\1|p"
}

# apt as it would be on a machine that has OLD_SUITE, and nothing else, in its sources.
old_apt() {
  apt-get -qq -o Dir::Etc::SourceList="$WORK/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$WORK/lists" -o Dir::Cache="$WORK/cache" -o APT::Sandbox::User=root "$@"
}

if type -P consul >/dev/null; then
  exit 0
fi
((EUID == 0)) || fail "needs root; $ADVICE"
{ type -P apt-get && type -P dpkg-deb; } >/dev/null || fail "needs Debian; $ADVICE"

WORK=$(mktemp -d)
readonly WORK
trap 'rm -rf "$WORK"' EXIT

mkdir -p "$WORK/lists/partial" "$WORK/cache/archives/partial"
read -r uri < <(mirrors) || fail "this machine's package sources name no mirror of its Debian; $ADVICE"
signed_by=''
if [[ -f $KEYRING ]]; then
  signed_by="[signed-by=$KEYRING]"
fi
printf 'deb %s %s %s main\n' "$signed_by" "$uri" "$OLD_SUITE" >"$WORK/sources.list"

cd "$WORK"
old_apt update
old_apt download consul
dpkg-deb --extract consul_*.deb package
install -m 755 package/usr/bin/consul /usr/local/bin/consul
consul version
