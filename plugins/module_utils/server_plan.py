# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that are to be there, to be gone, or to be as declared: what leads there. Pure data and functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.deeds import GONE, PRESENT, PURGED, Aim, Deed
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.os_order import ImageDetails, image_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import ERROR, RUNNING, Flavor, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plan import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.resource_plan import PlanError, merged
from ansible_collections.cloudserver.compute.plugins.module_utils.waiting import fault_text

STATES = ("present", "absent", "restored", "purged")
RESIZES = ("never", "offline", "live", "auto")
#: EasyStack's order of the devices to boot from, and its record of an ISO (E57, E58).
BOOT_ORDER = "nodeinfo.com:bootorder"
#: What the collection and the cloud keep in the metadata; nobody means these by purge_metadata.
_KEPT = ("cloudserver_", "nodeinfo.com:")
#: Beginnings of the task_states of a server that is being deleted.
_DELETING = ("deleting", "soft-deleting")
#: In one of these a server is on its way to be what a task declares, and is waited for also where nothing is to do.
_COMING = ("BUILD", "RESIZE", "REVERT_RESIZE")

_DELETE = Deed("delete", aim=Aim(presence=GONE), tasks=_DELETING)
#: Where a deleted server is gone for good anyhow.
_DELETE_FOR_GOOD = Deed("delete", aim=Aim(presence=PURGED), tasks=_DELETING)
_PURGE = Deed("purge", aim=Aim(presence=PURGED), tasks=("deleting",))
_RESTORE = Deed("restore", aim=Aim(presence=PRESENT), tasks=("restoring",))
_CREATE = Deed("create", tasks=("scheduling", "spawning"))
_REBOOT = Deed("reboot")


@dataclass(frozen=True)
class ServerWish:
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


def plan_servers(
    servers: Iterable[Server], missing: Sequence[str], wish: ServerWish, cloud: Compute
) -> Plan:
    """What brings the servers to what is declared, and makes those of the ``missing`` names; asks ``cloud`` only what
    it supports. Raises PlanError for a name that it does not take."""
    problem = next((found for found in map(cloud.name_problem, missing) if found), None)
    if problem:
        raise PlanError(problem)
    found = [plan_one(server, wish, cloud) for server in servers]
    return Plan(tuple(found + [new_one(name, wish, cloud.platform) for name in missing]))


def new_one(name: str, wish: ServerWish, platform: str) -> Change:
    """A server that is to be made: it has no id yet."""
    server = Server(id="", platform=platform, name=name)
    return Change(server, ("create",), {"state": "absent"}, _declared(wish), deeds=(_CREATE,))


def is_new(change: Change) -> bool:
    return not change.server.id


def is_made_anew(change: Change) -> bool:
    return bool(change.server.id) and "create" in change.actions


def plan_one(server: Server, wish: ServerWish, cloud: Compute, fresh: bool = False) -> Change:
    """The change of one server; ``fresh`` is one that this task has made, whose kind is not compared again."""
    if wish.state != "present":
        return {"absent": _absent, "purged": _purged, "restored": _restored}[wish.state](server, wish, cloud)
    return _Present(server, wish, cloud, fresh).change()


# -- the end, and back -----------------------------------------------------------------------------------------------


def _absent(server: Server, wish: ServerWish, cloud: Compute) -> Change:
    if server.gone:
        return Change(server)
    return _ending(server, wish, _DELETE, cloud)


def _purged(server: Server, wish: ServerWish, cloud: Compute) -> Change:
    if (server.status or "").upper() == "DELETED":
        return Change(server)
    # A cloud without a recycle bin has nothing to purge a server from.
    deed = _PURGE if cloud.supports("purge") else _DELETE if cloud.supports("deleted") else _DELETE_FOR_GOOD
    if deed is _DELETE and server.gone:
        return Change.refused(server, _unsupported("purge", cloud), _presence(server))
    return _ending(server, wish, deed, cloud)


def _ending(server: Server, wish: ServerWish, deed: Deed, cloud: Compute) -> Change:
    before = _presence(server)
    # To be seen in the plan as what it is, where a server leaves the ordinary list only.
    after = {"state": "purged" if wish.state == "purged" else "absent"}
    if (server.task_state or "").startswith(_DELETING):
        # Nova can lose a server's state for good that is deleted while it is being deleted.
        return Change(server, (), before, before, settle_first=True)
    deeds: tuple[Deed, ...] = (deed,)
    if server.locked and wish.locked is False:
        deeds = (_unlock(),) + deeds
    problem = _problem(server, deeds, cloud)
    if problem:
        return Change.refused(server, problem, before)
    return Change(server, tuple(each.action for each in deeds), before, after, deeds=deeds)


def _restored(server: Server, wish: ServerWish, cloud: Compute) -> Change:
    before = _presence(server)
    status = (server.status or "").upper()
    if status == "DELETED":
        return Change.refused(server, "it is deleted for good, and not in the recycle bin", before)
    if not server.gone:
        return Change(server, (), before, before)
    if not cloud.supports("restore"):
        return Change.refused(server, _unsupported("restore", cloud), before)
    if server.task_state:
        return Change.refused(server, "it is on its way (task %s); try again later" % server.task_state, before)
    return Change(server, ("restore",), before, {"state": "present"}, deeds=(_RESTORE,))


def _presence(server: Server) -> dict[str, Any]:
    status = (server.status or "").upper()
    return {"state": "purged" if status == "DELETED" else "in the recycle bin" if server.gone else "present"}


def _unsupported(action: str, cloud: Compute) -> str:
    return str(UnsupportedOperation(action, cloud.platform, cloud.instead.get(action)))


def _problem(server: Server, deeds: Iterable[Deed], cloud: Compute) -> str | None:
    """Why the platform would not do one of these, the first of them."""
    for deed in deeds:
        problem = cloud.deed_problem(server, deed) if cloud.supports(deed.action) else _unsupported(deed.action, cloud)
        if problem:
            return problem
    return None


def _unlock() -> Deed:
    return Deed("unlock", aim=Aim(locked=False), repeatable=True, watched=False)


# -- as declared -----------------------------------------------------------------------------------------------------


def _declared(wish: ServerWish) -> dict[str, Any]:
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
    wish: ServerWish
    cloud: Compute
    fresh: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)

    def change(self) -> Change:
        server, wish = self.server, self.wish
        if server.gone:
            return Change.refused(server, "it is in the recycle bin; state: restored takes it out", _presence(server))
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
            for part in (self._unlocked, self._update, self._metadata, self._tags, self._flavor, self._locked):
                part()
        except _Anew:
            return self._anew()
        except PlanError as problem:
            return Change.refused(server, str(problem), self.before)
        problem = _problem(server, self.deeds, self.cloud)
        if problem:
            return Change.refused(server, problem, self.before)
        moving = not server.settled and not any(deed.action == "reset_state" for deed in self.deeds)
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
        self.deeds.append(Deed(action, arguments, repeatable=True, watched=False))

    def _anew(self) -> Change:
        deeds = (_DELETE, _CREATE)
        if self.server.locked and self.wish.locked is False:
            deeds = (_unlock(),) + deeds
        before = {"id": self.server.id, "image": image_of(self.server), "status": self.server.status}
        after = {**_declared(self.wish), "recreated": True}
        return Change(self.server, tuple(deed.action for deed in deeds), before, after, deeds=deeds)

    def _refuse_other_kind(self) -> None:
        """Raises PlanError, or _Anew where the task allows that, for what cannot be changed in place."""
        server, wish = self.server, self.wish
        reasons = []
        runs = image_of(server)
        if wish.image and runs and runs != wish.image.id:
            reasons.append("it runs the image %s and not %s (server_os puts another one on it in place)"
                           % (server.image.name or runs, wish.image.label))
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
            raise _Anew
        raise PlanError("%s; recreate: true deletes the server and makes it anew" % "; ".join(reasons))

    def _reset(self) -> None:
        """The status by decree, for a server in ERROR or one that does not get on."""
        server, want = self.server, str(self.wish.reset_state)
        wrong = server.power_state == ERROR or not server.settled if want == "active" else server.power_state != ERROR
        goal = want.upper()
        self._note("status", server.status, goal if wrong else server.status)
        if wrong:
            self.deeds.append(Deed("reset_state", {"state": want}, Aim(status=(goal,)), repeatable=True))

    def _unlocked(self) -> None:
        if self.wish.locked is False and self._lock_known() and self.server.locked:
            self._note("locked", True, False)
            self.deeds.append(_unlock())

    def _locked(self) -> None:
        if self.wish.locked and self._lock_known() and not self.server.locked:
            self._note("locked", False, True)
            reason = {"reason": self.wish.lock_reason} if self.wish.lock_reason else {}
            self.deeds.append(Deed("lock", reason, Aim(locked=True), repeatable=True, watched=False))

    def _lock_known(self) -> bool:
        if self.server.locked is None and self.cloud.supports("lock"):
            raise PlanError("the cloud does not tell whether the server is locked (microversion 2.9 does)")
        if not self.cloud.supports("lock"):
            raise PlanError(_unsupported("lock", self.cloud))
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
        as_tags = self.cloud.supports("tags_in_metadata")
        if as_tags and wish.tags is not None:
            wanted = {**labels_of(wish.tags), **(wanted or {})}
            purge = purge or wish.purge_tags
        if wanted is None:
            return
        there = {str(key): str(value) for key, value in server.metadata.items()}
        kept = {key: value for key, value in there.items() if key.startswith(_KEPT) or self.cloud.keeps_metadata(key)}
        whole, to_set, to_remove = merged(there, {**kept, **wanted}, purge)
        if not to_set and not to_remove:
            return
        self._note("metadata", there, whole)
        if to_remove:
            self._quickly("replace_metadata", metadata=whole, set=to_set, remove=to_remove)
        else:
            self._quickly("set_metadata", metadata=to_set)
        if wish.reboot and BOOT_ORDER in to_set and server.destination == RUNNING:
            # Only a hard reboot has the guest's devices looked at again.
            self.deeds.append(_REBOOT)
            self._note("rebooted", False, True)

    def _tags(self) -> None:
        server, wish = self.server, self.wish
        if wish.tags is None or self.cloud.supports("tags_in_metadata"):
            return
        there, wanted = set(server.tags), set(wish.tags)
        whole = self.cloud.tags_after(sorted(there), sorted(wanted), wish.purge_tags)
        if whole == there:
            return
        self._note("tags", sorted(there), sorted(whole))
        self._quickly("set_tags", tags=sorted(whole), add=sorted(whole - there), remove=sorted(there - whole))

    # -- the flavor ------------------------------------------------------------------------------------------------

    def _flavor(self) -> None:
        server, wish = self.server, self.wish
        if (server.status or "").upper() == "VERIFY_RESIZE":
            self._standing_resize()
            return
        if wish.flavor is None or _is_of(server, wish.flavor):
            return
        label = _label(wish.flavor)
        if wish.resize == "never":
            raise PlanError("its flavor is %s and not %s; resize: offline stops the server for the change, and "
                            "resize: live does not, where the cloud can do that" % (_label(server.flavor), label))
        self._note("flavor", _label(server.flavor), label)
        self.deeds.extend(self._resize())

    def _standing_resize(self) -> None:
        """A resize that waits to be confirmed: the server shows the new flavor already."""
        wish, shown = self.wish, _label(self.server.flavor)
        if wish.revert:
            self._note("resize", "to be confirmed", "reverted")
            self.deeds.append(Deed("revert_resize", aim=Aim(status=_STANDS), tasks=("resize_reverting",)))
        elif wish.flavor is None or not wish.confirm:
            return
        elif not _is_of(self.server, wish.flavor):
            raise PlanError("its resize to %s waits to be confirmed or reverted; do that first (flavor: %s confirms, "
                            "revert: true reverts it)" % (shown, shown))
        else:
            self._note("resize", "to be confirmed", "confirmed")
            self.deeds.append(_confirm(wish.flavor))

    def _resize(self) -> tuple[Deed, ...]:
        server, flavor, how = self.server, self.wish.flavor, self.wish.resize
        assert flavor is not None
        state = server.destination
        runs = state == RUNNING
        if how == "live" and not runs:
            raise PlanError("resize: live needs a running server, and it is %s; use resize: offline or auto" % state)
        arguments = {"flavor_id": flavor.id, "flavor_name": flavor.name}
        names = _names(flavor)
        if how == "live" or (how == "auto" and runs and self.cloud.supports("live_resize")):
            aim = Aim(power_state=RUNNING, flavor=names)
            return (Deed("live_resize", arguments, aim, tasks=("live_resiz",)),)
        if state not in (RUNNING, "stopped"):
            raise PlanError("a resize needs a running or a stopped server, and it is %s" % state)
        # Some clouds confirm by themselves, and then VERIFY_RESIZE may never be seen.
        aim = Aim(status=("VERIFY_RESIZE",) + _STANDS, flavor=names)
        resize = Deed("resize", arguments, aim, tasks=("resize_",))
        if not self.cloud.supports("confirm_resize") or not self.wish.confirm:
            return (resize,)
        return (resize, _confirm(flavor))


class _Anew(Exception):
    """The server cannot be made what is declared in place, and the task allows to make it anew."""


#: Where a server stands whose resize is over.
_STANDS = ("ACTIVE", "SHUTOFF")


def _confirm(flavor: Flavor) -> Deed:
    return Deed("confirm_resize", aim=Aim(status=_STANDS, flavor=_names(flavor)))


def _names(flavor: Flavor) -> tuple[str, ...]:
    return tuple(name for name in (flavor.id, flavor.name) if name)


def _is_of(server: Server, flavor: Flavor) -> bool:
    if server.flavor.id and flavor.id:
        return server.flavor.id == flavor.id
    return server.flavor.name == flavor.name


def _label(flavor: Flavor) -> str:
    return flavor.name or flavor.id or "not known"


def labels_of(tags: Iterable[str]) -> dict[str, str]:
    """Tags as the metadata that stands for them: ``key=value``, or ``key`` with an empty value."""
    return {key: value for key, _equals, value in (tag.partition("=") for tag in tags)}
