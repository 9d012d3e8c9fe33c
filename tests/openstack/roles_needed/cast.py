"""The projects, the users and the resources on the running lab, and the policy defaults of its services."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.cloudserver.compute.tests.openstack.gateway.lab import (
    ADMIN_PASSWORD,
    SERVICES,
    Api,
    LabError,
    lab_folder,
    wait,
)

ROOT = Path(__file__).resolve().parents[3]
#: The roles that Keystone makes, from the weakest on: each one includes those before it.
ROLES = ("reader", "member", "manager", "admin")
ADMIN = "admin"
#: The administrator in another project, and a user without a role.
OTHER = "other"
NAME = "roles-needed"
SERVER = {"flavor": "m1.nano", "image": "cirros-a", "networks": ["lab-private"]}
#: Not one that another user of the lab wants empty.
HOST = "cmp1"
#: A key that nobody has the private part of.
PUBLIC_KEY = (
    "ssh-ed25519 "
    + base64.b64encode(
        b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
        + bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    ).decode()
)

#: Run by the Python of the lab, with the folder of its configuration: what oslo.policy of each service works with.
_POLICY = """
import importlib, json, sys
from importlib.metadata import version
from pathlib import Path
from oslo_config import cfg
from oslo_policy import opts

service, folder = sys.argv[1:]
files = [str(path) for path in sorted(Path(folder).glob("*.conf"))]
try:
    # A service may change the defaults of the library.
    importlib.import_module(service + ".policy")
except ImportError:
    pass
conf = cfg.CONF
opts._register(conf)
conf(["--config-file=" + path for path in files], project=service)
policy_file = Path(folder) / conf.oslo_policy.policy_file
print(json.dumps({
    "version": version(service),
    "enforce_new_defaults": conf.oslo_policy.enforce_new_defaults,
    # From oslo.policy 6 on, this is no option any more, and always so.
    "enforce_scope": getattr(conf.oslo_policy, "enforce_scope", True),
    "policy_file": policy_file.exists(),
}))
"""


def policy_defaults() -> dict[str, dict[str, Any]]:
    """What each service of the lab works with. Raises LabError where its configuration cannot be read."""
    lab = lab_folder()
    found = {}
    for service in ("cinder", "glance", "keystone", "neutron", "nova"):
        command = [str(lab / "venv" / "bin" / "python"), "-c", _POLICY, service, str(lab / "conf" / service)]
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        except OSError as error:
            raise LabError(f"The lab is not installed in {lab} (OS_LAB_DIR): {error}") from error
        if done.returncode:
            raise LabError(f"The policy options of {service} cannot be read: {done.stderr[-600:]}")
        found[service] = json.loads(done.stdout.splitlines()[-1])
    return found


class Cast:
    """Two projects, a user for each role, and what tasks need beside the servers that they make themselves."""

    def __init__(self) -> None:
        self.root = Api("admin", ADMIN_PASSWORD, "admin")
        self.password = uuid.uuid4().hex
        self.projects: dict[str, str] = {}
        self.users: dict[str, str] = {}
        self.words: dict[str, Any] = {}
        #: The administrator in each of the projects.
        self.apis: dict[str, Api] = {}

    def connection(self, role: str) -> dict[str, Any]:
        """The options with which a task logs in as the user with this role."""
        project, user = (NAME + "-other", ADMIN) if role == OTHER else (NAME, role)
        return {
            "platform": "openstack",
            "region": "RegionOne",
            "auth": {
                "auth_url": SERVICES["identity"] + "/v3",
                "username": f"{NAME}-{user}",
                "password": self.password,
                "user_domain_id": "default",
                "project_name": project,
                "project_domain_id": "default",
            },
        }

    def make(self) -> None:
        """Removes what an interrupted run left, and makes everything anew."""
        self.remove()
        roles = {row["name"]: row["id"] for row in self.root.get("identity/v3/roles")["roles"]}
        for project in (NAME, NAME + "-other"):
            self.projects[project] = self._post("projects", {"name": project, "domain_id": "default"})
        for role in (*ROLES, OTHER):
            row = {"name": f"{NAME}-{role}", "password": self.password, "domain_id": "default"}
            self.users[role] = self._post("users", row)
            for project in () if role == OTHER else self.projects.values() if role == ADMIN else (self.projects[NAME],):
                path = f"identity/v3/projects/{project}/users/{self.users[role]}/roles/{roles[role]}"
                self.root.call("PUT", path)
        self.apis = {project: Api(f"{NAME}-{ADMIN}", self.password, project) for project in self.projects}
        self._resources(self.apis[NAME])
        self.words.update(
            server=NAME,
            project=self.projects[NAME],
            other_project=self.projects[NAME + "-other"],
            other_user=self.users[OTHER],
            public_key=PUBLIC_KEY,
        )
        self.ensure()

    def ensure(self) -> None:
        """Makes the servers that are not there. A gateway on the same lab clears the hosts that it wants empty."""
        for word, project in (("server_id", NAME), ("other_server_id", NAME + "-other")):
            api = self.apis[project]
            path = "compute/v2.1/servers/"
            if word not in self.words or api.send("GET", path + self.words[word]).status_code == 404:
                self.words[word] = _server(api, project)

    def _resources(self, admin: Api) -> None:
        network = admin.post("network/v2.0/networks", {"network": {"name": NAME}})["network"]["id"]
        subnet = {"network_id": network, "ip_version": 4, "cidr": "10.99.0.0/24", "enable_dhcp": False}
        admin.post("network/v2.0/subnets", {"subnet": subnet})
        shared = admin.get("network/v2.0/networks?name=lab-private")["networks"][0]["id"]
        admin.post("network/v2.0/security-groups", {"security_group": {"name": NAME}})
        path = f"volume/v3/{_project(admin)}/volumes"
        volume = admin.post(path, {"volume": {"name": NAME, "size": 1}})["volume"]["id"]
        self.words.update(network=network, shared_network=shared, volume=volume)

    def _post(self, kind: str, row: Mapping[str, Any]) -> str:
        return str(self.root.post("identity/v3/" + kind, {kind[:-1]: row})[kind[:-1]]["id"])

    # -- the end -----------------------------------------------------------------------------------------------------

    def remove(self) -> None:
        """All of it, also what tasks left."""
        found = self.root.get("identity/v3/projects?domain_id=default")["projects"]
        projects = {row["name"]: row["id"] for row in found if row["name"] in (NAME, NAME + "-other")}
        self.root.token()
        admin = next(row["id"] for row in self.root.get("identity/v3/roles")["roles"] if row["name"] == "admin")
        for name, project in projects.items():
            self.root.call("PUT", f"identity/v3/projects/{project}/users/{self.root.user_id}/roles/{admin}")
            empty_project(Api("admin", ADMIN_PASSWORD, name))
            self.root.delete("identity/v3/projects/" + project)
        for row in self.root.get("identity/v3/users?domain_id=default")["users"]:
            if row["name"] in {f"{NAME}-{role}" for role in (*ROLES, OTHER)}:
                for pair in self.root.get("compute/v2.1/os-keypairs?user_id=" + row["id"])["keypairs"]:
                    self.root.delete(f"compute/v2.1/os-keypairs/{pair['keypair']['name']}?user_id={row['id']}")
                self.root.delete("identity/v3/users/" + row["id"])
        for row in self.root.get("compute/v2.1/flavors?is_public=None")["flavors"]:
            if row["name"].startswith(NAME):
                self.root.delete("compute/v2.1/flavors/" + row["id"])
        for row in self.root.get("compute/v2.1/os-aggregates")["aggregates"]:
            if row["name"].startswith(NAME):
                for host in row["hosts"]:
                    self.root.post(f"compute/v2.1/os-aggregates/{row['id']}/action", {"remove_host": {"host": host}})
                self.root.delete(f"compute/v2.1/os-aggregates/{row['id']}")


def _project(api: Api) -> str:
    api.token()
    return api.project_id


def _server(api: Api, name: str) -> str:
    """A new server that runs; its id."""
    flavor = next(row for row in api.get("compute/v2.1/flavors")["flavors"] if row["name"] == SERVER["flavor"])
    image = api.get(f"image/v2/images?name={SERVER['image']}")["images"][0]
    network = api.get(f"network/v2.0/networks?name={SERVER['networks'][0]}")["networks"][0]
    body = {"name": name, "flavorRef": flavor["id"], "imageRef": image["id"], "networks": [{"uuid": network["id"]}]}
    body["host"] = HOST
    made = str(api.post("compute/v2.1/servers", {"server": body})["server"]["id"])
    wait(
        f"server {name}",
        lambda: api.get("compute/v2.1/servers/" + made)["server"]["status"] == "ACTIVE",
    )
    return made


def empty_project(api: Api) -> None:
    """Deletes everything in the project."""
    project = _project(api)
    servers = "compute/v2.1/servers?all_tenants=1&project_id=" + project
    # The one with soft_deleted shows what is in the recycle bin of RegionSoft.
    for path in (servers, servers + "&soft_deleted=1"):
        for row in api.get(path)["servers"]:
            api.call("POST", f"compute/v2.1/servers/{row['id']}/action", {"forceDelete": None}, also=(404, 409))
    wait("the deletion of the servers", lambda: not api.get(servers)["servers"])
    for row in api.get("compute/v2.1/os-server-groups")["server_groups"]:
        api.delete("compute/v2.1/os-server-groups/" + row["id"])
    for row in api.get("image/v2/images?limit=1000&owner=" + project)["images"]:
        api.delete("image/v2/images/" + row["id"])
    volumes = f"volume/v3/{project}/volumes"
    for row in api.get(volumes)["volumes"]:
        api.call("POST", f"{volumes}/{row['id']}/action", {"os-force_delete": {}}, also=(404,))
    for kind in ("floatingips", "ports", "networks", "security-groups"):
        for row in api.get(f"network/v2.0/{kind}?project_id={project}")[kind.replace("-", "_")]:
            if row.get("name") != "default":
                api.delete(f"network/v2.0/{kind}/{row['id']}")
