# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the volumes of servers: which to attach and which to detach."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, ExpectedState
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.volume import VolumeAttachment
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

ATTACH, DETACH = "attach_volume", "detach_volume"
_FIRST_DISK = re.compile(r"/dev/(v|s|h|xv)da")
Attachments = Mapping[str, Sequence[VolumeAttachment]]


@dataclass(frozen=True)
class VolumeSpec:
    """The options of a task; ``purge`` detaches volumes that are not listed."""

    volumes: tuple[str, ...]
    state: str = "present"
    device: str | None = None
    tag: str | None = None
    delete_on_termination: bool | None = None
    purge: bool = False
    multiattach: bool = False

    def check(self, servers: Sequence[Server] = ()) -> None:
        """Raises InvalidRequest for options that contradict each other, or that cannot apply to several servers."""
        if any(not volume.strip() or "/" in volume for volume in self.volumes):
            raise InvalidRequest("volumes: give the ids of volumes")
        if not self.volumes and not self.purge:
            raise InvalidRequest(
                "volumes: list at least one, or set purge_volumes: true to detach all but the boot volume"
            )
        if self.purge and self.state == "absent":
            raise InvalidRequest(
                "purge_volumes: it detaches the volumes that are not listed, and state: absent detaches the listed"
                " ones; use one of them"
            )
        for name in ("device", "tag"):
            if getattr(self, name) and len(self.volumes) != 1:
                raise InvalidRequest("%s: it applies to one volume, and volumes lists %d" % (name, len(self.volumes)))
        if len(servers) > 1 and self.state == "present" and self.volumes and not self.multiattach:
            raise InvalidRequest(
                "the selection matches %d servers, and a volume is attached to one server; select one server, or set"
                " multiattach: true for multi-attach volumes" % len(servers)
            )


def boot_volume(server: Server, attached: Sequence[VolumeAttachment]) -> str | None:
    """The id of the boot volume of the server; ``None`` if it boots from an image. Raises InvalidRequest if the cloud
    does not show which of several volumes it is."""
    if server.image.id or not attached:
        return None
    root = server.raw.get("OS-EXT-SRV-ATTR:root_device_name")
    found = [each for each in attached if each.device and each.device == root]
    found = found or [each for each in attached if _FIRST_DISK.fullmatch(each.device or "")]
    if len(found) == 1:
        return found[0].volume_id
    if len(attached) == 1:
        return attached[0].volume_id
    raise InvalidRequest("the cloud does not report which of its volumes it boots from")


def plan_volumes(servers: Sequence[Server], attached: Attachments, spec: VolumeSpec) -> Plan:
    return Plan(tuple(plan_one(server, attached.get(server.id, ()), spec) for server in servers))


def plan_one(server: Server, attached: Sequence[VolumeAttachment], spec: VolumeSpec) -> Change:
    observed = {each.volume_id: each for each in attached}
    before = {"volumes": sorted(observed)}
    if spec.state == "absent":
        leaving = [volume for volume in spec.volumes if volume in observed]
    else:
        leaving = [volume for volume in observed if spec.purge and volume not in spec.volumes]
    if leaving:
        try:
            boot = boot_volume(server, attached)
        except InvalidRequest as error:
            return Change.refused(server, str(error), before)
        if boot in leaving and spec.state == "absent":
            return Change.refused(server, "it boots from the volume %s, which cannot be detached" % boot, before)
        leaving = [volume for volume in leaving if volume != boot]
    coming = [volume for volume in spec.volumes if volume not in observed] if spec.state == "present" else []
    kept = spec.delete_on_termination
    for volume in spec.volumes if spec.state == "present" else ():
        shown = observed[volume].delete_on_termination if volume in observed else None
        if kept is not None and shown is not None and kept != shown:
            why = "the volume %s is attached with delete_on_termination: %s; detach it first to change that"
            return Change.refused(server, why % (volume, str(shown).lower()), before)
    planned_actions = [
        Action(DETACH, {"volume_id": each}, ExpectedState(no_volumes=(each,)), is_retry_safe=True) for each in leaving
    ]
    planned_actions += [
        Action(ATTACH, _arguments(each, spec), ExpectedState(volumes=(each,)), is_retry_safe=True) for each in coming
    ]
    after = sorted(set(observed).difference(leaving).union(coming))
    return Change.of(server, planned_actions, before, {"volumes": after})


def _arguments(volume: str, spec: VolumeSpec) -> dict[str, Any]:
    return {
        "volume_id": volume,
        "device": spec.device,
        "tag": spec.tag,
        "delete_on_termination": spec.delete_on_termination,
    }
