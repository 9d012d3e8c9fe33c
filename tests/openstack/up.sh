#!/usr/bin/env bash
# up.sh [--keep]
# Start the lab, wait until it serves, and write clouds.yaml to $OS_LAB_DIR. State starts pristine unless --keep is given.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$OS_LAB_SRC/template.sh"

write_clouds() {
  cloud() { # NAME USER PASSWORD PROJECT REGION
    cat <<EOS
  $1:
    auth:
      auth_url: $AUTH_URL
      username: $2
      password: $3
      project_name: $4
      user_domain_name: Default
      project_domain_name: Default
    region_name: $5
    interface: public
    identity_api_version: 3
    cloudserver_platform: openstack
EOS
  }
  {
    echo "clouds:"
    cloud oslab-admin admin "$OS_LAB_ADMIN_PASSWORD" admin RegionOne
    cloud oslab demo "$OS_LAB_DEMO_PASSWORD" demo RegionOne
    cloud oslab-alt alt_demo "$OS_LAB_DEMO_PASSWORD" alt_demo RegionOne
    cloud oslab-reader demo_reader "$OS_LAB_DEMO_PASSWORD" demo RegionOne
    cloud oslab-soft demo "$OS_LAB_DEMO_PASSWORD" demo RegionSoft
    cloud oslab-soft-admin admin "$OS_LAB_ADMIN_PASSWORD" admin RegionSoft
  } >"$OS_LAB_DIR/clouds.yaml"
}

how_to_use() {
  cat <<EOS
A real OpenStack runs at $AUTH_URL (Nova: http://$IP:$P_NOVA/v2.1).
  clouds.yaml   $OS_LAB_DIR/clouds.yaml (clouds: oslab, oslab-admin, oslab-alt, oslab-reader, oslab-soft, oslab-soft-admin)
  a task        export OS_CLIENT_CONFIG_FILE=$OS_LAB_DIR/clouds.yaml, then the option cloud: oslab
  the CLI       $BIN/openstack --os-cloud oslab server list
  servers       $OS_LAB_SRC/seed.sh 20; seed.sh --clone 1000
  to stop it    make openstack-stop
EOS
}

[ -x "$BIN/nova-compute" ] || die "it is not installed yet: run 'make openstack'"
if [ -s "$OS_LAB_DIR/mode" ] && alive nova-api && alive mariadb; then
  write_clouds
  say "it is running already"
  how_to_use
  exit 0
fi
for p in "$P_KEYSTONE" "$P_NOVA" "$P_NOVASOFT" "$P_PLACEMENT" "$P_GLANCE" "$P_NEUTRON" "$P_CINDER" "$P_DB" "$P_RABBIT" "$P_MEMCACHED"; do
  if port_open "$p"; then
    die "port $p is taken; if a lab is half up, run 'make openstack-stop', else set the port (see lib.sh)"
  fi
done
build_template
trap '[ $? = 0 ] || { say "start failed, stopping"; stop_all; }' EXIT

if [ "${1:-}" != --keep ] || [ ! -d "$STATE/mysql" ]; then
  rm -rf "$STATE"
  cp -a --reflink=auto "$TEMPLATE/state" "$STATE"
fi
rm -f "$LOG"/*.log
make_state_dirs
start_db
start_rabbit
start_memcached
wait_infra
say "infrastructure is up"
export SINCE
SINCE=$(date -u +%Y-%m-%dT%H:%M:%S)
start_keystone
start_control
start_computes
wait_http keystone "$AUTH_URL" 120
wait_http placement "http://$IP:$P_PLACEMENT/" 120
wait_http glance "http://$IP:$P_GLANCE/" 120
wait_http neutron "http://$IP:$P_NEUTRON/" 120
wait_http cinder-api "http://$IP:$P_CINDER/" 120
wait_http nova-api "http://$IP:$P_NOVA/" 120
wait_http nova-api-soft "http://$IP:$P_NOVASOFT/" 120
say "APIs answer"
wait_ready
echo up >"$OS_LAB_DIR/mode"
write_clouds
say "ready"
how_to_use
