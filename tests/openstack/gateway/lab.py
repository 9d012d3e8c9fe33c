"""The running lab as its administrator sees it: addresses, tokens, and calls that fail loudly."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

HOST = "http://127.0.0.1:%s"
#: Where each service of the lab listens; tests/openstack/lib.sh has the same ports and variables.
SERVICES = {
    name: HOST % os.environ.get("OS_LAB_PORT_" + variable, port)
    for name, variable, port in (
        ("identity", "KEYSTONE", "5000"),
        ("compute", "NOVA", "8774"),
        ("compute-soft", "NOVASOFT", "8776"),
        ("image", "GLANCE", "9292"),
        ("network", "NEUTRON", "9696"),
        ("volume", "CINDER", "8779"),
    )
}
ROOT = Path(__file__).resolve().parents[3]
ADMIN_PASSWORD = os.environ.get("OS_LAB_ADMIN_PASSWORD", "adminpass")
#: Of all that is asked here: the newest of Nova's that the collection speaks. Cinder refuses a header without its own.
MICROVERSIONS = "compute 2.96,volume 3.70"
WAIT_SECONDS = 120.0


def lab_folder() -> Path:
    """Where the lab is installed."""
    return Path(os.environ.get("OS_LAB_DIR") or ROOT / ".cache" / "openstack")


class LabError(Exception):
    """The lab does not run, or answered what it should not."""


def connect() -> requests.Session:
    """A session that no proxy of the environment gets into, with room for many threads."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_connections=8, pool_maxsize=64))
    return session


class Api:
    """Calls as one user in one project. A path begins with the service: ``compute/v2.1/servers``."""

    def __init__(self, user: str, password: str, project: str) -> None:
        self.session = connect()
        self.auth = {
            "identity": {
                "methods": ["password"],
                "password": {"user": {"name": user, "domain": {"id": "default"}, "password": password}},
            },
            "scope": {"project": {"name": project, "domain": {"id": "default"}}},
        }
        self._lock = threading.Lock()
        self._token = ""
        self.project_id = ""
        self.user_id = ""

    def token(self) -> str:
        with self._lock:
            if not self._token:
                url = SERVICES["identity"] + "/v3/auth/tokens"
                try:
                    answer = self.session.post(url, json={"auth": self.auth}, timeout=60)
                except requests.ConnectionError as error:
                    raise LabError("The real OpenStack does not run; start it by 'make openstack'.") from error
                if answer.status_code != 201:
                    raise LabError("POST %s: HTTP %d %s" % (url, answer.status_code, answer.text[:300]))
                told = answer.json()["token"]
                self._token = answer.headers["X-Subject-Token"]
                self.project_id, self.user_id = told["project"]["id"], told["user"]["id"]
            return self._token

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        service, _slash, rest = path.partition("/")
        headers = {
            "X-Auth-Token": self.token(),
            "OpenStack-API-Version": MICROVERSIONS,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        data = {"data": body} if isinstance(body, bytes) else {"json": body}
        return self.session.request(method, SERVICES[service] + "/" + rest, headers=headers, timeout=120, **data)

    def call(self, method: str, path: str, body: Any = None, also: tuple[int, ...] = (), **headers: str) -> Any:
        """The answer's document, or None. Raises LabError for an error status that is not one of ``also``."""
        answer = self.send(method, path, body, **headers)
        if answer.status_code >= 400 and answer.status_code not in also:
            raise LabError("%s %s: HTTP %d %s" % (method, path, answer.status_code, answer.text[:300]))
        return answer.json() if answer.status_code < 400 and answer.text.strip() else None

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body)

    def delete(self, path: str) -> None:
        self.call("DELETE", path, also=(404,))


def wait(what: str, ready: Callable[[], Any]) -> Any:
    """What ``ready`` gives as soon as it is true. Raises LabError after WAIT_SECONDS."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        found = ready()
        if found:
            return found
        time.sleep(0.3)
    raise LabError("gave up waiting for " + what)
