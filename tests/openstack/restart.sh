#!/usr/bin/env bash
# restart.sh NAME: stop and start one service. NAME is that of a file in $OS_LAB_DIR/run without .pid, such as
# nova-compute-cmp1 or nova-api.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
[ -e "$RUN/${1:?give the name of a service}.pid" ] || die "no such service: $1"
no_proxies
stop "$1"
start_keystone
start_control
start_computes
