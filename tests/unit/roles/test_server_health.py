"""The health of many servers: all at once, with one deadline."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from modules.bench import action

from ansible_collections.cloudserver.compute.plugins.action.server_health import wait_until_healthy


def check(servers: list[dict[str, Any]], check: bool = False, **options: Any) -> dict[str, Any]:
    made = action("server_health", {"servers": servers, "interval": 0.05, **options}, check=check)
    return dict(made.run(task_vars={}))


def server(name: str, ip: str = "127.0.0.1") -> dict[str, Any]:
    return {"id": "id-" + name, "name": name, "private_ips": [ip], "public_ips": []}


@pytest.fixture
def closed() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def pages() -> Iterator[int]:
    """A web server whose page /ok is there."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/ok" else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving.server_address[1]
        serving.shutdown()


def test_a_port(pages: int, closed: int) -> None:
    assert check([server("a"), server("b")], port=pages)["healthy"] == ["a", "b"]
    result = check([server("a"), server("b")], port=closed, timeout=0.2)
    assert result["failed"] and [row["name"] for row in result["unhealthy"]] == ["a", "b"]
    assert result["msg"].startswith("2 of 2 servers are not healthy after 0.2 seconds: a: no connection to 127.0.0.1")


def test_a_url(pages: int) -> None:
    assert check([server("a")], url=f"http://{{address}}:{pages}/ok")["healthy"] == ["a"]
    assert check([server("a")], url=f"http://{{address}}:{pages}/no", status_code=[503])["healthy"] == ["a"]
    result = check([server("a")], url=f"http://{{address}}:{pages}/no", timeout=0.2)
    assert result["failed"] and "answers with status 503" in result["msg"]


def test_nothing_is_connected_to_in_check_mode(closed: int) -> None:
    result = check([server("a")], check=True, port=closed, timeout=0.2)
    assert not result.get("failed") and result["skipped"]


@pytest.mark.parametrize(
    "options, words",
    [
        ({"timeout": 0, "port": 1}, "must be more than 0"),
        ({"port": 1, "servers": [{"private_ips": []}]}, "mapping with name"),
    ],
)
def test_bad_options(options: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleActionFail, match=words):
        check(**{"servers": [server("a")], **options})


def test_one_deadline_for_all() -> None:
    """A hundred servers that never answer take as long as one; those that answer late are healthy."""
    clock = [0.0]
    tries: dict[str, int] = {}

    def late(seconds: float) -> str | None:
        tries["late"] = tries.get("late", 0) + 1
        return None if tries["late"] > 3 else "not yet"

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    attempts = {f"dead-{number}": lambda seconds: "no connection" for number in range(99)}
    attempts["late"] = late
    wrong = wait_until_healthy(attempts, 300, 2, 100, clock=lambda: clock[0], sleep=sleep)
    assert sorted(wrong) == sorted(set(attempts) - {"late"})
    assert set(wrong.values()) == {"no connection"}
    assert clock[0] == 300 and tries["late"] == 4


def test_they_are_tried_at_the_same_time() -> None:
    together = threading.Barrier(20, timeout=10)

    def attempt(seconds: float) -> str | None:
        together.wait()
        return None

    assert wait_until_healthy(dict.fromkeys(map(str, range(20)), attempt), 10, 1, 100) == {}
