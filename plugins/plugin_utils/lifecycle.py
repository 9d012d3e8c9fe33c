# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides which servers the role lifecycle marks, warns of, stops, snapshots and deletes; pure functions.

A mark is the metadata ``cloudserver_lifecycle``: the date and the reasons, such as ``2026-11-30 expired idle``. The
metadata ``cloudserver_lifecycle_warned`` is the date of the warning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.plugin_utils.lifecycle_policy import (
    DELETION,
    MARKING,
    SNAPSHOT,
    STAGES,
    STOPPING,
    WARNING,
    Policy,
    read_policy,
)
from ansible_collections.cloudserver.compute.plugins.plugin_utils.lifecycle_reasons import (
    EXPIRED,
    IDLE,
    REASONS,
    Findings,
    Today,
    find_reasons,
)
from ansible_collections.cloudserver.compute.plugins.plugin_utils.times import cloud_day, parse_moment, parse_zone

MARK, WARNED = "cloudserver_lifecycle", "cloudserver_lifecycle_warned"
_OFF = ("stopped", "suspended")
_SNAPSHOT_FIRST = (MARKING, WARNING, SNAPSHOT, STOPPING, DELETION)


@dataclass(frozen=True)
class Mark:
    """The mark of a server by this role."""

    day: date
    reasons: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join((self.day.isoformat(), *self.reasons))


@dataclass
class Decision:
    """What to do with one server in this run; ``stages`` are the stages that are due and not done yet."""

    server: Mapping[str, Any]
    findings: Findings
    mark: Mark | None = None
    unmark: bool = False
    stages: list[str] = field(default_factory=list)


# -- one server ------------------------------------------------------------------------------------------------------


def read_mark(server: Mapping[str, Any], today: Today) -> Mark | None:
    """The mark of the role. A text that is no mark, a date in the future, and a date before the creation of the server
    (such as a mark that was copied from another server) count as no mark."""
    day, _space, words = str((server.get("metadata") or {}).get(MARK) or "").partition(" ")
    found = _date(day)
    created = cloud_day(server.get("created"), today.zone)
    if found is None or found > today.date or (created is not None and found < created):
        return None
    return Mark(found, tuple(word for word in words.split() if word in REASONS))


def _date(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def decide(
    server: Mapping[str, Any],
    policy: Policy,
    today: Today,
    images: Mapping[str, Any] | None = None,
    snapshots: Mapping[str, Mapping[str, str]] | None = None,
) -> Decision:
    """What to do with a server. ``images`` are the times of creation of the images by id, ``snapshots`` those of the
    role's own active snapshots by server id and by the date of the mark."""
    metadata = server.get("metadata") or {}
    mark = read_mark(server, today)
    warned = _date(metadata.get(WARNED)) if mark else None
    own = (snapshots or {}).get(str(server["id"]), {})
    touched = [
        day for day in (mark and mark.day, warned, *(cloud_day(text, today.zone) for text in own.values())) if day
    ]
    was_idle = mark is not None and IDLE in mark.reasons
    findings = find_reasons(server, policy.criteria, today, images, max(touched) if was_idle else None)
    decision = Decision(server, findings)
    if any(tag in server["tags"] for tag in policy.protected_tags):
        findings.reasons.clear()
    if not findings.reasons:
        decision.unmark = policy.marks and (MARK in metadata or WARNED in metadata)
        return decision
    if mark is None or not _still_holds(mark, findings):
        if not policy.marks:
            return decision
        mark, warned = Mark(today.date, tuple(findings.reasons)), None
        decision.stages.append(MARKING)
    decision.mark = mark
    if policy.marks:
        decision.stages += _due(server, mark, warned, policy, today, mark.day.isoformat() in own)
    return decision


def _still_holds(mark: Mark, findings: Findings) -> bool:
    """Whether one of the reasons of the mark is still there. A server that expired after its mark has another expiry
    now than when it was marked."""
    later = findings.expired_on is not None and findings.expired_on > mark.day
    return any(reason in mark.reasons and not (reason == EXPIRED and later) for reason in findings.reasons)


def _due(
    server: Mapping[str, Any], mark: Mark, warned: date | None, policy: Policy, today: Today, has_snapshot: bool
) -> list[str]:
    """The stages after the mark that are due and not done. If the warning was late, the stages after it are late by the
    same number of days."""
    delays, start, found = policy.delays, mark.day, []
    if WARNING in delays:
        if warned is None or warned < mark.day:
            if today.date < mark.day + timedelta(days=delays[WARNING]):
                return []
            found.append(WARNING)
            warned = today.date
        start = max(start, warned - timedelta(days=delays[WARNING]))
    done = {STOPPING: server.get("power_state") in _OFF, SNAPSHOT: has_snapshot}
    for stage in _in_order(policy, server):
        if stage in (MARKING, WARNING) or done.get(stage):
            continue
        if today.date >= start + timedelta(days=delays[stage]):
            found.append(stage)
    return found


# -- the fleet -------------------------------------------------------------------------------------------------------


def plan(
    clouds: Iterable[Mapping[str, Any]],
    images: Mapping[str, Sequence[Mapping[str, Any]]],
    timezone: Any = None,
    now: Any = None,
    approved: Sequence[Mapping[str, Any]] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """The work of a run.

    ``clouds``: mappings with ``host`` and ``servers``, as resolve_servers finds them. ``images``: by host, the images
    of the cloud as server_snapshot_info lists them; a host that is missing has none listed. ``approved``: the outcomes
    of a comparison with an approved plan, see ``approve``. The result has ``steps``, ``report`` and its ``lines``,
    ``invalid_tags``, ``ignored``, ``numbers`` and ``refusal``; with ``approved`` also ``refused`` and ``unplanned``.
    Raises InvalidDeclaration.
    """
    policy = read_policy(**options)
    today = Today(parse_moment(now), parse_zone(timezone or None))
    result: dict[str, Any] = {"steps": [], "report": [], "invalid_tags": [], "ignored": []}
    numbers = {"servers": 0, "unmark": 0, **{stage: 0 for stage in STAGES}}
    for cloud in clouds:
        listed = images.get(cloud["host"])
        ages = {image["id"]: image["created"] for image in listed} if listed is not None else None
        snapshots = _own_snapshots(listed)
        decisions = []
        for server in cloud["servers"]:
            numbers["servers"] += 1
            if str(server.get("status") or "").upper() in policy.ignore_statuses:
                result["ignored"].append("%s (%s)" % (server["name"], server["status"]))
                continue
            decision = decide(server, policy, today, ages, snapshots)
            decisions.append(decision)
            if decision.findings.problem:
                result["invalid_tags"].append("%s: %s" % (server["name"], decision.findings.problem))
            if decision.findings.reasons:
                result["report"].append(_row(cloud["host"], decision))
        for step in _steps(cloud["host"], decisions, policy, today):
            if step["stage"] == WARNING:
                step["rows"] = {
                    each.server["id"]: _row(cloud["host"], each) for each in decisions if WARNING in each.stages
                }
            result["steps"].append(step)
    if approved is not None:
        result.update(approve(result["steps"], approved))
    for step in result["steps"]:
        numbers[step["stage"]] += len(step["ids"])
    result["lines"] = [_line(row) for row in result["report"]]
    return {**result, "numbers": numbers, "today": today.date.isoformat(), "refusal": _refusal(numbers, policy)}


def approve(steps: Sequence[Mapping[str, Any]], approved: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The ``steps`` that an approved plan contains, the texts about servers that it refuses (``refused``), and the
    names of those that it does not contain (``unplanned``).

    ``approved`` has a mapping for each part of the plan, with its ``stage`` and ``metadata``, and the ``outcomes`` of
    its servers in check mode. A server that one stage refuses is left out of all of them.
    """
    due = {(step["stage"], key): step for step in steps for key in step["ids"]}
    found: set[tuple[str, str]] = set()
    refused: dict[str, str] = {}
    for part in approved:
        for row in part["outcomes"]:
            key, stage = row["id"], part["stage"]
            step = due.get((stage, key))
            if row["outcome"] == "failed":
                text = row.get("message") or "the plan refuses it"
            elif row["outcome"] != "planned":
                continue
            elif step is None:
                text = "the stage is not due any more; make a new plan"
            elif stage in (MARKING, SNAPSHOT) and step["metadata"] != part["metadata"]:
                values = ["".join(map(str, each["metadata"].values())) for each in (part, step)]
                text = "its mark would be %s in the plan, and is %s now; make a new plan" % tuple(values)
            else:
                found.add((stage, key))
                continue
            refused.setdefault(key, "%s: %s: %s" % (row.get("name") or key, stage, text))
    for stage, key in sorted(found):
        if (MARKING, key) in due and (MARKING, key) not in found:
            step = due[stage, key]
            name = step["names"][step["ids"].index(key)]
            text = "its mark of the time of the plan is not there any more; make a new plan"
            refused.setdefault(key, "%s: %s: %s" % (name, stage, text))
    kept, left = [], []
    for step in steps:
        pairs = list(zip(step["ids"], step["names"]))
        chosen = [pair for pair in pairs if (step["stage"], pair[0]) in found and pair[0] not in refused]
        left += [name for key, name in pairs if (step["stage"], key) not in found and key not in refused]
        if chosen:
            ids, names = (list(each) for each in zip(*chosen))
            kept.append({**step, "ids": ids, "names": names})
    return {"steps": kept, "refused": list(refused.values()), "unplanned": list(dict.fromkeys(left))}


def _own_snapshots(images: Sequence[Mapping[str, Any]] | None) -> dict[str, dict[str, str]]:
    """The times of creation of the role's usable snapshots, by server id and by the date of the mark."""
    found: dict[str, dict[str, str]] = {}
    for image in images or ():
        marked = (image.get("metadata") or {}).get(MARK)
        if marked and image.get("server_id") and image.get("status") == "active":
            found.setdefault(str(image["server_id"]), {})[str(marked)] = str(image["created"])
    return found


def _row(host: str, decision: Decision) -> dict[str, Any]:
    server, mark = decision.server, decision.mark
    return {
        "host": host,
        "id": server["id"],
        "name": server["name"],
        "reasons": dict(decision.findings.reasons),
        "marked": mark.day.isoformat() if mark else None,
        "stages": list(decision.stages),
    }


def _line(row: Mapping[str, Any]) -> str:
    """A row of the report as a text."""
    reasons = "; ".join("%s: %s" % (reason, evidence) for reason, evidence in row["reasons"].items())
    marked = "marked %s" % row["marked"] if row["marked"] else "not marked"
    now = "; now %s" % ", ".join(row["stages"]) if row["stages"] else ""
    return "%s (%s): %s; %s%s" % (row["name"], row["id"], reasons, marked, now)


def _steps(host: str, decisions: Sequence[Decision], policy: Policy, today: Today) -> list[dict[str, Any]]:
    """The steps of a cloud in the order of their execution: one for all servers that need the same."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for decision in decisions:
        if decision.unmark:
            found.setdefault(("unmark", ""), []).append(decision.server)
        for stage in decision.stages:
            mark = decision.mark
            value = "" if mark is None else {MARKING: mark.text, SNAPSHOT: mark.day.isoformat()}.get(stage, "")
            found.setdefault((stage, value), []).append(decision.server)
    order = ["unmark", *_in_order(policy, decisions[0].server if decisions else {})]
    steps = []
    for (stage, value), servers in sorted(found.items(), key=lambda item: (order.index(item[0][0]), item[0][1])):
        ids, names = ([server[key] for server in servers] for key in ("id", "name"))
        metadata = {MARKING: {MARK: value}, WARNING: {WARNED: today.date.isoformat()}, SNAPSHOT: {MARK: value}}
        steps.append({"host": host, "stage": stage, "ids": ids, "names": names, "metadata": metadata.get(stage, {})})
    return steps


def _in_order(policy: Policy, server: Mapping[str, Any]) -> list[str]:
    """The stages of a policy in the order of their execution. The mark and the warning come first, the deletion last,
    the stop and the snapshot in the order of their delays. With equal delays the stop comes first, except on a platform
    without snapshots of stopped servers."""
    delays = policy.delays
    order = _SNAPSHOT_FIRST if server.get("platform") in policy.running_snapshots else STAGES
    rank = {MARKING: 0, WARNING: 1, DELETION: 3}
    return sorted((stage for stage in order if stage in delays), key=lambda stage: (rank.get(stage, 2), delays[stage]))


def _refusal(numbers: Mapping[str, int], policy: Policy) -> str:
    """Why the run is refused as a whole: it would stop or delete more servers than the limits allow."""
    found = []
    for stage, most, percent in (
        (STOPPING, policy.max_stop, policy.max_stop_percent),
        (DELETION, policy.max_delete, policy.max_delete_percent),
    ):
        share = math.ceil(numbers["servers"] * percent / 100)
        if numbers[stage] > min(most, share):
            text = "it would %s %d of %d servers, and max_%s allows %d, max_%s_percent %d"
            found.append(text % (stage, numbers[stage], numbers["servers"], stage, most, stage, share))
    return "; ".join(found)
