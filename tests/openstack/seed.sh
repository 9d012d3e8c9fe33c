#!/usr/bin/env bash
# seed.sh N [NETWORK] [PREFIX]
#   Create N servers in project demo through the API (NETWORK: a name, or none, the default) in batches of 50, with
#   metadata and tags that differ between batches, and wait until none is building.
# seed.sh --clone N [PREFIX]
#   Create 4 servers through the API on network lab-private, then copy their database rows N times. Takes seconds for
#   thousands of servers; good for measuring lists and details. The copies have no port and no allocation.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
no_proxies
export OS_CLIENT_CONFIG_FILE="$OS_LAB_DIR/clouds.yaml"
if [ "${1:-}" = --clone ]; then
  exec "$BIN/python" "$OS_LAB_SRC/seed.py" clone "${2:?number of servers}" "${3:-clone}" "$P_DB"
fi
exec "$BIN/python" "$OS_LAB_SRC/seed.py" api "${1:?number of servers}" "${3:-seed}" "${2:-none}"
