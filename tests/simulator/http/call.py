"""A request inside the simulator, and the router that registers operations.

To add an operation, write one function `view(call, **path_words)` that returns `answer(...)` or raises Refusal, and
register it with `Router.add(platform, method, rule, view, operation="E05")`.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, g, request

from simulator.state.servers import Fleet
from simulator.state.simulator import Simulator
from simulator.state.tokens import Token

Picker = Callable[[Any], "tuple[str | None, str] | None"]


class Refusal(Exception):
    """The answer is an error: status, body (a JSON document or a text), headers."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def unauthorized(call: Call) -> Refusal:
    """The 401 of the middleware of Keystone, which is before Nova, Neutron and Cinder."""
    error = {"code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication."}
    keystone = 'Keystone uri="%s/%s/identity"' % (call.sim.base_url, call.platform)
    return Refusal(401, {"error": error}, {"WWW-Authenticate": keystone})


def find_token(call: Call) -> Token:
    """The token of the request, kept in the call. Raises Refusal (401) without a valid one."""
    call.token = call.sim.tokens[call.platform].find(request.headers.get("X-Auth-Token"))
    if call.token is None:
        raise unauthorized(call)
    return call.token


class Malformed:
    """In place of a body that is not JSON."""


@dataclass
class Operation:
    """The name of a route in the log: fixed, or chosen by the body (the key of an action names the operation)."""

    platform: str
    id: str | None
    name: str
    pick: Picker | None = None

    def describe(self, body: Any) -> tuple[str | None, str]:
        return (self.pick(body) if self.pick else None) or (self.id, self.name)


@dataclass
class Call:
    """What a view gets: the simulator, the caller, the request, and the fault to apply."""

    sim: Simulator
    platform: str
    method: str
    path: str
    body: Any
    request_id: str
    entry: dict[str, Any]
    fault: dict[str, Any] = field(default_factory=dict)
    token: Token | None = None
    region: str = ""
    microversion: tuple[int, int] = (2, 1)
    scoped: bool = False  # the path has the project's id, so links have it too
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> float:
        return self.sim.clock.now()

    @property
    def project_id(self) -> str:
        """The project of the token; a view runs with a project-scoped token only."""
        assert self.token is not None and self.token.project is not None
        return str(self.token.project["id"])

    @property
    def fleet(self) -> Fleet:
        return self.sim.fleets[self.platform]

    @property
    def is_admin(self) -> bool:
        return self.token is not None and self.token.is_admin


def encode(document: Any) -> bytes:
    return json.dumps(document, separators=(", ", ": ")).encode()


def answer(body: Any = None, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A response: a JSON document, ready-made JSON bytes, a text (str), or nothing."""
    kind = "application/json"
    if isinstance(body, str):
        data, kind = body.encode(), "text/html; charset=UTF-8" if body.lstrip()[:1] == "<" else "text/plain"
    elif isinstance(body, bytes):
        data = body
    else:
        data = b"" if body is None else encode(body)
    response = Response(data, status=status, content_type=kind)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


class Router:
    """Registers views. Each runs under the simulator's lock, after the transitions that are due have ended."""

    def __init__(self, app: Flask, sim: Simulator) -> None:
        self.app = app
        self.sim = sim
        self.operations: dict[str, Operation] = {}

    def add(
        self,
        platform: str,
        method: str,
        rule: str,
        view: Callable[..., Response],
        *,
        operation: str | None = None,
        name: str = "",
        pick: Picker | None = None,
        before: Callable[..., None] | None = None,
    ) -> None:
        """Register a view; `before(call, parameters)` authenticates, and may remove parameters of the path."""
        endpoint = "%s %s" % (method, rule)

        def run(**parameters: str) -> Response:
            call: Call = g.call
            with self.sim.lock:
                self.sim.fleets[platform].end_due_transitions()
                if before is not None:
                    before(call, parameters)
                return view(call, **parameters)

        self.operations[endpoint] = Operation(platform, operation, name or view.__name__, pick)
        self.app.add_url_rule(
            rule, endpoint, run, methods=[method], provide_automatic_options=False, strict_slashes=False
        )
