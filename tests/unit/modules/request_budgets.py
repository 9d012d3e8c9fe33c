# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests a task sends: one table, a figure and a reason for each task.

A figure is the number of requests of the tenth task of a play, by platform. The first task sends those of START, too.
A figure that is too large is a defect like one that is too small: the requests are counted, not timed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from modules.bench import Bench
from modules.huaweicloud_servers import kind

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZpcnN0Li4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4u"
PASSWORD = "Every-Parameter-4711"
FLAVOR = {"openstack": "m1.small", "easystack": "1C-2G", "ustack": "micro-1", "huaweicloud": "s6.small.1"}
IMAGE = {
    "openstack": "debian-12",
    "easystack": "openEuler-22.03",
    "ustack": "Ubuntu 14.04 x64",
    "huaweicloud": "EulerOS 2.9 64bit",
}
OTHER_IMAGE = {
    "openstack": "ubuntu-24.04",
    "easystack": "ubuntu-24.04",
    "ustack": "CentOS 6.5 x64",
    "huaweicloud": "Ubuntu 24.04 server 64bit",
}
#: The requests of the first task of a run for these credentials, which the others find in the cache of the run.
START = {
    "openstack": ("create token", "compute versions"),
    "easystack": ("create token", "compute versions"),
    "ustack": ("create token",),
    "huaweicloud": ("list projects",),
}


@dataclass(frozen=True)
class Budget:
    """A task, and the requests that it sends by platform. ``options`` get the number of the task, from 1 on."""

    name: str
    module: str
    options: Callable[[Bench, int], dict[str, Any]]
    requests: Mapping[str, int]
    reason: str
    changes: bool = False
    admin: bool = False
    #: Requests of the first task beyond START, which the cache of the run spares the others.
    first: Mapping[str, int] = field(default_factory=dict)
    #: The requests of START that the task does not need.
    unneeded: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class FleetBudget:
    """A task for many servers: requests that do not depend on their number, and those for each server."""

    name: str
    module: str
    options: Mapping[str, Any]
    fixed: Mapping[str, int]
    each: Mapping[str, int]
    reason: str

    def __str__(self) -> str:
        return self.name


def on(openstack: int = 0, easystack: int = 0, ustack: int = 0, huaweicloud: int = 0) -> dict[str, int]:
    """Figures by platform; 0: the platform does not have it."""
    given = {"openstack": openstack, "easystack": easystack, "ustack": ustack, "huaweicloud": huaweicloud}
    return {platform: number for platform, number in given.items() if number}


def same(**options: Any) -> Callable[[Bench, int], dict[str, Any]]:
    """The same options for every task."""
    return lambda bench, number: options


def resource(sort: str, name: str) -> Callable[[Bench], str]:
    """The id of a resource of the simulator."""

    def find(bench: Bench) -> str:
        rows = bench.control("GET", f"/{bench.platform}/{sort}s")[f"{sort}s"]
        return str(next(row["id"] for row in rows if row["name"] == name))

    return find


def declared(bench: Bench, number: int) -> dict[str, Any]:
    return {"name": "web-01", "flavor": FLAVOR[bench.platform], "image": IMAGE[bench.platform]}


def flavor_id(bench: Bench, number: int) -> dict[str, Any]:
    return {"name": "web-01", "flavor": resource("flavor", FLAVOR[bench.platform])(bench)}


def new(bench: Bench, number: int) -> dict[str, Any]:
    if bench.platform == "huaweicloud":
        return {"name": "new-%d" % number, **kind()}
    return {**declared(bench, number), "name": "new-%d" % number}


def new_on_network(bench: Bench, number: int) -> dict[str, Any]:
    return {**new(bench, number), "networks": ["shared" if bench.platform == "ustack" else "private"]}


def os_options(image: Mapping[str, str]) -> Callable[[Bench, int], dict[str, Any]]:
    def make(bench: Bench, number: int) -> dict[str, Any]:
        # ECS does not keep the password.
        more = {"password": PASSWORD} if bench.platform == "huaweicloud" else {}
        return {"names": ["web-%02d" % number], "image": image[bench.platform], **more}

    return make


def volume(bench: Bench, number: int) -> dict[str, Any]:
    return {"names": ["web-%02d" % number], "volumes": [resource("volume", "data-%d" % number)(bench)]}


def one_volume(bench: Bench, number: int) -> dict[str, Any]:
    return {"names": ["web-01"], "volumes": [resource("volume", "data-1")(bench)]}


def port(bench: Bench, number: int) -> dict[str, Any]:
    return {"names": ["web-01"], "port_id": resource("port", "spare-%d" % number)(bench)}


def numbered(name: str, **options: Any) -> Callable[[Bench, int], dict[str, Any]]:
    """Another name for each task."""
    return lambda bench, number: {"name": name % number, **options}


def web(**options: Any) -> Callable[[Bench, int], dict[str, Any]]:
    """Another web server for each task."""
    return lambda bench, number: {"names": ["web-%02d" % number], **options}


#: Tasks that only read.
READ = (
    Budget("servers by tag", "server_info", same(tags=["role=web"]), on(1, 1, 1, 1), "the list of the servers"),
    Budget(
        "servers as a declaration", "server_fleet_info", same(tags=["role=web"]), on(1, 1, 1, 1),
        "the list of the servers; the first task reads the names of the images", first=on(1, 1),
    ),
    Budget("a server by name", "server_info", same(names=["web-01"]), on(1, 1, 1, 1), "the list, filtered by name"),
    Budget("no server", "server_info", same(names=["web-99"]), on(1, 1, 1, 1), "the list, which is empty"),
    Budget(
        "a server by id", "server_info", lambda bench, number: {"ids": [bench.id_of("web-01")]}, on(1, 1, 1, 1),
        "the server",
    ),
    Budget(
        "servers with their images", "server_info", same(all=True, fields=["name", "image"]), on(1, 1, 1, 1),
        "the list; a record of Nova has the ids of images only, whose names the first task reads", first=on(1, 1),
    ),
    Budget("flavors", "flavor_info", same(), on(1, 1, 1, 1), "the list of the flavors"),
    Budget("key pairs", "keypair_info", same(), on(1, 1, 1, 1), "the list of the key pairs"),
    Budget("quotas", "quota_info", same(), on(1, 1, 1, 1), "the limits of the project and their use"),
    Budget("zones", "availability_zone_info", same(), on(1, 1, 0, 1), "the list of the zones"),
    Budget("aggregates", "aggregate_info", same(), on(1, 1), "the list of the aggregates", admin=True),
    Budget("hosts", "hypervisor_info", same(), on(1, 1), "the list of the hypervisors", admin=True),
    Budget("services", "compute_service_info", same(), on(1, 1), "the list of the services", admin=True),
    Budget("server groups", "server_group_info", same(), on(1, 1, 0, 1), "the list, which is empty"),
    Budget(
        "snapshots", "server_snapshot_info", same(), on(1, 1, 1), "the list of the images",
        unneeded=("compute versions",),
    ),
    Budget(
        "a console", "server_console_info", same(names=["web-01"]), on(2, 2, 2, 2),
        "the list finds the id of the name; the console",
    ),
)  # fmt: skip
#: Tasks that find everything as it is declared.
UNCHANGED = (
    Budget("started already", "server_power", same(names=["web-01"], state="started"), on(1, 1, 1, 1), "the list"),
    Budget("a server that exists", "server", same(name="web-01"), on(1, 1, 1, 1), "the list"),
    Budget(
        "a server with flavor and image", "server", declared, on(1, 1, 1, 1),
        "the list; a record of Nova has the id of the image only, which the first task looks up by its name",
        first=on(1, 1),
    ),
    Budget(
        "a server with a flavor by id", "server", flavor_id, on(1, 1, 1, 1),
        "the list; a record of Nova from 2.47 on has no id of the flavor, which the first task looks up",
        first=on(1),
    ),
    Budget(
        "two entries of a fleet", "server_fleet",
        lambda bench, number: {"servers": [declared(bench, number), {"name": "web-02", "state": "present"}]},
        on(1, 1, 1, 1), "the list, for all entries; the first task looks up the image", first=on(1, 1),
    ),
    Budget("no such server", "server", same(name="web-99", state="absent"), on(1, 1, 1, 1), "the list"),
    Budget(
        "an image that runs", "server_os", os_options(IMAGE), on(2, 2, 0, 2),
        "the list; the image by name, which must be the present one because it would be installed",
    ),
    Budget("a key pair", "keypair", same(name="operators"), on(1, 1, 1, 1), "the key pair"),
    Budget("no key pair", "keypair", same(name="none", state="absent"), on(1, 1, 1, 1), "the key pair"),
    Budget(
        "a flavor", "flavor",
        lambda bench, number: {"name": FLAVOR[bench.platform], "vcpus": 1, "ram_mb": 2048, "disk_gb": 20},
        on(1, 1), "the list of the flavors, for a flavor is found by its name", admin=True,
    ),
    Budget("no aggregate", "aggregate", same(name="none", state="absent"), on(1, 1), "the list", admin=True),
    Budget("no server group", "server_group", same(name="none", state="absent"), on(1, 1, 0, 1), "the list"),
    Budget("a service", "compute_service", same(hosts=["cmp5"], state="enabled"), on(1, 1), "the list", admin=True),
    Budget(
        "a key pair on a server", "server_keypair", same(names=["web-01"], key_names=["operators"]), on(0, 0, 1),
        "the list",
    ),
    Budget(
        "no snapshot", "server_snapshot", same(names=["web-01"], name="none", state="absent"), on(2, 2, 2),
        "the list finds the id of the server; the images",
    ),
    Budget(
        "no volume", "server_volume",
        lambda bench, number: {**one_volume(bench, number), "state": "absent"},
        on(2, 2, 2), "the list; the attachments of the server",
    ),
    Budget(
        "no interface", "server_interface",
        lambda bench, number: {"names": ["web-01"], "port_id": resource("port", "spare-1")(bench), "state": "absent"},
        on(2, 2, 2), "the list; the interfaces of the server",
    ),
)  # fmt: skip
#: Tasks that change something and wait for its end; the polls are those of the simulator's durations.
CHANGED = (
    Budget(
        "restart", "server_power", same(names=["web-01"], state="restarted"), on(6, 6, 5, 6),
        "the list, the action, three polls; Nova: the instance action that proves it; ECS: the server after its job",
        changes=True,
    ),
    Budget(
        "stop without waiting", "server_power", web(state="stopped", wait=False), on(2, 2, 2, 2),
        "the list, the action", changes=True,
    ),
    Budget(
        "a password", "server_password", same(names=["web-01"], password=PASSWORD), on(5, 5, 4, 2),
        "the list, the action; Nova: two polls, and the instance action that proves it", changes=True,
    ),
    Budget(
        "an operating system", "server_os", os_options(OTHER_IMAGE), on(7, 7, 0, 12),
        "the list, the image, the action, three polls; Nova: the instance action; ECS: a note in the metadata (two),"
        " the server is stopped first (an action, two jobs)",
        changes=True,
    ),
    Budget(
        "a new server", "server", new, on(8, 8, 8, 10),
        "the list before and after, the image, the flavor, the creation, three polls; ECS: the VPC and its subnet",
        changes=True,
    ),
    Budget(
        "two new entries of a fleet", "server_fleet",
        lambda bench, number: {
            "servers": [
                {**new(bench, number), "name": "%s-%d" % (name, number), "metadata": {"n": name}} for name in ("a", "b")
            ]
        },
        on(12, 12, 12, 15),
        "as one new server; the creation and three polls for each",
        changes=True,
    ),
    Budget(
        "a new server on a network", "server", new_on_network, on(9, 9, 9),
        "as a new server, and the network by its name, which is then known to exist", changes=True,
    ),
    Budget(
        "a new name", "server", lambda bench, number: {"name": "web-%02d" % number, "new_name": "x-%02d" % number},
        on(3, 3, 3, 3), "the list, the change, the server after it", changes=True,
    ),
    Budget(
        "a deletion", "server", lambda bench, number: {"name": "web-%02d" % number, "state": "absent"},
        on(4, 4, 4, 5), "the list, the deletion, two polls; ECS: the server after its job", changes=True,
    ),
    Budget(
        "a new key pair", "keypair", numbered("key-%d", public_key=KEY), on(2, 2, 2, 2),
        "the key pair, which is not there; its import", changes=True,
    ),
    Budget(
        "a new flavor", "flavor", numbered("flavor-%d", vcpus=1, ram_mb=512, disk_gb=1), on(3, 3),
        "the list, the creation, the flavor after it", changes=True, admin=True,
    ),
    Budget(
        "a new aggregate", "aggregate", numbered("fast-%d"), on(3, 3), "the list, the creation, the list after it",
        changes=True, admin=True,
    ),
    Budget(
        "a new server group", "server_group", numbered("group-%d", policy="anti-affinity"), on(3, 3, 0, 2),
        "the list, on Nova until its empty page (there is a group already); the creation", changes=True,
        first=on(-1, -1),
    ),
    Budget(
        "a service disabled", "compute_service",
        lambda bench, number: {"hosts": ["cmp%d" % number], "state": "disabled"}, on(3, 3),
        "the list, the change, the list after it", changes=True, admin=True,
    ),
    Budget(
        "a volume", "server_volume", volume, on(8, 8, 5),
        "the list, the attachments before and after, the action, two polls, twice the instance action", changes=True,
    ),
    Budget(
        "an interface", "server_interface", port, on(9, 9, 8),
        "the list, the interfaces before, after and at a poll, the action, two polls, twice the instance action",
        changes=True,
    ),
    Budget(
        "a snapshot", "server_snapshot", lambda bench, number: {"names": ["web-01"], "name": "copy-%d" % number},
        on(9, 9, 8), "the list, the images before and after, the action, three polls, the instance action, the image",
        changes=True,
    ),
    Budget(
        "another key pair on a server", "server_keypair",
        lambda bench, number: {"names": ["web-%02d" % (number + 1)], "key_names": ["deploy"]}, on(0, 0, 4),
        "the list, the key pairs, the action, the server after it", changes=True,
    ),
    Budget(
        "a live migration", "server_migrate",
        lambda bench, number: {"names": ["web-%02d" % number], "host": "cmp5", "mode": "live", "all_projects": True},
        on(6, 6), "the services, the list, the action, three polls", changes=True, admin=True,
    ),
)  # fmt: skip
#: Tasks for all servers of a fleet.
FLEETS = (
    FleetBudget(
        "started already", "server_power", {"state": "started"}, on(1, 1, 1, 1), on(),
        "one list, for up to 1000 servers",
    ),
    FleetBudget(
        "stop", "server_power", {"state": "stopped"}, on(3, 3, 3, 5), on(1, 1, 1),
        "the list and two lists as polls; an action for each server, on ECS one for up to 1000 and its job",
    ),
    FleetBudget(
        "restart", "server_power", {"state": "restarted"}, on(4, 4, 4, 6), on(2, 2, 1),
        "as stop, with one poll more; Nova: a restart leaves no trace in the state, so each instance action is read",
    ),
    FleetBudget(
        "password", "server_password", {"password": PASSWORD}, on(3, 3, 3, 2), on(2, 2, 1),
        "as restart; ECS resets the passwords of up to 1000 servers in one request",
    ),
)  # fmt: skip
#: A declaration with an entry for each server of a fleet, whose options depend on the number of the server.
ENTRIES = (
    FleetBudget(
        "unchanged entries", "server_fleet", {"tags": []}, on(1, 1, 1, 1), on(), "one list, for up to 1000 servers",
    ),
    FleetBudget(
        "changed entries", "server_fleet", {"metadata": {"n": "%d"}}, on(2, 2, 2, 2), on(1, 1, 1, 1),
        "the list before and after, and the change of each server",
    ),
)  # fmt: skip
