# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reasons why a server should be retired: pure functions over server records."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.plugin_utils.times import InvalidDeclaration, cloud_day

EXPIRED, IDLE, MISSING_TAGS, STALE_IMAGE = REASONS = ("expired", "idle", "missing_tags", "stale_image")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Criteria:
    """The criteria of a candidate; 0, empty and False switch a criterion off. Ages are in days."""

    expires_tag: str = "expires"
    idle_days: int = 0
    image_days: int = 0
    deleted_images: bool = False
    required_tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Today:
    """The time of a run, and its date in the time zone of the role."""

    now: datetime
    zone: tzinfo = timezone.utc

    @property
    def date(self) -> date:
        return self.now.astimezone(self.zone).date()


@dataclass
class Findings:
    """The reasons of one server, with their evidence for the report; ``problem`` is a tag that cannot be read."""

    reasons: dict[str, str] = field(default_factory=dict)
    expired_on: date | None = None
    problem: str | None = None


def expiry(text: str, zone: tzinfo) -> datetime:
    """The first moment at which a server has expired. A date means the end of this day in the time zone. A time without
    an offset is in the time zone. Raises InvalidDeclaration."""
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), zone)
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (ValueError, OverflowError):
        raise InvalidDeclaration(
            "%r is not a date such as 2026-12-31, or a time such as 2026-12-31T18:00+08:00" % text
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def tag_values(server: Mapping[str, Any], key: str) -> list[str]:
    """The values of a tag; a tag without a value has an empty one."""
    found = (tag.partition("=") for tag in server["tags"])
    return [value for name, _equals, value in found if name == key]


def find_reasons(
    server: Mapping[str, Any],
    criteria: Criteria,
    today: Today,
    images: Mapping[str, Any] | None,
    changed_by_role: date | None,
) -> Findings:
    """The reasons of a server. ``images`` are the times of creation of the cloud's images by id, if they were listed.
    ``changed_by_role`` is the last date on which the role itself changed the server."""
    found = Findings()
    _find_expiry(found, server, criteria, today)
    if criteria.idle_days and server.get("power_state") == "stopped":
        _find_idleness(found, server, criteria, today, changed_by_role)
    missing = [key for key in criteria.required_tags if not any(tag_values(server, key))]
    if missing:
        found.reasons[MISSING_TAGS] = ", ".join(missing)
    if images is not None:
        _find_image(found, server, criteria, today, images)
    return found


def _find_expiry(found: Findings, server: Mapping[str, Any], criteria: Criteria, today: Today) -> None:
    values = tag_values(server, criteria.expires_tag) if criteria.expires_tag else []
    if not values:
        return
    if len(values) > 1:
        found.problem = "it has %d tags %s" % (len(values), criteria.expires_tag)
        return
    try:
        moment = expiry(values[0], today.zone)
    except InvalidDeclaration as error:
        found.problem = "%s: %s" % (criteria.expires_tag, error)
        return
    if moment <= today.now:
        found.reasons[EXPIRED] = values[0]
        # The last day on which the server had not expired, if the tag is a date.
        found.expired_on = (moment - timedelta(microseconds=1)).astimezone(today.zone).date()


def _find_idleness(
    found: Findings, server: Mapping[str, Any], criteria: Criteria, today: Today, changed_by_role: date | None
) -> None:
    """A stopped server is idle if nothing has changed it for so many days. The role's own changes do not count: a
    server that was idle before them still is, if nothing else has changed it since."""
    changed = cloud_day(server.get("updated"), today.zone)
    if changed is None:
        return
    if (today.date - changed).days > criteria.idle_days or (changed_by_role is not None and changed <= changed_by_role):
        found.reasons[IDLE] = str(server.get("updated"))


def _find_image(
    found: Findings, server: Mapping[str, Any], criteria: Criteria, today: Today, images: Mapping[str, Any]
) -> None:
    image_id = (server.get("image") or {}).get("id")
    if not image_id:
        return
    if image_id not in images:
        if criteria.deleted_images:
            found.reasons[STALE_IMAGE] = "%s was deleted" % image_id
        return
    created = cloud_day(images[image_id], today.zone)
    if criteria.image_days and created is not None and (today.date - created).days > criteria.image_days:
        found.reasons[STALE_IMAGE] = "%s is of %s" % (image_id, created.isoformat())
