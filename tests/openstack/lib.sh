# Settings and helpers that the scripts here share. Everything the lab writes lies under $OS_LAB_DIR.
# shellcheck shell=bash
set -euo pipefail

OS_LAB_SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# In this checkout, or one folder for several checkouts, so that they share what is installed.
OS_LAB_DIR=${OS_LAB_DIR:-$(cd "$OS_LAB_SRC/../.." && pwd)/.cache/openstack}
OS_LAB_PYTHON=${OS_LAB_PYTHON:-python3}

# Passwords are fixed on purpose: loopback only, throw-away data.
OS_LAB_ADMIN_PASSWORD=${OS_LAB_ADMIN_PASSWORD:-adminpass}
OS_LAB_DEMO_PASSWORD=${OS_LAB_DEMO_PASSWORD:-demopass}
OS_LAB_SERVICE_PASSWORD=${OS_LAB_SERVICE_PASSWORD:-servicepass}

# Compute hosts, one nova-compute process each. The seed puts servers on cmp1 to cmp3, puts cmp4 into a zone of its
# own and leaves cmp5 and cmp6 empty, as the simulator does.
OS_LAB_HOSTS=${OS_LAB_HOSTS:-"cmp1 cmp2 cmp3 cmp4 cmp5 cmp6"}
# Known to Nova, and dead: they ran while the template was built, and never again.
OS_LAB_DEAD_HOSTS=${OS_LAB_DEAD_HOSTS-cmp7}
# Nova chooses these only where someone asks for them: the zone of its own, and the hosts that tests want empty.
OS_LAB_SPARE_HOSTS=${OS_LAB_SPARE_HOSTS-cmp4 cmp5 cmp6}
# The in-tree alternative is fake.FakeDriverWithoutFakeNodes.
OS_LAB_COMPUTE_DRIVER=${OS_LAB_COMPUTE_DRIVER:-oslab_driver.OsLabDriver}
# Seconds a server stays SOFT_DELETED when deleted through RegionSoft.
OS_LAB_RECLAIM=${OS_LAB_RECLAIM:-3600}
# gunicorn processes for keystone and nova-api.
OS_LAB_API_WORKERS=${OS_LAB_API_WORKERS:-2}

IP=127.0.0.1
P_KEYSTONE=${OS_LAB_PORT_KEYSTONE:-5000}
P_NOVA=${OS_LAB_PORT_NOVA:-8774}
P_NOVASOFT=${OS_LAB_PORT_NOVASOFT:-8776}
P_PLACEMENT=${OS_LAB_PORT_PLACEMENT:-8778}
P_GLANCE=${OS_LAB_PORT_GLANCE:-9292}
P_NEUTRON=${OS_LAB_PORT_NEUTRON:-9696}
# Not 8776, which RegionSoft's Nova has.
P_CINDER=${OS_LAB_PORT_CINDER:-8779}
P_DB=${OS_LAB_PORT_DB:-13306}
P_RABBIT=${OS_LAB_PORT_RABBIT:-15672}
P_RABBIT_DIST=${OS_LAB_PORT_RABBIT_DIST:-15674}
P_EPMD=${OS_LAB_PORT_EPMD:-14369}
P_MEMCACHED=${OS_LAB_PORT_MEMCACHED:-11311}

VENV=$OS_LAB_DIR/venv
CONF=$OS_LAB_DIR/conf
STATE=$OS_LAB_DIR/state
RUN=$OS_LAB_DIR/run
LOG=$OS_LAB_DIR/log
PLUGINS=$OS_LAB_DIR/plugins
BIN=$VENV/bin
AUTH_URL=http://$IP:$P_KEYSTONE/v3

export PYTHONPATH=$PLUGINS PYTHONUNBUFFERED=1 PYTHONWARNINGS=ignore
export PATH=$PATH:/usr/sbin:/sbin
export OS_KEYSTONE_CONFIG_DIR=$CONF/keystone OS_GLANCE_CONFIG_DIR=$CONF/glance
export OS_PLACEMENT_CONFIG_DIR=$CONF/placement OS_NEUTRON_CONFIG_DIR=$CONF/neutron
export OS_NOVA_CONFIG_DIR=$CONF/nova
# The package registries may be behind a proxy; nothing here is.
no_proxies() { unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY; export no_proxy=$IP NO_PROXY=$IP; }

say() { printf '[openstack %4ds] %s\n' "$SECONDS" "$*" >&2; }
die() { say "ERROR: $*"; exit 1; }

# A process that exists and is no zombie.
running() { case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in "" | Z*) return 1 ;; esac; }
alive() { [ -s "$RUN/$1.pid" ] && running "$(cat "$RUN/$1.pid")"; }

# start NAME CMD...: run CMD as the leader of its own process group.
start() {
  local name=$1; shift
  alive "$name" && return 0
  setsid "$@" >>"$LOG/$name.log" 2>&1 </dev/null &
  echo $! >"$RUN/$name.pid"
  disown
}

# stop NAME [SIGNAL]: signal the process group recorded for NAME, wait, kill.
stop() {
  local name=$1 sig=${2:-TERM} pid
  [ -s "$RUN/$name.pid" ] || return 0
  pid=$(cat "$RUN/$name.pid")
  if running "$pid"; then
    kill -s "$sig" -- "-$pid" 2>/dev/null || true
    for _ in $(seq "${OS_LAB_GRACE:-50}"); do running "$pid" || break; sleep 0.1; done
  fi
  kill -KILL -- "-$pid" 2>/dev/null || true
  rm -f "$RUN/$name.pid"
}

port_open() { (exec 3<>"/dev/tcp/$IP/$1") 2>/dev/null; }

# wait_port NAME PORT SECONDS
wait_port() {
  for _ in $(seq $(($3 * 5))); do
    port_open "$2" && return 0
    alive "$1" || { tail -25 "$LOG/$1.log" >&2; die "$1 died, see $LOG/$1.log"; }
    sleep 0.2
  done
  tail -25 "$LOG/$1.log" >&2; die "$1 did not open port $2"
}

# wait_http NAME URL SECONDS: any answer below 500 will do.
wait_http() {
  local code
  for _ in $(seq $(($3 * 5))); do
    code=$(curl -s -o /dev/null -m 20 -w '%{http_code}' "$2" || true)
    [ "$code" != 000 ] && [ "$code" -lt 500 ] && return 0
    alive "$1" || { tail -25 "$LOG/$1.log" >&2; die "$1 died, see $LOG/$1.log"; }
    sleep 0.2
  done
  tail -25 "$LOG/$1.log" >&2; die "$1 does not answer $2"
}

db_url() { echo "mysql+pymysql://oslab:oslab@$IP:$P_DB/$1?charset=utf8mb4"; }

authsection() { # NAME USER
  cat <<EOS
[$1]
auth_type = password
auth_url = $AUTH_URL
username = $2
password = $OS_LAB_SERVICE_PASSWORD
project_name = service
user_domain_name = Default
project_domain_name = Default
region_name = RegionOne
EOS
}

tokensection() { # USER
  authsection keystone_authtoken "$1"
  cat <<EOS
www_authenticate_uri = $AUTH_URL
memcached_servers = $IP:$P_MEMCACHED
service_type = $2
service_token_roles = service
service_token_roles_required = true
EOS
}

render() {
  local h
  mkdir -p "$CONF"/{keystone,glance,placement,neutron,cinder,nova,nova-soft} "$RUN" "$LOG" "$PLUGINS"
  cp "$OS_LAB_SRC"/plugins/oslab_{mech,cinder}.py "$PLUGINS/"
  # Nova loads drivers from its own nova.virt namespace only.
  cp "$OS_LAB_SRC"/plugins/oslab_driver.py "$VENV"/lib/python3*/site-packages/nova/virt/
  mkdir -p "$PLUGINS/oslab-1.0.dist-info"
  printf 'Metadata-Version: 2.1\nName: oslab\nVersion: 1.0\n' >"$PLUGINS/oslab-1.0.dist-info/METADATA"
  printf '[neutron.ml2.mechanism_drivers]\noslab = oslab_mech:OsLabMechanismDriver\n' \
    >"$PLUGINS/oslab-1.0.dist-info/entry_points.txt"

  local dbopts="max_pool_size = 20
max_overflow = 50
connection_recycle_time = 600"

  cat >"$CONF/keystone/keystone.conf" <<EOS
[DEFAULT]
public_endpoint = http://$IP:$P_KEYSTONE
[database]
connection = $(db_url keystone)
$dbopts
[cache]
enabled = true
backend = oslo_cache.memcache_pool
memcache_servers = $IP:$P_MEMCACHED
[fernet_tokens]
key_repository = $STATE/keystone/fernet-keys
[credential]
key_repository = $STATE/keystone/credential-keys
[auth]
methods = external,password,token,oauth1,mapped,application_credential,totp
[token]
provider = fernet
expiration = 14400
[identity]
password_hash_rounds = 4
[receipt]
key_repository = $STATE/keystone/fernet-keys
[oslo_policy]
enforce_scope = true
enforce_new_defaults = true
EOS

  cat >"$CONF/placement/placement.conf" <<EOS
[api]
auth_strategy = keystone
[placement_database]
connection = $(db_url placement)
$dbopts
$(tokensection placement placement)
EOS

  cp "$VENV/etc/glance/glance-api-paste.ini" "$CONF/glance/"
  cat >"$CONF/glance/glance-api.conf" <<EOS
[DEFAULT]
bind_host = $IP
bind_port = $P_GLANCE
enabled_backends = files:file
node_staging_uri = file://$STATE/glance/staging
worker_self_reference_url = http://$IP:$P_GLANCE
[database]
connection = $(db_url glance)
$dbopts
[glance_store]
default_backend = files
[files]
filesystem_store_datadir = $STATE/glance/images
[os_glance_staging_store]
filesystem_store_datadir = $STATE/glance/staging
[os_glance_tasks_store]
filesystem_store_datadir = $STATE/glance/tasks
[paste_deploy]
flavor = keystone
[oslo_concurrency]
lock_path = $STATE/glance/lock
$(tokensection glance image)
EOS

  cp "$VENV/etc/neutron/api-paste.ini" "$CONF/neutron/api-paste.ini"
  mkdir -p "$CONF/neutron/plugins/ml2"
  cat >"$CONF/neutron/plugins/ml2/ml2_conf.ini" <<EOS
[ml2]
type_drivers = local,flat,vlan,vxlan
tenant_network_types = vxlan
mechanism_drivers = oslab
extension_drivers = port_security
[ml2_type_vxlan]
vni_ranges = 1:10000
[ml2_type_vlan]
network_vlan_ranges = physnet1:100:999
[ml2_type_flat]
flat_networks = *
EOS
  cat >"$CONF/neutron/neutron.conf" <<EOS
[DEFAULT]
core_plugin = ml2
service_plugins = router,segments
auth_strategy = keystone
transport_url = rabbit://guest:guest@$IP:$P_RABBIT/
state_path = $STATE/neutron
api_paste_config = $CONF/neutron/api-paste.ini
notify_nova_on_port_status_changes = true
notify_nova_on_port_data_changes = true
send_events_interval = 1
dhcp_agent_notification = false
[database]
connection = $(db_url neutron)
$dbopts
[oslo_concurrency]
lock_path = $STATE/neutron/lock
[quotas]
quota_network = -1
quota_subnet = -1
quota_port = -1
quota_router = -1
quota_floatingip = -1
quota_security_group = -1
quota_security_group_rule = -1
$(authsection nova nova)
$(authsection placement neutron)
$(tokensection neutron network)
EOS

  cp "$VENV/etc/cinder/api-paste.ini" "$CONF/cinder/"
  cat >"$CONF/cinder/cinder.conf" <<EOS
[DEFAULT]
transport_url = rabbit://guest:guest@$IP:$P_RABBIT/
my_ip = $IP
host = ctl1
state_path = $STATE/cinder
auth_strategy = keystone
api_paste_config = $CONF/cinder/api-paste.ini
glance_api_servers = http://$IP:$P_GLANCE
enabled_backends = lab
report_interval = 10
service_down_time = 60
quota_volumes = -1
quota_snapshots = -1
quota_gigabytes = -1
[lab]
volume_driver = oslab_cinder.OsLabVolumeDriver
volume_backend_name = lab
[database]
connection = $(db_url cinder)
$dbopts
[oslo_concurrency]
lock_path = $STATE/cinder/lock
$(authsection nova cinder)
$(authsection service_user cinder)
send_service_user_token = true
$(tokensection cinder block-storage)
EOS

  for h in nova nova-soft; do
    cp "$VENV/etc/nova/api-paste.ini" "$CONF/$h/api-paste.ini"
    cat >"$CONF/$h/nova.conf" <<EOS
[DEFAULT]
transport_url = rabbit://guest:guest@$IP:$P_RABBIT/
my_ip = $IP
host = ctl1
state_path = $STATE/nova/ctl1
compute_driver = $OS_LAB_COMPUTE_DRIVER
# 0 in the API of RegionOne (delete is delete); set in the API of RegionSoft
# and in the compute services (the reclaim task).
reclaim_instance_interval = $([ $h = nova ] && echo 0 || echo "$OS_LAB_RECLAIM")
vif_plugging_timeout = 10
vif_plugging_is_fatal = false
service_down_time = 60
report_interval = 10
update_resources_interval = 300
max_concurrent_builds = 8
allow_resize_to_same_host = false
[api_database]
connection = $(db_url nova_api)
$dbopts
[database]
connection = $(db_url nova)
$dbopts
[api]
auth_strategy = keystone
[quota]
instances = -1
cores = -1
ram = -1
[conductor]
workers = 2
[scheduler]
workers = 1
discover_hosts_in_cells_interval = 60
[filter_scheduler]
host_subset_size = 3
ram_weight_multiplier = 1000
# Roles that may not create a port make builds fail, which is no fault of the host.
build_failure_weight_multiplier = 0
enabled_filters = ComputeFilter,ComputeCapabilitiesFilter,ImagePropertiesFilter,ServerGroupAntiAffinityFilter,ServerGroupAffinityFilter,SameHostFilter,DifferentHostFilter,AggregateInstanceExtraSpecsFilter
[glance]
region_name = RegionOne
[oslo_concurrency]
lock_path = $STATE/nova/lock
[vnc]
enabled = true
server_listen = $IP
novncproxy_base_url = http://$IP:6080/vnc_auto.html
[serial_console]
enabled = true
base_url = ws://$IP:6083/
[cache]
enabled = true
backend = oslo_cache.memcache_pool
memcache_servers = $IP:$P_MEMCACHED
$(authsection placement nova)
$(authsection neutron nova)
$(authsection cinder nova)
catalog_info = block-storage:cinder:publicURL
os_region_name = RegionOne
$(authsection service_user nova)
send_service_user_token = true
$(tokensection nova compute)
EOS
  done
  for h in $OS_LAB_HOSTS $OS_LAB_DEAD_HOSTS; do
    # A directory of its own: nova-compute looks for compute_id beside its
    # configuration files as well as in state_path.
    mkdir -p "$CONF/compute-$h"
    case " $OS_LAB_SPARE_HOSTS " in *" $h "*) reserved=90000000 ;; *) reserved=0 ;; esac
    cat >"$CONF/compute-$h/host.conf" <<EOS
[DEFAULT]
host = $h
state_path = $STATE/nova/$h
reclaim_instance_interval = $OS_LAB_RECLAIM
reserved_host_memory_mb = $reserved
EOS
  done
}

make_state_dirs() {
  local h
  mkdir -p "$STATE"/{keystone/fernet-keys,keystone/credential-keys,neutron/lock,nova/lock,nova/ctl1}
  mkdir -p "$STATE"/glance/{images,staging,tasks,lock} "$STATE/cinder/lock"
  chmod 700 "$STATE/keystone/fernet-keys" "$STATE/keystone/credential-keys"
  for h in $OS_LAB_HOSTS $OS_LAB_DEAD_HOSTS; do
    mkdir -p "$STATE/nova/$h"
    # nova-compute refuses to start twice without this file.
    [ -s "$STATE/nova/$h/compute_id" ] || "$BIN/python" - "$h" >"$STATE/nova/$h/compute_id" <<'EOS'
import sys, uuid
print(uuid.uuid5(uuid.NAMESPACE_DNS, sys.argv[1] + '.cloudserver'))
EOS
  done
}

start_db() {
  start mariadb mariadbd --no-defaults --user="$(id -un)" --datadir="$STATE/mysql" \
    --socket=my.sock --bind-address=$IP --port="$P_DB" --skip-log-bin \
    --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=512M \
    --innodb-log-file-size=128M --innodb-doublewrite=0 --max-connections=1000 \
    --character-set-server=utf8mb4 --skip-name-resolve
}

start_rabbit() {
  alive rabbitmq && return 0
  rm -rf "$OS_LAB_DIR/rabbit"; mkdir -p "$OS_LAB_DIR/rabbit"
  start epmd epmd -address $IP -port "$P_EPMD"
  : >"$OS_LAB_DIR/rabbit/enabled_plugins"
  printf 'log.console = true\nlog.console.level = warning\nlog.file = false\n' >"$OS_LAB_DIR/rabbit/rabbitmq.conf"
  start rabbitmq env HOME="$OS_LAB_DIR/rabbit" ERL_EPMD_ADDRESS=$IP ERL_EPMD_PORT="$P_EPMD" \
    RABBITMQ_NODENAME=oslab@localhost RABBITMQ_NODE_IP_ADDRESS=$IP RABBITMQ_NODE_PORT="$P_RABBIT" \
    RABBITMQ_DIST_PORT="$P_RABBIT_DIST" RABBITMQ_ENABLED_PLUGINS_FILE="$OS_LAB_DIR/rabbit/enabled_plugins" \
    RABBITMQ_CONFIG_FILE="$OS_LAB_DIR/rabbit/rabbitmq.conf" RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_MNESIA_BASE="$OS_LAB_DIR/rabbit/mnesia" RABBITMQ_LOG_BASE="$OS_LAB_DIR/rabbit/log" \
    RABBITMQ_PID_FILE="$OS_LAB_DIR/rabbit/pid" RABBITMQ_ALLOW_INPUT=1 \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} -noinput" \
    /usr/lib/rabbitmq/bin/rabbitmq-server
}

start_memcached() {
  start memcached memcached -u "$(id -un)" -l $IP -p "$P_MEMCACHED" -U 0 -m 128
}

wsgi() { # NAME PORT WORKERS THREADS MODULE [OPTION OF THE APPLICATION...]
  start "$1" "$BIN/python" "$OS_LAB_SRC/wsgi.py" "$1" "$IP:$2" "$3" "$4" "$5:application" "${@:6}"
}

start_keystone() { wsgi keystone "$P_KEYSTONE" "$OS_LAB_API_WORKERS" 8 keystone.wsgi.api; }

start_control() {
  wsgi placement "$P_PLACEMENT" 1 8 placement.wsgi.api
  start nova-conductor "$BIN/nova-conductor" --config-file "$CONF/nova/nova.conf"
  wsgi nova-api "$P_NOVA" "$OS_LAB_API_WORKERS" 8 nova.wsgi.osapi_compute
  wsgi neutron "$P_NEUTRON" 1 8 neutron.wsgi.api
  start nova-scheduler "$BIN/nova-scheduler" --config-file "$CONF/nova/nova.conf"
  wsgi glance "$P_GLANCE" 1 8 glance.wsgi.api
  wsgi cinder-api "$P_CINDER" 1 8 cinder.wsgi.api --config-file "$CONF/cinder/cinder.conf"
  start cinder-scheduler "$BIN/cinder-scheduler" --config-file "$CONF/cinder/cinder.conf"
  start cinder-volume "$BIN/cinder-volume" --config-file "$CONF/cinder/cinder.conf"
  OS_NOVA_CONFIG_DIR=$CONF/nova-soft wsgi nova-api-soft "$P_NOVASOFT" 1 8 nova.wsgi.osapi_compute
}

start_computes() {
  local h
  for h in $OS_LAB_HOSTS; do
    start "nova-compute-$h" "$BIN/nova-compute" --config-file "$CONF/nova/nova.conf" \
      --config-file "$CONF/compute-$h/host.conf"
  done
}

wait_infra() {
  wait_port mariadb "$P_DB" 60; wait_port rabbitmq "$P_RABBIT" 60; wait_port memcached "$P_MEMCACHED" 10
}

stop_all() {
  local f n pids=""
  # First the OpenStack services, in parallel, then what they depend on.
  for f in "$RUN"/*.pid; do
    [ -e "$f" ] || continue
    n=$(basename "$f" .pid)
    case $n in mariadb | rabbitmq | epmd | memcached) ;; *) stop "$n" & pids="$pids $!" ;; esac
  done
  # shellcheck disable=SC2086
  [ -z "$pids" ] || wait $pids
  stop rabbitmq KILL; stop epmd KILL; stop memcached
  stop mariadb
}
