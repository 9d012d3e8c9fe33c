# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The batches of a rolling change from the records of servers and the record of the change; pure functions."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Collection, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.plugin_utils.change_batches import (
    DONE,
    FAILED,
    KINDS,
    OTHER,
    PENDING,
    STARTED,
    Batch,
    Member,
    Rules,
    all_batches,
    full_groups,
    next_batch,
)

#: The metadata key of a server that records its part in a change.
NOTE = "cloudserver_rolling_change"
#: The mark of a server that was not running when its change was started.
STARTED_DOWN = "started_down"
GROUPS = ("availability_zone", "host", "server_group", "tag")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class ChangeError(Exception):
    """The options are invalid or cannot take effect; the message is one sentence with the reason."""


@dataclass(frozen=True)
class Limit:
    """How many servers of a group may be down at a time: a number, or a percentage of its members."""

    group: str
    key: str
    max_down: str

    @property
    def label(self) -> str:
        return "tag %s" % self.key if self.group == "tag" else self.group


def parse_limits(given: Any) -> list[Limit]:
    """Raises ChangeError."""
    if not isinstance(given, list):
        raise ChangeError("limits: give a list such as [{group: availability_zone, max_down: 1}]")
    return [_limit(number, entry) for number, entry in enumerate(given, 1)]


def _limit(number: int, entry: Any) -> Limit:
    where = "limits: entry %d" % number
    if not isinstance(entry, Mapping) or entry.get("group") not in GROUPS:
        raise ChangeError("%s: group must be one of %s" % (where, ", ".join(GROUPS)))
    unknown = sorted(str(name) for name in entry if name not in ("group", "key", "max_down"))
    if unknown:
        raise ChangeError("%s: there is no %s; use group, key and max_down" % (where, ", ".join(unknown)))
    key = str(entry.get("key") or "")
    if bool(key) != (entry["group"] == "tag"):
        raise ChangeError("%s: key is the key of a tag; it is required with group tag, and invalid with others" % where)
    max_down = entry.get("max_down")
    max_down = 1 if max_down is None else max_down
    count_of(max_down, 100, where + ": max_down")
    return Limit(entry["group"], key, str(max_down))


def count_of(given: Any, total: int, name: str) -> int:
    """A number of servers, given as a number above 0 or as a percentage of ``total``, rounded down but at least 1.
    Raises ChangeError."""
    match = re.fullmatch(r"\s*([0-9]+)\s*(%?)\s*", str(given))
    value = int(match[1]) if match else 0
    if not match or isinstance(given, bool) or value < 1 or (match[2] and value > 100):
        raise ChangeError("%s: %r is neither a number above 0 nor a percentage such as 10%%" % (name, given))
    return max(1, total * value // 100) if match[2] else value


def change_plan(
    clouds: Sequence[Mapping[str, Any]],
    revision: str,
    limits: Any = (),
    batch_size: Any = "10%",
    canary: int = 1,
    server_groups: Sequence[Mapping[str, Any]] = (),
    record: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    stopped: str = "skip",
    revives: bool = False,
    unhealthy: Collection[str] = (),
    done: Collection[str] = (),
    failed: Mapping[str, Any] | None = None,
    first: bool = False,
) -> dict[str, Any]:
    """The batches of a change that are left, only the next one with ``first``.

    ``clouds``: mappings with ``host`` and ``servers``, records of servers. ``record``: the states by server id; by
    default those in the metadata of the servers. ``only``: the ids of the servers to change; the others count in their
    groups. ``done`` and ``failed``: what this run has changed. The result has ``batches`` (host, kind, ids,
    names, marks, record, must_run, restart), ``blocked`` (id, name, reason) and ``outcomes`` (id, name, outcome,
    message).
    Raises ChangeError.
    """
    if not _REVISION.fullmatch(str(revision)):
        text = "revision: %r must begin with a letter or digit and have at most 100 of letters, digits, and . _ -"
        raise ChangeError(text % revision)
    if isinstance(canary, bool) or not isinstance(canary, int) or canary < 0:
        raise ChangeError("canary: %r is not a number of servers; 0 changes no server in advance" % canary)
    parsed = parse_limits(list(limits))
    count_of(batch_size, 100, "batch_size")
    view = _View(str(revision), record, only, stopped, set(unhealthy), set(done), failed or {}, set())
    members_of_group = {key: str(row["id"]) for row in server_groups for key in row["members"]}
    fleets = []
    states: dict[str, Any] = {}
    for cloud in clouds:
        records = list(cloud["servers"])
        states.update((each["id"], each.get("power_state")) for each in records)
        view.started_down.update(each["id"] for each in records if view.mark(each) == STARTED_DOWN)
        members = [view.member(each, _groups_of(each, parsed, members_of_group)) for each in records]
        rules = Rules(_max_down(members, parsed), count_of(batch_size, len(members), "batch_size"), canary, revives)
        fleets.append((str(cloud["host"]), members, rules))
    found: dict[str, Any] = {"batches": [], "blocked": [], "outcomes": []}
    for host, members, rules in fleets:
        batches, left = _batches(members, rules, first)
        found["batches"].extend(_batch_row(host, batch, view, states, revives) for batch in batches)
        found["blocked"].extend(_blocked_row(member, members, rules) for member in left)
        found["outcomes"].extend(view.outcome(member) for member in sorted(members, key=lambda each: each.order))
    found["batches"].sort(key=lambda row: KINDS.index(row["kind"]))
    if first:
        del found["batches"][1:]
    return found


def _batches(members: list[Member], rules: Rules, first: bool) -> tuple[list[Batch], list[Member]]:
    if not first:
        return all_batches(members, rules)
    batch = next_batch(members, rules)
    if batch is not None:
        return [batch], []
    return [], sorted((each for each in members if each.state in (PENDING, STARTED)), key=lambda each: each.order)


@dataclass(frozen=True)
class _View:
    """The servers as a run has observed them."""

    revision: str
    record: Mapping[str, str] | None
    only: Collection[str] | None
    stopped: str
    unhealthy: set[str]
    done: set[str]
    failed: Mapping[str, Any]
    #: The servers of an interrupted batch that were not running before it.
    started_down: set[str]

    def mark(self, server: Mapping[str, Any]) -> str:
        """The recorded state of a server in this change: started, started_down, done, or an empty string."""
        if self.record is not None:
            return str(self.record.get(server["id"]) or "")
        words = str((server.get("metadata") or {}).get(NOTE) or "").split(" ")
        if words[-1] != self.revision:
            return ""
        return words[0] if len(words) > 1 else DONE

    def member(self, server: Mapping[str, Any], groups: tuple[str, ...]) -> Member:
        key = str(server["id"])
        up = server.get("power_state") == "running" and key not in self.unhealthy and key not in self.failed
        return Member(key, str(server.get("name") or key), groups, self._state(server), up)

    def _state(self, server: Mapping[str, Any]) -> str:
        key, mark = server["id"], self.mark(server)
        if key in self.failed:
            return FAILED
        if key in self.done or mark == DONE:
            return DONE
        if self.only is not None and key not in self.only:
            return OTHER
        if mark in (STARTED, STARTED_DOWN):
            return STARTED
        return OTHER if self.stopped == "skip" and server.get("power_state") != "running" else PENDING

    def outcome(self, member: Member) -> dict[str, Any]:
        words = {PENDING: "not_started", STARTED: "interrupted", DONE: "unchanged", FAILED: "failed", OTHER: "skipped"}
        found = {"id": member.id, "name": member.name, "outcome": words[member.state]}
        if member.id in self.failed:
            found["message"] = self.failed[member.id]
        elif member.id in self.done:
            found["outcome"] = "done"
        return found

    def text(self, mark: str) -> str:
        """The metadata value of a state."""
        return self.revision if mark == DONE else "%s %s" % (mark, self.revision)


def _groups_of(server: Mapping[str, Any], limits: Sequence[Limit], server_groups: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            "%s %s" % (limit.label, value) for limit in limits for value in _values(server, limit, server_groups)
        )
    )


def _values(server: Mapping[str, Any], limit: Limit, server_groups: Mapping[str, str]) -> list[str]:
    """The groups of one kind that a server is in. Raises ChangeError if the cloud does not return them."""
    if limit.group == "tag":
        prefix = limit.key + "="
        return [text[len(prefix) :] for text in server.get("tags") or [] if text.startswith(prefix)]
    if limit.group == "server_group":
        return [server_groups[server["id"]]] if server["id"] in server_groups else []
    # Only administrators see the name of the host.
    value = server.get("host_id") or server.get("host") if limit.group == "host" else server.get(limit.group)
    if not value and server.get("power_state") == "running":
        text = "limits: the cloud does not return the %s of server %s, so the limit cannot be kept"
        raise ChangeError(text % (limit.group, server.get("name") or server["id"]))
    return [str(value)] if value else []


def _max_down(members: Sequence[Member], limits: Sequence[Limit]) -> dict[str, int]:
    """The smallest limit of each group."""
    sizes = Counter(group for member in members for group in member.groups)
    found: dict[str, int] = {}
    for limit in limits:
        for group, size in sizes.items():
            if group.startswith(limit.label + " "):
                number = count_of(limit.max_down, size, "limits: max_down")
                found[group] = min(number, found.get(group, number))
    return found


def _batch_row(host: str, batch: Batch, view: _View, states: Mapping[str, Any], revives: bool) -> dict[str, Any]:
    """``states``: the power states by server id."""
    members = batch.members
    marks = {each.id: _first_mark(states[each.id]) for each in members if each.state == PENDING}
    values: dict[str, list[str]] = {}
    for key, mark in marks.items():
        values.setdefault(view.text(mark), []).append(key)
    # A server of an interrupted batch ran before its change if its mark says so.
    ran = [each.id for each in members if each.state == STARTED and each.id not in view.started_down]
    running = [each.id for each in members if states[each.id] == "running" or each.id in ran or revives]
    return {
        "host": host,
        "kind": batch.kind,
        "ids": [each.id for each in members],
        "names": [each.name for each in members],
        "marks": [{"value": value, "ids": keys} for value, keys in values.items()],
        "record": marks,
        "must_run": running,
        "restart": [key for key in ran if states[key] != "running"],
    }


def _first_mark(power_state: Any) -> str:
    return STARTED if power_state == "running" else STARTED_DOWN


def _blocked_row(member: Member, members: Sequence[Member], rules: Rules) -> dict[str, Any]:
    texts = [
        "%s allows %d down, and down are %s" % (group, rules.max_down[group], ", ".join(names[:5]))
        for group, names in full_groups(member, members, rules).items()
    ]
    return {"id": member.id, "name": member.name, "reason": "; ".join(texts)}
