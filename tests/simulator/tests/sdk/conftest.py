"""The official SDK drives the simulator: an unmodified client, a real port, signatures that are verified.

To add calls: a file test_<what>.py that uses the fixtures `ecs`, `ims`, `evs`, `kps` or `iam` (the client) with their
`.models` (the SDK's own classes), and `huaweicloud` for the simulator's side: ids, log, faults, clock. Every answer is
held against the SDK's models (shapes.py) on its way. The SDK's packages are imported when a test asks for them first.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator.http.server import make_server
from simulator.tests.sdk.shapes import ACCEPTED, differences

Load = Callable[[str], Any]
POLL = 0.05  # seconds of the simulator's clock between two polls of a job
MAX_POLLS = 40


class Client:
    """A client of the SDK. What it brings is held against the SDK's models before a test gets it."""

    def __init__(self, client: Any, models: Any, answers: list[Any]) -> None:
        self.client, self.models, self.answers = client, models, answers

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        call = getattr(self.client, name)

        def checked(request: Any) -> Any:
            response = call(request)
            assert [each for each in differences(response, self.models) if each not in ACCEPTED] == []
            return response

        return checked

    @property
    def last(self) -> Any:
        """The body of the last answer as it came, for what the SDK does not hand on."""
        return self.answers[-1].json()


@pytest.fixture(autouse=True)
def no_home_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """The SDK reads credentials and regions below HOME."""
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture(scope="session")
def port(built: Any) -> Iterator[int]:
    """One server for all tests: `sim` puts the simulator behind it back to the start for each."""
    server = make_server(built[1], "127.0.0.1", 0, threads=4)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield server.bind_addr[1]
    server.stop()
    thread.join(timeout=10)


@pytest.fixture
def url(sim: Any, port: int) -> str:
    sim.base_url = "http://127.0.0.1:%d" % port
    return str(sim.base_url)


@pytest.fixture
def key(sim: Any) -> dict[str, str]:
    """The permanent access key."""
    return dict(sim.platform("huaweicloud")["access_keys"][0])


@pytest.fixture
def credentials(load_sdk: Load, key: dict[str, str], huaweicloud: Any) -> Any:
    """The SDK's credentials for the first project; a test may change them before it connects."""
    kind = load_sdk("huaweicloudsdkcore.auth.credentials").BasicCredentials
    return kind(key["access_key"], key["secret_key"], huaweicloud.project_id)


@pytest.fixture
def connect(load_sdk: Load, url: str) -> Iterator[Callable[..., Client]]:
    """Builds a client of one of the SDK's services, from its name and the credentials."""
    packages = {
        "ecs": ("huaweicloudsdkecs.v2", "EcsClient"),
        "ims": ("huaweicloudsdkims.v2", "ImsClient"),
        "iam": ("huaweicloudsdkiam.v3", "IamClient"),
        "evs": ("huaweicloudsdkevs.v2", "EvsClient"),
        "eip": ("huaweicloudsdkeip.v2", "EipClient"),
        "vpc": ("huaweicloudsdkvpc.v2", "VpcClient"),
        "kps": ("huaweicloudsdkkps.v3", "KpsClient"),
    }
    clients = []

    def connect(service: str, credentials: Any, **config: Any) -> Client:
        package, name = packages[service]
        models, answers = load_sdk(package), []
        settings = load_sdk("huaweicloudsdkcore.http.http_config").HttpConfig(**config)
        handler = load_sdk("huaweicloudsdkcore.http.http_handler").HttpHandler()
        handler.add_response_handler(lambda **arguments: answers.append(arguments["response"]))
        client = (
            getattr(models, name)
            .new_builder()
            .with_credentials(credentials)
            .with_http_config(settings)
            .with_http_handler(handler)
            .with_endpoint(url)
            .build()
        )
        clients.append(client)
        return Client(client, models, answers)

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def ecs(connect: Callable[..., Client], credentials: Any) -> Client:
    return connect("ecs", credentials)


@pytest.fixture
def ims(connect: Callable[..., Client], credentials: Any) -> Client:
    return connect("ims", credentials)


@pytest.fixture
def evs(connect: Callable[..., Client], credentials: Any) -> Client:
    return connect("evs", credentials)


@pytest.fixture
def kps(connect: Callable[..., Client], credentials: Any) -> Client:
    return connect("kps", credentials)


@pytest.fixture
def iam(load_sdk: Load, connect: Callable[..., Client], key: dict[str, str]) -> Client:
    """IAM belongs to the account, not to a project."""
    kind = load_sdk("huaweicloudsdkcore.auth.credentials").GlobalCredentials
    return connect("iam", kind(key["access_key"], key["secret_key"], "0123456789abcdef0123456789abcdef"))


@pytest.fixture
def m(ecs: Client) -> Any:
    """The models of ECS."""
    return ecs.models


@pytest.fixture
def refusal(load_sdk: Load) -> Any:
    """The SDK's exception for an answer of 400 to 499."""
    return load_sdk("huaweicloudsdkcore.exceptions.exceptions").ClientRequestException


@pytest.fixture
def wait(ecs: Client, huaweicloud: Any) -> Callable[[str], list[Any]]:
    """Polls a job until it ends, and advances the simulator's clock meanwhile; returns every response."""

    def wait(job_id: str) -> list[Any]:
        looks = []
        for _poll in range(MAX_POLLS):
            looks.append(ecs.show_job(ecs.models.ShowJobRequest(job_id)))
            if looks[-1].status in ("SUCCESS", "FAIL"):
                return looks
            huaweicloud.pass_time(POLL)
        raise AssertionError("the job does not end: %s" % looks[-1])

    return wait


@pytest.fixture
def calls(huaweicloud: Any) -> Callable[[], list[Any]]:
    """What the simulator has logged: the operation's id, or its name where it has none. All of it must be signed."""

    def calls() -> list[Any]:
        entries = huaweicloud.log()
        assert {entry["auth"] for entry in entries} <= {"signature"}
        return [entry["operation"] or entry["name"] for entry in entries]

    return calls
