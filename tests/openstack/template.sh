# Build the pristine state that up.sh starts from. Sourced, after lib.sh.
# shellcheck shell=bash
TEMPLATE=$OS_LAB_DIR/template

template_key() {
  cat "$OS_LAB_SRC"/{lib.sh,template.sh,bootstrap.py,constraints.txt} "$OS_LAB_SRC"/plugins/*.py "$CONF"/*/*.conf "$CONF"/neutron/plugins/ml2/*.ini |
    sha256sum | cut -d' ' -f1
}

boot() {
  AUTH_URL=$AUTH_URL OS_LAB_ADMIN_PASSWORD=$OS_LAB_ADMIN_PASSWORD \
    OS_LAB_DEMO_PASSWORD=$OS_LAB_DEMO_PASSWORD OS_LAB_SERVICE_PASSWORD=$OS_LAB_SERVICE_PASSWORD \
    OS_LAB_HOSTS=$OS_LAB_HOSTS P_KEYSTONE=$P_KEYSTONE P_NOVA=$P_NOVA P_NOVASOFT=$P_NOVASOFT \
    P_PLACEMENT=$P_PLACEMENT P_GLANCE=$P_GLANCE P_NEUTRON=$P_NEUTRON P_CINDER=$P_CINDER SINCE=${SINCE:-} \
    "$BIN/python" "$OS_LAB_SRC/bootstrap.py" "$1"
}

wait_ready() {
  local out='' try host
  for try in $(seq 60); do
    # A compute host whose first report failed, as it may where all start at once, reports again after five minutes only.
    if [ $((try % 15)) = 0 ]; then
      for host in $OS_LAB_HOSTS; do
        case $out in *"\"$host\""*) stop "nova-compute-$host" ;; esac
      done
    fi
    # Also one that died as it started: oslo.config's options are not safe between the threads of nova-compute.
    start_computes
    out=$(boot ready 2>>"$LOG/ready.log") && return 0
    sleep 1
  done
  die "not ready: $out"
}

build_template() {
  no_proxies
  render
  if [ "$(cat "$TEMPLATE/key" 2>/dev/null)" = "$(template_key)" ]; then
    say "template is up to date"; return 0
  fi
  alive mariadb && die "the lab is running; run 'make openstack-stop' first"
  say "building the template"
  local OS_LAB_HOSTS="$OS_LAB_HOSTS $OS_LAB_DEAD_HOSTS"
  rm -rf "$TEMPLATE" "$STATE"; mkdir -p "$STATE"; rm -f "$LOG"/*
  make_state_dirs
  mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$STATE/mysql" \
    --auth-root-authentication-method=normal --skip-test-db >"$LOG/mariadb-install.log" 2>&1
  start_db; start_rabbit; start_memcached
  wait_infra
  {
    echo "CREATE USER oslab@'%' IDENTIFIED BY 'oslab'; GRANT ALL ON *.* TO oslab@'%';"
    for d in keystone nova_api nova_cell0 nova placement glance neutron cinder; do
      echo "CREATE DATABASE $d CHARACTER SET utf8mb4;"
    done
  } | mariadb --no-defaults --socket="$STATE/mysql/my.sock" -u root
  say "database schemas"
  (
    set -e
    "$BIN/keystone-manage" --config-file "$CONF/keystone/keystone.conf" db_sync
    for k in fernet_setup credential_setup; do
      "$BIN/keystone-manage" --config-file "$CONF/keystone/keystone.conf" $k \
        --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
    done
    "$BIN/keystone-manage" --config-file "$CONF/keystone/keystone.conf" bootstrap \
      --bootstrap-password "$OS_LAB_ADMIN_PASSWORD" --bootstrap-region-id RegionOne \
      --bootstrap-public-url "$AUTH_URL" --bootstrap-internal-url "$AUTH_URL" --bootstrap-admin-url "$AUTH_URL"
    "$BIN/placement-manage" --config-file "$CONF/placement/placement.conf" db sync
    "$BIN/glance-manage" --config-file "$CONF/glance/glance-api.conf" db_sync
    "$BIN/cinder-manage" --config-file "$CONF/cinder/cinder.conf" db sync
  ) >"$LOG/sync-a.log" 2>&1 &
  local a=$!
  (
    set -e
    n="$BIN/nova-manage --config-file $CONF/nova/nova.conf"
    $n api_db sync
    $n cell_v2 map_cell0 --database_connection "$(db_url nova_cell0)"
    $n cell_v2 create_cell --name cell1
    $n db sync
    "$BIN/neutron-db-manage" --config-file "$CONF/neutron/neutron.conf" \
      --config-file "$CONF/neutron/plugins/ml2/ml2_conf.ini" upgrade heads
  ) >"$LOG/sync-b.log" 2>&1 &
  local b=$!
  wait $a || { tail -25 "$LOG/sync-a.log" >&2; die "schema"; }
  wait $b || { tail -25 "$LOG/sync-b.log" >&2; die "schema"; }

  say "services"
  SINCE=$(date -u +%Y-%m-%dT%H:%M:%S)
  start_keystone; wait_http keystone "$AUTH_URL" 60
  boot services
  start_control
  wait_http placement "http://$IP:$P_PLACEMENT/" 60
  start_computes
  wait_http nova-api "http://$IP:$P_NOVA/" 90
  wait_http glance "http://$IP:$P_GLANCE/" 90
  wait_http neutron "http://$IP:$P_NEUTRON/" 90
  wait_http cinder-api "http://$IP:$P_CINDER/" 90
  wait_ready
  "$BIN/nova-manage" --config-file "$CONF/nova/nova.conf" cell_v2 discover_hosts >"$LOG/discover.log" 2>&1
  say "demo content"
  boot content
  stop_all
  mkdir -p "$TEMPLATE"
  mv "$STATE" "$TEMPLATE/state"
  template_key >"$TEMPLATE/key"
  say "template built ($(du -sh "$TEMPLATE" | cut -f1))"
}
