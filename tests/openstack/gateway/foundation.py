"""What servers stand on: a project with its user, flavors, images, networks, key pairs and aggregates.

All of it is found or made, so that a gateway starts quickly on a lab that another one has prepared; and put back, where
a test has changed it.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import threading
from typing import Any

from lab import ADMIN_PASSWORD, Api, LabError

from simulator.state.builder import Builder
from simulator.state.keypairs import stable_public_key

PASSWORD = "lab-%s-pass"
#: What the lab itself brings.
OWN_FLAVORS = {"m1.nano", "m1.micro", "m1.tiny", "m1.small", "m1.medium", "m1.large"}
OWN_IMAGES = {"cirros-a", "cirros-b"}
KEYPAIR = "operators"
OTHER_GROUP = "web"


class Foundation:
    """The project ``sim-ESTATE``, with a user of the same name who is a member of it."""

    def __init__(self, estate: str, builder: Builder) -> None:
        self.estate = estate
        self.builder = builder
        self.name = "sim-" + estate
        self.password = PASSWORD % estate
        self.zones = {"zone-2": ["cmp4"]}
        self.root = Api("admin", ADMIN_PASSWORD, "admin")
        self._project()
        #: The administrator in the project, who may place servers and give them any address.
        self.admin = Api("admin", ADMIN_PASSWORD, self.name)
        self.user = Api(self.name, self.password, self.name)
        self.admin.token()
        self.user.token()
        self.flavors: dict[str, str] = {}
        self.images: dict[str, str] = {}
        self.subnets: dict[str, dict[str, Any]] = {}
        self.security_groups: dict[str, str] = {}
        self._outside = ""
        # Servers are made at the same time, and need the same networks.
        self._lock = threading.RLock()

    def ensure(self) -> None:
        self._flavors()
        self._keypairs()
        self._aggregates()
        self._security_groups()

    def person(self, role: str) -> tuple[str, str]:
        """Name and password of one more user, with that role in the project, or with none."""
        name = "%s-%s" % (self.name, role or "outsider")
        users = self.root.get("identity/v3/users?name=" + name)["users"]
        user = (
            users[0]
            if users
            else self.root.post(
                "identity/v3/users", {"user": {"name": name, "password": self.password, "domain_id": "default"}}
            )["user"]
        )
        for row in self.root.get("identity/v3/roles")["roles"]:
            if row["name"] == role:
                self.root.call(
                    "PUT", "identity/v3/projects/%s/users/%s/roles/%s" % (self.admin.project_id, user["id"], row["id"])
                )
        return name, self.password

    def _project(self) -> None:
        projects = self.root.get("identity/v3/projects?name=" + self.name)["projects"]
        project = (
            projects[0]
            if projects
            else self.root.post("identity/v3/projects", {"project": {"name": self.name, "domain_id": "default"}})[
                "project"
            ]
        )
        users = self.root.get("identity/v3/users?name=" + self.name)["users"]
        user = (
            users[0]
            if users
            else self.root.post(
                "identity/v3/users", {"user": {"name": self.name, "password": self.password, "domain_id": "default"}}
            )["user"]
        )
        roles = {row["name"]: row["id"] for row in self.root.get("identity/v3/roles")["roles"]}
        self.root.token()
        for who, role in ((user["id"], "member"), (self.root.user_id, "admin")):
            self.root.call("PUT", "identity/v3/projects/%s/users/%s/roles/%s" % (project["id"], who, roles[role]))

    def application_credential(self) -> dict[str, str]:
        """One that a client may use; its secret is told once, so each gateway makes its own."""
        path = "identity/v3/users/%s/application_credentials" % self.user.user_id
        for row in self.user.get(path)["application_credentials"]:
            self.user.delete(path + "/" + row["id"])
        return dict(self.user.post(path, {"application_credential": {"name": "automation"}})["application_credential"])

    def _flavors(self) -> None:
        """Those of the estate by name; one that a test made goes."""
        known = {row["name"]: row for row in self.admin.get("compute/v2.1/flavors/detail?is_public=None")["flavors"]}
        wanted = {row["name"]: row for row in self.builder.flavors.values()}
        for name, row in wanted.items():
            if name not in known:
                # Not an id that Nova makes up, which would stand among those of the lab's own in a list by id.
                body = {key: row[key] for key in ("name", "vcpus", "ram", "disk")}
                known[name] = self.admin.post("compute/v2.1/flavors", {"flavor": {**body, "id": name}})["flavor"]
            for key in row["extra_specs"]:
                # No value that asks for hardware: the fake hypervisor has none, so no host would do.
                self.admin.post(
                    "compute/v2.1/flavors/%s/os-extra_specs" % known[name]["id"], {"extra_specs": {key: "shared"}}
                )
        for name in set(known) - set(wanted) - OWN_FLAVORS:
            # The flavors of other estates bear no dot; what tests make does.
            if "." in name:
                self.admin.delete("compute/v2.1/flavors/" + known[name]["id"])
        self.flavors = {name: known[name]["id"] for name in wanted}

    def ensure_images(self) -> None:
        known = {row["name"]: row for row in self.admin.get("image/v2/images?limit=1000&sort=created_at:asc")["images"]}
        for row in self.builder.images.values():
            if row["name"] not in known:
                known[row["name"]] = self._image(row)
        self.images = {row["name"]: known[row["name"]]["id"] for row in self.builder.images.values()}

    def _image(self, row: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = self.root.post(
            "image/v2/images",
            {
                "name": row["name"],
                "disk_format": "raw",
                "container_format": "bare",
                "visibility": "public",
                "min_disk": row["min_disk"],
                "min_ram": row["min_ram"],
                "os_type": row["os_type"].lower(),
            },
        )
        if row["status"] in ("active", "deactivated"):
            self.root.call(
                "PUT",
                "image/v2/images/%s/file" % made["id"],
                b"lab image %s\n" % row["name"].encode(),
                Content_Type="application/octet-stream",
            )
        if row["status"] == "deactivated":
            self.root.call("POST", "image/v2/images/%s/actions/deactivate" % made["id"])
        return made

    def described_images(self) -> list[dict[str, Any]]:
        """The images as the simulator's control side shows them, with the lab's ids."""
        rows = self.builder.images.values()
        return [{**row, "id": self.images[row["name"]]} for row in rows if row["name"] in self.images]

    def _keypairs(self) -> None:
        """Each user has one: Nova looks for a server's key pair among those of who asks."""
        public = stable_public_key(self.estate, "demo", KEYPAIR)
        for api in (self.user, self.admin):
            names = {row["keypair"]["name"]: row["keypair"] for row in api.get("compute/v2.1/os-keypairs")["keypairs"]}
            for name, row in names.items():
                if name != KEYPAIR or row["public_key"].split()[:2] != public.split()[:2]:
                    api.delete("compute/v2.1/os-keypairs/" + name)
            if names.get(KEYPAIR, {}).get("public_key", "").split()[:2] != public.split()[:2]:
                api.post(
                    "compute/v2.1/os-keypairs", {"keypair": {"name": KEYPAIR, "public_key": public, "type": "ssh"}}
                )

    def _aggregates(self) -> None:
        """The zones of the simulator's hosts, and nothing else."""
        path = "compute/v2.1/os-aggregates"
        found = {row["name"]: row for row in self.root.get(path)["aggregates"]}
        for name, row in found.items():
            kept = self.zones.get(name)
            if kept is not None and (row["hosts"], row["metadata"]) == (kept, {"availability_zone": name}):
                continue
            if kept is None:
                for host in row["hosts"]:
                    self.root.post("%s/%s/action" % (path, row["id"]), {"remove_host": {"host": host}})
                self.root.delete("%s/%s" % (path, row["id"]))
                continue
            extra = {key: None for key in row["metadata"] if key != "availability_zone"}
            if extra:
                self.root.post("%s/%s/action" % (path, row["id"]), {"set_metadata": {"metadata": extra}})
            for host in set(row["hosts"]) - set(kept):
                self.root.post("%s/%s/action" % (path, row["id"]), {"remove_host": {"host": host}})
            for host in set(kept) - set(row["hosts"]):
                self.root.post("%s/%s/action" % (path, row["id"]), {"add_host": {"host": host}})
        for name in set(self.zones) - set(found):
            made = self.root.post(path, {"aggregate": {"name": name, "availability_zone": name}})["aggregate"]
            for host in self.zones[name]:
                self.root.post("%s/%s/action" % (path, made["id"]), {"add_host": {"host": host}})

    def _security_groups(self) -> None:
        """The project's default group, and another one, as the simulator has them."""
        path = "network/v2.0/security-groups"
        rows = self.admin.get("%s?project_id=%s" % (path, self.admin.project_id))["security_groups"]
        self.security_groups = {row["name"]: row["id"] for row in rows}
        if OTHER_GROUP not in self.security_groups:
            made = self.admin.post(path, {"security_group": {"name": OTHER_GROUP}})["security_group"]
            self.security_groups[OTHER_GROUP] = made["id"]

    def set_security_groups(self, server_id: str, names: list[str]) -> None:
        ids = [self.security_groups[name] for name in names]
        for port in self.ports_of(server_id):
            self.admin.call("PUT", "network/v2.0/ports/" + port, {"port": {"security_groups": ids}})

    def server_groups(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.admin.get("compute/v2.1/os-server-groups")["server_groups"]
        return rows

    def tidy(self, networks: set[str]) -> None:
        """Nothing of the project's is left but its servers and the ``networks`` they are on: no server group, no
        network that a test made. The spare ports are there."""
        for group in self.server_groups():
            self.admin.delete("compute/v2.1/os-server-groups/" + group["id"])
        mine = self.admin.get("network/v2.0/networks?project_id=" + self.admin.project_id)["networks"]
        for row in mine:
            if row["name"] not in networks | {self.name + "-outside"}:
                for port in self.admin.get("network/v2.0/ports?network_id=" + row["id"])["ports"]:
                    self.admin.delete("network/v2.0/ports/" + port["id"])
                self.admin.delete("network/v2.0/networks/" + row["id"])
        there = {port["name"] for port in self.spare_ports()}
        for spare in self.builder.settings.get("ports", ()):
            row = next(network for network in mine if network["name"] == spare["network"])
            if spare["name"] not in there:
                self.admin.post("network/v2.0/ports", {"port": {"name": spare["name"], "network_id": row["id"]}})

    # -- networks ------------------------------------------------------------------------------------------------

    def port(self, network: str, fixed: list[str]) -> str:
        """A port with these fixed addresses, of subnets of their size that are made where there are none."""
        ips = [{"ip_address": ip, "subnet_id": self._subnet(network, ip)["id"]} for ip in fixed]
        return str(
            self.admin.post(
                "network/v2.0/ports",
                {"port": {"network_id": self._subnet(network, fixed[0])["network_id"], "fixed_ips": ips}},
            )["port"]["id"]
        )

    def _subnet(self, network: str, ip: str) -> dict[str, Any]:
        cidr = str(ipaddress.ip_network(ip + ("/64" if ":" in ip else "/24"), strict=False))
        key = "%s %s" % (network, cidr)
        with self._lock:
            return self._found_subnet(network, ip, cidr, key)

    def _found_subnet(self, network: str, ip: str, cidr: str, key: str) -> dict[str, Any]:
        if key not in self.subnets:
            project = self.admin.project_id
            found = self.admin.get("network/v2.0/networks?name=%s&project_id=%s" % (network, project))["networks"]
            row = (
                found[0]
                if found
                else self.admin.post("network/v2.0/networks", {"network": {"name": network, "project_id": project}})[
                    "network"
                ]
            )
            for subnet in self.admin.get("network/v2.0/subnets?network_id=" + row["id"])["subnets"]:
                self.subnets["%s %s" % (network, subnet["cidr"])] = subnet
            if key not in self.subnets:
                self.subnets[key] = self.admin.post(
                    "network/v2.0/subnets",
                    {
                        "subnet": {
                            "network_id": row["id"],
                            "project_id": project,
                            "cidr": cidr,
                            "enable_dhcp": False,
                            "ip_version": 6 if ":" in ip else 4,
                        }
                    },
                )["subnet"]
        return self.subnets[key]

    def floating(self, network: str, fixed: str, ip: str, port: str) -> None:
        """Point a floating address at a port, by way of a router to an outside network of the estate's own."""
        with self._lock:
            self._outside = self._outside or self._router(self._subnet(network, fixed), ip)
            outside = self._outside
        # One that is left over from a server that was recreated.
        for row in self.root.get("network/v2.0/floatingips?floating_ip_address=" + ip)["floatingips"]:
            if row["floating_network_id"] == outside:
                self.admin.delete("network/v2.0/floatingips/" + row["id"])
        self.admin.post(
            "network/v2.0/floatingips",
            {
                "floatingip": {
                    "floating_network_id": outside,
                    "floating_ip_address": ip,
                    "port_id": port,
                    "fixed_ip_address": fixed,
                    "project_id": self.admin.project_id,
                }
            },
        )

    def _public_ips(self) -> dict[str, dict[str, Any]]:
        """The floating addresses of default.yml that no server has at first, as far as they are there."""
        wanted = {
            str(row if isinstance(row, str) else row["ip"]) for row in self.builder.settings.get("public_ips", ())
        }
        rows = self.admin.get("network/v2.0/floatingips?project_id=" + self.admin.project_id)["floatingips"]
        found = {row["floating_ip_address"]: row for row in rows}
        return {ip: found.get(ip, {}) for ip in wanted}

    def free_public_ips(self) -> None:
        for row in self._public_ips().values():
            if row.get("port_id"):
                self.admin.call("PUT", "network/v2.0/floatingips/" + row["id"], {"floatingip": {"port_id": None}})

    def make_public_ips(self) -> None:
        networks = self.admin.get("network/v2.0/networks?name=" + self.name + "-outside")["networks"]
        for ip, row in self._public_ips().items():
            if networks and not row:
                body = {"floating_network_id": networks[0]["id"], "floating_ip_address": ip}
                self.admin.post("network/v2.0/floatingips", {"floatingip": body})

    def _router(self, inside: dict[str, Any], ip: str) -> str:
        name = self.name + "-outside"
        found = self.admin.get("network/v2.0/networks?name=" + name)["networks"]
        if found:
            return str(found[0]["id"])
        outside = self.admin.post(
            "network/v2.0/networks",
            {
                "network": {
                    "name": name,
                    "router:external": True,
                    "provider:network_type": "flat",
                    "provider:physical_network": name,
                }
            },
        )["network"]
        cidr = str(ipaddress.ip_network(ip + "/24", strict=False))
        self.admin.post(
            "network/v2.0/subnets",
            {"subnet": {"network_id": outside["id"], "cidr": cidr, "ip_version": 4, "enable_dhcp": False}},
        )
        router = self.admin.post(
            "network/v2.0/routers",
            {
                "router": {
                    "name": self.name,
                    "project_id": self.admin.project_id,
                    "external_gateway_info": {"network_id": outside["id"]},
                }
            },
        )["router"]
        # The router takes the gateway's address, which the first server may have by now: one of its own then.
        port = self.admin.post(
            "network/v2.0/ports",
            {
                "port": {
                    "network_id": inside["network_id"],
                    "fixed_ips": [{"subnet_id": inside["id"], "ip_address": inside["cidr"].split("/")[0][:-1] + "254"}],
                }
            },
        )
        self.admin.call(
            "PUT", "network/v2.0/routers/%s/add_router_interface" % router["id"], {"port_id": port["port"]["id"]}
        )
        return str(outside["id"])

    def network(self, name: str, cidrs: list[str]) -> dict[str, Any]:
        """One more, with these subnets; the next restore removes it."""
        made: dict[str, Any] = self.admin.post("network/v2.0/networks", {"network": {"name": name}})["network"]
        for cidr in cidrs:
            self.admin.post(
                "network/v2.0/subnets",
                {
                    "subnet": {
                        "network_id": made["id"],
                        "cidr": cidr,
                        "enable_dhcp": False,
                        "ip_version": ipaddress.ip_network(cidr).version,
                    }
                },
            )
        return made

    def spare_ports(self) -> list[dict[str, Any]]:
        """Those of default.yml, which no server has at first."""
        names = {row["name"] for row in self.builder.settings.get("ports", ())}
        ports = self.admin.get("network/v2.0/ports?project_id=" + self.admin.project_id)["ports"]
        return sorted((port for port in ports if port["name"] in names), key=lambda port: str(port["name"]))

    def drop_ports(self, ids: list[str]) -> None:
        for port in ids:
            self.admin.delete("network/v2.0/ports/" + port)

    def ports_of(self, server_id: str) -> list[str]:
        return [row["id"] for row in self.admin.get("network/v2.0/ports?device_id=" + server_id)["ports"]]

    def check(self) -> None:
        """Raises LabError where the lab lacks the hosts that the estate needs."""
        services = self.root.get("compute/v2.1/os-services?binary=nova-compute")["services"]
        up = {row["host"] for row in services if row["state"] == "up"}
        needed = {host for hosts in self.zones.values() for host in hosts} | {"cmp1", "cmp2", "cmp3", "cmp5", "cmp6"}
        if needed - up:
            raise LabError("The lab lacks the compute hosts %s; see OS_LAB_HOSTS." % ", ".join(sorted(needed - up)))
