# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out a step of a plan for one resource: where the cloud's answer proves nothing, the state decides."""

from __future__ import annotations

from typing import Callable, TypeVar

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
    PATIENCE,
    retry_after,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import OutcomeUnknown

T = TypeVar("T")

#: Refusals that speak of a state that somebody else, or an earlier attempt, may have brought about.
OF_STATE: tuple[type[CloudError], ...] = (Conflict, ItemNotFound)


def apply_and_verify(
    cloud: Compute,
    ask: Callable[[], T],
    look: Callable[[], T | None],
    refusals: tuple[type[CloudError], ...] = OF_STATE,
) -> T:
    """Asks for one change, and gives what ``ask`` returns, or what ``look`` finds where the answer proves nothing.

    ``look`` reads the state: it gives what proves the change, something false where the state shows that it was not
    made, and raises CloudError where the state cannot tell. ``refusals`` are errors after which it is asked too. A
    request that was put off (429, or 503 with Retry-After) may come from a gateway after the service has acted, so it
    is sent again only when the state shows that nothing was done.

    Raises the error of ``ask`` where the change was not made, and OutcomeUnknown where nobody can say.
    """
    attempt = 0
    while True:
        try:
            return ask()
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
                failure.hint = " ".join(filter(None, (failure.hint, "The state shows that it was not done.")))
            raise failure
        cloud.session.sleep(pause)
        # A refusal of a later attempt may be due to an earlier one that came through after all.
        attempt, refusals = attempt + 1, OF_STATE


def unknown(failure: CloudError, why: str) -> OutcomeUnknown:
    """The error for a change of which nobody can say whether it was made; ``why`` is a clause."""
    return OutcomeUnknown(
        "%s; it is unknown whether it was done: %s" % (failure.message.rstrip("."), why),
        status=failure.status,
        code=failure.code,
        request_id=failure.request_id,
        hint="Check it before you run the task again.",
    )


def _pause(failure: CloudError) -> float | None:
    """Seconds after which a request that was put off is sent again; ``None`` for one that was not, or for too long."""
    put_off = isinstance(failure, (ServerError, ResponseLost)) and failure.retry_after is not None
    if not put_off and not isinstance(failure, RateLimited):
        return None
    asked = retry_after(failure.retry_after)
    pause = BACKOFF_BASE if asked is None else asked
    return pause if pause <= PATIENCE else None


def read_back(warn: Callable[[str], None], read: Callable[[], T | None], planned: T, what: str) -> T:
    """What there is after the change; what was planned, with a warning, where it cannot be read: that it was changed
    must not be lost with it. ``what`` names the thing at the beginning of a sentence."""
    try:
        found = read()
    except CloudError as error:
        warn("%s was changed, but could not be read afterwards; the result shows it as planned: %s" % (what, error))
        return planned
    if found is None:
        warn("%s was changed, but no longer exists; the result shows it as planned." % what)
        return planned
    return found
