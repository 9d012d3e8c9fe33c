# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits for asynchronous work of the cloud: one polling loop, and pure predicates for it."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any, Callable, Generic, Mapping, Sequence, TypeVar

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ActionStatus, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    CloudError,
    ConnectionFailed,
    DeadlineExceeded,
    InvalidResponse,
    NotFound,
    RateLimited,
    ResponseLost,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_AWAITING_PAYMENT,
    JOB_FAILED,
    JOB_PENDING,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    ERROR,
    Server,
    fault_text,
    state_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    AWAITING_PAYMENT,
    DONE,
    FAILED,
    UNKNOWN,
    Outcome,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.host_state import hint_of_host, is_host_dead
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened

T = TypeVar("T")

#: Seconds until the second poll of one server and of a large fleet, and the number of servers of that: a poll of a
#: large fleet is more work for the cloud.
_FIRST, _FIRST_OF_FLEET, _FLEET = 0.2, 0.45, 1000
#: The maximum length of a pause as a share of the elapsed time: the end of a wait is noticed within a tenth of its
#: length, or within half a second.
_SHARE = 0.08
#: Seconds until the first progress message; each pause between two messages doubles, up to the second number.
_QUIET, _LONGEST_QUIET = 5.0, 300.0
#: The number of servers that a progress message names.
_NAMED = 3
#: Seconds for which a task that does not wait sends postponed and unanswered requests again.
UNWAITED = 30.0
#: Maximum seconds of the last poll, after the timeout.
_LAST_LOOK = 30.0

#: Temporary errors: they do not end a wait before its timeout. A 404 of a poll comes from a proxy: a missing server is
#: a response, not an error.
_PASSING = (ConnectionFailed, ResponseLost, InvalidResponse, NotFound, ServerError, RateLimited, DeadlineExceeded)


def pause(waited: float, last_look: float, interval: float, servers: int = 1) -> float:
    """Seconds until the next poll: short at first, longer for a large number of servers, growing with the elapsed time,
    at most ``interval``. Never shorter than the last poll took, to limit the load on a slow cloud."""
    first = _FIRST + (_FIRST_OF_FLEET - _FIRST) * min(1.0, servers / _FLEET)
    wanted = max(first, _SHARE * waited)
    return max(min(wanted, interval), last_look) * random.uniform(0.9, 1.1)


class Polling(Generic[T]):
    """The items of a wait, by server or job id: how to poll them, and how to evaluate the result."""

    #: The past participle for progress lines, such as ``stopped``.
    word = "done"

    def poll(self, left: dict[str, T], final: bool) -> Mapping[str, Any]:
        """Returns the observations by id. Items without news may be absent, except in the last poll, which is
        ``final``. Raises CloudError."""
        raise NotImplementedError

    def evaluate(self, item: T, seen: Any) -> Outcome | None:
        """Returns the outcome that the observation proves; ``None`` if another poll is needed."""
        raise NotImplementedError

    def submit_ready(self, left: dict[str, T]) -> Mapping[str, Outcome]:
        """Submits the items that are ready for their next action, before the first poll and after each. Returns the
        outcomes of the items that this ended."""
        return {}

    def item_name(self, item: T) -> str:
        """The name of the item for a progress line; an empty string if the wait does not depend on it."""
        raise NotImplementedError

    def progress_text(self, outcomes: Mapping[str, Outcome], left: Mapping[str, T]) -> str:
        """A progress line: ``37 of 100 stopped, 61 remaining, 2 failed; waiting for web-01, web-02 and 59 more``."""
        failed = sum(1 for outcome in outcomes.values() if outcome.result in (FAILED, UNKNOWN))
        done = len(outcomes) - failed
        text = "%d of %d %s, %d remaining, %d failed" % (done, len(outcomes) + len(left), self.word, len(left), failed)
        return text + waiting_for([name for name in map(self.item_name, left.values()) if name])


class Waiter:
    """How long and how often a task polls, and where it reports its progress.

    ``timeout`` and ``interval`` are seconds; the time runs from the first wait on and is shared by all waits of
    a task.
    """

    def __init__(self, cloud: Compute, timeout: float, interval: float, report_progress: Callable[[str], None]) -> None:
        self.cloud = cloud
        self.clock = cloud.session.clock
        self.timeout = timeout
        self.interval = interval
        self.report_progress = report_progress
        self.deadline: float | None = None
        self._reported = 0.0
        self._quiet = _QUIET

    def _begin(self) -> float:
        """The end of the wait; the time to list a large fleet before is not included."""
        if self.deadline is None:
            self._reported = self.clock.time()
            self.deadline = self._reported + self.timeout
        return self.deadline

    def limit(self, seconds: float) -> None:
        """Limits the wait to this number of seconds; has no effect after the wait has started."""
        self.timeout = min(self.timeout, seconds)

    def wait(
        self, items: Mapping[str, T], polling: Polling[T]
    ) -> tuple[dict[str, Outcome], dict[str, T], CloudError | None]:
        """Polls until ``polling`` has an outcome for each item, or the time is up.

        Returns the outcomes, what is still pending, and the last error of a poll. An error that does not pass by
        itself ends the wait.
        """
        left = dict(items)
        outcomes: dict[str, Outcome] = {}
        error: CloudError | None = None
        deadline = self._begin()
        waiting_since = self.clock.time()
        session = self.cloud.session

        def record(found: Mapping[str, Outcome]) -> None:
            for key, outcome in found.items():
                outcomes[key] = outcome
                left.pop(key, None)

        try:
            record(polling.submit_ready(left))
            while left:
                before = self.clock.time()
                last = before >= deadline
                session.deadline = before + _LAST_LOOK if last else deadline
                try:
                    error = None
                    seen = polling.poll(left, last)
                    evaluated = {key: polling.evaluate(left[key], each) for key, each in seen.items() if key in left}
                    record({key: outcome for key, outcome in evaluated.items() if outcome})
                except _PASSING as passing:
                    error = passing
                except CloudError as final:
                    return outcomes, left, final
                if not left or last:
                    break
                record(polling.submit_ready(left))
                now = self.clock.time()
                self._report(now, lambda: polling.progress_text(outcomes, left))
                rest = pause(now - waiting_since, now - before, self.interval, len(left))
                if left:
                    self.clock.sleep(max(0.0, min(rest, deadline - now)))
        finally:
            session.deadline = None
        return outcomes, left, error

    def _report(self, now: float, text: Callable[[], str]) -> None:
        """Report at most every 5, 10, 20, 40 … 300 seconds, with the elapsed time and its limit."""
        if now - self._reported < self._quiet or self.deadline is None:
            return
        self._reported, self._quiet = now, min(2 * self._quiet, _LONGEST_QUIET)
        elapsed = now - (self.deadline - self.timeout)
        self.report_progress("%s (%d of at most %d seconds)" % (text(), elapsed, self.timeout))


def waiting_for(names: Sequence[str]) -> str:
    """The end of a progress message, with the first three names."""
    return "; waiting for %s" % shortened(names, _NAMED) if names else ""


def named_state(server: Server) -> str:
    """A server with its state for a progress message: ``web-01 (status REBOOT)``."""
    return "%s (%s)" % (server.name or server.id, state_text(server))


def observe_all(
    cloud: Compute, pending_actions: Mapping[str, PendingAction | None], since: str | None
) -> dict[str, ActionStatus]:
    """Poll servers by id: the pending actions for their outcome, the other servers for their state."""
    asked = [pending for pending in pending_actions.values() if pending]
    moving = [key for key, pending in pending_actions.items() if not pending]
    seen: dict[str, ActionStatus] = {}
    if asked:
        seen.update(cloud.servers.status(asked, since))
    if moving:
        found = cloud.servers.by_id(moving)
        seen.update((key, ActionStatus(found.get(key))) for key in moving)
    return seen


def evaluate_action(pending: PendingAction, seen: ActionStatus) -> Outcome | None:
    """Whether one poll proves the outcome of the pending action; ``None`` requests another poll."""
    server, expected_state = seen.server, pending.expected_state
    failed = seen.verdict in (JOB_FAILED, JOB_AWAITING_PAYMENT)
    if expected_state and expected_state.presence:
        if expected_state.met(server) and (server is None or server.is_deleted or server.is_stable):
            return _outcome(pending, DONE)
        if server is not None and not failed and (server.is_deleted or server.task_state):
            # In a transition into or out of the recycle bin, or to its permanent deletion.
            return None
    if server is None or server.is_deleted:
        return _outcome(pending, FAILED, seen.code, seen.message or "the server no longer exists")
    if (
        server.power_state == ERROR
        and seen.verdict != JOB_PENDING
        and not (expected_state and "ERROR" in expected_state.status)
    ):
        if server.task_state and not failed:
            return None
        return _outcome(pending, FAILED, seen.code, fault_text(server) or seen.message)
    if not server.is_stable or seen.verdict == JOB_PENDING:
        return None
    reached = pending.reached(server)
    if failed:
        if reached and not pending.is_unobservable:
            return _outcome(pending, DONE)
        return _outcome(pending, FAILED, seen.code, seen.message or "the cloud reports that the action failed")
    if reached and (seen.verdict or pending.seen_in_progress or not pending.is_unobservable):
        if pending.image_id and server.image.id and server.image.id != pending.image_id:
            message = "the cloud reports success, but the server runs the image %s and not %s"
            return _outcome(pending, FAILED, None, message % (server.image.id, pending.image_id))
        return _outcome(pending, DONE)
    return None


def unpaid(pending: PendingAction, seen: ActionStatus, outcome: Outcome) -> Outcome:
    """The same, but an order that waits for its payment is no failure, and is not waited for."""
    if seen.verdict != JOB_AWAITING_PAYMENT:
        return outcome
    order = " %s" % pending.order_id if pending.order_id else ""
    return replace(
        outcome,
        result=AWAITING_PAYMENT,
        message="the order%s waits for payment (job %s)" % (order, pending.job_id),
        hint="Pay or cancel the order in the console before you run the task again.",
    )


def _outcome(pending: PendingAction, result: str, code: Any = None, message: str | None = None) -> Outcome:
    return Outcome(
        pending.server_id,
        pending.name,
        result,
        (pending.action,),
        code=str(code) if code is not None else None,
        message=message,
        request_id=pending.request_id,
    )


_LATER = "Raise wait_timeout, or check again later with job_info or server_info."


def timed_out(
    server_id: str, name: str | None, actions: tuple[str, ...], server: Server | None, timeout: float, error: Any = None
) -> Outcome:
    """The outcome of a server that was still in progress at the timeout, or that could no longer be polled."""
    hint = hint_of_host(server) if server and is_host_dead(server) else _LATER
    if error is not None:
        message = "its outcome could not be read: %s" % error.message
        if isinstance(error, AuthenticationFailed) and error.hint:
            # Waiting longer does not help.
            hint = "%s Then check with job_info or server_info." % error.hint
    else:
        message = "still in %s after %g seconds" % (state_text(server), timeout)
    return Outcome(
        server_id,
        name,
        UNKNOWN,
        actions,
        code=str(error.code) if error is not None and error.code is not None else None,
        message=message,
        hint=hint,
    )
