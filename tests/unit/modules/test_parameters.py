# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every parameter that docs/operations.yml says is reached is in a request of some task: the modules against the
simulator, with each option that the file names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from modules.bench import Bench
from modules.migration_tasks import kill

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.pagination import MarkedPages
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.tests.integration import record, report
from ansible_collections.cloudserver.compute.tools import operations

NOWHERE = "00000000-0000-4000-8000-000000000002"
OPERATIONS = operations.load()
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZpcnN0Li4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4u"
PASSWORD = "Every-Parameter-4711"


@dataclass(frozen=True)
class Step:
    """A task on the platform as it starts; options may depend on the bench."""

    module: str
    options: dict[str, Any] | Callable[[Bench], dict[str, Any]]
    prepare: Callable[[Bench], Any] | None = None
    #: The newest microversion of the cloud.
    version: tuple[int, int] | None = None
    #: A page has one item.
    small_pages: bool = False
    check: bool = False
    #: The cloud refuses the request.
    fails: bool = False


def on(module: str, prepare: Callable[[Bench], Any] | None = None, **options: Any) -> Step:
    return Step(module, options, prepare)


def resource(kind: str, name: str) -> Callable[[Bench], str]:
    def find(bench: Bench) -> str:
        rows = bench.control("GET", f"/{bench.platform}/{kind}s")[f"{kind}s"]
        return str(next(row["id"] for row in rows if row["name"] == name))

    return find


def status(name: str, value: str) -> Callable[[Bench], Any]:
    return lambda bench: bench.change(name, status=value)


def first(module: str, **options: Any) -> Callable[[Bench], Any]:
    return lambda bench: bench.call(module, **options)


def with_volume(bench: Bench) -> None:
    bench.call("server_volume", names=["web-01"], volumes=[resource("volume", "data-1")(bench)])


def on_cmp1(bench: Bench) -> None:
    bench.change("web-01", host="cmp1")


def on_dead_host(bench: Bench) -> None:
    bench.change("web-01", host="cmp3")
    kill(bench, "cmp3")


def script(bench: Bench) -> None:
    """In the folder of the test."""
    Path("script").write_text("#!/bin/sh\n")


def project(bench: Bench) -> str:
    return str(bench.server("web-01")["project_id"])


def private_flavor(bench: Bench) -> None:
    bench.call("flavor", name="build.large", vcpus=2, ram_mb=2048, is_public=False)


WEB = {"names": ["web-01"]}
GONE = "2000-01-01T00:00:00Z"
VOLUME_KEYS = {"size_gb": 10, "volume_type": "ssd", "boot_index": 1, "destination": "volume", "tag": "data",
               "delete_on_termination": True, "device_type": "disk", "disk_bus": "virtio"}  # fmt: skip


def many_options(bench: Bench) -> dict[str, Any]:
    return {
        "name": "new-1", "flavor": "1C-2G", "image": "openEuler-22.03", "password": PASSWORD, "key_name": "operators",
        "networks": [{"network": "private", "fixed_ip": "10.0.7.7", "tag": "front"}],
        "volumes": [VOLUME_KEYS, {"source": "volume", "id": resource("volume", "data-1")(bench)}],
        "access_ipv4": "192.0.2.1", "access_ipv6": "2001:db8::1", "availability_zone": "nova", "disk_config": "AUTO",
        "metadata": {"team": "a"}, "files": {"/etc/motd": "aGVsbG8="}, "security_groups": ["default"],
        "user_data": "#!/bin/sh\n", "description": "a web server", "tags": ["role=web"],
    }  # fmt: skip


def on_subnet(bench: Bench) -> dict[str, Any]:
    network = next(
        row for row in bench.control("GET", f"/{bench.platform}/networks")["networks"] if row["name"] == "private"
    )
    subnet = network["subnets"][0]
    return {"name": "new-1", "flavor": "1C-2G", "image": "openEuler-22.03",
            "networks": [{"network": "private", "subnet": subnet["id"]}]}  # fmt: skip


def creations(flavor: str, image: str, network: str) -> list[Step]:
    kind = {"flavor": flavor, "image": image, "networks": [{"network": network}]}
    return [
        on("server", names=["new-1", "new-2"], **kind),
        on("server", name_pattern="new-%02d", count=2, **kind),
    ]


def passwords(bench: Bench) -> dict[str, Any]:
    return {"ids": [bench.id_of("web-01")], "passwords": {"web-01": PASSWORD}}


POWER = [
    on("server_power", **WEB, state="restarted", force=True),
    Step("server_power", lambda bench: {"ids": [bench.id_of("batch-01")], "state": "started"}),
    on("server_password", **WEB, password=PASSWORD),
    on("server_password", **WEB, generate={"length": 16}),
    Step("server_password", passwords),
    on("server_power", names=["batch-01"], state="started"),
    on("server_power", **WEB, state="stopped"),
    on("server_power", **WEB, state="restarted"),
]
ATTACHED = [
    Step("server_interface", lambda bench: {**WEB, "port_id": resource("port", "spare-1")(bench)}),
    Step("server_volume", lambda bench: {**WEB, "volumes": [resource("volume", "data-1")(bench)]}),
    Step(
        "server_volume",
        lambda bench: {**WEB, "volumes": [resource("volume", "data-1")(bench)], "state": "absent"},
        with_volume,
    ),
    on("server_snapshot", **WEB, name="before", metadata={"ticket": "7"}),
]
NAMED = [
    on("server", name="web-01", new_name="web-renamed"),
    on("keypair_info"),
    on("keypair", name="mine", public_key=KEY),
]

STEPS: dict[str, list[Step]] = {
    "huaweicloud": [
        *POWER,
        on("server", name="web-01", new_name="web-renamed", description="a web server", hostname="web-renamed",
           user_data="#!/bin/sh\n"),
        on("server", script, name="web-01", user_data_file="script"),
        on("server_info", names=["web-01"], status=["ACTIVE"], tags=["role=web"]),
        on("server_info", status=["ACTIVE"], tags=["role=web"], filters={
            "flavor": "none", "not-tags": "spot", "reservation_id": "r-1", "enterprise_project_id": "0", "ip": "10."}),
        on("server_info", ips=["10.0.0.11"], enterprise_project_id="0"),
        on("server_info", name_patterns=["web-*"]),
        on("server_info", all=True, page_size=2),
        Step("server_info", lambda bench: {"ids": [bench.id_of("web-01"), bench.id_of("web-02")]}),
        Step("server_password", {**WEB, "password": PASSWORD}, check=True),
        Step("server_password", WEB, check=True),
        on("server_os", **WEB, image="Ubuntu 24.04 server 64bit", password=PASSWORD, user_data="#!/bin/sh\n",
           encrypted=True, kms_key_id="83cdb52d-9ebf-4469-9cfa-e7b5b80da846"),
        on("server_os", script, **WEB, image="Ubuntu 24.04 server 64bit", user_data_file="script"),
        Step("server_os", {**WEB, "image": "Ubuntu 24.04 server 64bit", "key_name": "operators", "user_id": "u1"},
             fails=True),
        Step("server_info", lambda bench: {**WEB, **bench.credentials("iam_user")}),
    ],
    "easystack": [
        Step("server_info", lambda bench: {
            "all": True, "auth": bench.auth(user_id="u1", username=None, user_domain_name=None)}, fails=True),
        *POWER, *ATTACHED, *NAMED, *creations("1C-2G", "openEuler-22.03", "private"),
        on("server", script, name="new-1", flavor="1C-2G", image="openEuler-22.03", user_data_file="script",
           boot_volume={"size_gb": 40, "volume_type": "ssd", "delete_on_termination": True}),
        Step("server", lambda bench: {
            "name": "new-1", "flavor": "1C-2G", "boot_volume": {"volume": resource("volume", "data-1")(bench)}}),
        Step("server", {"name": "new-1", "flavor": "1C-2G", "boot_volume": {"snapshot": "6d1b4e3e"}}),
        Step("server_info", {"names": ["web-01"], "fields": ["id"], "all_projects": True}),
        Step("server_info", {"all": True, "fields": ["id"], "page_size": 2}),
        on("server_info", all=True, page_size=2),
        on("server_info", name_patterns=["web-*"], sort_key="created", sort_dir="desc", limit=2),
        on("server_info", all=True, fields=["id"], sort_key="id", limit=2),
        on("server_info", name_patterns=["web-*"], fields=["id"]),
        on("server_info", names=["web-01"], all_projects=True, fields=["status"]),
        on("server_info", ips=["10.0.0.11", "2001:db8:20::12"]),
        on("server_info", deleted=True, all_projects=True, all=True),
        on("server_info", status=["ACTIVE"], availability_zone=["nova"], filters={
            "access_ip_v4": "192.0.2.1", "access_ip_v6": "2001:db8::1", "created_at": GONE, "description": "x",
            "flavor": "none", "host": "cmp1", "hostname": "x", "key_name": "x", "launched_at": GONE,
            "power_state": "1", "progress": "0", "task_state": "x", "vm_state": "x", "changes-before": GONE,
            "changes-since": GONE, "image": "x", "reservation_id": "r-1"}),
        Step("server", many_options, first("keypair", name="operators", public_key=KEY)),
        Step("server", on_subnet),
        Step("server", lambda bench: {"name": "new-1", "flavor": "1C-2G", "image": "openEuler-22.03", "networks": [
            {"port": resource("port", "spare-1")(bench)}]}),
        on("server", name="new-1", flavor="1C-2G", image="openEuler-22.03", networks=["private"], host="cmp5"),
        on("server", name="new-1", flavor="1C-2G", image="openEuler-22.03", networks=["private"],
           hypervisor_hostname="cmp5.example.org"),
        on("server", first("flavor", name="local", vcpus=1, ram_mb=2048, disk_gb=20, ephemeral_gb=1, swap_mb=1024),
           name="new-1", flavor="local", image="openEuler-22.03", networks=["private"], volumes=[
               {"destination": "local", "guest_format": "swap", "size_gb": 1},
               {"device_name": "/dev/vdz", "no_device": True}]),
        on("server", name="new-1", flavor="1C-2G", iso="ubuntu-24.04", boot_volume={"size_gb": 40}, networks="auto",
           boot_order=["hd", "cdrom"]),
        on("server", name="web-01", boot_order=["hd", "cdrom"], metadata={"team": "a"}, purge_metadata=True,
           prepare=lambda bench: bench.change("web-01", metadata={
               "old": "1", "nodeinfo.com:iso-6d1b4e3e-3a3f-4a0c-8b43-7f4e6d6e3c11": "{}"})),
        on("server_power", **WEB, state="paused"),
        on("server_power", status("web-01", "PAUSED"), **WEB, state="started"),
        on("server_power", **WEB, state="suspended"),
        on("server_power", status("web-01", "SUSPENDED"), **WEB, state="started"),
        on("server", name="web-01", flavor="2C-4G", resize="offline"),
        on("server", name="web-01", flavor="2C-4G", resize="live"),
        Step("server_interface", lambda bench: {
            **WEB, "network_id": resource("network", "private")(bench), "fixed_ips": [{"ip_address": "10.0.8.8"}]}),
        Step("server_volume", lambda bench: {
            **WEB, "volumes": [resource("volume", "data-1")(bench)], "device": "/dev/vdd"}),
        on("server_migrate", on_cmp1, **WEB, host="cmp5", mode="cold"),
        on("server_migrate", on_cmp1, **WEB, host="cmp5", mode="live", force=True, block_migration=True),
        on("server_migrate", on_dead_host, **WEB, host="cmp5", mode="evacuate", force=True, password=PASSWORD),
        Step("server_migrate", {**WEB, "from_host": "cmp3", "mode": "evacuate", "shared_storage": True}, on_dead_host,
             version=(2, 13)),
        on("server", name="broken-01", reset_state="active"),
        on("server", name="web-01", locked=True),
        on("server", name="vault-01", locked=False),
        on("server_os", **WEB, image="ubuntu-24.04", password=PASSWORD, metadata={"team": "a"}, new_name="web-renamed"),
        on("server_snapshot_info", name="before", status="active", type="snapshot", changes_since=GONE),
        on("server_snapshot_info", sort_key="updated", sort_dir="asc", limit=2),
        on("server", name="binned-01", state="restored"),
        on("server", name="web-01", state="purged"),
        on("server_group_info", all_projects=True),
        Step("server_group_info", {}, first("server_group", name="databases", policy="affinity"), small_pages=True),
        Step("server_group", {"name": "databases", "policy": "affinity"}, version=(2, 63)),
        Step("keypair_info", {"user_id": "u1"}, first("keypair", name="mine", public_key=KEY), small_pages=True),
        Step("keypair_info", {}, first("keypair", name="mine", public_key=KEY), small_pages=True),
        on("keypair", name="mine", private_key_path="mine", type="ssh", user_id="u1"),
        on("keypair", name="mine", public_key=KEY, type="ssh", user_id="u1"),
        on("keypair", first("keypair", name="mine", public_key=KEY, user_id="u1"), name="mine", state="absent",
           user_id="u1"),
        Step("flavor_info", {"fields": ["id", "name"]}, small_pages=True),
        on("flavor_info", fields=["id", "name"], is_public=False),
        on("flavor", name="build.large", id="77", vcpus=2, ram_mb=2048, disk_gb=1, ephemeral_gb=1, swap_mb=64,
           rxtx_factor=1.5, is_public=False, extra_specs={"hw:mem_page_size": "large"}),
        Step("flavor", lambda bench: {"name": "build.large", "access": [project(bench)]}, private_flavor),
        on("flavor", lambda bench: bench.call(
            "flavor", name="build.large", vcpus=2, ram_mb=2048, is_public=False, access=[project(bench)]),
           name="build.large", access=[], purge_access=True),
        on("aggregate", name="fast", availability_zone="zone-3", hosts=["cmp5"]),
        Step("aggregate", {"name": "fast", "availability_zone": "zone-4", "hosts": ["cmp6"], "purge_hosts": True},
             first("aggregate", name="fast", availability_zone="zone-3", hosts=["cmp5"])),
        Step("aggregate", lambda bench: {"id": resource("aggregate", "fast")(bench), "name": "faster"},
             first("aggregate", name="fast")),
        on("hypervisor_info", servers=True, pattern="cmp"),
        Step("hypervisor_info", {}, small_pages=True),
        Step("compute_service", {"hosts": ["cmp5"], "binary": "nova-compute", "state": "disabled"}, version=(2, 52)),
        Step("compute_service", {"hosts": ["cmp5"], "state": "enabled"},
             first("compute_service", hosts=["cmp5"], state="disabled"), version=(2, 52)),
    ],
    "ustack": [
        *POWER, *ATTACHED, *NAMED, *creations("micro-1", "CentOS 6.5 x64", "shared"),
        on("server_power", **WEB, state="stopped", force=True),
        on("server", name="new-1", flavor="micro-1", image="CentOS 6.5 x64", networks=["shared"]),
        on("keypair", name="mine", private_key_path="mine"),
        on("server_keypair", names=["web-02"], key_names=["deploy"]),
        on("server_keypair", **WEB, key_names=["operators"], state="detached"),
        on("server_console_info", **WEB, type="novnc"),
        Step("server_interface", lambda bench: {
            **WEB, "network_id": resource("network", "shared")(bench), "fixed_ips": [{"subnet_id": NOWHERE}],
        }, fails=True),
    ],
}  # fmt: skip


@pytest.mark.parametrize("platform", operations.HEADING)
def test_each_parameter_is_sent(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    if bench.platform == "easystack":
        bench.options = bench.credentials("admin")
        bench.options["auth"]["project_name"] = "demo"
    rows: list[Any] = []
    used: set[tuple[str, str]] = set()
    wrong = []
    for step in STEPS[bench.platform]:
        bench.restart()
        options, result = carry_out(bench, step, monkeypatch)
        used.update((step.module, name) for name in names_of(options))
        if bool(result.get("failed")) is not step.fails:
            wrong.append((step.module, options, result.get("msg")))
        # What a request has counts, also where the simulator refuses it.
        rows += [{**row, "fault": False, "status": 200} for row in bench.requests()]
    assert wrong == []
    mine = [each for each in OPERATIONS if each.platform == bench.platform]
    sent = record.sent(rows)
    assert report.unsent(mine, [{"platform": bench.platform, "parameters": sent}]) == {}
    assert sorted(named(mine) - used) == [], "no task has these options"
    headers = {name.lower() for names in sent.values() for name in names}
    assert {name.lower() for name in operations.load_common()[bench.platform].sent} <= headers


def carry_out(bench: Bench, step: Step, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of the step, and its result."""
    with monkeypatch.context() as patch:
        if step.prepare:
            step.prepare(bench)
        if step.version:
            patch.setattr(NovaApi, "_newest_of_cloud", lambda self: step.version)
        if step.small_pages:
            made = MarkedPages.__init__
            patch.setattr(MarkedPages, "__init__", lambda self, *given: made(self, *given[:4], 1, *given[5:]))
        options = step.options(bench) if callable(step.options) else step.options
        return options, bench.call(step.module, check=step.check, **options)


def named(rows: list[operations.Operation]) -> set[tuple[str, str]]:
    """The options, each with its module, that the rows say are sent; those of the connection are in every task."""
    return {
        (row.modules[0], option.partition("=")[0])
        for row in rows
        if row.modules
        for options in row.parameters.reached.values()
        for option in options
    }


def names_of(options: dict[str, Any]) -> set[str]:
    """The options and, after a dot, the keys of those that are mappings or lists of them."""
    inner = [
        (name, each) for name, value in options.items() for each in (value if isinstance(value, list) else [value])
    ]
    return set(options) | {f"{name}.{key}" for name, each in inner if isinstance(each, dict) for key in each}
