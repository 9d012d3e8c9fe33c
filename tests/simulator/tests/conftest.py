"""The simulator inside the test's process, with a frozen clock that only a test advances."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator.app import create_app
from simulator.http.server import make_server
from simulator.ready_file import ready_document
from simulator.state.config import load
from simulator.state.simulator import Simulator


class Cloud:
    """One platform, reached through Flask's test client with a token."""

    def __init__(self, sim: Simulator, client: Any, platform: str) -> None:
        self.sim, self.client, self.platform = sim, client, platform
        self.user = {"huaweicloud": "operator"}.get(platform, "demo")
        self.version: str | None = {"openstack": "2.96", "easystack": "2.67"}.get(platform)
        self._tokens: dict[str, str] = {}

    @property
    def auth_path(self) -> str:
        return "/v3/auth/tokens" if self.platform == "huaweicloud" else "/%s/identity/v3/auth/tokens" % self.platform

    @property
    def project_id(self) -> str:
        return str(self.sim.builders[self.platform].projects[0]["id"])

    @property
    def root(self) -> str:
        return {
            "openstack": "/openstack/compute/v2.1",
            "easystack": "/easystack/compute/v2.1/" + self.project_id,
            "ustack": "/ustack/compute/v2/" + self.project_id,
            "huaweicloud": "/v1/" + self.project_id,
        }[self.platform]

    def password_body(self, user: str, password: str | None = None, project: str | None = None) -> dict[str, Any]:
        settings = self.sim.platform(self.platform)
        row = next(row for row in settings["users"] if row["name"] == user)
        domain = settings["domain"]["name"] if self.platform == "huaweicloud" else "Default"
        scope: dict[str, Any] = {"name": project or settings["projects"][0]["name"]}
        if self.platform != "huaweicloud":
            scope["domain"] = {"name": domain}
        return {
            "auth": {
                "identity": {
                    "methods": ["password"],
                    "password": {
                        "user": {"name": user, "password": password or row["password"], "domain": {"name": domain}}
                    },
                },
                "scope": {"project": scope},
            }
        }

    def token(self, user: str | None = None) -> str:
        name = user or self.user
        if name not in self._tokens:
            response = self.client.post(self.auth_path, json=self.password_body(name))
            assert response.status_code == 201, response.text
            self._tokens[name] = response.headers["X-Subject-Token"]
        return self._tokens[name]

    def by(self, user: str) -> Cloud:
        """The same platform for another user."""
        other = Cloud(self.sim, self.client, self.platform)
        other.user = user
        return other

    def at(self, version: str) -> Cloud:
        """The same platform and user in another microversion."""
        other = self.by(self.user)
        other.version = version
        return other

    def put(self, path: str, body: Any, **options: Any) -> Any:
        return self.request("PUT", path, json=body, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.request("DELETE", path, **options)

    def control(self, path: str) -> Any:
        """What the control API shows of this platform."""
        response = self.client.get("/_sim/%s/%s" % (self.platform, path))
        assert response.status_code == 200, response.text
        return response.json

    def change(self, name: str, /, **fields: Any) -> None:
        """Change a server through the control API."""
        response = self.client.put("/_sim/%s/servers/%s" % (self.platform, name), json=fields)
        assert response.status_code == 200, response.text

    def seen(self, name: str) -> dict[str, Any]:
        return dict(self.control("servers/" + name)["server"])

    def request(self, method: str, path: str, **options: Any) -> Any:
        headers = {"X-Auth-Token": self.token()}
        if self.version:
            headers["OpenStack-API-Version"] = "compute " + self.version
        headers.update(options.pop("headers", {}))
        return self.client.open(self.root + path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> Any:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any, **options: Any) -> Any:
        return self.request("POST", path, json=body, **options)

    def id(self, name: str) -> str:
        server = self.sim.fleets[self.platform].find(name)
        assert server is not None, name
        return server.id

    def act(self, name: str, body: Any) -> Any:
        """A power action: Nova's by server; huaweicloud's batch gets the server's id filled in."""
        if self.platform == "huaweicloud":
            key, rest = next(iter(body.items()))
            return self.post("/cloudservers/action", {key: {**rest, "servers": [{"id": self.id(name)}]}})
        return self.post("/servers/%s/action" % self.id(name), body)

    def show(self, name: str) -> dict[str, Any]:
        path = "/cloudservers/" if self.platform == "huaweicloud" else "/servers/"
        return dict(self.get(path + self.id(name)).json["server"])

    def status(self, name: str) -> tuple[str, str | None]:
        shown = self.show(name)
        return shown["status"], shown["OS-EXT-STS:task_state"]

    def names(self, **query: Any) -> list[str]:
        path = "/cloudservers/detail" if self.platform == "huaweicloud" else "/servers/detail"
        response = self.get(path, query_string=query)
        assert response.status_code == 200, response.text
        return [row["name"] for row in response.json["servers"]]

    def fault(self, do: dict[str, Any], **which: Any) -> None:
        response = self.client.post("/_sim/faults", json={"platform": self.platform, **which, "do": do})
        assert response.status_code == 201, response.text

    def log(self, **query: Any) -> list[dict[str, Any]]:
        query["platform"] = self.platform
        return list(self.client.get("/_sim/requests", query_string=query).json["requests"])

    def pass_time(self, seconds: float) -> None:
        assert self.client.post("/_sim/clock", json={"advance": seconds}).status_code == 200


@pytest.fixture(scope="session")
def built() -> tuple[Simulator, Any, dict[str, Any]]:
    """Built once, since its routes take longer than most tests; `sim` resets it for each test."""
    settings = load()
    simulator = Simulator(copy.deepcopy(settings))
    return simulator, create_app(simulator), settings


@pytest.fixture
def sim(built: tuple[Simulator, Any, dict[str, Any]]) -> Simulator:
    simulator, _app, settings = built
    simulator.settings = copy.deepcopy(settings)
    simulator.base_url = "http://localhost"
    simulator.reset()
    simulator.clock.freeze()
    return simulator


@pytest.fixture
def client(sim: Simulator, built: tuple[Simulator, Any, dict[str, Any]]) -> Any:
    return built[1].test_client()


@pytest.fixture
def openstack(sim: Simulator, client: Any) -> Cloud:
    return Cloud(sim, client, "openstack")


@pytest.fixture
def easystack(sim: Simulator, client: Any) -> Cloud:
    return Cloud(sim, client, "easystack")


@pytest.fixture
def ustack(sim: Simulator, client: Any) -> Cloud:
    return Cloud(sim, client, "ustack")


@pytest.fixture
def huaweicloud(sim: Simulator, client: Any) -> Cloud:
    return Cloud(sim, client, "huaweicloud")


@pytest.fixture(params=["openstack", "easystack", "ustack"])
def keystone_cloud(request: pytest.FixtureRequest, sim: Simulator, client: Any) -> Cloud:
    return Cloud(sim, client, request.param)


@pytest.fixture(params=["openstack", "easystack", "ustack", "huaweicloud"])
def any_cloud(request: pytest.FixtureRequest, sim: Simulator, client: Any) -> Cloud:
    return Cloud(sim, client, request.param)


@pytest.fixture
def live(sim: Simulator, built: tuple[Simulator, Any, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The simulator on a real port, in a thread; yields what the ready file would hold."""
    server = make_server(built[1], "127.0.0.1", 0, threads=6)
    sim.base_url = "http://127.0.0.1:%d" % server.bind_addr[1]
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield ready_document(sim)
    finally:
        server.stop()
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def sdk(load_sdk: Callable[[str], Any]) -> Any:
    """The official SDK's signing modules."""

    class Sdk:
        request = load_sdk("huaweicloudsdkcore.sdk_request").SdkRequest
        signer = load_sdk("huaweicloudsdkcore.signer.signer").Signer
        credentials = load_sdk("huaweicloudsdkcore.auth.credentials").BasicCredentials

    return Sdk


@pytest.fixture(params=["openstack", "easystack"])
def admin(request: pytest.FixtureRequest) -> Any:
    """The administrator of a cloud whose hosts can be administered."""
    return request.getfixturevalue(request.param).by("admin")


@pytest.fixture
def nova(openstack: Any) -> Any:
    """The administrator of plain OpenStack."""
    return openstack.by("admin")
