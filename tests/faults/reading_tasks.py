"""Tasks that only read."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from tasks import ALL, FULL, NOVA, Task, define


def _handle(world: Any) -> dict[str, Any]:
    return {"handle": world.handle, "wait": True}


def _stopping(world: Any) -> None:
    world.handle = world.first("server_power", names=["web-01", "web-02"], state="stopped", wait=False)["handle"]


def _snapshot(world: Any) -> None:
    world.first("server_snapshot", names=["web-01"], name="before")


def _group(world: Any) -> None:
    world.first("server_group", name="databases", policy="anti-affinity")


def add(found: list[Task]) -> None:
    def read(name: str, platforms: tuple[str, ...], options: Any, **more: Any) -> None:
        define(found, name, platforms, options, info=True, **more)

    read("inventory.all", ALL, {})
    read("inventory.pages", ALL, {"page_size": 5})
    read("server_info.all", ALL, {"all": True})
    read("server_info.names", ALL, {"names": ["web-01", "web-02"]})
    read("server_info.tags", ALL, {"tags": ["role=web"]})
    read("server_info.patterns", ALL, {"tags": ["role=*"], "name_patterns": ["web-*"], "ips": ["10.0.0.0/24"]})
    read("server_info.newest", ALL, {"all": True, "sort_key": "created", "sort_dir": "desc", "limit": 3})
    read("server_info.pages", ALL, {"all": True, "page_size": 5})
    read("server_info.ids", ALL, lambda world: {"ids": [world.server("web-01").id]})
    read("server_info.fields", NOVA, {"all": True, "fields": ["id", "name"]})
    read("server_info.images", ("openstack", "easystack"), {"all": True, "fields": ["name", "image"]})
    read("server_info.deleted", ("easystack",), {"all": True, "deleted": True})
    read("flavor_info.all", ALL, {})
    read("flavor_info.first", ALL, {"is_public": True, "sort_key": "ram_mb", "limit": 1})
    read("flavor_info.fields", NOVA, {"fields": ["id", "name"]})
    read("flavor_info.id", NOVA, lambda world: {"id": next(iter(world.sim.builders[world.platform].flavors))})
    read("server_info.deleted_here", ("huaweicloud",), {"all": True, "deleted": True})
    read("flavor_info.resizable", ("huaweicloud",), {"resizable_from": "web-01"})
    read("flavor_info.access", FULL, {"access": True}, user="admin")
    read("keypair_info.all", ALL, {})
    read("keypair_info.name", ALL, {"name": "operators"})
    read("aggregate_info.all", FULL, {}, user="admin")
    read("availability_zone_info.all", ("huaweicloud", *FULL), {})
    read("availability_zone_info.hosts", FULL, {"hosts": True}, user="admin")
    read("quota_info.own", ALL, {})
    read("quota_info.other", FULL, lambda world: {"project_id": world.server("web-01").project_id}, user="admin")
    read("hypervisor_info.all", FULL, {"servers": True}, user="admin")
    read("compute_service_info.all", FULL, {}, user="admin")
    read("server_group_info.all", ("easystack", "openstack", "huaweicloud"), {}, prepare=_group)
    read("server_snapshot_info.all", NOVA, {}, prepare=_snapshot)
    read("server_snapshot_info.first", NOVA, {"type": "snapshot", "limit": 1}, prepare=_snapshot)
    read("server_console_info.vnc", ALL, {"names": ["web-01"]})
    read("server_console_info.output", (*FULL, "huaweicloud"), {"names": ["web-01"], "url": False, "output": True})
    read("job_info.handle", ALL, _handle, prepare=_stopping)
