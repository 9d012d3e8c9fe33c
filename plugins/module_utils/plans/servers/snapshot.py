# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for images of servers: which to create, and which to delete."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    PAUSED,
    RUNNING,
    STOPPED,
    SUSPENDED,
    Server,
    fault_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import Snapshot
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    FAILED,
    PLANNED,
    UNCHANGED,
    Change,
    Outcome,
    Plan,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.approval import PlannedChange, Verdict

CREATE, DELETE = "create_image", "delete_image"
_PLACE = re.compile(r"\{([^{}]*)\}")
_FORMS = {"date": ("%Y-%m-%d", r"\d{4}-\d{2}-\d{2}"), "time": ("%H%M%S", r"\d{6}")}
_UNFINISHED = ("queued", "saving", "importing", "uploading")
_NO_MORE = ("killed", "deleted", "pending_delete")


@dataclass(frozen=True)
class SnapshotSpec:
    """The options of a task. ``now`` is the time in UTC for ``{date}`` and ``{time}`` in the name, ``times`` those of
    servers with a time of their own, by id."""

    template: str
    now: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)
    keep_last: int | None = None
    allow_duplicate_name: bool = False
    times: Mapping[str, datetime] = field(default_factory=dict)

    def check(self) -> None:
        """Raises InvalidRequest for an invalid name or number."""
        check_name("name", self.template)
        for found in _PLACE.findall(self.template):
            if found not in ("name", "id", *_FORMS):
                raise InvalidRequest("name: {%s} is not supported; use {name}, {id}, {date} and {time}" % found)
        if len(self.template) > 255:
            raise InvalidRequest(
                "name: it has %d characters, and the maximum for the name of an image is 255" % len(self.template)
            )
        if self.keep_last is not None and self.keep_last < 1:
            raise InvalidRequest(
                "keep_last: %s is out of range; use 1 or more: the newest snapshot is always kept" % self.keep_last
            )

    def name_of(self, server: Server) -> str:
        """The name of the server's image."""

        def fill(place: re.Match[str]) -> str:
            word = place.group(1)
            if word in _FORMS:
                return self.times.get(server.id, self.now).strftime(_FORMS[word][0])
            return server.id if word == "id" else server.name or server.id

        return _PLACE.sub(fill, self.template)

    def named(self, server: Server, name: str | None) -> bool:
        """Whether the name of an image matches the template for this server at any time."""
        parts = []
        for text, word in _split(self.template):
            parts.append(re.escape(text))
            if word in _FORMS:
                parts.append(_FORMS[word][1])
            elif word:
                parts.append(re.escape(server.id if word == "id" else server.name or server.id))
        return bool(re.fullmatch("".join(parts), name or ""))


def _split(template: str) -> Iterable[tuple[str, str | None]]:
    """The literal texts of a template, each with the placeholder after it."""
    pieces: list[str | None] = [*_PLACE.split(template), None]
    return [(str(pieces[at]), pieces[at + 1]) for at in range(0, len(pieces) - 1, 2)]


def plan_snapshots(servers: Sequence[Server], images: Sequence[Snapshot], spec: SnapshotSpec) -> Plan:
    """Plan one image of each server. Raises InvalidRequest if two servers would get the same name."""
    by_name: dict[str, list[Server]] = {}
    for server in servers:
        by_name.setdefault(spec.name_of(server), []).append(server)
    for name, owners in sorted(by_name.items()):
        if len(owners) > 1:
            raise InvalidRequest(
                "name: the snapshots of %d servers (%s) would all be called %s; add {name} or {id} to it"
                % (len(owners), ", ".join(each.label for each in owners[:5]), name)
            )
    return Plan(tuple(plan_one(server, images, spec) for server in servers))


def plan_one(server: Server, images: Sequence[Snapshot], spec: SnapshotSpec) -> Change:
    name = spec.name_of(server)
    own = sorted(
        (each for each in images if each.server_id == server.id and each.snapshot and spec.named(server, each.name)),
        key=lambda each: (each.created or "", each.id),
        reverse=True,
    )
    alive = [each for each in images if (each.status or "").lower() not in _NO_MORE]
    mine = [each for each in alive if each.name == name and each.server_id == server.id]
    before = {"snapshots": [each.label for each in own if each in alive]}
    if any((each.status or "").lower() == "deactivated" for each in mine):
        return Change.refused(server, "its snapshot %s is deactivated; activate or delete it" % mine[0].label, before)
    if any((each.status or "").lower() in _UNFINISHED for each in mine):
        # The image is being created, by an earlier task or by another user.
        return Change(server, (), before, before, None, wait_until_stable=True)
    planned_actions: list[Action] = []
    if not mine:
        others = [each for each in alive if each.name == name]
        if others and not spec.allow_duplicate_name:
            return Change.refused(server, _taken(name, others[0]), before)
        if server.target_power_state not in (RUNNING, STOPPED, PAUSED, SUSPENDED):
            return Change.refused(server, _unfit(server), before)
        planned_actions.append(Action(CREATE, {"name": name, "metadata": dict(spec.metadata)}, tasks=("image_",)))
    old = too_old(
        [each for each in own if (each.status or "").lower() == "active"], spec.keep_last, bool(planned_actions)
    )
    planned_actions += [Action(DELETE, {"image_id": each.id}, is_retry_safe=True, watched=False) for each in old]
    after = [each.label for each in own if each in alive and each not in old]
    return Change.of(server, planned_actions, before, {"snapshots": [name, *after] if not mine else after})


def too_old(newest_first: Sequence[Snapshot], keep: int | None, coming: bool) -> list[Snapshot]:
    """The images beyond the newest ``keep_last``, including one that is ``coming``; protected images are never
    included."""
    if keep is None:
        return []
    return [each for each in newest_first[keep - (1 if coming else 0) :] if not each.protected]


def _taken(name: str, other: Snapshot) -> str:
    whose = "of the server %s" % other.server_id if other.server_id else "which was not created from a server"
    text = "an image named %s already exists (%s, %s); choose another name, or set allow_duplicate_name: true"
    return text % (name, other.id, whose)


def _unfit(server: Server) -> str:
    if (server.status or "").upper() == "ERROR":
        return fault_text(server)
    text = (
        "the server is in status %s; an image can only be created from a running, stopped, paused or suspended server"
    )
    return text % server.status


def plan_removal(images: Sequence[Snapshot], force: bool) -> dict[str, Outcome]:
    """Plan the deletion of images by id: ``planned`` images can be deleted, the others are refused."""
    found = {}
    for image in images:
        why = None
        if image.protected:
            why = "the image is protected against deletion: remove the protection first"
        elif not image.snapshot and not force:
            why = "the image was not created from a server; set force: true to delete it anyway"
        result = FAILED if why else PLANNED
        found[image.id] = Outcome(image.id, image.name, result, () if why else (DELETE,), message=why)
    return found


def removal_entries(images: Sequence[Snapshot], outcomes: Mapping[str, Outcome]) -> list[PlannedChange]:
    """The entries of a plan to delete images."""
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.approval import PlannedChange, plain

    return [
        PlannedChange(
            image.id,
            image.name,
            outcomes[image.id].actions,
            plain({"server_id": image.server_id, "created": image.created}),
            refusal=outcomes[image.id].message,
        )
        for image in images
    ]


def approved_removal(outcomes: Mapping[str, Outcome], verdicts: Mapping[str, Verdict]) -> dict[str, Outcome]:
    """The planned deletions without those that are not approved."""
    return {
        key: replace(
            outcome, result=FAILED if verdicts[key].failed else UNCHANGED, actions=(), message=verdicts[key].text
        )
        if key in verdicts
        else outcome
        for key, outcome in outcomes.items()
    }


def one_of_name(images: Sequence[Snapshot], name: str) -> Sequence[Snapshot]:
    """The image with that name, if there is one. Raises InvalidRequest if there are several."""
    found = [image for image in images if image.name == name]
    if len(found) > 1:
        ids = ", ".join(sorted(image.id for image in found))
        raise InvalidRequest(
            "name: %d images are named %s (%s); set image_ids, or select the server" % (len(found), name, ids)
        )
    return found
