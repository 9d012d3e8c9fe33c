#!/usr/bin/env bash
# install.sh [--check | --template]
# Install the lab and build its template: databases, catalog, demo content. Run again, it does nothing. It needs the Debian
# and the Python package registries; after it nothing does. --check: say what Debian packages are missing and cannot be
# installed here. --template: build the template only.
# Exit status 3: Debian packages are missing, and this user may not install them.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
PACKAGES="rabbitmq-server:/usr/lib/rabbitmq/bin/rabbitmq-server mariadb-server:/usr/sbin/mariadbd memcached:/usr/bin/memcached
  curl:/usr/bin/curl"

missing() {
  local package
  for package in $PACKAGES; do
    [ -x "${package#*:}" ] || printf '%s ' "${package%%:*}"
  done
}

# What comes before apt-get where root's rights are needed; fails where they cannot be had.
as_root() {
  [ "$(id -u)" = 0 ] && return
  if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then echo sudo; else return 1; fi
}

debian_packages() {
  local need sudo
  need=$(missing)
  [ -n "$need" ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "a real OpenStack needs the Debian packages ${need% }, and there is no apt-get here" >&2
    exit 3
  fi
  if ! sudo=$(as_root); then
    echo "a real OpenStack needs the Debian packages ${need% }; as root: apt-get install --no-install-recommends ${need% }" >&2
    exit 3
  fi
  [ "${1:-}" != --check ] || return 0
  say "apt-get install $need"
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq
  # shellcheck disable=SC2086
  $sudo apt-get install -y -qq --no-install-recommends $need >"$OS_LAB_DIR/apt.log" 2>&1 ||
    { tail -n 20 "$OS_LAB_DIR/apt.log" >&2; die "apt-get failed"; }
}

python_environment() {
  local want
  want=$(sha256sum <"$OS_LAB_SRC/constraints.txt")
  [ "$(cat "$VENV/.installed" 2>/dev/null)" != "$want" ] || return 0
  say "python environment"
  [ -x "$BIN/python" ] || "$OS_LAB_PYTHON" -m venv "$VENV"
  "$BIN/pip" install -q --disable-pip-version-check -c "$OS_LAB_SRC/constraints.txt" setuptools wheel
  "$BIN/pip" install -q --disable-pip-version-check --prefer-binary -c "$OS_LAB_SRC/constraints.txt" \
    nova keystone openstack-placement glance neutron cinder \
    python-openstackclient openstacksdk osc-placement pymysql python-memcached gunicorn
  echo "$want" >"$VENV/.installed"
}

mkdir -p "$OS_LAB_DIR"
if [ "${1:-}" = --check ]; then
  debian_packages --check
  exit 0
fi
if [ "${1:-}" != --template ]; then
  debian_packages
  python_environment
fi
if [ -s "$OS_LAB_DIR/mode" ] && alive nova-api; then
  say "it is running, so the template is left as it is"
  exit 0
fi
# shellcheck source=/dev/null
. "$OS_LAB_SRC/template.sh"
trap '[ $? = 0 ] || stop_all' EXIT
build_template
