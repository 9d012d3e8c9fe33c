# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a request that failed is sent again, and when; pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AnswerLost,
    CloudError,
    ConnectionFailed,
    MalformedAnswer,
    ServiceFailed,
    Throttled,
    is_ambiguous,
)

# Seconds: the first pause at most, any pause at most, and the longest Retry-After that is worth waiting for where
# no deadline says otherwise.
BACKOFF_BASE, BACKOFF_CAP, PATIENCE = 0.5, 20.0, 120.0


@dataclass(frozen=True)
class Pause:
    """How long to wait before the next attempt: at least so many seconds, and up to `spread` more by chance."""

    least: float
    spread: float


def decide(
    method: str, repeatable: bool, failure: CloudError, attempt: int, now: datetime | None = None
) -> Pause | None:
    """Whether a request that failed is sent again, and after what pause; None means that the failure stands.

    attempt counts from 0. A request that provably never arrived is repeated with any verb; one that may have been
    carried out, only where repeating does no harm. The latter holds for 429 and 503 with Retry-After too: a gateway
    may answer so after the service has acted.
    """
    if isinstance(failure, ConnectionFailed):
        again = not failure.permanent
    elif isinstance(failure, ServiceFailed):
        again = repeatable and failure.status in (500, 502, 503, 504)
    elif isinstance(failure, (Throttled, AnswerLost)):
        again = repeatable
    else:
        again = isinstance(failure, MalformedAnswer) and repeatable and method in ("GET", "HEAD")
    if not again:
        return None
    asked = retry_after(failure.retry_after, now) if isinstance(failure, (Throttled, ServiceFailed)) else None
    if asked is not None:
        # The spread keeps threads that were refused together from coming back together.
        return Pause(asked, BACKOFF_BASE)
    return Pause(0.0, min(BACKOFF_CAP, BACKOFF_BASE * 2.0 ** min(attempt, 30)))


def may_have_acted(error: CloudError) -> bool:
    """Whether an action on a server that ended so may have been carried out all the same: only the state can tell.

    A gateway may answer 429 after the service has acted, so this counts too.
    """
    return isinstance(error, Throttled) or is_ambiguous(error)


def is_postponed(error: CloudError) -> bool:
    """Whether the cloud asks to come back later: 429, 503, or one of Huawei Cloud's codes for it."""
    return isinstance(error, Throttled) or (isinstance(error, ServiceFailed) and error.status == 503)


def postponed_for(error: CloudError, attempt: int, now: datetime | None = None) -> float:
    """Seconds after which a request is sent again that the cloud has postponed: as it asks for, else 5, 10, 20 and
    30. attempt counts from 0. A longer Retry-After than PATIENCE is cut: the time limit of the wait decides."""
    asked = retry_after(error.retry_after, now)
    return min(asked, PATIENCE) if asked is not None else min(30.0, 5.0 * 2.0**attempt)


def retry_after(text: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or as a date; None for one that cannot be read."""
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
    """An HTTP date, in UTC; None for what is none."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (TypeError, ValueError, IndexError):
        return None
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)
