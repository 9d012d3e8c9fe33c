# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The strategy to set administrator passwords."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    CHANGE_PASSWORD,
    Action,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import RUNNING, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.notes import remove_notes, write_notes
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.power import power_evidence
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PENDING,
    UNKNOWN,
    Change,
    Outcome,
    Plan,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.notes import RESTART_NOTE, are_kept
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.password import (
    REVISION,
    PasswordSpec,
    plan_one,
)


def rehearsed(cloud: Compute, plan: Plan) -> dict[str, Outcome]:
    """The problems that the cloud would report, by server id; empty if the cloud has no such check."""
    if not cloud.supports("password_dry_run"):
        return {}
    requests = [
        (change.server, replace(action, arguments={**action.arguments, "dry_run": True}))
        for change in plan.items
        if change.changes and not change.wait_until_stable
        for action in change.planned_actions
        if action.action == CHANGE_PASSWORD
    ]
    return {
        each.server_id: Outcome.of_error(each, FAILED, each.error)
        for each in cloud.servers.perform(requests)
        if each.error
    }


class PasswordStrategy(Strategy):
    """Sets the passwords of all servers, and restarts the servers that need it."""

    tries = 3
    # The record of a server does not show its password.
    shown_by_record = False

    def __init__(self, cloud: Compute, spec: PasswordSpec) -> None:
        super().__init__(cloud, word="given the password")
        self.spec = spec
        #: The ids of the servers that may have their password, and of those whose password the cloud has accepted.
        self.told: set[str] = set()
        self.taken: set[str] = set()

    def replan(self, progress: Progress, server: Server) -> Change:
        change = plan_one(server, self.spec, self.cloud.rules)
        taken = (
            server.id in self.taken and change.planned_actions and change.planned_actions[0].action == CHANGE_PASSWORD
        )
        return replace(change, planned_actions=change.planned_actions[1:]) if taken else change

    def answered(self, progress: Progress, pending: PendingAction) -> PendingAction:
        if pending.action == CHANGE_PASSWORD and pending.error is None:
            self.taken.add(pending.server_id)
        if pending.action == CHANGE_PASSWORD and (pending.error is None or pending.outcome_unknown):
            self.told.add(pending.server_id)
        return pending

    def evidence(
        self, action: Action, pending: PendingAction, before: Server, now: Server, since: str | None
    ) -> PendingAction | None:
        """Nothing proves a password whose response was lost; the request is sent again, which is safe."""
        return None if action.action == CHANGE_PASSWORD else power_evidence(self, pending, before, now, since)

    def explained(self, outcome: Outcome) -> Outcome:
        """The outcome with its meaning for the password."""
        if outcome.server_id not in self.told or outcome.result in (DONE, PENDING):
            return outcome
        if outcome.server_id not in self.taken:
            # The guest was asked to restart and did not respond: it may have applied the password.
            asked = (CHANGE_PASSWORD,) + outcome.actions
            hint = outcome.hint or "Run the task again; it is safe to set the same password twice."
            return replace(outcome, result=UNKNOWN, actions=asked, hint=hint)
        if outcome.message and self.cloud.supports("password_at_boot"):
            message = "the password takes effect at the next start, but the restart failed: %s" % outcome.message
            return replace(outcome, message=message)
        return outcome


def set_passwords(
    cloud: Compute, spec: PasswordSpec, plan: Plan, wait: bool, waiter: Waiter
) -> tuple[Executor, set[str]]:
    """Carries out the plan: passwords, restarts, and then the labels of the finished servers. Also returns the ids of
    the servers that may have their password."""
    strategy = PasswordStrategy(cloud, spec)
    work = Executor(cloud, strategy, wait, waiter)
    items = work.prepare(plan)
    work.carry_out(items)
    for key in items:
        work.outcomes[key] = strategy.explained(work.outcomes[key])
    if spec.revision is not None:
        # Without a wait there is no evidence that the password is in force.
        done = [key for key in items if work.outcomes[key].result == DONE]
        _label(work, done, spec)
        if spec.restart:
            _forget_restart(work, [key for key in done if work.outcomes[key].result == DONE])
    return work, strategy.told


def _label(work: Executor, ids: Sequence[str], spec: PasswordSpec) -> None:
    wanted = {key: _labels(work.cloud, work.servers[key], spec) for key in ids}
    errors = write_notes(work.cloud, [(work.servers[key], metadata) for key, metadata in wanted.items()])
    for key, metadata in wanted.items():
        server, error = work.servers[key], errors.get(key)
        if error is None:
            work.servers[key] = replace(server, metadata={**server.metadata, **metadata})
            continue
        failed = Outcome.of_error(server, FAILED, error, work.outcomes[key].actions)
        message = "the password was changed, but its revision could not be stored: %s" % error.message
        work.outcomes[key] = replace(failed, message=message)


def _labels(cloud: Compute, server: Server, spec: PasswordSpec) -> dict[str, str]:
    """The label, which also shows whether the server must be restarted before the password takes effect."""
    found = {REVISION: str(spec.revision)}
    at_boot = cloud.supports("password_at_boot") and are_kept(cloud.rules)
    if at_boot and not spec.restart and server.target_power_state == RUNNING:
        found[RESTART_NOTE] = "password"
    return found


def _forget_restart(work: Executor, ids: Sequence[str]) -> None:
    """Removes the notes of pending restarts from servers that were restarted now."""
    restarted = [work.servers[key] for key in ids]
    for key, error in remove_notes(work.cloud, restarted, (RESTART_NOTE,)).items():
        failed = Outcome.of_error(work.servers[key], FAILED, error, work.outcomes[key].actions)
        message = "it has the password, but the key %s could not be removed from its metadata: %s" % (
            RESTART_NOTE,
            error.message,
        )
        work.outcomes[key] = replace(failed, message=message)
    for server in restarted:
        metadata = {key: value for key, value in server.metadata.items() if key != RESTART_NOTE}
        work.servers[server.id] = replace(server, metadata=metadata)
