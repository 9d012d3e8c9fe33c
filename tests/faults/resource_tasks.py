"""Tasks that change what is no server: key pairs, flavors, aggregates, compute services, server groups."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from typing import Any

from tasks import ALL, FULL, Task, define


def public_key(seed: str) -> str:
    """A public key that really decodes."""
    fields = (b"ssh-ed25519", seed.encode().ljust(32, b"."))
    return "ssh-ed25519 " + base64.b64encode(b"".join(struct.pack(">I", len(each)) + each for each in fields)).decode()


A, B = public_key("first"), public_key("second")


def add(found: list[Task]) -> None:
    def task(name: str, platforms: tuple[str, ...], options: Any, **more: Any) -> None:
        define(found, name, platforms, options, **more)

    _keypairs(task)
    _flavors(task)
    _hosts(task)
    _groups(task)


def _keypairs(task: Any) -> None:
    mine = {"name": "mine", "public_key": A}

    def imported(world: Any) -> None:
        world.first("keypair", **mine)

    task("keypair.import", ALL, mine)
    task("keypair.generate", ALL, lambda world: {"name": "mine", "private_key_path": str(world.folder / "mine")},
         final="recreate")  # fmt: skip
    task("keypair.replace", ALL, {**mine, "public_key": B, "recreate": True}, prepare=imported)
    task("keypair.delete", ALL, {"name": "mine", "state": "absent"}, prepare=imported)
    task("keypair.account", ("huaweicloud",), {**mine, "scope": "account"})
    task("keypair.attach", ("ustack",), {**mine, "attached_to": ["web-02"]}, prepare=imported)


def _flavors(task: Any) -> None:
    big = {"name": "build.large", "vcpus": 2, "ram_mb": 2048}

    def private(world: Any) -> dict[str, Any]:
        return {**big, "is_public": False, "access": [world.server("web-01").project_id],
                "extra_specs": {"team": "7", "spot": "true"}}  # fmt: skip

    def made(world: Any) -> None:
        world.first("flavor", "admin", **private(world))

    def admin(name: str, options: Any, prepare: Callable[[Any], None] | None = made) -> None:
        task(name, FULL, options, user="admin", prepare=prepare)

    admin("flavor.create", big, None)
    admin("flavor.create_full", private, None)
    admin("flavor.specs", {"name": "build.large", "extra_specs": {"team": "8"}, "purge_extra_specs": True})
    admin("flavor.access", {"name": "build.large", "access": [], "purge_access": True})
    admin("flavor.recreate", lambda world: {**private(world), "vcpus": 4, "recreate": True})
    admin("flavor.delete", {"name": "build.large", "state": "absent"})
    task("flavor.describe", FULL, {"name": "build.large", "description": "for builds"}, user="admin", prepare=made)


def _hosts(task: Any) -> None:
    fast = {"name": "fast", "availability_zone": "zone-3", "hosts": ["cmp5"], "metadata": {"ssd": "true"}}

    def made(world: Any) -> None:
        world.first("aggregate", "admin", **fast)

    def disabled(world: Any) -> None:
        world.first("compute_service", "admin", hosts=["cmp5"], state="disabled", reason="disks", forced_down=True)

    admin: dict[str, Any] = {"user": "admin"}
    task("aggregate.create", FULL, fast, **admin)
    task("aggregate.change", FULL, {
        "name": "fast", "availability_zone": "zone-4", "hosts": ["cmp6"], "purge_hosts": True,
        "metadata": {"rack": "3"}, "purge_metadata": True}, prepare=made, **admin)  # fmt: skip
    task("aggregate.rename", FULL, lambda world: {
        "id": max(world.sim.builders[world.platform].hosts.aggregates), "name": "faster"},
        prepare=made, **admin)  # fmt: skip
    task("aggregate.delete", FULL, {"name": "fast", "state": "absent", "force": True}, prepare=made, **admin)
    task("compute_service.disable", FULL, {"hosts": ["cmp5", "cmp6"], "state": "disabled", "reason": "disks"}, **admin)
    task("compute_service.enable", FULL, {"hosts": ["cmp5"], "state": "enabled", "forced_down": False},
         prepare=disabled, **admin)  # fmt: skip
    task("compute_service.force_down", FULL, {"hosts": ["cmp5"], "forced_down": True}, **admin)


def _groups(task: Any) -> None:
    platforms = ("openstack", "easystack", "huaweicloud")
    group = {"name": "databases", "policy": "anti-affinity"}

    def made(world: Any) -> None:
        world.first("server_group", **group)

    task("server_group.create", platforms, group)
    task("server_group.members", ("huaweicloud",), {**group, "members": ["web-01"]})
    task("server_group.recreate", FULL, {**group, "policy": "soft-affinity", "recreate": True}, prepare=made)
    task("server_group.delete", platforms, {"name": "databases", "state": "absent"}, prepare=made)
