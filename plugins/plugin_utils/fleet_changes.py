# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The changes between two fleet reports, and the JSON file that the next one compares with: pure functions."""

from __future__ import annotations

import json
from typing import Any, Mapping, Sequence

VERSION = 1
#: The columns of a server whose change is reported.
COMPARED = ("name", "state", "flavor", "image", "zone", "private_ips", "public_ips", "tags")
#: The columns that identify a server: two clouds may have the same id.
IDENTITY = ("platform", "region", "id")


class PreviousReportError(Exception):
    """The file of the previous report cannot be used; the message is the reason."""


def parse_report(text: str | None) -> dict[str, Any] | None:
    """A JSON file that ``as_json`` wrote; None if there is none. Raises PreviousReportError."""
    if not text:
        return None
    try:
        report = json.loads(text)
    except ValueError:
        raise PreviousReportError("the previous report is not JSON") from None
    if not isinstance(report, dict) or report.get("version") != VERSION or not _is_whole(report):
        raise PreviousReportError("the previous report is not one that fleet_report of this version wrote")
    return report


def _is_whole(report: Mapping[str, Any]) -> bool:
    parts = [report, report["previous"]] if isinstance(report.get("previous"), dict) else [report]
    return all(isinstance(part.get("date"), str) and _are_rows(part.get("servers")) for part in parts)


def _are_rows(rows: Any) -> bool:
    wanted = {*COMPARED, *IDENTITY}
    return isinstance(rows, list) and all(isinstance(each, dict) and wanted <= set(each) for each in rows)


def earlier(report: Mapping[str, Any] | None, today: str) -> dict[str, Any] | None:
    """The last report before ``today`` (a day in ISO 8601), so that a second report of one day says the same as the
    first; ``None`` without one."""
    if report is None:
        return None
    chosen = report.get("previous") if report["date"] == today else report
    return (
        None if chosen is None else {"date": chosen["date"], "servers": [_identified(row) for row in chosen["servers"]]}
    )


def _identified(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in (*IDENTITY, *COMPARED)}


def changes(before: Mapping[str, Any] | None, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """``since``, ``added``, ``removed`` and ``changed`` servers; None without an earlier report."""
    if before is None:
        return None
    old = {_key(row): row for row in before["servers"]}
    new = {_key(row): row for row in rows}
    return {
        "since": before["date"],
        "added": [_identified(row) for key, row in new.items() if key not in old],
        "removed": [dict(row) for key, row in old.items() if key not in new],
        "changed": [
            {**_identified(row), "fields": fields}
            for key, row in new.items()
            if key in old
            for fields in [_differences(old[key], row)]
            if fields
        ],
    }


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in IDENTITY)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"field": name, "before": old[name], "after": new[name]} for name in COMPARED if old[name] != new[name]]


def as_json(
    day: str, rows: Sequence[Mapping[str, Any]], compared: Mapping[str, Any] | None, before: Mapping[str, Any] | None
) -> str:
    """The file of a report: every server with its columns, what changed, and the report that it was compared with."""
    content = {"version": VERSION, "date": day, "servers": list(rows), "changes": compared, "previous": before}
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
