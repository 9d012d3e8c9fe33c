# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The strategy to create, change and delete servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    Conflict,
    PermissionDenied,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import ERROR, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress, ended_as
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.power import power_evidence
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.public_ip import refreshed
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.resizable import ResizableFlavors
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    AWAITING_PAYMENT,
    DONE,
    FAILED,
    UNCHANGED,
    Change,
    Outcome,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declaration import Declaration
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.deletion import DELETE
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.public_ip import (
    BIND,
    RELEASE,
    UNBIND,
    PublicIpSpec,
    reserve,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.update import plan_one

#: How many unused addresses a server tries that other tasks bind first.
_MOST_CHOICES = 5
WORDS = {"present": "as declared", "absent": "deleted", "restored": "restored", "purged": "purged"}


class ServerStrategy(Strategy):
    """Creates, changes and deletes servers.

    ``made`` are the ids of the servers that this task has created, by name. ``declared`` finds the declaration of a
    server by its record.
    """

    def __init__(self, cloud: Compute, declared: Callable[[Server], Declaration], word: str) -> None:
        super().__init__(cloud, word=word)
        self.declared = declared
        self.made: dict[str, str] = {}
        #: The ids of all servers that this task has created.
        self.created: set[str] = set()
        #: The ids of the servers that still need a reboot after a change of this run.
        self.owed: set[str] = set()
        #: The ids of the servers whose live resize the cloud refused.
        self._offline: set[str] = set()
        self._resizable = ResizableFlavors(cloud)
        #: How often a server got another unused address than the reserved one, by id.
        self._choices: dict[str, int] = {}
        #: The public addresses that this run has bound, or unbound, by server id.
        self._bound: dict[str, dict[str, bool]] = {}
        #: The unused public addresses that servers of this task get, by server id.
        self._reserved: Mapping[str, str] = {}

    def add(self, name: str, server_id: str) -> None:
        """Records a server that this task has created."""
        self.made[name] = server_id
        self.created.add(server_id)

    def plan_one(self, server: Server) -> Change:
        spec = self.declared(server).spec
        spec = replace(spec, resize="offline") if server.id in self._offline else spec
        if spec.public_ip is not None:
            spec = replace(spec, public_ip=self._public_ip(spec.public_ip, server))
        return plan_one(server, spec, self.cloud.rules, server.id in self.created, server.id in self.owed)

    def _public_ip(self, spec: PublicIpSpec, server: Server) -> PublicIpSpec:
        """The same with the addresses as they are now. Another server of this task does not get the same unused one."""
        known = replace(refreshed(self.cloud, spec), reserved=self._reserved)
        if known.chooses:
            self._reserved = reserve(known, [server])
        return replace(known, reserved=self._reserved)

    def replan(self, progress: Progress, server: Server) -> Change:
        return self.plan_one(server)

    def evidence(
        self, action: Action, pending: PendingAction, before: Server, now: Server, since: str | None
    ) -> PendingAction | None:
        if pending.goal is not None and action.action != "reboot":
            return power_evidence(self, pending, before, now, since)
        return super().evidence(action, pending, before, now, since)

    def is_needless(self, progress: Progress) -> bool:
        """If the cloud confirms resizes automatically, no confirmation remains. If it did not move a deleted server to
        the recycle bin, nothing remains to purge."""
        action = progress.actions[0].action
        if action == "purge":
            return "delete" in progress.taken and not progress.server.is_deleted
        unconfirmed = (progress.server.status or "").upper() == "VERIFY_RESIZE"
        return action == "confirm_resize" and not unconfirmed

    def answered(self, progress: Progress, pending: PendingAction) -> PendingAction:
        if any(action.action == "reboot" for action in progress.actions):
            self.owed.add(progress.server.id)
        error = pending.error
        if pending.action == "resize" and isinstance(error, BadRequest) and self._is_refused(progress, pending):
            flavors = self._resizable.sentence(progress.server)
            if flavors:
                error.add_hint(flavors)
        return pending

    def _is_refused(self, progress: Progress, pending: PendingAction) -> bool:
        """Whether the cloud refused the request for another reason than the state or the lock of the server."""
        error = pending.error
        of_state = error is None or error.is_state_conflict or error.is_busy or bool(progress.server.locked)
        return not pending.outcome_unknown and not of_state

    def evaluated(
        self, progress: Progress, pending: PendingAction, seen: ActionStatus, outcome: Outcome | None
    ) -> Outcome | None:
        """The outcome, with a hint for a resize that is not paid, or whose job failed."""
        if outcome is None or pending.action != "resize":
            return outcome
        more = ""
        if outcome.result == AWAITING_PAYMENT and not self.declared(progress.server).spec.auto_pay:
            more = "Set auto_pay: true to pay it automatically."
        elif outcome.result == FAILED and seen.verdict and not seen.is_busy:
            more = self._resizable.sentence(progress.server)
        return replace(outcome, hint=" ".join(filter(None, (outcome.hint, more)))) if more else outcome

    def replaces(self, progress: Progress, pending: PendingAction) -> bool:
        if pending.action == BIND:
            return self._chooses_another(progress, pending)
        return self._resizes_offline(progress, pending)

    def _chooses_another(self, progress: Progress, pending: PendingAction) -> bool:
        """If another task has bound an unused address meanwhile, the server gets another one."""
        spec, key = self.declared(progress.server).spec.public_ip, progress.server.id
        refused = isinstance(pending.error, (BadRequest, Conflict)) and not pending.outcome_unknown
        earlier = self._reserved.get(key)
        if spec is None or not spec.any_of_network or not refused or self._choices.get(key, 0) >= _MOST_CHOICES:
            return False
        self._choices[key] = self._choices.get(key, 0) + 1
        change = self.plan_one(progress.server)
        if change.refusal or not change.planned_actions or self._reserved.get(key) == earlier:
            return False
        progress.actions = tuple(change.planned_actions)
        return True

    def _resizes_offline(self, progress: Progress, pending: PendingAction) -> bool:
        """If the cloud refuses a live resize, ``resize: auto`` stops the server for it: the document of the cloud does
        not say which flavors it refuses."""
        # A conflict belongs to the present state of the server, in which a stop does not help.
        refused = isinstance(pending.error, (BadRequest, PermissionDenied)) and not pending.outcome_unknown
        if pending.action != "live_resize" or self.declared(progress.server).spec.resize != "auto" or not refused:
            return False
        self._offline.add(progress.server.id)
        change = self.plan_one(progress.server)
        progress.actions = tuple(change.planned_actions)
        return not change.refusal and bool(progress.actions)

    def accepted(self, progress: Progress, pending: PendingAction) -> None:
        if pending.action == "reboot":
            self.owed.discard(progress.server.id)
        if pending.action in (BIND, UNBIND, RELEASE):
            address = str(progress.actions[0].arguments["address"])
            self._bound.setdefault(progress.server.id, {})[address] = pending.action == BIND

    def is_shown(self, server: Server) -> bool:
        """Nova writes a public address into the record of its server some seconds after Neutron has bound it."""
        shown = {address.ip for address in server.addresses}
        return all((address in shown) is bound for address, bound in self._bound.get(server.id, {}).items())

    def is_waiting(self, progress: Progress, change: Change) -> bool:
        return self._ends(progress.server) and change.wait_until_stable

    def vanished(self, progress: Progress) -> Outcome:
        if self._ends(progress.server):
            return ended_as(progress, DONE if progress.taken else UNCHANGED)
        return super().vanished(progress)

    def _ends(self, server: Server) -> bool:
        return self.declared(server).spec.ends

    def finish(self, progress: Progress, outcome: Outcome) -> tuple[Outcome, Sequence[Action]]:
        """Apply declared properties that cannot be set at creation: a lock, or tags on an older cloud. Delete a broken
        server."""
        if progress.actions[0].action != "create":
            return outcome, ()
        if outcome.result == DONE:
            now = self.plan_one(progress.server)
            if now.refusal:
                return replace(outcome, result=FAILED, message="it was created, but: %s" % now.refusal), ()
            return outcome, now.planned_actions
        if progress.server.power_state != ERROR:
            return outcome, ()
        if self.declared(progress.server).remove_broken and outcome.result == FAILED:
            return outcome, (DELETE,)
        hint = "Set on_error: delete to delete such a server, or recreate: true to delete it and create it again."
        return replace(outcome, message="%s; the broken server was kept" % outcome.message, hint=hint), ()

    def concluded(self, failure: Outcome, outcome: Outcome) -> Outcome:
        end = "the broken server was deleted"
        if outcome.result != DONE:
            end = "the broken server was kept, because it could not be deleted: %s" % outcome.message
        return replace(failure, actions=outcome.actions, message="%s; %s" % (failure.message, end))
