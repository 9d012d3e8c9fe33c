# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Nova cloud of a microversion can do."""

from __future__ import annotations

from typing import AbstractSet, Callable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import Version
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules

#: What an older cloud has not, the microversion that brought it, and how a task names it.
SINCE: Mapping[str, tuple[Version, str]] = {
    "keypair_types": ((2, 2), "the type of a key pair"),
    "keypair_users": ((2, 10), "naming the user of a key pair"),
    "migrate_to_host": ((2, 56), "choosing the host of a cold migration"),
    "force_host": ((2, 30), "force"),
    "forced_down": ((2, 11), "forcing a compute service down"),
    "flavor_descriptions": ((2, 55), "the description of a flavor"),
    "volume_tags": ((2, 49), "the tag of a volume"),
    "interface_tags": ((2, 49), "the tag of an interface"),
    "shared_volumes": ((2, 60), "a volume on several servers"),
    "volume_termination": ((2, 79), "delete_on_termination of a volume"),
    "set_tags": ((2, 26), "tags"),
    "descriptions": ((2, 19), "the description of a server"),
    "hostnames": ((2, 90), "the host name of a server"),
    "server_group_soft": ((2, 15), "a soft policy of a server group"),
    "server_group_rules": ((2, 64), "a rule of a server group"),
    "console_mks": ((2, 8), "a console of type webmks"),
}


class NovaRules(Rules):
    """Some capabilities need a microversion, which is read when the first of them is asked for."""

    def __init__(
        self,
        platform: str,
        capabilities: AbstractSet[str],
        alternatives: Mapping[str, str],
        version: Callable[[], Version],
    ) -> None:
        super().__init__(platform, capabilities, alternatives)
        self._version = version

    def supports(self, capability: str) -> bool:
        known = super().supports(capability)
        return known and (capability not in SINCE or self._version() >= SINCE[capability][0])

    def require(self, capability: str) -> None:
        if super().supports(capability) and not self.supports(capability):
            needed, thing = SINCE[capability]
            error = UnsupportedOperation(capability, self.platform)
            error.message = "The cloud speaks microversion %d.%d, and %s needs %d.%d" % (
                *self._version(),
                thing,
                *needed,
            )
            error.hint = "Leave the option out."
            raise error
        super().require(capability)
