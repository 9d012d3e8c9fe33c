# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of a plan in a file and in the result of a task: JSON with a version and a checksum. Pure functions.

A plan has one section for each task of a check run. A run finds its section by the module, the cloud and the options.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.approval import PlannedChange, canonical
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

FORMAT = "cloudserver.compute plan"
VERSION = 1
_TIME = "%Y-%m-%dT%H:%M:%SZ"
#: Seconds that the clocks of two controllers may differ.
_SKEW = 300
_CLOUD = ("platform", "region", "endpoint", "project_id")


@dataclass(frozen=True)
class PlannedTask:
    """A section of a plan: what one task would do. ``options`` are those that must be equal in the run, ``selection``
    those that select its servers; of a secret option only a salted digest is known."""

    module: str
    created: str
    cloud: Mapping[str, Any]
    salt: str
    options: Mapping[str, Any]
    selection: Mapping[str, Any]
    changes: tuple[PlannedChange, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {name: getattr(self, name) for name in ("module", "created", "salt")}
        found.update((name, dict(getattr(self, name))) for name in ("cloud", "options", "selection"))
        found["changes"] = [change.as_dict() for change in self.changes]
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PlannedTask:
        """Raises ValueError or KeyError for a section that ``as_dict`` did not write."""
        texts = [data[name] for name in ("module", "created", "salt")]
        mappings = [data[name] for name in ("cloud", "options", "selection")]
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("a section has an entry that is not a string")
        if not all(isinstance(each, Mapping) for each in mappings) or not isinstance(data["changes"], list):
            raise ValueError("a section has an entry of the wrong type")
        time_of(data["created"])
        changes = tuple(PlannedChange.from_dict(each) for each in data["changes"])
        return cls(data["module"], data["created"], mappings[0], data["salt"], mappings[1], mappings[2], changes)

    @property
    def time(self) -> datetime:
        return time_of(self.created)


def text_of(time: datetime) -> str:
    return time.astimezone(timezone.utc).strftime(_TIME)


def time_of(text: str) -> datetime:
    """Raises ValueError."""
    return datetime.strptime(text, _TIME).replace(tzinfo=timezone.utc)


def document(tasks: Sequence[Mapping[str, Any]], run: str = "") -> dict[str, Any]:
    """The plan of these sections. ``run`` identifies the run of Ansible that wrote it."""
    found = {"format": FORMAT, "version": VERSION, "run": run, "tasks": list(tasks)}
    return dict(found, checksum=checksum(found))


def without_comparing(data: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The plan for the tasks of a role that changes these values of servers itself, and has compared them before its
    first change."""
    tasks = []
    for task in map(PlannedTask.from_dict, data["tasks"]):
        changes = tuple(replace(change, uncompared=tuple(names)) for change in task.changes)
        tasks.append(replace(task, changes=changes).as_dict())
    return document(tasks, data["run"])


def checksum(data: Mapping[str, Any]) -> str:
    content = {key: value for key, value in data.items() if key != "checksum"}
    return hashlib.sha256(canonical(content).encode("utf-8")).hexdigest()


def is_plan(data: Any) -> bool:
    """Whether it is a plan of any version, which a new plan may replace."""
    return isinstance(data, Mapping) and data.get("format") == FORMAT


def parse(data: Any, label: str) -> list[PlannedTask]:
    """The sections of a plan. ``label`` begins the messages: the option, and the path of the file. Raises
    InvalidRequest for anything that this release did not write."""
    if not is_plan(data):
        raise InvalidRequest("%s: it is not a plan of cloudserver.compute; make one in check mode" % label)
    version = data.get("version")
    if version != VERSION:
        raise InvalidRequest(
            "%s: it has the format version %s, and this release reads version %d; make a new plan with this release"
            % (label, version, VERSION)
        )
    if data.get("checksum") != checksum(data):
        raise InvalidRequest("%s: its content does not match its checksum, so it was changed; make a new plan" % label)
    try:
        return [PlannedTask.from_dict(task) for task in data["tasks"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidRequest("%s: it is damaged (%s); make a new plan" % (label, error)) from None


@dataclass(frozen=True)
class RunningTask:
    """The task that carries a plan out. ``options`` gives the options with the digests of a salt. ``unset_in_check``
    are options that a check may do without."""

    module: str
    cloud: Mapping[str, Any]
    options: Callable[[str], Mapping[str, Any]]
    unset_in_check: Sequence[str] = field(default=())


def sections_of(tasks: Sequence[PlannedTask], running: RunningTask, label: str) -> list[PlannedTask]:
    """The sections that the running task carries out: of its module, its cloud and its options. Raises InvalidRequest
    with the difference if there is none."""
    of_module = [task for task in tasks if task.module == running.module]
    if not of_module:
        made = ", ".join(sorted({task.module for task in tasks})) or "no task"
        raise InvalidRequest("%s: it has no part for %s; it was made for %s" % (label, running.module, made))
    of_cloud = [task for task in of_module if not _cloud_difference(task.cloud, running.cloud)]
    if not of_cloud:
        difference = _cloud_difference(of_module[-1].cloud, running.cloud)
        raise InvalidRequest("%s: it was made for another cloud: %s" % (label, difference))
    differing = [(task, differing_options(task, running)) for task in of_cloud]
    found = [task for task, names in differing if not names]
    if not found:
        closest = min((names for _task, names in differing), key=len)
        raise InvalidRequest(
            "%s: it was made with other options: %s; set them as in check mode, or make a new plan"
            % (label, ", ".join(closest))
        )
    return found


def _cloud_difference(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    parts = ["%s was %s and is %s" % (key, then.get(key), now.get(key)) for key in _CLOUD if then.get(key) != now[key]]
    return ", ".join(parts)


def differing_options(task: PlannedTask, running: RunningTask) -> list[str]:
    """The names of the options that differ from those of the plan."""
    now, then = running.options(task.salt), task.options
    if not any(name in then for name in running.unset_in_check):
        now = {name: value for name, value in now.items() if name not in running.unset_in_check}
    return [name for name in sorted(set(now) | set(then)) if canonical(now.get(name)) != canonical(then.get(name))]


def check_age(sections: Sequence[PlannedTask], now: datetime, max_age: int | None, label: str) -> None:
    """Raises InvalidRequest for a plan that is older than ``max_age`` seconds, or of the future."""
    if max_age is None:
        return
    if max_age < 1:
        raise InvalidRequest("plan_max_age: %d is not a number of seconds above 0" % max_age)
    age = max((now - section.time).total_seconds() for section in sections)
    youngest = min((now - section.time).total_seconds() for section in sections)
    if youngest < -_SKEW:
        raise InvalidRequest("%s: it was made in the future; compare the clocks of the controllers" % label)
    if age > max_age:
        raise InvalidRequest(
            "%s: it is %d seconds old, and plan_max_age allows %d; make a new plan" % (label, age, max_age)
        )
