"""What stands between the module and the simulator: passes requests on, and spoils the one that a plan names."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_to_bytes

from kinds import TRICKLE, Answer, Kind, Request

#: Real seconds after which a client that still reads an answer without end hangs: far above its api_timeout.
ENDLESS = 4.0
#: Requests after which a run without end is stopped.
MOST_REQUESTS = 1500


@dataclass(frozen=True)
class Plan:
    """Which request is hit: the `position`-th of the run (from 1), and with `always` every repetition of it."""

    kind: Kind
    position: int
    always: bool


class Proxy:
    """An HTTP server on loopback in front of a WSGI application that serves in this process.

    `spend(seconds)` is called for time that a slow answer takes, so that a virtual clock can follow the real one.
    """

    def __init__(self, app: Callable[..., Any], spend: Callable[[float], None]) -> None:
        self.app = app
        self.spend = spend
        self.lock = threading.Lock()
        self.begin(None)
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *arguments: Any) -> None:
                pass

            def handle_any(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                proxy.handle(self, content)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = handle_any

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *arguments: Any) -> None:
                if not isinstance(sys.exc_info()[1], OSError):
                    super().handle_error(*arguments)

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        serve = {"poll_interval": 0.05}
        threading.Thread(target=self.server.serve_forever, kwargs=serve, daemon=True).start()

    def begin(self, plan: Plan | None) -> None:
        """Forgets the last run; the next request is the first of a new one."""
        with self.lock:
            self.plan = plan
            self.requests: list[Request] = []
            self.tokens: set[str] = set()
            self.hit_key: tuple[str, str, str] | None = None
            self.hits = 0
            self.endless = ""
            self._changed = False

    def handle(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        path, _unused, query = handler.path.partition("?")
        with self.lock:
            seen = Request(
                len(self.requests) + 1,
                handler.command,
                path,
                query,
                action_of(content),
                content=content,
                reading_back=self._changed,
            )
            self.requests.append(seen)
            self._changed = self._changed or seen.changes
            kind = self._kind_for(seen)
            if seen.number > MOST_REQUESTS:
                self.endless = "more than %d requests" % MOST_REQUESTS
                send(handler, Answer(broken="reset"))
                return
        served = None
        if kind is None or kind.acts:
            served = self._serve(handler, content)
            with self.lock:
                self.requests[seen.number - 1] = replace(seen, status=served.status, size=len(served.body))
        answer = served if kind is None else kind.answer(seen, served)
        assert answer is not None
        if answer.broken in ("late", "trickle", "trickle_head"):
            self._send_slowly(handler, answer)
        else:
            send(handler, answer)

    def _kind_for(self, seen: Request) -> Kind | None:
        if self.plan is None:
            return None
        if seen.number == self.plan.position:
            self.hit_key = seen.key
        elif not (self.plan.always and seen.number > self.plan.position and seen.key == self.hit_key):
            return None
        self.hits += 1
        return self.plan.kind

    def _serve(self, handler: BaseHTTPRequestHandler, content: bytes) -> Answer:
        """The application's answer."""
        found: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], Any]:
            found[:] = [int(status.split(maxsplit=1)[0]), dict(headers)]
            return lambda data: None

        result = self.app(environ(handler, content), start)
        try:
            body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        status, headers = found
        token = headers.get("X-Subject-Token")
        if token:
            self.tokens.add(token)
        return Answer(status, body, headers)

    def _send_slowly(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        """Until the client goes, or has waited so long that it hangs."""
        handler.close_connection = True
        began = time.monotonic()
        pieces = _pieces(answer)
        next_piece = began
        while time.monotonic() - began < ENDLESS:
            if answer.broken != "late" and time.monotonic() >= next_piece:
                next_piece += TRICKLE
                try:
                    handler.wfile.write(next(pieces))
                except OSError:
                    return
            before = time.monotonic()
            readable = select.select([handler.connection], [], [], 0.05)[0]
            self.spend(time.monotonic() - before)
            if readable and _gone(handler.connection):
                return
        with self.lock:
            self.endless = "an answer was read for more than %g s" % ENDLESS
        send(handler, Answer(broken="reset"))


def _pieces(answer: Answer) -> Any:
    """What a trickling answer consists of, without end."""
    if answer.broken == "trickle_head":
        yield b"HTTP/1.1 %d OK\r\nX-Padding: " % answer.status
        while True:
            yield b"...."
    names = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
    head = "".join("%s: %s\r\n" % pair for pair in {**names, "Connection": "close"}.items())
    yield ("HTTP/1.1 %d OK\r\n%s\r\n" % (answer.status, head)).encode()
    while True:
        yield b"    "


def _gone(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


def send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    """One answer that does not take time."""
    if answer.broken == "reset":
        handler.close_connection = True
        try:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
        except OSError:
            pass
        return
    content = answer.body
    shown = content[: len(content) // 2] if answer.broken == "truncated" else content
    handler.send_response_only(answer.status)
    for name, value in answer.headers.items():
        if name.lower() not in ("content-length", "connection"):
            handler.send_header(name, value)
    if answer.status != 204:
        handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(shown)
    if answer.broken:
        handler.close_connection = True


def action_of(content: bytes) -> str:
    """The only key of a JSON body, which names the action where several share a path; else nothing."""
    try:
        body = json.loads(content) if content else None
    except ValueError:
        return ""
    return next(iter(body)) if isinstance(body, dict) and len(body) == 1 else ""


def environ(handler: BaseHTTPRequestHandler, content: bytes) -> dict[str, Any]:
    """The request as PEP 3333 has it."""
    path, _unused, query = handler.path.partition("?")
    host, port = handler.server.server_address[:2]
    found = {
        "REQUEST_METHOD": handler.command, "SCRIPT_NAME": "", "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query, "SERVER_NAME": str(host), "SERVER_PORT": str(port), "SERVER_PROTOCOL": "HTTP/1.1",
        "REQUEST_URI": handler.path, "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(content), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
        "wsgi.multiprocess": False, "wsgi.run_once": False, "CONTENT_LENGTH": str(len(content)),
    }  # fmt: skip
    for name, value in handler.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            found[key] = value
        elif key != "CONTENT_LENGTH":
            found["HTTP_" + key] = value
    return found
