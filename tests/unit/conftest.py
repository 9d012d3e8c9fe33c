# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for all unit tests: a scripted HTTP server on loopback, and a clock that only sleep() moves."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ansible_collections.cloudserver.compute.plugins.plugin_utils import run_folder

START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class ManualClock:
    """A clock that passes only by sleep(); usable from many threads."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.sleeps: list[float] = []
        self._lock = threading.Lock()

    def time(self) -> float:
        return self.elapsed

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.sleeps.append(seconds)
            self.elapsed += seconds


@dataclass
class Seen:
    """A request as it came over the wire."""

    method: str
    path: str
    raw_query: str
    headers: dict[str, str]
    content: bytes

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.raw_query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def target(self) -> str:
        return self.path + ("?" + self.raw_query if self.raw_query else "")


@dataclass
class Reply:
    """What the server does: a response, or a broken connection ("reset", "close", "cut": half of the body)."""

    status: int = 200
    json: Any = None
    text: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    broken: str = ""

    def content(self) -> bytes:
        if self.text is not None:
            return self.text.encode()
        return b"" if self.json is None else json.dumps(self.json).encode()


@dataclass
class Expected:
    """One request that must come next, and the reply to it."""

    method: str
    path: str
    reply: Reply
    query: list[tuple[str, str]] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    json: Any = None

    def problems(self, seen: Seen) -> list[str]:
        found = []
        if (seen.method, seen.path) != (self.method, self.path):
            found.append(f"{seen.method} {seen.path} came, {self.method} {self.path} was expected")
        if self.query is not None and seen.query != self.query:
            found.append(f"query {seen.query} came, {self.query} was expected")
        for name, value in self.headers.items():
            if seen.headers.get(name.lower()) != value:
                found.append(f"header {name} was {seen.headers.get(name.lower())!r}, {value!r} was expected")
        found += [f"header {name} must not be sent" for name in self.absent if name.lower() in seen.headers]
        if self.json is not None and (not seen.content or seen.json != self.json):
            found.append(f"body {seen.content!r} came, {self.json} was expected")
        return found


class Wire:
    """A server that checks each request against the script and responds as the script says.

    expect() adds the next request of the script; serve() sets a function that responds to whatever the script does not
    cover. check() returns what went wrong; the fixture calls it at the end.
    """

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.script: list[Expected] = []
        self.wrong: list[str] = []
        self.handler: Callable[[Seen], Reply] | None = None
        self._lock = threading.Lock()
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *arguments: Any) -> None:
                pass

            def handle_any(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                names = {name.lower(): value for name, value in self.headers.items()}
                seen = Seen(self.command, parts.path, parts.query, names, self.rfile.read(length))
                wire.send(self, wire.reply_to(seen))

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *arguments: Any) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def expect(
        self,
        method: str,
        path: str,
        *,
        query: list[tuple[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        absent: tuple[str, ...] = (),
        json: Any = None,
        reply: Reply | None = None,
        times: int = 1,
    ) -> None:
        for _unused in range(times):
            self.script.append(Expected(method, path, reply or Reply(json={}), query, headers or {}, absent, json))

    def serve(self, handler: Callable[[Seen], Reply]) -> None:
        self.handler = handler

    def reply_to(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            expected = self.script.pop(0) if self.script else None
            if expected is not None:
                self.wrong += expected.problems(seen)
                return expected.reply
        if self.handler is not None:
            return self.handler(seen)
        self.wrong.append(f"{seen.method} {seen.target} came, nothing was expected")
        return Reply(400, text="nothing was expected")

    def send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        if reply.broken == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if reply.broken in ("reset", "close"):
            handler.close_connection = True
            handler.connection.close()
            return
        content = reply.content()
        handler.send_response(reply.status)
        headers = {"Content-Type": "application/json", **reply.headers}
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content[: len(content) // 2] if reply.broken == "cut" else content)
        if reply.broken == "cut":
            handler.close_connection = True

    def check(self) -> list[str]:
        left = [f"{each.method} {each.path} did not come" for each in self.script]
        return self.wrong + left

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(autouse=True)
def no_run_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks of one test process are tasks of different runs, so they share no token."""
    monkeypatch.setattr(run_folder, "run_folder", lambda: None)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def wire() -> Iterator[Wire]:
    server = Wire()
    try:
        yield server
        assert server.check() == []
    finally:
        server.close()


@pytest.fixture
def refusing() -> Iterator[str]:
    """A URL at which connections are refused: the port is bound, but not listened on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield "http://127.0.0.1:%d" % taken.getsockname()[1]


@pytest.fixture
def reply() -> type[Reply]:
    """The class of replies, for tests that script the wire."""
    return Reply
