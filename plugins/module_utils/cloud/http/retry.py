# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether and when a failed request is sent again; pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    Conflict,
    ConnectionFailed,
    DeadlineExceeded,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    RateLimited,
    Redirected,
    ResponseLost,
    ServerError,
)

# Seconds: the maximum of the first pause, of any pause, and of a Retry-After without a deadline.
BACKOFF_BASE, BACKOFF_CAP, LONGEST_PAUSE = 0.5, 20.0, 120.0
#: After one of these errors the request may have been carried out, regardless of the status.
_AMBIGUOUS = (ResponseLost, ServerError, InvalidResponse, DeadlineExceeded, RateLimited, Redirected)
#: Refusals, if they come from the service itself.
_REFUSALS = (BadRequest, PermissionDenied, NotFound, Conflict)


@dataclass(frozen=True)
class Pause:
    """The pause before the next attempt: at least this number of seconds, and a random part of up to `spread` more."""

    least: float
    spread: float


def decide(
    method: str, is_retry_safe: bool, failure: CloudError, attempt: int, now: datetime | None = None
) -> Pause | None:
    """Whether a failed request is sent again, and after which pause; None means that the error is final. attempt counts
    from 0.

    A request that provably never arrived is repeated with any verb; one that may have been carried out only if it is
    retry-safe. That also applies to 429 and 503 with Retry-After: a gateway may respond so after the service has acted.
    """
    if isinstance(failure, ConnectionFailed):
        again = not failure.permanent
    elif isinstance(failure, ServerError):
        again = is_retry_safe and failure.status in (500, 502, 503, 504)
    elif isinstance(failure, (RateLimited, ResponseLost)):
        again = is_retry_safe
    else:
        again = isinstance(failure, InvalidResponse) and is_retry_safe and method in ("GET", "HEAD")
    if not again:
        return None
    asked = retry_after(failure.retry_after, now) if isinstance(failure, (RateLimited, ServerError)) else None
    if asked is not None:
        # The random part prevents that threads that were rejected together retry together.
        return Pause(asked, BACKOFF_BASE)
    return Pause(0.0, min(BACKOFF_CAP, BACKOFF_BASE * 2.0 ** min(attempt, 30)))


def is_overload(error: CloudError) -> bool:
    """Whether the cloud cannot take as many requests as are in progress: it rejects them, or does not respond in
    time."""
    if isinstance(error, ServerError):
        return error.status in (503, 504)
    return isinstance(error, RateLimited) or (isinstance(error, ResponseLost) and error.late)


def is_postponed(error: CloudError) -> bool:
    """Whether the cloud asks to retry later: 429, 503, or one of Huawei Cloud's codes for it."""
    return isinstance(error, RateLimited) or (isinstance(error, ServerError) and error.status == 503)


def postponed_for(error: CloudError, attempt: int, now: datetime | None = None) -> float:
    """Seconds until a postponed request is sent again: as requested by the cloud, otherwise 5, 10, 20 and 30. attempt
    counts from 0. A longer Retry-After is reduced to the maximum: the timeout of the wait decides."""
    asked = retry_after(error.retry_after, now)
    return min(asked, LONGEST_PAUSE) if asked is not None else min(30.0, 5.0 * 2.0**attempt)


def retry_after(text: str | None, now: datetime | None = None) -> float | None:
    """The seconds of a Retry-After header, from a number or a date; None for an invalid one."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        moment = parse_date(text)
        if moment is None:
            return None
        seconds = (moment - (now or datetime.now(timezone.utc))).total_seconds()
    return max(0.0, seconds) if seconds < 1e9 else None


def parse_date(text: str | None) -> datetime | None:
    """An HTTP date, in UTC; None for an invalid one."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (TypeError, ValueError, IndexError):
        return None
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def may_be_created(error: CloudError) -> bool:
    """Whether a creation that ended with this error may have created the server.

    A gateway that times out or limits the rate may do so after the service has acted, and a refusal without the
    service's own error code comes from a proxy or gateway.
    """
    if isinstance(error, _AMBIGUOUS):
        return True
    return isinstance(error, _REFUSALS) and error.status is not None and error.code is None


def is_refusal(error: CloudError) -> bool:
    """Whether the creation was answered immediately: if the list does not show the server then, it will not appear
    later."""
    return isinstance(error, (RateLimited, Redirected) + _REFUSALS)


def is_deferred(error: CloudError) -> bool:
    """Whether the response asks to send the request again later."""
    return isinstance(error, RateLimited) or error.retry_after is not None
