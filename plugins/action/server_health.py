# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence
from urllib.error import HTTPError

from ansible.errors import AnsibleActionFail
from ansible.module_utils.urls import open_url
from ansible.plugins.action import ActionBase

OPTIONS: dict[str, Any] = {
    "servers": {"type": "list", "elements": "dict", "required": True},
    "address": {"type": "str", "choices": ["private", "public"], "default": "private"},
    "port": {"type": "int"},
    "url": {"type": "str"},
    "status_code": {"type": "list", "elements": "int", "default": [200]},
    "validate_certs": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 300},
    "interval": {"type": "float", "default": 2},
    "max_concurrent": {"type": "int", "default": 100},
}
#: Maximum seconds of one attempt.
ATTEMPT = 5.0

#: One attempt: its maximum seconds → ``None`` if the server is healthy, otherwise the error.
Attempt = Callable[[float], "str | None"]


class ActionModule(ActionBase):
    """server_health: connects from the controller to all servers concurrently, with one timeout."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, params = self.validate_argument_spec(
            argument_spec=OPTIONS, required_one_of=[("port", "url")], mutually_exclusive=[("port", "url")]
        )
        if params["timeout"] <= 0 or params["interval"] <= 0 or params["max_concurrent"] < 1:
            raise AnsibleActionFail("timeout, interval and max_concurrent must be more than 0")
        targets = [Target.of(server, params) for server in params["servers"]]
        result.update(changed=False, healthy=[], unhealthy=[])
        if self._task.check_mode:
            result.update(skipped=True, msg="the health of servers is not checked in check mode")
            return result
        attempts = {target.id: attempt_of(target, params) for target in targets}
        wrong = wait_until_healthy(attempts, params["timeout"], params["interval"], params["max_concurrent"])
        for target in targets:
            if target.id in wrong:
                result["unhealthy"].append({"id": target.id, "name": target.name, "message": wrong[target.id]})
            else:
                result["healthy"].append(target.name)
        if wrong:
            texts = ["%s: %s" % (row["name"], row["message"]) for row in result["unhealthy"]]
            text = "%d of %d servers are not healthy after %g seconds: %s"
            result.update(failed=True, msg=text % (len(wrong), len(targets), params["timeout"], "; ".join(texts)))
        return result


@dataclass(frozen=True)
class Target:
    """A server to connect to."""

    id: str
    name: str
    host: str

    @classmethod
    def of(cls, server: Mapping[str, Any], params: Mapping[str, Any]) -> Target:
        """Return the target from the record of a server; its name is the address if it has none."""
        name = str(server.get("name") or server.get("id") or "")
        addresses = server.get(params["address"] + "_ips") or []
        host = str(addresses[0]) if addresses else name
        if not host:
            raise AnsibleActionFail("servers: each is a mapping with name and %s_ips" % params["address"])
        return cls(str(server.get("id") or name), name, host)


def attempt_of(target: Target, params: Mapping[str, Any]) -> Attempt:
    """The attempt according to the options."""
    if params["port"] is not None:
        return lambda seconds: _connect(target.host, params["port"], seconds)
    host = "[%s]" % target.host if ":" in target.host else target.host
    url = params["url"].replace("{address}", host).replace("{name}", target.name)
    return lambda seconds: _get(url, params["status_code"], params["validate_certs"], seconds)


def _connect(host: str, port: int, seconds: float) -> str | None:
    try:
        socket.create_connection((host, port), timeout=seconds).close()
    except (OSError, OverflowError) as error:
        return "no connection to %s port %s (%s)" % (host, port, error)
    return None


def _get(url: str, status_codes: Sequence[int], validate_certs: bool, seconds: float) -> str | None:
    try:
        status = open_url(url, timeout=seconds, validate_certs=validate_certs, follow_redirects="safe").getcode()
    except HTTPError as error:
        status = error.code
    except Exception as error:
        return "no answer from %s (%s)" % (url, error)
    return None if status in status_codes else "%s answers with status %d" % (url, status)


def wait_until_healthy(
    attempts: Mapping[str, Attempt],
    timeout: float,
    interval: float,
    max_concurrent: int,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, str]:
    """Repeats the attempts, ``max_concurrent`` at the same time, until all have succeeded or ``timeout`` seconds have
    passed in total. Returns the last error of each server that was never healthy, by its key."""
    end = clock() + timeout
    wrong = dict.fromkeys(attempts, "")
    if not attempts:
        return {}

    def once(key: str) -> str | None:
        return attempts[key](max(0.1, min(ATTEMPT, end - clock())))

    with ThreadPoolExecutor(min(max_concurrent, len(attempts))) as pool:
        while True:
            found = dict(zip(wrong, pool.map(once, list(wrong))))
            wrong = {key: message for key, message in found.items() if message is not None}
            remaining = end - clock()
            if not wrong or remaining <= 0:
                return wrong
            sleep(min(interval, remaining))
