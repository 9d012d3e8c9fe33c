#!/usr/bin/env bash
# Stop what up.sh started, by pid file. State is kept for up.sh --keep.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
[ -d "$RUN" ] || exit 0
stop_all
rm -f "$OS_LAB_DIR/mode"
say "stopped"
