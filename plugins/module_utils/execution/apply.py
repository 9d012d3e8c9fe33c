# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out one step of a plan for a resource: if the response proves nothing, the state decides."""

from __future__ import annotations

from typing import Any, Callable, TypeVar

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    Conflict,
    ItemNotFound,
    RateLimited,
    ResponseLost,
    ServerError,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import (
    BACKOFF_BASE,
    LONGEST_PAUSE,
    retry_after,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import OutcomeUnknown

T = TypeVar("T")

#: Refusals because of a state that another user, or an earlier attempt, may have caused.
OF_STATE: tuple[type[CloudError], ...] = (Conflict, ItemNotFound)


def apply_and_verify(
    cloud: Compute,
    ask: Callable[[], Any],
    look: Callable[[], Any],
    refusals: tuple[type[CloudError], ...] = OF_STATE,
) -> Any:
    """Submit one change, and return what ``ask`` returns (``True`` for nothing), or what ``look`` finds if the response
    proves nothing.

    ``look`` reads the state: it returns what proves the change, a false value if the state shows that the change was
    not made, and raises CloudError if the state cannot show it. ``refusals`` are errors after which it is called as
    well.

    A postponed request (429, or 503 with Retry-After) may come from a gateway after the service has acted, so it is
    sent again only if the state shows that nothing was done. Raises the error of ``ask`` if the change was not made,
    and OutcomeUnknown if that is unknown.
    """
    attempt = 0
    while True:
        try:
            answer = ask()
            return True if answer is None else answer
        except CloudError as error:
            failure = error
        refused = isinstance(failure, refusals)
        if not (refused or is_ambiguous(failure)):
            raise failure
        try:
            found = look()
        except OutcomeUnknown:
            raise
        except CloudError as unread:
            if refused:
                raise failure from None
            raise unknown(failure, unread.message) from None
        if found:
            return found
        pause = _pause(failure)
        if pause is None or attempt >= cloud.settings.retries:
            if is_ambiguous(failure):
                failure.add_hint("The state shows that it was not done.")
            raise failure
        cloud.session.sleep(pause)
        # A refusal of a later attempt may be the result of an earlier attempt that succeeded.
        attempt, refusals = attempt + 1, OF_STATE


def unknown(failure: CloudError, why: str) -> OutcomeUnknown:
    """The error for a change with an unknown result; ``why`` is a clause."""
    return OutcomeUnknown(
        "%s; it is unknown whether it was done: %s" % (failure.message.rstrip("."), why),
        status=failure.status,
        code=failure.code,
        request_id=failure.request_id,
        hint="Check it before you run the task again.",
    )


def _pause(failure: CloudError) -> float | None:
    """Seconds until a postponed request is sent again; ``None`` if it was not postponed, or for too long."""
    put_off = isinstance(failure, (ServerError, ResponseLost)) and failure.retry_after is not None
    if not put_off and not isinstance(failure, RateLimited):
        return None
    asked = retry_after(failure.retry_after)
    pause = BACKOFF_BASE if asked is None else asked
    return pause if pause <= LONGEST_PAUSE else None


def read_back(warn: Callable[[str], None], read: Callable[[], T | None], planned: T, what: str) -> T:
    """Return the present state after the change, or the planned state with a warning if it cannot be read, so that the
    result still reports the change. ``what`` is the name of the resource at the beginning of a sentence."""
    try:
        found = read()
    except CloudError as error:
        warn("%s was changed, but could not be read afterwards; the result shows it as planned: %s" % (what, error))
        return planned
    if found is None:
        warn("%s was changed, but no longer exists; the result shows it as planned." % what)
        return planned
    return found
