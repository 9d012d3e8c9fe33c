# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan files on the controller: check mode writes them, and a run reads them. Imported only by tasks with plan_file.

The action plugin reads and writes the file, so that it is on the controller wherever the module runs. The tasks of one
run of Ansible write to one file; the first of them begins a new plan.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from typing import Any, Callable, Mapping

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.cloudserver.compute.plugins.module_utils.plans import plan_document
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.plugin_utils import locked_file, run_folder
from ansible_collections.cloudserver.compute.plugins.plugin_utils.locked_file import FileError

#: Seconds to wait for the other tasks of a run that write to the file.
_LOCK_TIMEOUT = 60.0
#: A plan of ten thousand servers has some MB.
_LARGEST = 256 * 1024 * 1024


def resolve(path: str) -> str:
    """The absolute path. A symbolic link in place of the file itself is kept, so that it is noticed."""
    path = os.path.abspath(os.path.expanduser(path))
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def run_id() -> str:
    """Identifies this run of Ansible in its plan."""
    return hashlib.sha256(b"plan of " + run_folder.run_folder().key).hexdigest()[:16]


def with_plan_file(
    run: Callable[[dict[str, Any]], dict[str, Any]], given: dict[str, Any], checks: bool, is_async: bool = False
) -> dict[str, Any]:
    """The result of a task with the option plan_file, which ``run`` carries out with the options that it gets: with the
    plan of the file, or, in check mode, so that it returns a plan, which is written."""
    path = str(given["plan_file"])
    try:
        if "plan" in given:
            raise FileError("plan and plan_file are mutually exclusive; set one of them")
        if not checks:
            return run({**given, "plan": take(path)})
        if is_async:
            raise FileError("plan_file: check mode cannot write a plan with async; leave out async")
        begin(path)
        found = run({**given, "return_plan": True})
        if "plan" in found:
            found["plan_file"] = add(path, found["plan"])
    except FileError as error:
        return {"failed": True, "changed": False, "msg": str(error)}
    if not boolean(given.get("return_plan", False), strict=False):
        found.pop("plan", None)
    return found


def take(path: str) -> dict[str, Any]:
    """The plan in the file, for a run. Raises FileError with a sentence that begins with the option."""
    found = _load(resolve(path))
    if found is None:
        raise _error(path, "it does not exist; run the task in check mode first, which writes it")
    return found


def contents(plan: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
    """The module, the time, the options and the changes of each task of a plan, as a role reads them. Raises FileError
    for a plan that this release cannot read."""
    try:
        tasks = plan_document.parse(plan, "plan_file: %s" % path)
    except InvalidRequest as error:
        raise FileError(str(error)) from None
    return [
        {
            "module": task.module,
            "created": task.created,
            "options": dict(task.options),
            "changes": [
                {"id": change.id, "name": change.name, "actions": list(change.actions), "ends": change.is_ending}
                for change in task.changes
            ],
        }
        for task in tasks
    ]


def begin(path: str) -> None:
    """Begins a new plan, so that a check that fails leaves no older plan behind. Raises FileError for a path that
    cannot be written, or another file."""
    run = run_id()
    target = resolve(path)
    with _locked(path, target):
        found = _load(target)
        if found is None or found.get("run") != run:
            _write(target, plan_document.document([], run))


def add(path: str, plan: Mapping[str, Any]) -> str:
    """Adds the sections of the plan to the file; returns its absolute path. Raises FileError."""
    run = run_id()
    target = resolve(path)
    with _locked(path, target):
        found = _load(target)
        before = found["tasks"] if found is not None and found.get("run") == run else []
        _write(target, plan_document.document([*before, *plan["tasks"]], run))
    return target


def _locked(path: str, target: str) -> Any:
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise _error(path, "the directory %s does not exist" % folder)
    return locked_file.locked(target, _LOCK_TIMEOUT)


def _write(target: str, data: Mapping[str, Any]) -> None:
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    locked_file.write(target, text.encode("utf-8"))


def _load(path: str) -> dict[str, Any] | None:
    """The plan in the file, ``None`` for an absent or empty file. Raises FileError for anything else."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if os.path.islink(path):
            raise _error(path, "it is a symbolic link; name the file that it points to") from None
        raise _error(path, "it cannot be read: %s" % error.strerror) from None
    try:
        _check(path, os.fstat(handle))
        with os.fdopen(os.dup(handle), "rb") as stream:
            content = stream.read()
    finally:
        os.close(handle)
    if not content:
        return None
    try:
        found = json.loads(content.decode("utf-8"))
    except ValueError:
        raise _error(path, "it is not a plan, or only a part of one; make a new plan in another file") from None
    if not plan_document.is_plan(found) or not isinstance(found.get("tasks"), list):
        raise _error(path, "it is not a plan of cloudserver.compute; name another file")
    return dict(found)


def _check(path: str, state: os.stat_result) -> None:
    if stat.S_ISDIR(state.st_mode):
        raise _error(path, "it is a directory; name a file in it")
    if not stat.S_ISREG(state.st_mode):
        raise _error(path, "it is not a regular file")
    if state.st_mode & stat.S_IWOTH:
        raise _error(
            path,
            "every user can change it (mode %04o), so it proves no approval; remove it and make a new plan"
            % stat.S_IMODE(state.st_mode),
        )
    if state.st_size > _LARGEST:
        raise _error(path, "it has %d bytes, which is too much for a plan" % state.st_size)


def _error(path: str, text: str) -> FileError:
    return FileError("plan_file: %s: %s" % (path, text))
