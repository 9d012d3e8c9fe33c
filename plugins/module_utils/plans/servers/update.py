# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that are to be there, to be gone, or to be as declared: what leads there. Pure data and functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, ExpectedState
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import image_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    ERROR,
    RUNNING,
    Server,
    fault_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.deletion import (
    DELETE,
    absent,
    presence,
    problem,
    purged,
    restored,
    unlock,
    unsupported,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.resize import ResizeSpec, plan_flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import merged

STATES = ("present", "absent", "restored", "purged")
#: EasyStack's order of the devices to boot from, and its record of an ISO (E57, E58).
BOOT_ORDER = "nodeinfo.com:bootorder"
#: What the collection and the cloud keep in the metadata; nobody means these by purge_metadata.
_KEPT = ("cloudserver_", "nodeinfo.com:")
#: In one of these a server is on its way to be what a task declares, and is waited for also where nothing is to do.
_COMING = ("BUILD", "RESIZE", "REVERT_RESIZE")

_CREATE = Action("create", tasks=("scheduling", "spawning"))
_REBOOT = Action("reboot", {"force": True})
_ENDS = {"absent": absent, "purged": purged, "restored": restored}


@dataclass(frozen=True)
class ServerSpec:
    """What a task declares of servers; ``None`` is untouched.

    ``networks`` are names of networks that a server is to be on. ``metadata`` holds everything that is to be set there,
    the boot order too.
    """

    state: str = "present"
    new_name: str | None = None
    description: str | None = None
    hostname: str | None = None
    metadata: Mapping[str, str] | None = None
    purge_metadata: bool = False
    tags: tuple[str, ...] | None = None
    purge_tags: bool = False
    locked: bool | None = None
    lock_reason: str | None = None
    flavor: Flavor | None = None
    resize: str = "never"
    confirm: bool = True
    revert: bool = False
    reset_state: str | None = None
    reboot: bool = False
    recreate: bool = False
    image: ImageDetails | None = None
    networks: tuple[str, ...] = ()
    availability_zone: str | None = None
    key_name: str | None = None


def plan_servers(servers: Iterable[Server], missing: Sequence[str], wish: ServerSpec, rules: Rules) -> Plan:
    """What brings the servers to what is declared, and makes those of the ``missing`` names; asks ``rules`` only what
    it supports. Raises InvalidRequest for a name that it does not take."""
    refusal = next((found for found in map(rules.name_problem, missing) if found), None)
    if refusal:
        raise InvalidRequest(refusal)
    found = [plan_one(server, wish, rules) for server in servers]
    return Plan(tuple(found + [new_one(name, wish, rules.platform) for name in missing]))


def new_one(name: str, wish: ServerSpec, platform: str) -> Change:
    """A server that is to be made: it has no id yet."""
    server = Server(id="", platform=platform, name=name)
    return Change(server, ("create",), {"state": "absent"}, _declared(wish), deeds=(_CREATE,))


def is_new(change: Change) -> bool:
    return not change.server.id


def is_made_anew(change: Change) -> bool:
    return bool(change.server.id) and "create" in change.actions


def plan_one(server: Server, wish: ServerSpec, rules: Rules, fresh: bool = False, owed: bool = False) -> Change:
    """The change of one server; ``fresh`` is one that this task has made, whose kind is not compared again.

    ``owed``: this task has asked for a change that takes a reboot, and the reboot is still to come.
    """
    if wish.state != "present":
        return _ENDS[wish.state](server, rules, wish.locked is False)
    return _Present(server, wish, rules, fresh, owed).change()


# -- as declared -----------------------------------------------------------------------------------------------------


def _declared(wish: ServerSpec) -> dict[str, Any]:
    """What a diff shows of a server that is to be made: what is declared, and no secret."""
    shown: dict[str, Any] = {"state": "present"}
    given = {
        "flavor": wish.flavor and (wish.flavor.name or wish.flavor.id),
        "image": wish.image and wish.image.label,
        "networks": list(wish.networks),
        "availability_zone": wish.availability_zone,
        "key_name": wish.key_name,
        "description": wish.description,
        "metadata": dict(wish.metadata or {}),
        "tags": sorted(wish.tags or ()),
        "locked": wish.locked,
    }
    shown.update((key, value) for key, value in given.items() if value)
    return shown


@dataclass
class _Present:
    """What makes one server as declared, collected piece by piece: ``before`` and ``after`` hold what the task speaks
    of."""

    server: Server
    wish: ServerSpec
    rules: Rules
    fresh: bool = False
    owed: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    deeds: list[Action] = field(default_factory=list)

    def change(self) -> Change:
        server, wish = self.server, self.wish
        if server.is_deleted:
            return Change.refused(server, "it is in the recycle bin; state: restored takes it out", presence(server))
        if wish.reset_state:
            self._reset()
        elif server.power_state == ERROR and not self._may_stand():
            if wish.recreate:
                return self._anew()
            hint = "; reset_state: active takes it for sound, recreate: true deletes it and makes it anew"
            return Change.refused(server, fault_text(server) + hint, {"status": server.status})
        try:
            if not self.fresh:
                self._refuse_other_kind()
            for part in (self._unlocked, self._update, self._metadata, self._reboot):
                part()
            for part in (self._tags, self._flavor, self._locked):
                part()
        except _Replacement:
            return self._anew()
        except InvalidRequest as error:
            return Change.refused(server, str(error), self.before)
        refusal = problem(server, self.deeds, self.rules)
        if refusal:
            return Change.refused(server, refusal, self.before)
        moving = not server.is_stable and not any(deed.action == "reset_state" for deed in self.deeds)
        waits = moving and (bool(self.deeds) or (server.status or "").upper() in _COMING)
        actions = tuple(deed.action for deed in self.deeds)
        return Change(server, actions, self.before, self.after, None, waits, tuple(self.deeds))

    def _may_stand(self) -> bool:
        """Whether what is asked of a server in ERROR can be had of it: its lock."""
        wish = self.wish
        other = (wish.new_name, wish.description, wish.hostname, wish.metadata, wish.tags, wish.flavor, wish.image)
        return wish.locked is not None and not any(each is not None for each in other) and not wish.recreate

    def _note(self, key: str, before: Any, after: Any) -> None:
        self.before[key], self.after[key] = before, after

    def _quickly(self, action: str, **arguments: Any) -> None:
        """A deed that is done when the cloud has answered, and may be asked for twice."""
        self.deeds.append(Action(action, arguments, is_retry_safe=True, watched=False))

    def _anew(self) -> Change:
        deeds: tuple[Action, ...] = (DELETE, _CREATE)
        if self.server.locked and self.wish.locked is False:
            deeds = (unlock(),) + deeds
        refusal = problem(self.server, deeds, self.rules)
        if refusal:
            return Change.refused(self.server, refusal, self.before)
        before = {"id": self.server.id, "image": image_of(self.server), "status": self.server.status}
        after = {**_declared(self.wish), "recreated": True}
        return Change(self.server, tuple(deed.action for deed in deeds), before, after, deeds=deeds)

    def _refuse_other_kind(self) -> None:
        """Raises InvalidRequest, or _Anew where the task allows that, for what cannot be changed in place."""
        server, wish = self.server, self.wish
        reasons = []
        runs = image_of(server)
        if wish.image and runs and runs != wish.image.id:
            reasons.append(
                "it runs the image %s and not %s (server_os puts another one on it in place)"
                % (server.image.name or runs, wish.image.label)
            )
        there = {address.network for address in server.addresses}
        absent = [name for name in wish.networks if name not in there]
        if absent and there and None not in there:
            reasons.append("it is not on the network %s (server_interface puts it there in place)" % ", ".join(absent))
        zone = (wish.availability_zone or "").partition(":")[0]
        if zone and server.availability_zone and zone != server.availability_zone:
            reasons.append("it is in the availability zone %s and not %s" % (server.availability_zone, zone))
        if wish.key_name and server.key_name and wish.key_name != server.key_name:
            reasons.append("its key pair is %s and not %s" % (server.key_name, wish.key_name))
        if not reasons:
            return
        if wish.recreate:
            raise _Replacement
        raise InvalidRequest("%s; recreate: true deletes the server and makes it anew" % "; ".join(reasons))

    def _reset(self) -> None:
        """The status by decree, for a server in ERROR or one that does not get on."""
        server, want = self.server, str(self.wish.reset_state)
        wrong = server.power_state == ERROR or not server.is_stable if want == "active" else server.power_state != ERROR
        goal = want.upper()
        self._note("status", server.status, goal if wrong else server.status)
        if wrong:
            self.deeds.append(Action("reset_state", {"state": want}, ExpectedState(status=(goal,)), is_retry_safe=True))

    def _unlocked(self) -> None:
        if self.wish.locked is False and self._lock_known() and self.server.locked:
            self._note("locked", True, False)
            self.deeds.append(unlock())

    def _locked(self) -> None:
        if self.wish.locked and self._lock_known() and not self.server.locked:
            self._note("locked", False, True)
            reason = {"reason": self.wish.lock_reason} if self.wish.lock_reason else {}
            self.deeds.append(Action("lock", reason, ExpectedState(locked=True), is_retry_safe=True, watched=False))

    def _lock_known(self) -> bool:
        if self.server.locked is None and self.rules.supports("lock"):
            raise InvalidRequest("the cloud does not tell whether the server is locked (microversion 2.9 does)")
        if not self.rules.supports("lock"):
            raise InvalidRequest(unsupported("lock", self.rules))
        return True

    def _update(self) -> None:
        server, wish, wanted = self.server, self.wish, {}
        for key, there, want in (
            ("name", server.name, wish.new_name),
            ("description", server.description or "", wish.description),
            ("hostname", server.hostname, wish.hostname),
        ):
            if want is not None and want != there and not (key == "hostname" and there is None):
                wanted[key] = want
                self._note(key, there, want)
        if wanted:
            self._quickly("update", **wanted)

    def _metadata(self) -> None:
        server, wish = self.server, self.wish
        wanted, purge = wish.metadata, wish.purge_metadata
        as_tags = self.rules.supports("tags_in_metadata")
        if as_tags and wish.tags is not None:
            wanted = {**labels_of(wish.tags), **(wanted or {})}
            purge = purge or wish.purge_tags
        if wanted is None:
            return
        there = {str(key): str(value) for key, value in server.metadata.items()}
        kept = {key: value for key, value in there.items() if key.startswith(_KEPT) or self.rules.keeps_metadata(key)}
        whole, to_set, to_remove = merged(there, {**kept, **wanted}, purge)
        if not to_set and not to_remove:
            return
        self._note("metadata", there, whole)
        if to_remove:
            self._quickly("replace_metadata", metadata=whole, set=to_set, remove=to_remove)
        else:
            self._quickly("set_metadata", metadata=to_set)
        self.owed = self.owed or (wish.reboot and BOOT_ORDER in to_set)

    def _reboot(self) -> None:
        if self.owed and self.server.target_power_state == RUNNING:
            # Only a hard reboot has the guest's devices looked at again. The metadata do not show whether it was done.
            self.deeds.append(_REBOOT)
            self._note("rebooted", False, True)

    def _tags(self) -> None:
        server, wish = self.server, self.wish
        if wish.tags is None or self.rules.supports("tags_in_metadata"):
            return
        there, wanted = set(server.tags), set(wish.tags)
        whole = self.rules.tags_after(sorted(there), sorted(wanted), wish.purge_tags)
        if whole == there:
            return
        self._note("tags", sorted(there), sorted(whole))
        self._quickly("set_tags", tags=sorted(whole), add=sorted(whole - there), remove=sorted(there - whole))

    def _flavor(self) -> None:
        for key, before, after, deeds in plan_flavor(self.server, self._size(), self.rules):
            self._note(key, before, after)
            self.deeds.extend(deeds)

    def _size(self) -> ResizeSpec:
        wish = self.wish
        return ResizeSpec(wish.flavor, wish.resize, wish.confirm, wish.revert)


class _Replacement(Exception):
    """The server cannot be made what is declared in place, and the task allows to make it anew."""


def labels_of(tags: Iterable[str]) -> dict[str, str]:
    """Tags as the metadata that stands for them: ``key=value``, or ``key`` with an empty value."""
    return {key: value for key, _equals, value in (tag.partition("=") for tag in tags)}
