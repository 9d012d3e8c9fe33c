# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The changes of a server that should exist with its declared properties. Pure data and functions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Iterable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, ExpectedState
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import SecurityGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.patterns import key_of_tag
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import image_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    ERROR,
    RUNNING,
    Server,
    fault_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declared_image import (
    image_name,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.deletion import (
    DELETE,
    presence,
    problem,
    unlock,
    unsupported,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import plan_one as plan_power_of
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.public_ip import (
    plan_public_ip,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.resize import ResizeSpec, plan_flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.server_spec import ServerSpec, declared
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import merged

#: EasyStack's metadata keys for the boot order and for an ISO image (E57, E58).
BOOT_ORDER = "nodeinfo.com:bootorder"
#: Metadata keys of the collection and of the cloud; purge_metadata does not remove them.
_KEPT = ("cloudserver_", "nodeinfo.com:")
#: Statuses of a transition to a declared state. The task waits for its end even if nothing else must be done.
_COMING = ("BUILD", "RESIZE", "REVERT_RESIZE")

CREATE = Action("create", tasks=("scheduling", "spawning"))
_REBOOT = Action("reboot", {"force": True})
_RESTART = Action("reboot", {"force": False})


class _Replacement(Exception):
    """The declared state cannot be reached in place, and the task allows a recreation."""


@dataclass
class PresentServer:
    """Collects the changes of one server; ``before`` and ``after`` contain the declared properties."""

    server: Server
    spec: ServerSpec
    rules: Rules
    fresh: bool = False
    owed: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    planned_actions: list[Action] = field(default_factory=list)

    def change(self) -> Change:
        server, spec = self.server, self.spec
        if server.is_deleted:
            return Change.refused(
                server, "it is in the recycle bin; set state: restored to restore it", presence(server)
            )
        if spec.reset_state:
            self._reset()
        elif server.power_state == ERROR and not self._may_stand():
            if spec.recreate:
                return self._recreate()
            hint = "; set reset_state: active to reset its status, or recreate: true to delete it and create it again"
            return Change.refused(server, fault_text(server) + hint, {"status": server.status})
        try:
            if not self.fresh:
                self._refuse_other_kind()
            for part in (self._unlocked, self._update, self._metadata, self._reboot):
                part()
            for part in (self._tags, self._security_groups, self._public_ip, self._flavor, self._power, self._locked):
                part()
        except _Replacement:
            return self._recreate()
        except InvalidRequest as error:
            return Change.refused(server, str(error), self.before)
        refusal = problem(server, self.planned_actions, self.rules)
        if refusal:
            return Change.refused(server, refusal, self.before)
        moving = not server.is_stable and not any(action.action == "reset_state" for action in self.planned_actions)
        coming = (server.status or "").upper() in _COMING or spec.power_state is not None
        waits = moving and (bool(self.planned_actions) or coming)
        actions = tuple(action.action for action in self.planned_actions)
        return Change(server, actions, self.before, self.after, None, waits, tuple(self.planned_actions))

    def _may_stand(self) -> bool:
        """Whether the declared state of a server in ERROR can be reached: only its lock."""
        spec = self.spec
        other = (spec.new_name, spec.description, spec.hostname, spec.metadata, spec.tags, spec.flavor, spec.image)
        declared = any(each is not None for each in other) or spec.user_data is not None or bool(spec.remove_metadata)
        declared = declared or bool(spec.security_groups) or spec.public_ip is not None or spec.power_state is not None
        return spec.locked is not None and not declared and not spec.recreate

    def _note(self, key: str, before: Any, after: Any) -> None:
        self.before[key], self.after[key] = before, after

    def _quickly(self, action: str, **arguments: Any) -> None:
        """An action that is complete when the cloud has responded, and that is safe to send twice."""
        self.planned_actions.append(Action(action, arguments, is_retry_safe=True, watched=False))

    def _recreate(self) -> Change:
        planned_actions: tuple[Action, ...] = (DELETE, CREATE)
        if self.server.locked and self.spec.locked is False:
            planned_actions = (unlock(),) + planned_actions
        refusal = problem(self.server, planned_actions, self.rules)
        if refusal:
            return Change.refused(self.server, refusal, self.before)
        before = {"id": self.server.id, "image": image_of(self.server), "status": self.server.status}
        after = {**declared(self.spec), "recreated": True}
        return Change(
            self.server,
            tuple(action.action for action in planned_actions),
            before,
            after,
            planned_actions=planned_actions,
        )

    def _refuse_other_kind(self) -> None:
        """Raises InvalidRequest, or _Replacement if the task allows a recreation, for properties that cannot be changed
        in place."""
        server, spec = self.server, self.spec
        reasons = []
        if spec.image and spec.image.differs(server):
            reasons.append(
                "it runs the image %s and not %s (server_os reinstalls it in place)"
                % (image_name(server) or image_of(server), spec.image.label)
            )
        observed = {address.network for address in server.addresses}
        absent = [name for name in spec.networks if name not in observed]
        if absent and observed and None not in observed:
            reasons.append("it is not on the network %s (server_interface attaches it in place)" % ", ".join(absent))
        zone = (spec.availability_zone or "").partition(":")[0]
        if zone and server.availability_zone and zone != server.availability_zone:
            reasons.append("it is in the availability zone %s and not %s" % (server.availability_zone, zone))
        if spec.key_name and server.key_name and spec.key_name != server.key_name:
            reasons.append("its key pair is %s and not %s" % (server.key_name, spec.key_name))
        if not reasons:
            return
        if spec.recreate:
            raise _Replacement
        raise InvalidRequest("%s; set recreate: true to delete the server and create it again" % "; ".join(reasons))

    def _reset(self) -> None:
        """Resets the status of a server in ERROR or of a server whose task does not end."""
        server, target_state = self.server, str(self.spec.reset_state)
        wrong = (
            server.power_state == ERROR or not server.is_stable
            if target_state == "active"
            else server.power_state != ERROR
        )
        goal = target_state.upper()
        self._note("status", server.status, goal if wrong else server.status)
        if wrong:
            self.planned_actions.append(
                Action("reset_state", {"state": target_state}, ExpectedState(status=(goal,)), is_retry_safe=True)
            )

    def _unlocked(self) -> None:
        if self.spec.locked is False and self._lock_known() and self.server.locked:
            self._note("locked", True, False)
            self.planned_actions.append(unlock())

    def _locked(self) -> None:
        if self.spec.locked and self._lock_known() and not self.server.locked:
            self._note("locked", False, True)
            reason = {"reason": self.spec.lock_reason} if self.spec.lock_reason else {}
            self.planned_actions.append(
                Action("lock", reason, ExpectedState(locked=True), is_retry_safe=True, watched=False)
            )

    def _lock_known(self) -> bool:
        if self.server.locked is None and self.rules.supports("lock"):
            raise InvalidRequest(
                "the cloud does not report whether the server is locked (it does from microversion 2.9 on)"
            )
        if not self.rules.supports("lock"):
            raise InvalidRequest(unsupported("lock", self.rules))
        return True

    def _update(self) -> None:
        server, spec, wanted = self.server, self.spec, {}
        for key, observed, target_state in (
            ("name", server.name, spec.new_name),
            ("description", server.description or "", spec.description),
            ("hostname", server.hostname, spec.hostname),
        ):
            if target_state is not None and target_state != observed and not (key == "hostname" and observed is None):
                wanted[key] = target_state
                self._note(key, observed, target_state)
        data = None if self.fresh else spec.user_data
        if data and not self.rules.shows(server, "user_data", data):
            wanted["user_data"] = data
            self._note("user_data", "other user data", "changed")
        if wanted:
            self._quickly("update", **wanted)
        self.owed = self.owed or (spec.reboot and "hostname" in wanted and self.rules.supports("hostname_at_boot"))

    def _metadata(self) -> None:
        server, spec = self.server, self.spec
        wanted, purge = spec.metadata, spec.purge_metadata
        as_tags = self.rules.supports("tags_in_metadata")
        if as_tags and spec.tags is not None:
            wanted = {**labels_of(spec.tags), **(wanted or {})}
            purge = purge or spec.purge_tags
        if wanted is None and not spec.remove_metadata:
            return
        observed = {str(key): str(value) for key, value in server.metadata.items()}
        kept = {key: value for key, value in observed.items() if is_kept(key, self.rules)}
        whole, to_set, to_remove = merged(observed, {**kept, **(wanted or {})}, purge and wanted is not None)
        listed = [key for key in spec.remove_metadata if whole.pop(key, None) is not None]
        to_remove = sorted({*to_remove, *listed})
        if not to_set and not to_remove:
            return
        self._note("metadata", observed, whole)
        if to_remove:
            self._quickly("replace_metadata", metadata=whole, set=to_set, remove=to_remove)
        else:
            self._quickly("set_metadata", metadata=to_set)
        self.owed = self.owed or (spec.reboot and BOOT_ORDER in to_set)

    def _reboot(self) -> None:
        if self.owed and self.server.target_power_state == RUNNING:
            # Only a hard reboot applies changed devices. The record does not show whether it was done.
            self.planned_actions.append(_REBOOT if self.rules.supports("boot_order") else _RESTART)
            self._note("rebooted", False, True)

    def _tags(self) -> None:
        server, spec = self.server, self.spec
        if spec.tags is None or self.rules.supports("tags_in_metadata"):
            return
        observed, wanted = set(server.tags), set(spec.tags)
        kept = {tag for tag in observed if key_of_tag(tag) not in spec.tag_keys}
        whole = self.rules.tags_after(sorted(kept), sorted(wanted), spec.purge_tags)
        if whole == observed:
            return
        self._note("tags", sorted(observed), sorted(whole))
        self._quickly("set_tags", tags=sorted(whole), add=sorted(whole - observed), remove=sorted(observed - whole))

    def _security_groups(self) -> None:
        """New groups are added first, so that a server that is reached by one of them stays reachable."""
        wanted = self.spec.security_groups
        if not wanted or self.fresh:
            return
        observed = self.rules.security_groups(self.server)
        missing = [group for group in wanted if not any(group.is_same(each) for each in observed)]
        others = [group for group in observed if not any(group.is_same(each) for each in wanted)]
        if not missing and not others:
            return
        self._note("security_groups", _labels(observed), _labels(wanted))
        for action, groups in (("add_security_group", missing), ("remove_security_group", others)):
            for group in groups:
                self._quickly(action, group=group.reference, label=group.label)

    def _public_ip(self) -> None:
        if self.spec.public_ip is None:
            return
        before, after, planned_actions = plan_public_ip(self.server, self.spec.public_ip)
        if planned_actions:
            self._note("public_ip", before, after)
            self.planned_actions.extend(planned_actions)

    def _flavor(self) -> None:
        for key, before, after, planned_actions in plan_flavor(self.server, self._size(), self.rules):
            self._note(key, before, after)
            self.planned_actions.extend(planned_actions)

    def _power(self) -> None:
        spec, server = self.spec, self.server
        resized = any(action.action == "resize" for action in self.planned_actions) and not spec.confirm
        if spec.power_state is None or spec.reset_state or resized or (server.status or "").upper() == "VERIFY_RESIZE":
            return
        unlocked = replace(server, locked=False) if spec.locked is False else server
        change = plan_power_of(unlocked, spec.power_state, False, self.rules)
        if change.refusal:
            raise InvalidRequest(change.refusal)
        if change.planned_actions:
            self._note("power_state", change.before["power_state"], change.after["power_state"])
            self.planned_actions.extend(change.planned_actions)

    def _size(self) -> ResizeSpec:
        spec = self.spec
        return ResizeSpec(spec.flavor, spec.resize, spec.confirm, spec.revert, spec.auto_pay)


def is_kept(key: str, rules: Rules) -> bool:
    """Whether a metadata key belongs to the collection or to the cloud, and not to the user."""
    return key.startswith(_KEPT) or rules.keeps_metadata(key)


def _labels(groups: Iterable[SecurityGroup]) -> list[str]:
    return sorted(group.label for group in groups)


def labels_of(tags: Iterable[str]) -> dict[str, str]:
    """Tags as the metadata that replaces them: ``key=value``, or ``key`` with an empty value."""
    return {key: value for key, _equals, value in (tag.partition("=") for tag in tags)}
