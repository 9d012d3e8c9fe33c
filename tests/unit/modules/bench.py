# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module as a task sees it, against the simulator: calls it in this process, and shows the cloud's requests.

The simulator's clock stands still but for what the module sleeps, so a test that waits for hours takes no time, and
one whose module does not wait sees nothing move.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ansible_collections.cloudserver.compute.tools import simulator

#: The modules that run as a module too; the others are documentation for their action plugins.
MODULES = sorted(
    path.stem
    for path in (Path(__file__).parents[3] / "plugins" / "modules").glob("*.py")
    if "\nMODULE = " in path.read_text()
)
PLATFORMS = ("openstack", "easystack", "ustack", "huaweicloud")
NOVA = ("openstack", "easystack", "ustack")
#: What the simulator calls its actions, by platform: the ids of docs/operations.yml.
ACTIONS = {
    "openstack": {"start": "E05", "stop": "E06", "reboot": "E07", "pause": "E08", "unpause": "E09", "resume": "E11"},
    "ustack": {"start": "U08", "stop": "U09", "reboot": "U07", "hard stop": "U10"},
    "huaweicloud": {"start": "H03", "stop": "H05", "reboot": "H04"},
}
ACTIONS["easystack"] = ACTIONS["openstack"]
LISTS = {"openstack": "E02", "easystack": "E02", "ustack": "U03", "huaweicloud": "H02"}


class SimulatorClock:
    """The session's clock: sleep() moves the simulator's clock, and no test waits."""

    def __init__(self, advance: Callable[[float], None]) -> None:
        self._advance = advance
        self.start = 0.0
        self._lock = threading.Lock()
        self.elapsed = 0.0
        self.sleeps: list[float] = []
        self.on_sleep: Callable[[], None] = lambda: None

    def time(self) -> float:
        return 1000.0 + self.elapsed

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.start + self.elapsed, UTC)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            assert seconds >= 0
            self.sleeps.append(seconds)
            self.elapsed += seconds
            self._advance(seconds)
            self.on_sleep()


class Bench:
    """One platform of the simulator, as it starts, with its clock standing still."""

    def __init__(self, ready: dict[str, Any], platform: str) -> None:
        self.ready = ready
        self.platform = platform
        self.options: dict[str, Any] = copy.deepcopy(ready["platforms"][platform])
        self.reported: list[str] = []
        self.clock = SimulatorClock(lambda seconds: self.control("POST", "/clock", {"advance": seconds}))
        self.restart()

    def restart(self) -> None:
        """The simulator as it starts: no faults, no log, every server in its first state."""
        self.clock.start = self.control("POST", "/reset", {"freeze": True})["now"] - self.clock.elapsed
        self.clock.on_sleep = lambda: None

    # -- the module ------------------------------------------------------------------------------------------------

    def call(self, module: str, *, check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
        """The task's result. Options are laid over the platform's connection options; None takes one of those away.

        Nothing is waited for longer than ten minutes of the simulator's time, and a request is tried twice at the most.
        Full records are returned, for the tests to check.
        """
        plugin = import_module("ansible_collections.cloudserver.compute.plugins.modules." + module)
        records = {"return_servers": True} if "return_servers" in plugin.MODULE.argument_spec else {}
        given = {"api_retries": 1, **records, **self.options, **options}
        arguments = {name: value for name, value in given.items() if value is not None}
        result = run_action(module, arguments, check=check, diff=diff, report_progress=self.reported.append)
        text = json.dumps(result)
        for secret in self.secrets(given):
            assert secret not in text, f"a secret is in the result of {module}: {text}"
        assert "exception" not in result, text
        return result

    def power(self, **options: Any) -> dict[str, Any]:
        return self.call("server_power", **options)

    def secrets(self, options: dict[str, Any]) -> list[str]:
        names = ("password", "secret_key", "security_token", "token", "application_credential_secret")
        return [value for name, value in (options.get("auth") or {}).items() if name in names and value]

    def credentials(self, kind: str) -> dict[str, Any]:
        """Other credentials than the usual ones, as connection options."""
        return copy.deepcopy(self.ready["credentials"][self.platform][kind])

    def auth(self, **leaves: Any) -> dict[str, Any]:
        """The option auth with other leaves; None takes one away."""
        whole = {**self.options["auth"], **leaves}
        return {name: value for name, value in whole.items() if value is not None}

    # -- the cloud -------------------------------------------------------------------------------------------------

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return simulator.control(self.ready, method, path, body)

    def server(self, name: str) -> dict[str, Any]:
        """The server as the simulator keeps it, by id or name."""
        return self.control("GET", f"/{self.platform}/servers/{name}")["server"]

    def id_of(self, name: str) -> str:
        return str(self.server(name)["id"])

    def ids_of(self, name: str) -> list[str]:
        """The ids of all servers of a name, sorted."""
        rows = self.control("GET", f"/{self.platform}/servers")["servers"]
        return sorted(row["id"] for row in rows if row["name"] == name)

    def change(self, name: str, /, **values: Any) -> None:
        self.control("PUT", f"/{self.platform}/servers/{name}", values)

    def later(self, action: Callable[[], None]) -> None:
        """Does something to the cloud while the module waits for the first time."""

        def once() -> None:
            self.clock.on_sleep = lambda: None
            action()

        self.clock.on_sleep = once

    def remove(self, name: str) -> None:
        self.control("DELETE", f"/{self.platform}/servers/{name}")

    def fault(self, operation: str | None = None, *, times: int | None = None, after: int = 0, **do: Any) -> None:
        """Injects a fault; `operation` is a key of ACTIONS, "list", or a name that the simulator knows."""
        known = {**ACTIONS[self.platform], "list": LISTS[self.platform]}
        order = {"platform": self.platform, "after": after, "times": times, "do": do}
        self.control("POST", "/faults", {**order, "operation": known.get(operation or "", operation)})

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """The requests that the platform got, in order; of one operation, named as in `fault`."""
        known = {**ACTIONS[self.platform], "list": LISTS[self.platform]}
        wanted = known.get(operation or "", operation)
        rows = self.control("GET", f"/requests?platform={self.platform}")["requests"]
        return [row for row in rows if wanted in (None, row["operation"], row["name"])]

    def changing_requests(self) -> list[Any]:
        """The bodies of all requests that meant to change something, in order."""
        return [
            row["body"]
            for row in self.requests()
            if row["method"] not in ("GET", "HEAD") and row["name"] != "create token"
        ]


def run_action(
    module: str,
    arguments: dict[str, Any],
    *,
    check: bool = False,
    diff: bool = False,
    report_progress: Callable[[str], None] = lambda words: None,
    variables: dict[str, Any] | None = None,
    **task: Any,
) -> dict[str, Any]:
    """The result of the module's action plugin for a task on the local connection; `task` are further keywords."""
    return dict(
        action(module, arguments, check=check, diff=diff, report_progress=report_progress, **task).run(
            task_vars=variables or {}
        )
    )


def action(
    module: str,
    arguments: dict[str, Any],
    *,
    check: bool = False,
    diff: bool = False,
    report_progress: Callable[[str], None] = lambda words: None,
    transport: str = "local",
    become: Any = None,
    async_val: int = 0,
    environment: Any = None,
    shipped: Callable[..., dict[str, Any]] | None = None,
) -> Any:
    """The action plugin of a module, with a task and a connection that hold what it reads."""
    plugin = import_module("ansible_collections.cloudserver.compute.plugins.action." + module)
    task = SimpleNamespace(
        action="cloudserver.compute." + module,
        args=arguments,
        check_mode=check,
        diff=diff,
        async_val=async_val,
        environment=environment,
        get_name=lambda: "a task",
    )
    shell = SimpleNamespace(tmpdir=None)
    connection = SimpleNamespace(transport=transport, become=become, has_native_async=False, _shell=shell)
    templar = SimpleNamespace(template=lambda value: value)
    made = plugin.ActionModule(task, connection, None, None, templar, None)
    made._early_needs_tmp_path = lambda: False
    made._report_progress = report_progress
    if shipped:
        made._execute_module = shipped
        made._remove_tmp_path = lambda path: None
    return made


@contextmanager
def nothing_done(bench: Bench) -> Iterator[None]:
    """Holds a call to it that it changes nothing in the cloud."""
    before = len(bench.changing_requests())
    yield
    assert bench.changing_requests()[before:] == [], "the cloud was asked to do something"


def outcome(result: dict[str, Any], name: str) -> dict[str, Any]:
    """The outcome of the one server of that name (or job id) in a result."""
    (found,) = [each for each in result["outcomes"] if name in (each.get("name"), each.get("id"))]
    return found


def refused(result: dict[str, Any], *parts: str) -> str:
    """The message of a task that failed, which is one or two sentences on one line and holds all the parts."""
    assert result.get("failed") is True, result
    assert not result.get("changed"), result
    return says(result, *parts)


def says(result: dict[str, Any], *parts: str) -> str:
    message = result["msg"]
    # Ansible lists all options after one that it does not know.
    most = 1500 if "Supported parameters include" in message else 900
    assert "\n" not in message and "{" not in message and len(message) < most, message
    assert "Internal error; please report it" not in message, message
    assert not any(each in message for each in ("..", ".;", ".:", "  ")), message
    for part in parts:
        assert part in message, f"{part!r} is not in: {message}"
    return str(message)


def actions(bench: Bench, name: str) -> list[dict[str, Any]]:
    """The power actions that were requested for a server, refused ones included."""
    server = bench.id_of(name)
    return [
        row
        for row in bench.requests()
        if row["method"] == "POST" and row["name"] != "create token" and (server in row["path"] or server in str(row))
    ]


def stopped(bench: Bench, *names: str) -> bool:
    return all(bench.server(name)["vm_state"] == "stopped" for name in names)
