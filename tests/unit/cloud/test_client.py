# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface that every platform offers."""

from __future__ import annotations

import inspect
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import GOALS, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import PLATFORMS, resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.connect import connect
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server, with_flavor_ids
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Capability, capability_set

AUTH = {
    "huaweicloud": {"access_key": "AK-ID", "secret_key": "SK-SECRET", "project_id": "p1"},
    "openstack": {"token": "t0k3n", "project_id": "p1"},
}


def connected(platform: str, url: str = "http://127.0.0.1:9") -> Compute:
    auth = AUTH.get(platform, AUTH["openstack"])
    options = {"platform": platform, "endpoint": url, "region": "r1", "auth": auth}
    return connect(resolve(options, {}), parallel=3)


#: A cloud that offers nothing.
NOTHING = Compute(None, SimpleNamespace(region=None))  # type: ignore[arg-type]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_connecting_asks_nothing_and_gives_the_platform(wire: Any, platform: str) -> None:
    cloud = connected(platform, wire.url)
    assert (cloud.platform, cloud.region, cloud.parallel, cloud.all_projects) == (platform, "r1", 3, False)
    assert wire.seen == []
    cloud.close()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_a_platform_has_not_names_what_to_use_instead(platform: str) -> None:
    cloud = connected(platform)
    for operation in [*GOALS, "deleted", "all_projects"]:
        if cloud.supports(operation):
            cloud.require(operation)
        else:
            with pytest.raises(UnsupportedOperation) as caught:
                cloud.require(operation)
            assert caught.value.alternatives and operation in str(caught.value) and platform in str(caught.value)
    with pytest.raises(UnsupportedOperation):
        cloud.require("fly")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_starts_stops_and_reboots(platform: str) -> None:
    assert all(connected(platform).supports(action) for action in ("start", "stop", "reboot"))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_secrets(platform: str) -> None:
    expected = {"SK-SECRET", "AK-ID"} if platform == "huaweicloud" else {"t0k3n"}
    assert connected(platform).secrets() >= expected


@pytest.mark.parametrize("platform", ["openstack", "easystack", "ustack"])
def test_jobs_are_huawei_clouds(platform: str) -> None:
    with pytest.raises(UnsupportedOperation, match="the handle that a task with wait: false returns"):
        connected(platform).jobs.get("j1")


def test_what_a_platform_need_not_have() -> None:
    cloud = NOTHING
    assert cloud.servers.mark() is None and cloud.servers.recover_action(PendingAction("a", "stop"), None) is None
    for call in (
        lambda: cloud.servers.list(ServerQuery()),
        lambda: cloud.servers.by_id([]),
        lambda: cloud.servers.perform([]),
        lambda: cloud.servers.status([]),
    ):
        with pytest.raises(NotImplementedError):
            call()


RESOURCES = {
    name: getattr(NOTHING, name)
    for name, member in vars(Compute).items()
    if isinstance(member, cached_property) and isinstance(getattr(NOTHING, name), Resource)
}
CACHED = ("recall", "remember", "forget", "found_before", "sizes_found_before")
# Every platform has servers: NovaServers and HuaweiServers replace what they do not offer.
CALLS = [
    (name, method)
    for name, client in RESOURCES.items()
    if name != "servers"
    for method, _function in inspect.getmembers(client, inspect.ismethod)
    # What the run has found before is no call of the cloud.
    if not method.startswith("_") and method not in ("unsupported", *CACHED)
]


@pytest.mark.parametrize(("name", "method"), CALLS)
def test_a_resource_that_a_platform_does_not_offer_says_so(name: str, method: str) -> None:
    call = getattr(RESOURCES[name], method)
    needed = [each for each in inspect.signature(call).parameters.values() if each.default is each.empty]
    with pytest.raises(UnsupportedOperation):
        call(*(None for _each in needed))


def test_there_are_resources_to_look_at() -> None:
    assert {"servers", "flavors", "keypairs", "jobs", "zones"} <= set(RESOURCES) and len(CALLS) > 40


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_client_is_made_of_the_same_resources_on_every_platform(platform: str) -> None:
    cloud = connected(platform)
    for name, nothing in RESOURCES.items():
        client = getattr(cloud, name)
        assert isinstance(client, type(nothing)), "it has the interface of every platform"
        assert set(vars(client)) <= {"api", "rules"}, "a resource client keeps nothing of its own"


def test_a_capability_is_the_word_that_messages_show() -> None:
    assert "start" in frozenset(Capability) and Capability.START in {"start"} and str(Capability.START) == "start"
    with pytest.raises(ValueError, match="fly"):
        capability_set("start fly")


@given(
    st.builds(
        PendingAction,
        server_id=st.text(min_size=1),
        action=st.sampled_from(sorted(GOALS)),
        name=st.none() | st.text(),
        job_id=st.none() | st.text(),
        request_id=st.none() | st.text(),
    )
)
def test_a_pending_action_survives_serialization(pending: PendingAction) -> None:
    assert PendingAction.from_dict(pending.as_dict()) == pending
    assert pending.goal == GOALS[pending.action] and pending.server_id in pending.label


@pytest.mark.parametrize("data", [{}, {"action": "stop"}, {"server_id": "a"}, {"server_id": "a", "action": 7}])
def test_data_that_is_no_pending_action(data: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        PendingAction.from_dict(data)


def test_the_label_of_a_pending_action() -> None:
    assert PendingAction("a", "stop", "web").label == "web (a)" and PendingAction("a", "stop").label == "a"


def test_with_flavor_ids_by_id_and_by_name() -> None:
    tiny, large = Flavor("1", "m1.tiny", 1, 512), Flavor("2", "m1.large", 4, 8192)

    def server(flavor: Flavor) -> Server:
        return Server(id="s", platform="p", flavor=flavor)

    reported = [
        server(Flavor(id="1")),
        server(Flavor(name="m1.large", vcpus=4)),
        server(Flavor(id="9")),
        server(Flavor()),
    ]
    found = [each.flavor for each in with_flavor_ids(reported, iter([tiny, large]))]
    assert found == [tiny, large, Flavor(id="9"), Flavor()]
