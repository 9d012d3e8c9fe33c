# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out what server_plan says: creates servers, beside everything that is done to those that exist."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import ERROR, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor, Progress
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.creation import Creation
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.duplicates import (
    DuplicateRun,
    Resolution,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PENDING,
    UNCHANGED,
    UNKNOWN,
    Change,
    Outcome,
    Plan,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.deletion import DELETE
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.duplicates import (
    DELETE_NEWER,
    KEEP,
    SETTLED,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.update import (
    ServerSpec,
    is_made_anew,
    is_new,
    plan_one,
)

WORDS = {"present": "as declared", "absent": "deleted", "restored": "restored", "purged": "purged"}
_CREATE = (Action("create"),)
_NOT_REBOOTED = (
    "the boot order is set, but the reboot that it takes is not proven (server_power with state: restarted and"
    " force: true makes up for it): %s"
)


class ServerRun(Executor):
    """Creates what is missing, and does to the servers that exist what is to be done, all at the same time.

    ``new`` describes a missing server; ``known`` are the ids of the servers that existed before. ``remove_broken``: a
    server whose creation failed is deleted again. ``on_duplicate``: what happens where another task has created a
    server of the same name at the same time. ``made`` are the ids of the servers that were created, by name;
    ``warnings`` are for the user.
    """

    def __init__(
        self,
        cloud: Compute,
        wish: ServerSpec,
        new: NewServer | None,
        known: Iterable[str],
        wait: bool,
        waiter: Waiter,
        remove_broken: bool = False,
        client_token: str | None = None,
        on_duplicate: str = KEEP,
    ) -> None:
        super().__init__(
            cloud,
            lambda server: plan_one(
                server, wish, cloud.rules, server.id in self.made.values(), server.id in self._owed
            ),
            WORDS[wish.state],
            wait,
            waiter,
        )
        self.wish = wish
        self.new = new
        self.known = set(known)
        self.remove_broken = remove_broken
        self.client_token = client_token
        #: The ids of the servers whose reboot is still to come after a change that this run has asked for.
        self._owed: set[str] = set()
        self.delete_newer = on_duplicate == DELETE_NEWER
        self.made: dict[str, str] = {}
        self.warnings: list[str] = []
        #: The names whose server was found in the list, so that another task may have created it.
        self.adopted: set[str] = set()
        self._answered = 0.0
        #: The outcomes of those that were not created, by name; of those whose broken server is deleted, by id.
        self.refused: dict[str, Outcome] = {}
        self._broken: dict[str, Outcome] = {}
        self._erased: dict[str, str] = {}

    def run(self, todo: Plan) -> None:
        names = [str(change.server.name) for change in todo.items if is_new(change)]
        names += self._erase([change for change in todo.items if is_made_anew(change)])
        created = self._create(names) if names else {}
        rest = Plan(tuple(item for item in todo.items if not is_new(item) and not is_made_anew(item)))
        items = self.prepare(rest)
        for key, item in created.items():
            if self.waits:
                items[key] = item
            elif item.ticket:
                self.tickets[key] = item.ticket
                request_id = item.ticket.request_id
                self.outcomes[key] = Outcome(key, item.server.name, PENDING, item.taken, request_id=request_id)
                self._stale.add(key)
        self.carry_out(items)
        for key in self._broken:
            self.outcomes[key] = self._removed(key, self.outcomes[key])
        for key in self._owed:
            self.outcomes[key] = _not_rebooted(self.outcomes[key])
        if self.made:
            self._check_duplicates()

    def outcome_of(self, change: Change) -> Outcome:
        """What became of one change of the plan, be it of a server that was there, is new, or was made anew."""
        name = str(change.server.name)
        if not is_new(change) and not (is_made_anew(change) and change.server.id in self._erased):
            return self.outcomes[change.server.id]
        found = self.refused[name] if name in self.refused else self.outcomes[self.made[name]]
        if is_new(change):
            return found
        return replace(found, actions=tuple(action for action in change.actions if action != "create") + found.actions)

    def server_of(self, change: Change) -> Server | None:
        """The server as it was last seen, the new one where one was made."""
        name = str(change.server.name)
        if name in self.made and (is_new(change) or is_made_anew(change)):
            return self.servers.get(self.made[name])
        return None if is_new(change) else self.servers.get(change.server.id)

    # -- making ------------------------------------------------------------------------------------------------

    def _erase(self, changes: Sequence[Change]) -> list[str]:
        """Deletes the servers that are to be made anew; gives the names of those that are gone.

        A task that does not wait leaves those to another run that are not gone within UNWAITED seconds.
        """
        if not changes:
            return []
        eraser = Executor(self.cloud, _until_gone, "deleted", True, self.waiter)
        eraser.run(Plan(tuple(replace(change, deeds=change.deeds[:-1]) for change in changes)))
        self.outcomes.update(eraser.outcomes)
        self.servers.update(eraser.servers)
        self._forget_failures(eraser)
        for key, ticket in eraser.tickets.items() if not self.waits else ():
            rest = ("create",)
            self.tickets[key] = replace(ticket, then=rest)
            message = "it is still being deleted; not asked for yet: create; run the task again"
            late = self.outcomes[key]
            self.outcomes[key] = replace(late, result=PENDING, message=message, hint=None, remaining=rest)
        gone = [change.server for change in changes if self.outcomes[change.server.id].result == DONE]
        self._erased = {server.id: str(server.name) for server in gone}
        return list(self._erased.values())

    def _forget_failures(self, eraser: Executor) -> None:
        """A server that another task has deleted is deleted, though this task's request was refused."""
        failed = [key for key, outcome in eraser.outcomes.items() if outcome.result == FAILED]
        if not failed:
            return
        try:
            left = self.cloud.servers_by_id(failed)
        except CloudError:
            return
        for key in failed:
            if key not in left or left[key].is_deleted:
                outcome = self.outcomes[key]
                self.outcomes[key] = replace(outcome, result=DONE, code=None, message=None, hint=None)

    def _create(self, names: Sequence[str]) -> dict[str, Progress]:
        if self.new is None:
            raise InvalidRequest("nothing says what the servers %s are created as" % ", ".join(names))
        self._since = self.cloud.mark()
        creation = Creation(self.cloud, self.new, self.known, self.client_token)
        creation.run(names, may_raise=not self._erased)
        self._answered = self.waiter.clock.time()
        self.refused.update(creation.refused)
        # A later error is that of a server, and no more the task's: what was created must not be lost with it.
        self._acted = True
        self.adopted = creation.adopted
        items = {}
        for name, ticket in creation.tickets.items():
            server = Server(ticket.server_id, self.cloud.platform, name=name)
            self.servers[server.id] = server
            self.made[name] = server.id
            items[server.id] = Progress(server, _CREATE, ("create",), ticket)
        return items

    # -- servers of the same name ------------------------------------------------------------------------------

    def _check_duplicates(self) -> None:
        """Looks whether other tasks have created servers of the same names; what this task did is not lost with it."""
        clock = self.waiter.clock
        clock.sleep(max(0.0, self._answered + SETTLED - clock.time()))
        work = DuplicateRun(
            self.cloud, self.waiter, self.waits, self.delete_newer, self.known, self.adopted, self.again
        )
        try:
            found = work.run(self.made)
        except CloudError as error:
            self.warnings.append(
                "Whether another task created servers of the same names at the same time could not be read: %s" % error
            )
            return
        for name, each in found.items():
            self._resolve(name, each)

    def _resolve(self, name: str, found: Resolution) -> None:
        own = self.made[name]
        outcome = self.outcomes.pop(own)
        self.tickets.pop(own, None) if found.actions else None
        if found.ticket:
            self.tickets[own] = found.ticket
        settled = found.result in (DONE, PENDING)
        earlier = None if settled else outcome.message
        self.made[name] = found.server.id
        self.servers[found.server.id] = found.server
        self.outcomes[found.server.id] = replace(
            outcome,
            server_id=found.server.id,
            result=found.result if found.result and (settled or outcome.result != UNKNOWN) else outcome.result,
            actions=outcome.actions + found.actions,
            code=None if settled else outcome.code,
            message="; ".join(part for part in (earlier, found.message) if part),
            hint=found.hint if settled else found.hint or outcome.hint,
        )

    # -- asking and looking ------------------------------------------------------------------------------------

    def ask(self, action: str, items: Sequence[Progress]) -> list[PendingAction]:
        self._owed.update(item.server.id for item in items if any(deed.action == "reboot" for deed in item.deeds))
        if action == "reboot":
            return self.cloud.act(action, [item.server for item in items], True)
        return super().ask(action, items)

    def submit_ready(self, left: dict[str, Progress]) -> dict[str, Outcome]:
        """A cloud that confirms resizes by itself has left nothing to be confirmed."""
        ended: dict[str, Outcome] = {}
        for key, item in left.items():
            confirmed = (item.server.status or "").upper() != "VERIFY_RESIZE"
            if item.ready and item.deeds[0].action == "confirm_resize" and confirmed:
                item.deeds = item.deeds[1:]
                if not item.deeds:
                    ended[key] = Outcome(key, item.server.name, DONE, item.taken)
        ended.update(super().submit_ready({key: item for key, item in left.items() if key not in ended}))
        return ended

    def _accept(self, item: Progress, ticket: PendingAction, ended: dict[str, Outcome]) -> None:
        if ticket.action == "reboot":
            self._owed.discard(item.server.id)
        super()._accept(item, ticket, ended)

    def evaluate(self, item: Progress, seen: ActionStatus) -> Outcome | None:
        key, ticket = item.server.id, item.ticket
        outcome = super().evaluate(item, seen)
        if outcome is None or ticket is None:
            return outcome
        if ticket.action != "create":
            return outcome
        if outcome.result == DONE:
            return self._furnish(item, outcome)
        if item.server.power_state != ERROR:
            return outcome
        if self.remove_broken:
            self._broken[key] = outcome
            item.deeds, item.ticket, item.ready = (DELETE,), None, True
            return None
        hint = "on_error: delete removes such a server, and recreate: true makes it anew."
        return replace(outcome, message="%s; the broken server was left" % outcome.message, hint=hint)

    def _furnish(self, item: Progress, outcome: Outcome) -> Outcome | None:
        """What of the declaration no creation does: a lock, tags on an older cloud."""
        now = self.again(item.server)
        if now.refusal:
            return replace(outcome, result=FAILED, message="it was made, but: %s" % now.refusal)
        if not now.deeds:
            return outcome
        item.deeds, item.ticket, item.ready = now.deeds, None, not now.wait_until_stable
        return None

    def _removed(self, key: str, outcome: Outcome) -> Outcome:
        failed = self._broken[key]
        if outcome.result == DONE:
            message = "%s; the broken server was deleted" % failed.message
            return replace(failed, actions=outcome.actions, message=message)
        message = "%s; the broken server was left, for it could not be deleted: %s" % (failed.message, outcome.message)
        return replace(failed, actions=outcome.actions, message=message)

    def evaluate_transition(self, item: Progress, server: Server | None) -> Outcome | None:
        ending = self.wish.state in ("absent", "purged")
        if server is None and ending:
            return Outcome(item.server.id, item.server.name, DONE if item.taken else UNCHANGED, item.taken)
        if server is not None and ending and self.again(server).wait_until_stable:
            return None
        return super().evaluate_transition(item, server)


def _not_rebooted(outcome: Outcome) -> Outcome:
    """The outcome of a server whose metadata are set, so that another run does not see that the reboot is missing."""
    if outcome.result == DONE or not {"set_metadata", "replace_metadata"} & set(outcome.actions):
        return outcome
    return replace(outcome, message=_NOT_REBOOTED % (outcome.message or "the task did not wait for it"))


def _until_gone(server: Server) -> Change:
    return Change(server) if server.is_deleted else Change(server, ("delete",), deeds=(DELETE,))
