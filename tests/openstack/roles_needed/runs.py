"""Runs tasks of the collection as one user after the other."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import from_answer
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session
from ansible_collections.cloudserver.compute.plugins.module_utils.runner import module as frame
from ansible_collections.cloudserver.compute.tests.openstack.roles_needed.cast import ADMIN, ROLES, ROOT, Cast
from ansible_collections.cloudserver.compute.tests.openstack.roles_needed.table import (
    ALLOWED,
    INVENTORY,
    BadTable,
    Case,
    Seen,
    Unexpected,
    at,
    entry,
    fill,
    refusal,
    rules,
    verdict,
)

COLLECTION = "cloudserver.compute"
#: Other users of the lab may be in the way of a task: a host that is disabled, an aggregate that is deleted.
ATTEMPTS = 3


@contextmanager
def noted() -> Iterator[list[str]]:
    """The bodies of the responses with status 403 that the collection's client gets meanwhile."""
    found: list[str] = []

    def noting(status: int, headers: Any, body: str, *more: Any) -> Any:
        if status == 403:
            found.append(body)
        return from_answer(status, headers, body, *more)

    with mock.patch.object(session, "from_answer", noting):
        yield found


def run_module(name: str, options: Mapping[str, Any]) -> Seen:
    """The module as a function, or by the command of Ansible where it is no function."""
    if name == INVENTORY:
        return _inventory(options)
    module = import_module(f"ansible_collections.cloudserver.compute.plugins.modules.{name}")
    if not hasattr(module, "MODULE"):
        return _command("ansible", "localhost", "-m", f"{COLLECTION}.{name}", "-a", json.dumps(options))
    spec = module.MODULE
    waits = {"wait_timeout": 120, "wait_interval": 1}
    given = {**{key: waits[key] for key in waits if key in spec.argument_spec}, **options}
    validation = ArgumentSpecValidator(**spec.rules()).validate(given)
    if validation.error_messages:
        raise BadTable(f"{name}: {validation.errors.msg}")
    context = frame.Context(
        validation.validated_parameters, False, lambda words: None, lambda words: None, module=name, spec=spec
    )
    with noted() as refusals:
        return Seen(frame.execute(module.run, context, False), refusals)


def _command(program: str, *arguments: str) -> Seen:
    """What a command of Ansible printed: a result in JSON, or a message."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("OS_", "ANSIBLE_"))}
    environment.update(
        ANSIBLE_HOME=str(ROOT / ".cache" / "ansible"),
        ANSIBLE_LOCALHOST_WARNING="false",
        ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
        ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="true",
        no_proxy="127.0.0.1",
        NO_PROXY="127.0.0.1",
    )
    command = [str(Path(sys.executable).parent / program), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=300)
    _head, _brace, rest = done.stdout.partition("{")
    try:
        result = json.loads("{" + rest)
    except ValueError:
        result = {"msg": (done.stdout + done.stderr)[-2000:]}
    result = {**result, "failed": bool(done.returncode)}
    output = done.stdout + done.stderr
    return Seen(result, [output] if refusal(output) else [])


def _inventory(options: Mapping[str, Any]) -> Seen:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roles-needed.cloudserver.yml"
        path.write_text(json.dumps({"plugin": f"{COLLECTION}.cloudserver", **options}))
        return _command("ansible-inventory", "-i", str(path), "--list")


class Stage:
    """Runs the tasks of the table on the lab."""

    def __init__(self, cast: Cast, folder: Path) -> None:
        self.cast = cast
        self.folder = folder
        (folder / "vault_password").write_text("roles-needed")

    def run(self, case: Case) -> dict[str, Any]:
        """The task as each user; its row of the file. Raises Unexpected."""
        verdicts, texts = {}, []
        for role in ROLES:
            for attempt in range(ATTEMPTS):
                try:
                    verdicts[role], named = self._once(case, role)
                    break
                except Unexpected as problem:
                    if attempt == ATTEMPTS - 1:
                        raise Unexpected(f"{case.module}, {case.task}, as {role}: {problem}") from problem
            texts += named
        return entry(case, verdicts, rules(texts))

    def _once(self, case: Case, role: str) -> tuple[str, list[str]]:
        self.cast.ensure()
        words = {**self.cast.words, "folder": str(self.folder), "role": role, "user": self.cast.users[role]}
        try:
            for step in case.before:
                self._step(step, words)
            seen = run_module(case.module, self._options(case.options, role, words))
            found = verdict(case, seen)
            # A server that Neutron gives no port has the refusal in its fault.
            return found, seen.refusals or ([] if found == ALLOWED else [json.dumps(seen.result, default=str)])
        finally:
            for step in case.after:
                self._step(step, words)

    def _step(self, step: Mapping[str, Any], words: dict[str, Any]) -> None:
        """What comes before or after: as the administrator, or as another of the cast."""
        name = next(key for key in step if key not in ("as", "keep"))
        role = fill(step.get("as", ADMIN), words)
        result = run_module(name, self._options(step[name], role, words)).result
        if result.get("failed"):
            raise Unexpected(f"{name} as {role}: {result.get('msg')}")
        for word, path in step.get("keep", {}).items():
            words[word] = at(result, path)
        if words.get("host"):
            words["other_host"] = "cmp1" if words["host"] != "cmp1" else "cmp2"

    def _options(self, options: Mapping[str, Any], role: str, words: Mapping[str, Any]) -> dict[str, Any]:
        cache = {"token_cache": str(self.folder / f"tokens-{role}")}
        return {**self.cast.connection(role), **cache, **fill(dict(options), words)}
