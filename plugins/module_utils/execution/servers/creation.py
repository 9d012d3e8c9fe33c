# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Submits the creation of servers, and finds out which of them exist if the response does not show it.

A request whose response was lost is never sent again: the list of servers decides. Only a postponed request (429, 503
with Retry-After) is sent again, after the list shows that it was not carried out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Collection, Iterable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    BUILT,
    CreatedServer,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, ResponseLost
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import (
    BACKOFF_BASE,
    BACKOFF_CAP,
    LONGEST_PAUSE,
    is_deferred,
    is_refusal,
    retry_after,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import FAILED, UNKNOWN, Outcome

_LOOK = "Check the servers with this name, and run the task again: it creates what is missing."


@dataclass(frozen=True)
class CreationBatch:
    """New servers with the same properties."""

    new: NewServer
    names: tuple[str, ...]
    client_token: str | None = None

    def only(self, names: Collection[str]) -> CreationBatch:
        """The batch without the other names."""
        return replace(self, names=tuple(name for name in self.names if name in names))


@dataclass
class Creation:
    """The new servers of a task.

    ``pending_actions`` are those of the servers that are being created, by name. ``refused`` are the outcomes of the
    names without a server, or with an unknown result. ``adopted`` are the names whose server was found in the list
    after the response was lost: this task probably created it, but that is not proven.
    """

    cloud: Compute
    batches: Sequence[CreationBatch]
    #: The ids of the servers that existed before.
    known: Collection[str]
    pending_actions: dict[str, PendingAction] = field(default_factory=dict)
    refused: dict[str, Outcome] = field(default_factory=dict)
    adopted: set[str] = field(default_factory=set)

    def run(self, may_raise: bool) -> None:
        """``may_raise``: the task has done nothing yet, so an error before the first request is a failure of the task.
        Raises CloudError."""
        session = self.cloud.session
        left, attempt = list(self.batches), 0
        while left:
            deferred = self._request(left, may_raise and not attempt)
            if not deferred or attempt >= session.settings.retries:
                break
            session.sleep(_pause(deferred.values(), attempt))
            left, attempt = [each for each in (batch.only(deferred) for batch in left) if each.names], attempt + 1
            for name in deferred:
                del self.refused[name]

    def _request(self, batches: Sequence[CreationBatch], may_raise: bool) -> dict[str, CloudError]:
        """Submits the creation of these servers once. Returns the errors of those that can be submitted again, by
        name."""
        # The first one alone: an error that concerns every request ends the task before the others.
        answers = list(self._submit(batches[0], may_raise))
        # A batch of several servers is submitted concurrently by the platform, or in one request.
        for batch in batches[1:]:
            answers.extend(self._submit(batch) if len(batch.names) > 1 else ())
        single = [batch for batch in batches[1:] if len(batch.names) == 1]
        for created in in_parallel(self._submit, single, self.cloud.parallel):
            answers.extend(created)
        for each in answers:
            if each.pending:
                self.pending_actions[each.name] = each.pending
            elif each.error is not None and not each.outcome_unknown:
                self.refused[each.name] = self._outcome(each.name, FAILED, each.error)
        return self._find([each for each in answers if each.outcome_unknown])

    def _submit(self, batch: CreationBatch, may_raise: bool = False) -> Sequence[CreatedServer]:
        try:
            return self.cloud.servers.create(batch.new, batch.names, batch.client_token)
        except CloudError as error:
            if may_raise:
                raise
            return [CreatedServer(name, error=error) for name in batch.names]

    def _find(self, ambiguous: Sequence[CreatedServer]) -> dict[str, CloudError]:
        """One list request decides for all servers whose responses do not show whether they were created. Returns the
        errors of those that do not exist and were postponed, by name."""
        if not ambiguous:
            return {}
        try:
            listed = list(self.cloud.servers.list(ServerQuery(names=tuple(each.name for each in ambiguous))))
        except CloudError as unreadable:
            for each in ambiguous:
                lost = self._outcome(each.name, UNKNOWN, _error_of(each))
                why = "%s. It is unknown whether it exists: %s" % (_plain(lost.message), unreadable.message)
                self.refused[each.name] = replace(lost, actions=("create",), message=why, hint=_LOOK)
            return {}
        new: dict[str | None, list[str]] = {}
        for server in filter(self._may_be_new, listed):
            new.setdefault(server.name, []).append(server.id)
        deferred = {}
        for each in ambiguous:
            error, ids = _error_of(each), new.get(each.name, [])
            if len(ids) == 1:
                self.pending_actions[each.name] = PendingAction(
                    ids[0], "create", each.name, expected_state=BUILT, seen_in_progress=True
                )
                self.adopted.add(each.name)
                continue
            self.refused[each.name] = self._not_found(each.name, error, ids)
            if not ids and is_deferred(error) and self.cloud.rules.lists_new_servers_at_once:
                deferred[each.name] = error
        return deferred

    def _may_be_new(self, server: Server) -> bool:
        return server.id not in self.known and not server.is_deleted

    def _not_found(self, name: str, error: CloudError, ids: Sequence[str]) -> Outcome:
        """The outcome of a name if the list shows no new server with it, or several."""
        if not ids and is_refusal(error) and self.cloud.rules.lists_new_servers_at_once:
            return self._outcome(name, FAILED, error)
        lost = self._outcome(name, UNKNOWN, error)
        why = "%s. No server with this name exists, or it is not visible yet" % _plain(error.message)
        if ids:
            why = "%s. %d servers with this name exist now (%s)" % (
                _plain(error.message), len(ids), ", ".join(sorted(ids))
            )  # fmt: skip
        return replace(lost, actions=("create",), message=why, hint=_LOOK)

    def _outcome(self, name: str, result: str, error: CloudError) -> Outcome:
        return Outcome.of_error(Server("", self.cloud.platform, name=name), result, error)


def _error_of(each: CreatedServer) -> CloudError:
    return each.error or ResponseLost("The cloud's response was lost.")


def _plain(message: str | None) -> str:
    return (message or "").rstrip(". ")


def _pause(errors: Iterable[CloudError], attempt: int) -> float:
    """Seconds until the request is sent again: the maximum that the cloud asks for."""
    asked = [retry_after(error.retry_after) or 0.0 for error in errors]
    return min(LONGEST_PAUSE, max(asked + [min(BACKOFF_CAP, BACKOFF_BASE * 2.0**attempt)]))
