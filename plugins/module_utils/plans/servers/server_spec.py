# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declared properties of a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import SecurityGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declared_image import (
    DeclaredImage,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import GOAL
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.public_ip import (
    PublicIpSpec,
)

STATES = ("present", "absent", "restored", "purged")


@dataclass(frozen=True)
class ServerSpec:
    """The declared properties; ``None`` means not changed. ``networks`` are names of networks. ``metadata`` contains
    all keys to set, including the boot order."""

    state: str = "present"
    new_name: str | None = None
    description: str | None = None
    hostname: str | None = None
    metadata: Mapping[str, str] | None = None
    purge_metadata: bool = False
    #: Metadata keys that the servers should not have.
    remove_metadata: tuple[str, ...] = ()
    tags: tuple[str, ...] | None = None
    #: Keys with one value each: other tags of the server with such a key are removed.
    tag_keys: frozenset[str] = frozenset()
    purge_tags: bool = False
    locked: bool | None = None
    lock_reason: str | None = None
    flavor: Flavor | None = None
    resize: str = "never"
    confirm: bool = True
    revert: bool = False
    auto_pay: bool = False
    reset_state: str | None = None
    #: ``started`` or ``stopped``.
    power_state: str | None = None
    reboot: bool = False
    recreate: bool = False
    image: DeclaredImage | None = None
    networks: tuple[str, ...] = ()
    availability_zone: str | None = None
    key_name: str | None = None
    #: Base64; ``None`` on a platform that cannot change it.
    user_data: str | None = field(default=None, repr=False)
    #: All security groups of a server; empty on a platform that cannot change them.
    security_groups: tuple[SecurityGroup, ...] = ()
    public_ip: PublicIpSpec | None = None
    #: Whether the recycle bin is enabled, if the platform has a switch for it; for ``purged``.
    keeps_deleted: bool = True
    #: The things to delete with a server, for ``absent`` and ``purged``: ``volumes``, ``public_ip``.
    delete_with: Mapping[str, bool] = field(default_factory=dict)

    @property
    def ends(self) -> bool:
        """Whether the servers are to be deleted."""
        return self.state in ("absent", "purged")


def declared(spec: ServerSpec) -> dict[str, Any]:
    """The diff of a new server: the declared properties without secrets."""
    shown: dict[str, Any] = {"state": "present"}
    given = {
        "flavor": spec.flavor and (spec.flavor.name or spec.flavor.id),
        "image": spec.image and spec.image.label,
        "networks": list(spec.networks),
        "availability_zone": spec.availability_zone,
        "key_name": spec.key_name,
        "description": spec.description,
        "metadata": dict(spec.metadata or {}),
        "tags": sorted(spec.tags or ()),
        "locked": spec.locked,
        "power_state": GOAL[spec.power_state] if spec.power_state else None,
        "security_groups": [group.label for group in spec.security_groups],
        "public_ip": spec.public_ip and spec.public_ip.label,
    }
    shown.update((key, value) for key, value in given.items() if value)
    return shown
