# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The progress of one server through the actions of a plan, and its messages. Pure data and functions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    DeadlineExceeded,
    InvalidResponse,
    ResponseLost,
    ServerError,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import is_postponed
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server, state_text
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import named_state
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, PENDING, Outcome

#: Another command is running on the server, even if its record does not show one. Seconds until the next attempt.
BUSY_PAUSE = 15.0
VANISHED = "the server no longer exists"


@dataclass
class Progress:
    """The progress of one server: ``actions`` are the remaining actions, ``taken`` are the names of the accepted ones,
    and ``pending`` is the first of ``actions`` while it is in progress. Without a pending action and not ``ready``, the
    server is in a transition and is waited for."""

    server: Server
    actions: tuple[Action, ...] = ()
    taken: tuple[str, ...] = ()
    pending: PendingAction | None = None
    ready: bool = False
    tries: int = 0
    #: No request before this time of the wait's clock, because the cloud reported that the server is busy.
    not_before: float = 0.0
    busy: CloudError | None = None
    #: A request whose response proves nothing and which the state does not show yet, the server before it, and the
    #: error.
    doubt: tuple[PendingAction, Server, CloudError] | None = None
    #: Until this time of the wait's clock, the state may still show that request.
    doubt_until: float = 0.0
    #: The action with several requests that is in ``taken``, although only some of them were carried out.
    part: str | None = None
    #: ``actions`` are the final actions that follow the planned ones; this is the outcome of failed planned actions.
    finishing: bool = False
    #: The request id of the last accepted action.
    request_id: str | None = None
    #: The actions of the approved plan; ``None`` without one.
    approved: tuple[str, ...] | None = None
    failure: Outcome | None = None

    @property
    def begun(self) -> bool:
        """Whether a request was sent that the cloud may have carried out."""
        return bool(self.taken or self.tries)


def is_less(left: Action, asked: Action) -> bool:
    """Whether the remaining actions are a part of the submitted ones."""
    less = False
    for name in ("set", "add", "remove"):
        now, before = (_as_set(action.arguments.get(name) or ()) for action in (left, asked))
        if not now <= before:
            return False
        less = less or now != before
    return less and left.action == asked.action


def _as_set(values: Any) -> frozenset[Any]:
    return frozenset(values.items() if isinstance(values, Mapping) else values)


def proven(pending: PendingAction) -> PendingAction:
    """The pending action of a lost response that was proven to be carried out."""
    return replace(pending, error=None, outcome_unknown=False)


def unapproved(item: Progress, actions: Sequence[Action]) -> str | None:
    """Why the actions cannot be carried out under the approved plan, ``None`` if they can. The actions that follow an
    action of this run complete it, so they belong to it."""
    if item.approved is None or item.taken or item.finishing:
        return None
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.approval import exceeded

    return exceeded(item.approved, [action.action for action in actions])


def ended_as(item: Progress, result: str, message: str | None = None) -> Outcome:
    request_id = item.request_id if result in (PENDING, DONE) else None
    return Outcome(item.server.id, item.server.name, result, item.taken, message=message, request_id=request_id)


def may_still_run(error: CloudError) -> bool:
    """Whether the service may still process a request that ended with this error, and show the result later."""
    last = error.last or error if isinstance(error, DeadlineExceeded) else error
    return isinstance(last, ResponseLost) or (isinstance(last, ServerError) and not is_postponed(last))


def most_tries(error: CloudError, most: int, is_retry_safe: bool = False) -> int:
    """The maximum number of attempts for a request that was not carried out according to the state: ``most`` if the
    cloud asks to retry later, three if the response was no valid response, two if a refusal may be that of a gateway
    and the request is safe to repeat, because the state may show its effect later, and one for any other refusal."""
    if is_postponed(error):
        return most
    if isinstance(error, InvalidResponse):
        return min(3, most)
    return min(2, most) if is_retry_safe and is_ambiguous(error) else 1


def unnoted(server: Server, error: CloudError, taken: tuple[str, ...] = ()) -> Outcome:
    """The outcome of a server whose note could not be written."""
    outcome = Outcome.of_error(server, FAILED, error, taken)
    message = (
        "nothing was done, because the actions to do after an interrupted run cannot be stored in its metadata: %s"
    )
    return replace(outcome, message=message % error.message)


def progress_name(item: Progress) -> str:
    """The server for a progress message; empty for a queued server, because the wait does not depend on it."""
    return "" if item.ready and not item.begun else named_state(item.server)


def pending_text(item: Progress, rest: Sequence[str]) -> str | None:
    """The next step of the user for a server that was not waited for; ``None`` if only waiting remains."""
    if item.ready and not item.pending:
        return "it was not started, and the task does not wait; " + _still(rest)
    return left_text(item.server, item.pending is not None, rest)


def left_text(server: Server, accepted: bool, rest: Sequence[str]) -> str | None:
    """The same; ``accepted``: an action was accepted, otherwise the server is in a transition."""
    if accepted:
        return _still(rest) if rest else None
    return "it is in %s, and the task did not wait for it%s" % (state_text(server), "; " + _still(rest) if rest else "")


def _still(rest: Sequence[str]) -> str:
    return "not submitted yet: %s; run the task again" % ", ".join(rest)
