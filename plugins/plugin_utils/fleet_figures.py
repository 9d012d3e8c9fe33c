# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The statistics of a fleet report: pure functions over server records."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from datetime import date, datetime, timezone
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.plugin_utils import fleet_attention, fleet_changes

NONE = "(none)"
STATES = ("running", "stopped", "paused", "suspended", "transitional", "error", "unknown")
COLUMNS = (
    "name",
    "state",
    "platform",
    "region",
    "zone",
    "flavor",
    "vcpus",
    "ram_mb",
    "image",
    "private_ips",
    "public_ips",
    "tags",
    "age_days",
    "created",
    "id",
    "attention",
)
#: Upper limits in days, and the labels of the bars.
AGES = (
    (7, "up to a week"),
    (30, "up to 30 days"),
    (90, "up to 90 days"),
    (365, "up to a year"),
    (730, "up to 2 years"),
    (math.inf, "older"),
)
BARS = 10
_RADIUS = 70.0


def age_in_days(created: Any, today: date) -> int | None:
    """Full days since a time in ISO 8601 or in Huawei Cloud's format; None if it is unknown."""
    try:
        return max(0, (today - date.fromisoformat(str(created)[:10])).days)
    except ValueError:
        return None


def row(server: Mapping[str, Any], today: date, reasons: Sequence[str] = ()) -> dict[str, Any]:
    """The columns of a server in the table; ``reasons`` are why it needs attention."""
    flavor, image = server["flavor"] or {}, server["image"] or {}
    state = server["power_state"] if server["power_state"] in STATES else "unknown"
    return {
        "id": server["id"],
        "name": server["name"] or "",
        "state": state,
        "status": server["status"] or "",
        "platform": server["platform"] or "",
        "region": server["region"] or "",
        "zone": server["availability_zone"] or "",
        "flavor": flavor.get("name") or flavor.get("id") or "",
        "vcpus": flavor.get("vcpus"),
        "ram_mb": flavor.get("ram_mb"),
        "image": image.get("name") or image.get("id") or "",
        "private_ips": " ".join(server["private_ips"]),
        "public_ips": " ".join(server["public_ips"]),
        "tags": " ".join(sorted(server["tags"])),
        "tag_list": sorted(server["tags"]),
        "age_days": age_in_days(server["created"], today),
        "created": server["created"] or "",
        "reasons": list(reasons),
        "attention": "; ".join(reasons),
    }


def counted(values: Iterable[Any]) -> list[tuple[str, int]]:
    """(value, count), the most frequent first, equal counts in the order of their values."""
    return sorted(Counter(value or NONE for value in values).items(), key=lambda pair: (-pair[1], pair[0]))


def chart(title: str, pairs: Sequence[tuple[str, int]], limit: int = BARS) -> dict[str, Any]:
    """The bars of a chart: those above the limit are one bar with their number."""
    shown, rest = list(pairs[:limit]), pairs[limit:]
    if len(rest) == 1:
        shown, rest = list(pairs), []
    most = max((count for value, count in shown), default=1) or 1
    words = ", ".join("%s: %d" % pair for pair in shown)
    bars = [
        {"label": value, "short": shortened(value), "count": count, "part": round(count / most, 4)}
        for value, count in shown
    ]
    more = {"kinds": len(rest), "count": sum(count for value, count in rest)} if rest else None
    return {"title": title, "bars": bars, "kinds": len(pairs), "more": more, "words": words}


def shortened(text: str, most: int = 20) -> str:
    return text if len(text) <= most else text[: most - 1] + "\u2026"


def ages(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Ages in order, including empty ones, so that two reports can be compared."""
    found: Counter[str] = Counter()
    for each in rows:
        days = each["age_days"]
        found["unknown" if days is None else next(name for end, name in AGES if days <= end)] += 1
    names = [name for end, name in AGES] + (["unknown"] if found["unknown"] else [])
    return [(name, found[name]) for name in names]


def ring(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The segments of a ring chart of states: each has its length and its start, along the circumference."""
    around = 2 * math.pi * _RADIUS
    counts = Counter(each["state"] for each in rows)
    parts, begin = [], 0.0
    for state in STATES:
        if counts[state]:
            length = around * counts[state] / len(rows)
            parts.append(
                {
                    "state": state,
                    "count": counts[state],
                    "percent": round(100 * counts[state] / len(rows), 1),
                    "length": round(length, 3),
                    "gap": round(around - length, 3),
                    "offset": round(-begin, 3),
                }
            )
            begin += length
    return parts


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as CSV. A cell that a spreadsheet would evaluate as a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell(each[name]) for name in COLUMNS] for each in rows)
    return out.getvalue()


def cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


class FiguresError(Exception):
    """The statistics cannot be computed; the message is the reason."""


def parse_day(text: Any) -> date:
    """The day of an ISO 8601 text, today in UTC if it is empty. Raises FiguresError."""
    if text is None or text == "":
        return datetime.now(timezone.utc).date()
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise FiguresError("date: %r is not a day such as 2026-11-20" % str(text)) from None


def figures(
    servers: Any, today: date, attention: Any = None, backups: Any = (), previous: str | None = None
) -> dict[str, Any]:
    """The statistics of a report on these server records, with ages up to ``today``: plain data for a template.

    ``attention`` are days as fleet_attention.DEFAULTS has them, ``backups`` a mapping for each cloud whose images are
    known, as fleet_attention.newest_backups takes it, ``previous`` the text of the JSON file of the last report. Raises
    FiguresError.
    """
    try:
        limits = fleet_attention.parse_limits(attention)
        before = fleet_changes.earlier(fleet_changes.parse_report(previous), today.isoformat())
    except (fleet_attention.AttentionError, fleet_changes.PreviousReportError) as error:
        raise FiguresError(str(error)) from None
    newest = fleet_attention.newest_backups(backups)
    rows = sorted(
        (row(server, today, fleet_attention.reasons(server, today, limits, newest)) for server in servers),
        key=lambda each: (each["name"], each["platform"], each["region"], each["id"]),
    )
    changed = fleet_changes.changes(before, rows)
    known = [each["vcpus"] for each in rows if each["vcpus"] is not None]
    memory = [each["ram_mb"] for each in rows if each["ram_mb"] is not None]
    places = ["%s %s" % (each["platform"], each["region"]) for each in rows]
    tags = Counter(tag for server in servers for tag in server["tags"])
    untagged = sum(1 for server in servers if not server["tags"])
    pairs = sorted(tags.items(), key=lambda pair: (-pair[1], pair[0])) + ([(NONE, untagged)] if untagged else [])
    pairs.sort(key=lambda pair: (-pair[1], pair[0]))
    return {
        "date": today.isoformat(),
        "total": len(rows),
        "states": {state: sum(1 for each in rows if each["state"] == state) for state in STATES},
        "vcpus": sum(known) if known else None,
        "ram_gb": round(sum(memory) / 1024, 1) if memory else None,
        "public": sum(1 for each in rows if each["public_ips"]),
        "ring": ring(rows),
        "charts": [
            chart("Flavors", counted(each["flavor"] for each in rows)),
            chart("Images", counted(each["image"] for each in rows)),
            chart("Availability zones", counted(each["zone"] for each in rows)),
            chart("Tags", pairs),
            chart("Ages", ages(rows)),
            chart("Clouds", counted(places)),
        ],
        "rows": rows,
        "attention": sorted((each for each in rows if each["reasons"]), key=lambda each: each["state"] != "error"),
        "changes": changed,
        "csv": table(rows),
        "json": fleet_changes.as_json(today.isoformat(), rows, changed, before),
    }
