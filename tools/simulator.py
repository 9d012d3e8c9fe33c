"""Start tests/simulator, or what stands in its place, wait until it listens, and stop it again whatever happens."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SIMULATOR = ROOT / "tests" / "simulator"
START_SECONDS = 30
JSON = {"Content-Type": "application/json"}
#: The connections of each thread to control sides, by host: a test asks there as often as its module asks the cloud.
_kept = threading.local()


class SimulatorError(Exception):
    """The simulator did not start, or answered what it should not; the message says what it printed."""


@contextmanager
def running(
    directory: Path, *arguments: str, program: Path = SIMULATOR, seconds: int = START_SECONDS
) -> Iterator[dict[str, Any]]:
    """Run a simulator of its own port, its ready file and log in `directory`; yields what the ready file holds.

    Raises SimulatorError where it ends, or does not listen within `seconds`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    ready_file = directory / "simulator.json"
    ready_file.unlink(missing_ok=True)
    log = directory / f"{program.name}.log"
    command = [sys.executable, str(program), "--ready-file", str(ready_file), *arguments]
    with log.open("w") as output:
        # A session of its own: Ctrl-C at the terminal must reach us first, so that playbooks end before their cloud.
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            yield _ready(process, ready_file, log, seconds)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def control(ready: dict[str, Any], method: str, path: str, body: Any = None, seconds: int = 30) -> Any:
    """Send a request to the control side; `path` is below /_sim. Returns the decoded response, or None if empty.

    Raises SimulatorError where it refuses, and OSError where it cannot be reached.
    """
    parts = urlsplit(ready["control"] + path)
    target = parts.path + ("?" + parts.query if parts.query else "")
    content = None if body is None else json.dumps(body).encode()
    status, text = _ask(parts.netloc, seconds, method, target, content)
    if status >= 400:
        raise SimulatorError(f"{method} {target}: {status} {text.decode(errors='replace')[:2000]}")
    return json.loads(text) if text.strip() else None


def _ask(host: str, seconds: int, method: str, target: str, content: bytes | None) -> tuple[int, bytes]:
    """Ask on the connection of before, and on a new one where the simulator has closed that since, being idle."""
    kept: dict[str, http.client.HTTPConnection] = _kept.__dict__.setdefault("connections", {})
    used = kept.pop(host, None)
    if used is not None:
        try:
            return _answer(kept, used, seconds, method, target, content)
        except (http.client.RemoteDisconnected, ConnectionError):
            used.close()
    return _answer(kept, http.client.HTTPConnection(host), seconds, method, target, content)


def _answer(
    kept: dict[str, http.client.HTTPConnection],
    connection: http.client.HTTPConnection,
    seconds: int,
    method: str,
    target: str,
    content: bytes | None,
) -> tuple[int, bytes]:
    connection.timeout = seconds
    if connection.sock is not None:
        connection.sock.settimeout(seconds)
    connection.request(method, target, content, JSON)
    response = connection.getresponse()
    text = response.read()
    kept[connection.host if connection.port is None else f"{connection.host}:{connection.port}"] = connection
    return response.status, text


def _ready(process: subprocess.Popen[bytes], ready_file: Path, log: Path, seconds: int) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready_file.exists():
            return dict(json.loads(ready_file.read_text()))
        if process.poll() is not None:
            raise SimulatorError(f"{log.stem} ended with status {process.returncode}:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)
    raise SimulatorError(f"{log.stem} did not listen within {seconds} s:\n{log.read_text()[-2000:]}")
