# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The servers of a fleet report that need attention, and why: pure functions over server records."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Iterable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.password import REVISION

#: The key of the tag that says until when a server is needed, such as ``expires=2026-12-31``.
EXPIRES = "expires"
#: Days without a description of their own in the role: see its README.
DEFAULTS = {"stopped_days": 30, "expires_days": 14, "backup_days": 0, "password_days": 0}
_HOSTS = {
    "DOWN": "its compute host is down",
    "UNKNOWN": "the state of its compute host is unknown",
    "MAINTENANCE": "its compute host is in maintenance",
}
_FAULT_LENGTH = 300
_QUARTER = re.compile(r"(\d{4})-?q([1-4])", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


class AttentionError(Exception):
    """An option is wrong; the message is the reason."""


@dataclass(frozen=True)
class Limits:
    """After how many days something needs attention; 0 turns a check off."""

    stopped_days: int
    expires_days: int
    backup_days: int
    password_days: int


def parse_limits(options: Mapping[str, Any] | None) -> Limits:
    """Raises AttentionError for an unknown key, and for a value that is no whole number from 0 on."""
    given = dict(options or {})
    unknown = sorted(set(given) - set(DEFAULTS))
    if unknown:
        raise AttentionError("attention: unknown key %r; the keys are %s" % (unknown[0], ", ".join(sorted(DEFAULTS))))
    return Limits(**{name: _days(name, given.get(name, default)) for name, default in DEFAULTS.items()})


def _days(name: str, value: Any) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not text.isdecimal():
        raise AttentionError("attention: %s: %r is not a number of days, 0 or more" % (name, value))
    return int(text)


def newest_backups(clouds: Iterable[Mapping[str, Any]]) -> dict[str, date | None]:
    """The day of the newest usable image of each server by its id, None if it has none. ``clouds`` have the ids of
    their servers (``server_ids``) and the records of their images (``snapshots``)."""
    newest: dict[str, date | None] = {}
    for cloud in clouds:
        newest.update(dict.fromkeys(cloud["server_ids"]))
        for image in cloud["snapshots"]:
            day, server = parse_day(image["created"]), image["server_id"]
            if server in newest and image["status"] == "active" and day:
                newest[server] = max(day, newest[server] or day)
    return newest


def parse_day(text: Any) -> date | None:
    """The day of a time in ISO 8601; None if it cannot be read."""
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def day_of_revision(revision: str) -> date | None:
    """The day that a label of a password rotation names: ``2026-11-20``, the first of ``2026-11`` or of ``2026-q4``.
    None if it names none."""
    for pattern in (_DAY, _MONTH, _QUARTER):
        found = pattern.search(revision)
        if found:
            year, *rest = (int(number) for number in found.groups())
            if pattern is _QUARTER:
                rest = [3 * rest[0] - 2]
            return parse_day("%04d-%02d-%02d" % (year, rest[0], rest[1] if len(rest) > 1 else 1))
    return None


def reasons(server: Mapping[str, Any], today: date, limits: Limits, backups: Mapping[str, date | None]) -> list[str]:
    """Why a server needs attention, the most urgent first; empty if it needs none.

    ``backups`` is what newest_backups returns: a server that is not in it is not reported for want of a backup.
    """
    found = [
        _fault(server),
        _HOSTS.get(str(server.get("host_status") or "").upper()),
        "it is locked" if server.get("locked") else None,
        _stopped(server, today, limits.stopped_days),
        _expiry(server, today, limits.expires_days),
        _backup(server, today, limits.backup_days, backups),
        _password(server, today, limits.password_days),
    ]
    return [reason for reason in found if reason]


def _fault(server: Mapping[str, Any]) -> str | None:
    if server.get("power_state") != "error":
        return None
    text = " ".join(str((server.get("fault") or {}).get("message") or "").split())
    return "it is in error: %s" % text[:_FAULT_LENGTH] if text else "it is in error"


def _stopped(server: Mapping[str, Any], today: date, days: int) -> str | None:
    since = parse_day(server.get("updated"))
    if not days or server.get("power_state") != "stopped" or since is None or (today - since).days < days:
        return None
    return "it has been stopped for %d days or longer" % (today - since).days


def _expiry(server: Mapping[str, Any], today: date, days: int) -> str | None:
    values = [tag.partition("=")[2] for tag in server.get("tags") or () if tag.partition("=")[0] == EXPIRES]
    if not days or not values:
        return None
    day = parse_day(values[0])
    if day is None:
        return "its tag %s has the value %r, which is not a day" % (EXPIRES, values[0])
    if day < today:
        return "it expired on %s" % day.isoformat()
    return "it expires on %s" % day.isoformat() if day - today <= timedelta(days) else None


def _backup(server: Mapping[str, Any], today: date, days: int, backups: Mapping[str, date | None]) -> str | None:
    if not days or server["id"] not in backups:
        return None
    day = backups[server["id"]]
    if day is None:
        return "it has no backup image"
    age = (today - day).days
    return "its newest backup image is %d days old" % age if age > days else None


def _password(server: Mapping[str, Any], today: date, days: int) -> str | None:
    revision = (server.get("metadata") or {}).get(REVISION)
    if not days or not revision:
        return None
    day = day_of_revision(str(revision))
    if day is None or (today - day).days <= days:
        return None
    return "its password is %d days old (revision %s)" % ((today - day).days, revision)
