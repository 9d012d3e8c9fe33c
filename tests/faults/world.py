"""A worker's world: the simulator in this process, the proxy before it, a clock that only sleeping moves, one task."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import traceback
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
#: At the end of the path: no file of these may hide another module.
sys.path += [str(HERE.parent), str(HERE.parent / "unit")]

from inventory_run import run_inventory  # noqa: E402
from kinds import Request  # noqa: E402
from modules.bench import run_action  # noqa: E402
from proxy import Plan, Proxy  # noqa: E402
from snapshot import Known, Snapshot, take  # noqa: E402
from tasks import INVENTORY, UNREPEATABLE, Task  # noqa: E402

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session  # noqa: E402
from ansible_collections.cloudserver.compute.plugins.plugin_utils import in_process  # noqa: E402
from simulator.app import create_app  # noqa: E402
from simulator.ready_file import ready_document  # noqa: E402
from simulator.state.config import PLATFORMS, load  # noqa: E402
from simulator.state.guest import USER_DATA_MARKER, digest  # noqa: E402
from simulator.state.keypairs import PRIVATE_KEY_MARKER  # noqa: E402
from simulator.state.simulator import Simulator  # noqa: E402

#: Seconds of the virtual clock that a task may wait, and those after which it hangs: all its waits and all retries of
#: single requests are long over by then.
WAIT_TIMEOUT, HANGS_AFTER = 30.0, 150.0
#: Real seconds: of a request where answers come late, of one where they do not, and of a whole run.
HURRIED, UNHURRIED, WATCHDOG = 0.5, 20.0, 60.0
FOREIGN = ("OS_", "HW_", "HUAWEICLOUD_", "CLOUD_SDK_", "CLOUDSERVER_", "ANSIBLE_CLOUDSERVER")
#: Seconds of the simulator's time in which everything comes to its end that was begun. The signature of a request may
#: be 900 s old by the real clock, and that of a second run is in the future by all that was waited before.
SETTLES_IN = 60.0


class Hung(BaseException):
    """The run goes on beyond every bound; no `except Exception` of the code under test may catch it."""


class Clock:
    """The session's clock, and the simulator's: whoever sleeps moves both, and nobody waits."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.elapsed = 0.0
        self.limit = float("inf")
        self.base = 0.0
        self.sim: Any = None

    def begin(self, limit: float) -> None:
        with self.lock:
            self.elapsed, self.limit = 0.0, limit
            self.base = self.sim.clock.now()

    def time(self) -> float:
        return 1000.0 + self.elapsed

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.base + self.elapsed, UTC)

    def spend(self, seconds: float) -> None:
        """Time that passed by itself."""
        with self.lock:
            self.elapsed += seconds
            self.sim.clock.advance(seconds)

    def sleep(self, seconds: float) -> None:
        self.spend(seconds)
        if self.elapsed > self.limit:
            raise Hung("it waits still after %d s of the clock" % self.limit)


@dataclass
class Run:
    """What one run of a task said, and what it did."""

    result: dict[str, Any] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    before: Snapshot = field(default_factory=dict)
    after: Snapshot = field(default_factory=dict)
    hung: str = ""
    raised: str = ""
    hits: int = 0
    elapsed: float = 0.0

    @property
    def accepted(self) -> int:
        """How many requests that change something the service has carried out."""
        return sum(each.changes and each.status is not None and 200 <= each.status < 300 for each in self.requests)

    @property
    def unsafe(self) -> Counter[str]:
        """How often the service carried out each request that must not be carried out twice; that of a batch counts
        for each of its servers, because a refused batch is divided."""
        return Counter(
            name
            for each in self.requests
            for name in _for_each_server(each)
            if each.changes and each.method == "POST" and each.status is not None and 200 <= each.status < 300
            and each.action in UNREPEATABLE
        )  # fmt: skip


def _for_each_server(request: Request) -> list[str]:
    """The request, once for each server of its batch."""
    try:
        body = json.loads(request.content or b"{}")
        servers = [each["id"] for each in body[request.action]["servers"]]
    except (ValueError, KeyError, TypeError):
        return [str(request)]
    return ["%s on %s" % (request, server_id) for server_id in servers]


class World:
    """One platform of a simulator of its own."""

    def __init__(self, platform: str) -> None:
        settings = load()
        for name in PLATFORMS:
            if name != platform:
                settings["platforms"][name]["servers"] = []
        self.platform = platform
        self.sim = Simulator(settings)
        self.clock = Clock()
        self.clock.sim = self.sim
        self.proxy = Proxy(create_app(self.sim), self.clock.spend)
        self.sim.base_url = self.proxy.url
        self.ready = ready_document(self.sim)
        self.folder = Path(tempfile.mkdtemp(prefix="faults-"))
        self.secrets: set[str] = set()

    def close(self) -> None:
        self.proxy.server.shutdown()
        self.proxy.server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- what tasks are made of ---------------------------------------------------------------------------------------

    def server(self, name: str) -> Any:
        found = self.sim.fleets[self.platform].find(name)
        assert found is not None, name
        return found

    def change(self, name: str, **values: Any) -> None:
        """Gives a server another state; `status` is one of the simulator's starting points."""
        server, fleet = self.server(name), self.sim.fleets[self.platform]
        if "status" in values:
            fleet.set_status(server, values.pop("status"))
        for key, value in values.items():
            setattr(server, key, value)
        fleet.mark_updated(server)

    def id_of(self, kind: str, name: str) -> str:
        """The id of a volume, port, network, image or flavor by its name."""
        builder = self.sim.builders[self.platform]
        rows = {"volume": builder.volumes.rows, "port": builder.ports.rows, "network": builder.networks.rows,
                "image": builder.images, "flavor": builder.flavors}[kind]  # fmt: skip
        for identity, row in rows.items():
            if name == (row["name"] if isinstance(row, dict) else row.name):
                return str(identity)
        raise KeyError(name)

    def options(self, user: str) -> dict[str, Any]:
        """The connection options of a user; "" is the usual one, "admin" the administrator in the demo project."""
        if not user:
            return copy.deepcopy(self.ready["platforms"][self.platform])
        found = copy.deepcopy(self.ready["credentials"][self.platform][user])
        if user == "admin":
            found["auth"]["project_name"] = "demo"
        return dict(found)

    def number(self) -> uuid.UUID:
        """Takes the place of uuid.uuid4, so that two runs of a task have the same ids."""
        return uuid.UUID(int=self.numbers.getrandbits(128), version=4)

    # -- a run --------------------------------------------------------------------------------------------------------

    def prepare(self, task: Task) -> None:
        """The simulator as it starts, then as the task wants to find it."""
        self.numbers = random.Random(task.label)
        uuid.uuid4 = self.number
        self.sim.reset()
        self.sim.clock.freeze()
        for path in self.folder.iterdir():
            path.unlink()
        self.proxy.begin(None)
        self.clock.begin(float("inf"))
        if task.prepare:
            task.prepare(self)
            self.settle()
        self.given = task.options(self)
        texts = [text for text in _texts(self.given) if len(text) > 5]
        self.known = Known(self.sim, self.platform, texts, digest)
        self.secrets = {PRIVATE_KEY_MARKER, USER_DATA_MARKER, *task.secrets}

    def first(self, module: str, user: str = "", **options: Any) -> dict[str, Any]:
        """Runs a task without faults that the one to be hit builds on. Raises AssertionError where it fails."""
        with _patched(self.clock, []):
            result = run_action(module, {**self.options(user), **options})
        assert not result.get("failed"), result["msg"]
        return result

    def settle(self) -> None:
        """Everything that was begun comes to its end."""
        for _unused in range(2):
            self.sim.clock.advance(SETTLES_IN)
            with self.sim.lock:
                self.sim.fleets[self.platform].end_due_transitions()

    def look(self) -> Snapshot:
        return take(self.sim, self.platform, self.known, self.folder)

    def run(self, task: Task, plan: Plan | None, seed: str) -> Run:
        """The task from here on; the state of the run before stays."""
        found = Run(before=self.look())
        timeout = HURRIED if plan and plan.kind.slow else UNHURRIED
        wait = {"wait_timeout": WAIT_TIMEOUT, "wait_interval": 5, "parallel": 1}
        # Every run logs in, so that this is hit, too.
        options = {**self.options(task.user), "token_cache": "false", "api_timeout": timeout}
        options["api_retries"] = 2 - bool(plan and plan.kind.slow)
        options.update({name: value for name, value in wait.items() if name in task.knows}, **self.given)
        auth = options.get("auth") or {}
        self.secrets |= {auth[name] for name in ("password", "secret_key") if auth.get(name)}
        self.proxy.begin(plan)
        self.clock.begin(HANGS_AFTER)
        random.seed(seed)
        with _patched(self.clock, found.printed), _watched():
            try:
                if task.module == INVENTORY:
                    found.result = run_inventory(options, in_process.display)
                else:
                    found.result = run_action(task.module, options, report_progress=found.printed.append)
            except Hung as error:
                found.hung = str(error)
            except Exception:
                found.raised = traceback.format_exc()
        found.elapsed = self.clock.elapsed
        self.secrets |= self.proxy.tokens
        found.requests = list(self.proxy.requests)
        found.hits = self.proxy.hits
        found.hung = found.hung or self.proxy.endless
        self.proxy.begin(None)
        self.settle()
        found.after = self.look()
        return found

    def leaked(self, run: Run) -> list[str]:
        """The secrets that the run's output holds, each by its first and last character alone."""
        output = json.dumps(run.result, default=str) + "\n".join(run.printed)
        return ["%s…%s" % (text[0], text[-1]) for text in sorted(self.secrets) if text in output]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)


class _Display:
    """Takes the place of Ansible's display: what would reach the terminal is kept for the search for secrets."""

    def __init__(self, printed: list[str]) -> None:
        self.printed = printed

    def __getattr__(self, _name: str) -> Any:
        return lambda *words, **_unused: self.printed.extend(str(word) for word in words)


@contextmanager
def _patched(clock: Clock, printed: list[str]) -> Iterator[None]:
    """The session's clock is ours, and so is the display."""
    usual, display = session.SystemClock, in_process.display
    session.SystemClock = lambda: clock  # type: ignore[assignment,misc]
    in_process.display = _Display(printed)
    try:
        yield
    finally:
        session.SystemClock, in_process.display = usual, display  # type: ignore[misc]


@contextmanager
def _watched() -> Iterator[None]:
    """Raises Hung in the main thread where the run takes longer than the watchdog allows."""

    def bark(_number: int, _frame: Any) -> None:
        raise Hung("it runs still after %d s" % WATCHDOG)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.signal(signal.SIGALRM, bark)
    signal.setitimer(signal.ITIMER_REAL, WATCHDOG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, usual)


def isolate() -> None:
    """No credentials and no proxy of this machine, and a home of its own."""
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ["NO_PROXY"] = "127.0.0.1,localhost"
    os.environ["HOME"] = tempfile.mkdtemp(prefix="faults-home-")
    os.environ.pop("XDG_CONFIG_HOME", None)
    os.chdir(os.environ["HOME"])
