"""The table of tasks, and what a run of a task shows about the role that it needs."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.hints import is_quota

TASKS = Path(__file__).resolve().parent / "tasks.yml"
#: What the lab showed.
FOUND = TASKS.parents[1] / "roles_needed.yml"
INVENTORY = "inventory"
ALLOWED, PARTLY, REFUSED = "allowed", "partly", "refused"
KEYS = {"module", "task", "options", "before", "after", "shows", "denies", "unchanged", "lacks"}

_HEADER = """\
---
# Which role each task of roles_needed/tasks.yml needs, as the real OpenStack of this folder decides; written by
# `make test-openstack ARGS="roles_needed --write"`. `make roles-needed-page` makes the documentation's page from it.
"""
#: The rule of a refusal, in the words of Nova and Cinder, Neutron, Glance and Keystone.
_RULES = (
    re.compile(r"Policy doesn't allow ([\w:.-]+) to be performed"),
    # Nova cuts the message of Neutron off in the fault of a server.
    re.compile(r"\brule:([a-z_]+(?::[a-z_]+)*)"),
    re.compile(r"You are not authorized to complete ([\w:]+) action"),
    re.compile(r"not authorized to perform the requested action: ([\w:]+)"),
)
_REFUSED = re.compile(r"HTTP 403|Policy doesn't allow|disallowed by policy|\(rule:[a-z_]+")
_WORD = re.compile(r"\{(\w+)\}")


class BadTable(Exception):
    """roles_needed/tasks.yml is wrong."""


class Unexpected(Exception):
    """A task did neither what it is in the table for, nor was it refused."""


@dataclass(frozen=True)
class Case:
    """A task, with what the administrator does before and after it."""

    module: str
    task: str
    options: Mapping[str, Any]
    before: Sequence[Mapping[str, Any]] = ()
    after: Sequence[Mapping[str, Any]] = ()
    #: The part of the result that the user may not be permitted to see.
    shows: str = ""
    #: A failure with this message is a refusal, too: the module found out before any response with status 403.
    denies: str = ""
    #: A task that changes nothing, although its module changes servers.
    unchanged: bool = False
    #: What a user without the role gets in place of the complete result, or how the cloud refuses it.
    lacks: str = ""


@dataclass
class Seen:
    """What a run of a task showed: its result and the responses with status 403."""

    result: Mapping[str, Any]
    refusals: list[str] = field(default_factory=list)


# -- the table -------------------------------------------------------------------------------------------------------


def read(path: Path = TASKS) -> list[Case]:
    """The tasks, in the order of the file. Raises BadTable."""
    rows = yaml.safe_load(path.read_text())
    for row in rows:
        if set(row) - KEYS or not {"module", "task", "options"} <= set(row):
            raise BadTable(f"{path.name}: a task has module, task, options, and maybe {', '.join(sorted(KEYS))}: {row}")
    cases = [Case(**row) for row in rows]
    names = [(case.module, case.task) for case in cases]
    if len(set(names)) < len(names):
        raise BadTable(f"{path.name}: two tasks of a module have the same text")
    if [case.module for case in cases] != sorted(case.module for case in cases):
        raise BadTable(f"{path.name}: sort the tasks by module")
    return cases


def fill(value: Any, words: Mapping[str, Any]) -> Any:
    """The value with ``{word}`` replaced; other braces stay. A text that is one word alone becomes its value."""
    if isinstance(value, dict):
        return {key: fill(entry, words) for key, entry in value.items()}
    if isinstance(value, list):
        return [fill(entry, words) for entry in value]
    if not isinstance(value, str):
        return value
    whole = _WORD.fullmatch(value)
    if whole and whole[1] in words:
        return words[whole[1]]
    return _WORD.sub(lambda found: str(words.get(found[1], found[0])), value)


def at(value: Any, path: str) -> Any:
    """The part of a result at a path such as ``servers.0.host``; None where it has none."""
    for key in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


# -- what a run showed -----------------------------------------------------------------------------------------------


def rules(texts: Sequence[str]) -> list[str]:
    """The rules of the policy that the refusals name."""
    return sorted({found for text in texts for rule in _RULES for found in rule.findall(text)})


def refusal(output: str) -> bool:
    """Whether the output of a program reports a response with status 403."""
    return bool(_REFUSED.search(output))


def verdict(case: Case, seen: Seen) -> str:
    """Whether the task was allowed. Raises Unexpected where it failed for another reason, or did nothing."""
    message = str(seen.result.get("msg", ""))
    refused = bool(seen.refusals) or refusal(json.dumps(seen.result, default=str))
    if seen.result.get("failed"):
        quota = is_quota(message) and not rules([message, *seen.refusals])
        if (refused and not quota) or (case.denies and re.search(case.denies, message)):
            return REFUSED
        raise Unexpected(message)
    if refused or (case.shows and at(seen.result, case.shows) in (None, [], {}, "")):
        return PARTLY
    reads = case.module == INVENTORY or case.module.endswith("_info") or case.unchanged
    if not reads and not seen.result.get("changed"):
        raise Unexpected("it changed nothing")
    return ALLOWED


def entry(case: Case, verdicts: Mapping[str, str], named: Sequence[str]) -> dict[str, Any]:
    """The task's row of roles_needed.yml."""
    row: dict[str, Any] = {"module": case.module, "task": case.task, "roles": dict(verdicts)}
    if case.lacks and any(found != ALLOWED for found in verdicts.values()):
        row["lacks"] = case.lacks
    if named:
        row["rules"] = list(named)
    return row


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What the lab shows otherwise than the file says, one line each."""
    found = [
        f"{name}: the file has {old.get('services', {}).get(name)}, the lab {new['services'].get(name)}"
        for name in sorted({*old.get("services", {}), *new["services"]})
        if old.get("services", {}).get(name) != new["services"].get(name)
    ]
    was, now = ({(row["module"], row["task"]): row for row in each.get("tasks", ())} for each in (old, new))
    for key in sorted({*was, *now}):
        if was.get(key) != now.get(key):
            found.append(f"{key[0]}, {key[1]}: the file has {shown(was.get(key))}, the lab {shown(now.get(key))}")
    return found


def shown(row: Mapping[str, Any] | None) -> str:
    """A row in one line."""
    if row is None:
        return "nothing"
    return ", ".join([*(f"{role} {found}" for role, found in row["roles"].items()), *row.get("rules", ())])


def merged(
    cases: Sequence[Case], chosen: Sequence[Case], old: Sequence[Mapping[str, Any]], rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows of all tasks in the order of the table: those that ran now, and the old ones of the others."""
    known = {(row["module"], row["task"]): dict(row) for row in old}
    for case in chosen:
        known.pop((case.module, case.task), None)
    known.update({(row["module"], row["task"]): row for row in rows})
    return [known[case.module, case.task] for case in cases if (case.module, case.task) in known]


class _Dumper(yaml.SafeDumper):
    """Indents lists, as yamllint requires."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def text(document: Mapping[str, Any]) -> str:
    """The document as the file has it."""
    return _HEADER + yaml.dump(dict(document), Dumper=_Dumper, sort_keys=False, width=110, allow_unicode=True)
