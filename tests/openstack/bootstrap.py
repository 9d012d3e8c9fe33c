"""Fill the catalog (stage services) and create demo content (stage content).

Both stages may be run again: whatever exists already is left alone.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json
import os
import sys

import openstack

E = os.environ
conn = openstack.connect(
    auth_url=E["AUTH_URL"],
    username="admin",
    password=E["OS_LAB_ADMIN_PASSWORD"],
    project_name="admin",
    user_domain_name="Default",
    project_domain_name="Default",
    region_name="RegionOne",
    interface="public",
    load_yaml_config=False,
    load_envvars=False,
)


def services():
    idn = conn.identity
    roles = {r.name: r for r in idn.roles()}
    for name in ("admin", "member", "reader", "service", "manager"):
        if name not in roles:
            roles[name] = idn.create_role(name=name)
    domain = idn.find_domain("Default")
    project = idn.find_project("service") or idn.create_project(name="service", domain_id=domain.id)
    for name in ("nova", "placement", "glance", "neutron", "cinder"):
        user = idn.find_user(name) or idn.create_user(
            name=name, domain_id=domain.id, password=E["OS_LAB_SERVICE_PASSWORD"], default_project_id=project.id
        )
        for role in ("admin", "service"):
            idn.assign_project_role_to_user(project, user, roles[role])

    regions = {r.id for r in idn.regions()}
    have = {(e.service_id, e.interface, e.region_id) for e in idn.endpoints()}
    svcs = {s.type: s for s in idn.services()}
    soft = "http://127.0.0.1:%s/v2.1" % E["P_NOVASOFT"]
    for kind, name, url in (
        ("identity", "keystone", "http://127.0.0.1:%s/v3" % E["P_KEYSTONE"]),
        ("compute", "nova", "http://127.0.0.1:%s/v2.1" % E["P_NOVA"]),
        ("placement", "placement", "http://127.0.0.1:%s" % E["P_PLACEMENT"]),
        ("image", "glance", "http://127.0.0.1:%s" % E["P_GLANCE"]),
        ("network", "neutron", "http://127.0.0.1:%s" % E["P_NEUTRON"]),
        # Under both of the names that clouds give it, and with both forms of its address.
        ("block-storage", "cinder", "http://127.0.0.1:%s/v3" % E["P_CINDER"]),
        ("volumev3", "cinderv3", "http://127.0.0.1:%s/v3/$(project_id)s" % E["P_CINDER"]),
    ):
        svc = svcs.get(kind) or idn.create_service(type=kind, name=name)
        for region in ("RegionOne", "RegionSoft"):
            if region not in regions:
                idn.create_region(id=region)
                regions.add(region)
            for iface in ("public", "internal", "admin"):
                if (svc.id, iface, region) not in have:
                    idn.create_endpoint(
                        service_id=svc.id,
                        interface=iface,
                        region_id=region,
                        url=soft if (kind, region) == ("compute", "RegionSoft") else url,
                    )


def content():
    idn = conn.identity
    roles = {r.name: r for r in idn.roles()}
    domain = idn.find_domain("Default")
    for pname, uname, role in (
        ("demo", "demo", "member"),
        ("alt_demo", "alt_demo", "member"),
        ("demo", "demo_reader", "reader"),
    ):
        project = idn.find_project(pname) or idn.create_project(name=pname, domain_id=domain.id)
        user = idn.find_user(uname) or idn.create_user(
            name=uname, domain_id=domain.id, password=E["OS_LAB_DEMO_PASSWORD"], default_project_id=project.id
        )
        idn.assign_project_role_to_user(project, user, roles[role])
        if role == "member":
            idn.assign_project_role_to_user(project, user, roles["reader"])
    admin = idn.find_user("admin")
    demo = idn.find_project("demo")
    idn.assign_project_role_to_user(demo, admin, roles["admin"])

    have = {f.name for f in conn.compute.flavors(is_public=None)}
    for fid, name, vcpus, ram, disk in (
        ("42", "m1.nano", 1, 64, 1),
        ("84", "m1.micro", 1, 192, 1),
        ("1", "m1.tiny", 1, 512, 1),
        ("2", "m1.small", 1, 2048, 20),
        ("3", "m1.medium", 2, 4096, 40),
        ("4", "m1.large", 4, 8192, 80),
    ):
        if name not in have:
            conn.compute.post(
                "/flavors", json={"flavor": {"id": fid, "name": name, "vcpus": vcpus, "ram": ram, "disk": disk}}
            ).raise_for_status()

    for name in ("cirros-a", "cirros-b"):
        if not conn.image.find_image(name):
            image = conn.image.create_image(
                name,
                allow_duplicates=True,
                disk_format="raw",
                container_format="bare",
                visibility="public",
                min_disk=1,
                data=io.BytesIO((name.encode() + b"\0") * 4096),
                validate_checksum=False,
                wait=True,
            )
            assert conn.image.get_image(image.id).status == "active"

    types = {row["name"] for row in conn.block_storage.get("/types").json()["volume_types"]}
    for name, specs in (("fast", {"volume_backend_name": "lab"}), ("shared", {"multiattach": "<is> True"})):
        if name not in types:
            conn.block_storage.post(
                "/types", json={"volume_type": {"name": name, "extra_specs": specs}}
            ).raise_for_status()

    net = conn.network
    private = net.find_network("lab-private")
    if not private:
        private = net.create_network(name="lab-private", is_shared=True)
    subnet = net.find_subnet("private-subnet")
    if not subnet:
        subnet = net.create_subnet(
            name="private-subnet", network_id=private.id, ip_version=4, cidr="10.64.0.0/14", is_dhcp_enabled=False
        )
    subnet6 = net.find_subnet("private-subnet6")
    if not subnet6:
        net.create_subnet(
            name="private-subnet6", network_id=private.id, ip_version=6, cidr="fd00:64::/64", is_dhcp_enabled=False
        )
    public = net.find_network("public")
    if not public:
        public = net.create_network(
            name="public", is_router_external=True, provider_network_type="flat", provider_physical_network="extnet"
        )
    if not net.find_subnet("public-subnet"):
        net.create_subnet(
            name="public-subnet", network_id=public.id, ip_version=4, cidr="172.24.0.0/20", is_dhcp_enabled=False
        )
    router = net.find_router("router1")
    if not router:
        router = net.create_router(name="router1", project_id=demo.id, external_gateway_info={"network_id": public.id})
        net.add_interface_to_router(router, subnet_id=subnet.id)


def ready():
    """Print every binary that is not up yet; exit 1 if there is one."""
    since, hosts = E["SINCE"], E["OS_LAB_HOSTS"].split()
    want = {("nova-compute", h) for h in hosts}
    want |= {("nova-conductor", "ctl1"), ("nova-scheduler", "ctl1")}
    for svc in conn.compute.get("/os-services").json()["services"]:
        if svc["state"] == "up" and (svc["updated_at"] or "") >= since:
            want.discard((svc["binary"], svc["host"]))
    rps = {r["name"] for r in conn.placement.get("/resource_providers").json()["resource_providers"]}
    want |= {("resource-provider", h) for h in hosts if h not in rps}
    up = {svc["binary"] for svc in conn.block_storage.get("/os-services").json()["services"] if svc["state"] == "up"}
    want |= {(binary, "ctl1") for binary in {"cinder-scheduler", "cinder-volume"} - up}
    print(json.dumps(sorted(want)))
    sys.exit(1 if want else 0)


{"services": services, "content": content, "ready": ready}[sys.argv[1]]()
