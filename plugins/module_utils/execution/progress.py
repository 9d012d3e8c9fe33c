# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where one server is on its way through the actions of a plan, and what is said of it. Pure data and functions."""

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
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import is_postponed
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server, state_text
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import named_state
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import FAILED, PENDING, Outcome

#: Another command is running on the server, whether it shows one or not. It is asked again so many seconds later.
BUSY_PAUSE = 15.0
VANISHED = "the server no longer exists"


@dataclass
class Progress:
    """How far one server is: ``actions`` are still to be done, ``taken`` names those that the cloud has taken, and
    ``pending`` is the first of ``actions`` while it is under way.

    Without a pending action and not ``ready``, the server is on its way somewhere and is waited for.
    """

    server: Server
    actions: tuple[Action, ...] = ()
    taken: tuple[str, ...] = ()
    pending: PendingAction | None = None
    ready: bool = False
    tries: int = 0
    #: Not asked for anything before, by the clock of the wait, for the cloud said that the server is busy.
    not_before: float = 0.0
    busy: CloudError | None = None
    #: A request whose answer proves nothing and that the state does not show yet, the server before it, and the error.
    doubt: tuple[PendingAction, Server, CloudError] | None = None
    #: The action of several requests that is in ``taken`` though only some of them were carried out so far.
    part: str | None = None
    #: ``actions`` are what is done in any case after the planned ones, and the outcome of these where they failed.
    finishing: bool = False
    failure: Outcome | None = None

    @property
    def begun(self) -> bool:
        """Whether the cloud was asked for anything that it may have done."""
        return bool(self.taken or self.tries)


def is_less(left: Action, asked: Action) -> bool:
    """Whether what is left to do is a part of what was asked for, and not the whole of it."""
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
    """The pending action of a lost response that is proven to have been carried out."""
    return replace(pending, error=None, outcome_unknown=False)


def ended_as(item: Progress, result: str, message: str | None = None) -> Outcome:
    request_id = item.pending.request_id if item.pending and result == PENDING else None
    return Outcome(item.server.id, item.server.name, result, item.taken, message=message, request_id=request_id)


def may_still_run(error: CloudError) -> bool:
    """Whether the service may still be at work on a request that ended so, and show that later only."""
    last = error.last or error if isinstance(error, DeadlineExceeded) else error
    return isinstance(last, ResponseLost) or (isinstance(last, ServerError) and not is_postponed(last))


def most_tries(error: CloudError, most: int) -> int:
    """How often at most a request is sent of which the state shows that it was not carried out.

    ``most`` times where the cloud asks to come back later. A page in place of an answer may be gone the third time, and
    a refusal stands, wherever it comes from.
    """
    return most if is_postponed(error) else min(3, most) if isinstance(error, InvalidResponse) else 1


def unnoted(server: Server, error: CloudError, taken: tuple[str, ...] = ()) -> Outcome:
    """The outcome of a server whose note could not be written."""
    outcome = Outcome.of_error(server, FAILED, error, taken)
    message = (
        "nothing was done, because the actions to do after an interrupted run cannot be stored in its metadata: %s"
    )
    return replace(outcome, message=message % error.message)


def item_name(item: Progress) -> str:
    """The server for a line about the wait; nothing for one that waits for its turn, and so holds nobody up."""
    return "" if item.ready and not item.begun else named_state(item.server)


def pending_text(item: Progress, rest: Sequence[str]) -> str | None:
    """What is to be done about a server that was not waited for; ``None`` where that is nothing but waiting."""
    if item.ready and not item.pending:
        return "it was not started, and the task does not wait; " + _still(rest)
    return left_text(item.server, item.pending is not None, rest)


def left_text(server: Server, accepted: bool, rest: Sequence[str]) -> str | None:
    """The same; ``accepted``: an action was accepted, otherwise the server is on its way to another state."""
    if accepted:
        return _still(rest) if rest else None
    return "it is in %s, and the task did not wait for it%s" % (state_text(server), "; " + _still(rest) if rest else "")


def _still(rest: Sequence[str]) -> str:
    return "not submitted yet: %s; run the task again" % ", ".join(rest)
