# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the volumes of servers: which to attach, which to detach, and which to delete with their server."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, ExpectedState
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.volume import (
    NO_VOLUMES,
    AttachedVolumes,
    VolumeAttachment,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

ATTACH, DETACH, UPDATE = "attach_volume", "detach_volume", "update_volume"
_FIRST_DISK = re.compile(r"/dev/(v|s|h|xv)da")
Attachments = Mapping[str, AttachedVolumes]


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
    #: Detach volumes although the guest does not respond.
    force: bool = False

    def check(self, servers: Sequence[Server] = ()) -> None:
        """Raises InvalidRequest for options that contradict each other, or that cannot apply to several servers."""
        if not all(volume.strip() for volume in self.volumes):
            raise InvalidRequest("volumes: give the ids or names of volumes")
        if not self.volumes and not self.purge:
            raise InvalidRequest(
                "volumes: list at least one, or set purge_volumes: true to detach all but the boot volume"
            )
        if self.purge and self.state == "absent":
            raise InvalidRequest(
                "purge_volumes: it detaches the volumes that are not listed, and state: absent detaches the listed"
                " ones; use one of them"
            )
        if self.force and self.state == "present" and not self.purge:
            raise InvalidRequest("force: it applies to volumes that are detached; use it with state: absent")
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
    root = server.root_device_name
    shown = {volume.id for volume in server.volumes or () if volume.boot_index == 0}
    # Some clouds return the boot index 0 for every volume: then the device decides.
    first = (
        [each for each in attached if each.boot_index == 0]
        or [each for each in attached if each.volume_id in shown]
        or [each for each in attached if each.device and each.device == root]
    )
    if not first and (server.image.id or not attached):
        return None
    candidates = first or attached
    found = candidates if len(candidates) == 1 else [each for each in candidates if each.device and each.device == root]
    found = found or [each for each in candidates if _FIRST_DISK.fullmatch(each.device or "")]
    if len(found) == 1:
        return found[0].volume_id
    raise InvalidRequest("the cloud does not report which of its volumes it boots from")


def completed(server: Server, attached: AttachedVolumes) -> AttachedVolumes:
    """The volumes of the server, with what only its own record shows."""
    known = {volume.id: volume.delete_on_termination for volume in server.volumes or ()}
    volumes = (
        each
        if each.delete_on_termination is not None
        else replace(each, delete_on_termination=known.get(each.volume_id))
        for each in attached.volumes
    )
    return replace(attached, volumes=tuple(volumes))


def plan_volumes(servers: Sequence[Server], attached: Attachments, spec: VolumeSpec, rules: Rules) -> Plan:
    return Plan(tuple(plan_one(server, attached.get(server.id, NO_VOLUMES), spec, rules) for server in servers))


def plan_one(server: Server, attached: AttachedVolumes, spec: VolumeSpec, rules: Rules) -> Change:
    attached = completed(server, attached)
    observed = {each.volume_id: each for each in attached.volumes}
    before: dict[str, Any] = {"volumes": sorted(observed)}
    try:
        boot = _boot_volume_to_keep(server, attached, spec, rules)
    except InvalidRequest as error:
        return Change.refused(server, str(error), before)
    if boot in spec.volumes and spec.state == "absent":
        return Change.refused(server, "it boots from the volume %s, which cannot be detached" % boot, before)
    tagged = next((observed[each] for each in spec.volumes if each in observed and observed[each].tag), None)
    if spec.state == "present" and spec.tag and tagged and tagged.tag != spec.tag:
        why = "the volume %s is attached with the tag %s; detach it first to change that"
        return Change.refused(server, why % (tagged.volume_id, tagged.tag), before)
    leaving = [volume for volume in _leaving(observed, spec) if volume != boot]
    changing = _changing(observed, spec)
    if boot in changing and rules.supports(UPDATE) and not rules.attaches_with_termination:
        why = "it boots from the volume %s, whose delete_on_termination cannot be changed"
        return Change.refused(server, why % boot, before)
    coming = [volume for volume in spec.volumes if volume not in observed] if spec.state == "present" else []
    if attached.free is not None and len(coming) > attached.free + len(leaving):
        why = "it can take %d more volumes, and the task attaches %d; detach some, or use a flavor that takes more"
        return Change.refused(server, why % (attached.free + len(leaving), len(coming)), before)
    if changing and not rules.supports(UPDATE):
        why = "the volume %s is attached with delete_on_termination: %s; detach it first to change that"
        return Change.refused(server, why % (changing[0], str(not spec.delete_on_termination).lower()), before)
    actions = [_detach(each, spec) for each in leaving]
    for volume in coming:
        actions.append(_attach(volume, spec))
        if spec.delete_on_termination and rules.supports(UPDATE) and not rules.attaches_with_termination:
            # The request that attaches the volume keeps it by default.
            changing.append(volume)
    actions += [_update(each, spec) for each in changing]
    after: dict[str, Any] = {"volumes": sorted(set(observed).difference(leaving).union(coming))}
    if changing:
        before["delete_on_termination"] = {each: not spec.delete_on_termination for each in changing}
        after["delete_on_termination"] = {each: spec.delete_on_termination for each in changing}
    return Change.of(server, actions, before, after)


def _leaving(observed: Mapping[str, VolumeAttachment], spec: VolumeSpec) -> list[str]:
    if spec.state == "absent":
        return [volume for volume in spec.volumes if volume in observed]
    return [volume for volume in observed if spec.purge and volume not in spec.volumes]


def _boot_volume_to_keep(server: Server, attached: AttachedVolumes, spec: VolumeSpec, rules: Rules) -> str | None:
    """The boot volume, if the task detaches volumes, or changes them and the boot volume cannot be changed. Raises
    InvalidRequest if the cloud does not show which it is."""
    observed = {each.volume_id: each for each in attached.volumes}
    affected = _leaving(observed, spec) or (not rules.attaches_with_termination and _changing(observed, spec))
    return boot_volume(server, attached.volumes) if affected else None


def _changing(observed: Mapping[str, VolumeAttachment], spec: VolumeSpec) -> list[str]:
    """The attached volumes with another ``delete_on_termination`` than wanted; one that is not shown is not changed."""
    if spec.state == "absent" or spec.delete_on_termination is None:
        return []
    other = not spec.delete_on_termination
    return [each for each in spec.volumes if each in observed and observed[each].delete_on_termination is other]


def moves_shared_volume(plan: Plan) -> bool:
    """Whether a volume is attached to several servers, or detached from them. Cinder refuses to detach a volume from a
    second server while the first one is not done."""
    moved = Counter(
        action.arguments["volume_id"]
        for change in plan.items
        for action in change.planned_actions
        if action.action in (ATTACH, DETACH)
    )
    return any(count > 1 for count in moved.values())


def _detach(volume: str, spec: VolumeSpec) -> Action:
    arguments = {"volume_id": volume, **({"force": True} if spec.force else {})}
    return Action(DETACH, arguments, ExpectedState(no_volumes=(volume,)), is_retry_safe=True)


def _attach(volume: str, spec: VolumeSpec) -> Action:
    arguments = {
        "volume_id": volume,
        "device": spec.device,
        "tag": spec.tag,
        "delete_on_termination": spec.delete_on_termination,
    }
    return Action(ATTACH, arguments, ExpectedState(volumes=(volume,)), is_retry_safe=True)


def _update(volume: str, spec: VolumeSpec) -> Action:
    arguments = {"volume_id": volume, "delete_on_termination": spec.delete_on_termination}
    return Action(UPDATE, arguments, is_retry_safe=True, watched=False)
