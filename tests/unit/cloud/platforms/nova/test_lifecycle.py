# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions on servers of Nova clouds between creation and deletion, at the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    ResponseLost,
    ServerError,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server


def server(**more: Any) -> Server:
    return Server(id="s", platform="p", name="web", **more)


ARGUMENTS: list[tuple[str, dict[str, Any], str, str, Any]] = [
    ("update", {"name": "n", "description": ""}, "PUT", "", {"server": {"name": "n", "description": ""}}),
    ("set_metadata", {"metadata": {"a": "b"}}, "POST", "/metadata", {"metadata": {"a": "b"}}),
    ("set_tags", {"tags": ["a", "b"], "add": ["b"], "remove": []}, "PUT", "/tags", {"tags": ["a", "b"]}),
    ("lock", {"reason": "audit"}, "POST", "/action", {"lock": {"locked_reason": "audit"}}),
    ("lock", {}, "POST", "/action", {"lock": None}),
    ("unlock", {}, "POST", "/action", {"unlock": None}),
    ("reset_state", {"state": "active"}, "POST", "/action", {"os-resetState": {"state": "active"}}),
    ("resize", {"flavor_id": "2", "flavor_name": "x"}, "POST", "/action", {"resize": {"flavorRef": "2"}}),
    ("confirm_resize", {}, "POST", "/action", {"confirmResize": None}),
    ("revert_resize", {}, "POST", "/action", {"revertResize": None}),
    ("delete", {}, "DELETE", "", None),
    ("restore", {}, "POST", "/action", {"restore": None}),
    ("purge", {}, "POST", "/action", {"forceDelete": None}),
]


@pytest.mark.parametrize(("action", "arguments", "method", "path", "body"), ARGUMENTS)
def test_the_request_of_each_action(
    wire: Any, reply: Any, connect: Any, action: str, arguments: dict[str, Any], method: str, path: str, body: Any
) -> None:
    cloud = connect()
    headers = {"OpenStack-API-Version": "compute 2.96"}
    done = reply(200, body) if action in ("update", "set_metadata", "set_tags") else reply(204 if body is None else 202)
    wire.expect(method, "/v2.1/servers/s" + path, json=body, headers=headers, reply=done)
    (pending,) = cloud.servers.perform([(server(), Action(action, arguments))])
    assert pending.error is None and pending.action == action
    if body is None:
        assert wire.seen[-1].content == b""


def test_a_live_resize_of_easystack(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("easystack", version="2.67")
    wire.expect("POST", "/v2.1/servers/s/action", json={"live_resize": {"flavorRef": "2"}}, reply=reply(202))
    (pending,) = cloud.servers.perform([(server(), Action("live_resize", {"flavor_id": "2", "flavor_name": "x"}))])
    assert pending.error is None
    with pytest.raises(UnsupportedOperation, match="Use resize: offline instead"):
        connect().servers.perform([(server(), Action("live_resize", {"flavor_id": "2"}))])


def test_metadata_is_read_before_it_is_replaced(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    wire.expect("GET", "/v2.1/servers/s/metadata", reply=reply(200, {"metadata": {"old": "1", "others": "2"}}))
    wire.expect("PUT", "/v2.1/servers/s/metadata", json={"metadata": {"others": "2", "new": "3"}},
                reply=reply(200, {"metadata": {"others": "2", "new": "3"}}))  # fmt: skip
    arguments = {"metadata": {"new": "3"}, "set": {"new": "3"}, "remove": ["old"]}
    (pending,) = cloud.servers.perform([(server(), Action("replace_metadata", arguments))])
    assert pending.error is None


@pytest.mark.parametrize("status", [None, 502])
def test_a_deletion_is_sent_once(wire: Any, reply: Any, connect: Any, status: int | None) -> None:
    cloud = connect(api_retries=5)
    wire.expect("DELETE", "/v2.1/servers/s", reply=reply(broken="reset") if status is None else reply(status, {}))
    (pending,) = cloud.servers.perform([(server(), Action("delete"))])
    assert pending.outcome_unknown and isinstance(pending.error, ResponseLost if status is None else ServerError)
    assert len(wire.seen) == 1


def test_older_clouds_lock_without_a_reason_and_have_no_descriptions(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect(version="2.18")
    wire.expect("POST", "/v2.1/servers/s/action", json={"lock": None}, reply=reply(202))
    (pending,) = cloud.servers.perform([(server(), Action("lock", {"reason": "audit"}))])
    assert pending.error is None
    (pending,) = cloud.servers.perform([(server(), Action("update", {"description": "x"}))])
    assert isinstance(pending.error, UnsupportedOperation) and "needs 2.19" in pending.error.message
    with pytest.raises(UnsupportedOperation, match=r"tags needs 2\.26"):
        cloud.servers.perform([(server(), Action("set_tags", {"tags": ["a"]}))])
