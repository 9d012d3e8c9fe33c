# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A success that is not the documented one proves nothing; a 404 does only where the service itself wrote it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    InvalidResponse,
    ItemNotFound,
    NotFound,
    PermissionDenied,
    ResponseLost,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import Service
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

PAGE = "<html><head><title>Sign in</title></head><body>Sign in</body></html>"
GONE = {"itemNotFound": {"code": 404, "message": "gone"}}
SERVICE = Service("s1", "h1", "nova-compute", "enabled")
NOVA = ("openstack", "easystack")
ALL = ("openstack", "easystack", "ustack", "huaweicloud")

#: A call that changes something, and the platforms that have it.
CHANGES: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "create key pair": (lambda cloud: cloud.keypairs.create("k"), ALL),
    "create flavor": (lambda cloud: cloud.flavors.create(FlavorDetails("", "f", 1, 1), explicit_id=False), NOVA),
    "describe flavor": (lambda cloud: cloud.flavors.update("f", "d"), NOVA),
    "set extra specs": (lambda cloud: cloud.flavors.set_extra_specs("f", {"a": "1"}), NOVA),
    "allow": (lambda cloud: cloud.flavors.add_access("f", "p"), NOVA),
    "forbid": (lambda cloud: cloud.flavors.remove_access("f", "p"), NOVA),
    "create aggregate": (lambda cloud: cloud.aggregates.create("a", None), NOVA),
    "rename aggregate": (lambda cloud: cloud.aggregates.update(1, {"name": "b"}), NOVA),
    "set metadata": (lambda cloud: cloud.aggregates.set_metadata(1, {"a": "1", "b": None}), NOVA),
    "add host": (lambda cloud: cloud.aggregates.add_host(1, "h"), NOVA),
    "remove host": (lambda cloud: cloud.aggregates.remove_host(1, "h"), NOVA),
    "create group": (
        lambda cloud: cloud.server_groups.create("g", "anti-affinity", {}), ("openstack", "easystack", "huaweicloud")
    ),
    "disable service": (lambda cloud: cloud.hosts.update_service(SERVICE, {"status": "disabled"}), NOVA),
    "force down": (lambda cloud: cloud.hosts.update_service(SERVICE, {"forced_down": True}), NOVA),
}  # fmt: skip
#: The documented body with another state than the requested one.
OTHERS = {
    "create key pair": {"keypair": {"name": "other", "public_key": "p"}},
    "create flavor": {"flavor": {"id": "f", "name": "other"}},
    "describe flavor": {"flavor": {"id": "f", "description": None}},
    "set extra specs": {"extra_specs": {"a": "2"}},
    "allow": {"flavor_access": []},
    "forbid": {"flavor_access": [{"flavor_id": "f", "tenant_id": "p"}]},
    "create aggregate": {"aggregate": {"id": 1, "name": "other"}},
    "rename aggregate": {"aggregate": {"id": 1, "name": "a"}},
    "set metadata": {"aggregate": {"id": 1, "metadata": {"a": "1", "b": "2"}}},
    "add host": {"aggregate": {"id": 1, "hosts": []}},
    "remove host": {"aggregate": {"id": 1, "hosts": ["h"]}},
    "create group": {"server_group": {"id": "g", "name": "other"}},
    "disable service": {"service": {"id": "s1", "status": "enabled"}},
    "force down": {"service": {"id": "s1", "forced_down": False}},
}
DELETIONS: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "key pair": (lambda cloud: cloud.keypairs.delete("k"), ALL),
    "flavor": (lambda cloud: cloud.flavors.delete("f"), NOVA),
    "extra spec": (lambda cloud: cloud.flavors.unset_extra_spec("f", "a"), NOVA),
    "aggregate": (lambda cloud: cloud.aggregates.delete(1), NOVA),
    "server group": (lambda cloud: cloud.server_groups.delete("g"), ("openstack", "easystack", "huaweicloud")),
    "image": (lambda cloud: cloud.snapshots.delete("i"), ("openstack", "easystack", "ustack")),
}


def cases(table: dict[str, tuple[Any, tuple[str, ...]]]) -> list[Any]:
    return [pytest.param(platform, name, id=f"{platform}-{name}") for name, row in table.items() for platform in row[1]]


@pytest.fixture
def image(monkeypatch: pytest.MonkeyPatch, wire: Any) -> None:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi

    monkeypatch.setattr(NovaApi, "image_endpoint", wire.url + "/image/v2")


@pytest.mark.parametrize("answer", ["page", "empty", "{}", "null", "list", "other", "202 empty"])
@pytest.mark.parametrize(("platform", "name"), cases(CHANGES))
def test_a_change_that_the_response_does_not_prove(
    wire: Any, reply: Any, connect: Any, platform: str, name: str, answer: str
) -> None:
    replies = {
        "page": reply(200, text=PAGE),
        "empty": reply(200),
        "{}": reply(200, {}),
        "null": reply(200, dict.fromkeys(OTHERS[name])),
        "list": reply(200, []),
        "other": reply(200, OTHERS[name]),
        "202 empty": reply(202),
    }
    wire.serve(lambda seen: replies[answer])
    with pytest.raises(InvalidResponse, match="^Could not ") as caught:
        CHANGES[name][0](connect(platform))
    assert is_ambiguous(caught.value)
    assert len([seen for seen in wire.seen if seen.method != "GET"]) == 1, "it is not sent twice"


@pytest.mark.parametrize("version", ["2.10", "2.52"])
@pytest.mark.parametrize("changes", [{"status": "disabled"}, {"status": "disabled", "disabled_reason": "disks"},
                                     {"status": "enabled", "disabled_reason": None}], ids=str)  # fmt: skip
def test_a_service_below_2_53(wire: Any, reply: Any, connect: Any, version: str, changes: dict[str, Any]) -> None:
    cloud = connect(version=version)
    wire.serve(lambda seen: reply(200, {"service": {"host": "h1", "binary": "nova-compute", **changes}}))
    cloud.hosts.update_service(SERVICE, changes)
    wire.serve(lambda seen: reply(200, {"service": {"host": "h1", "binary": "nova-compute"}}))
    with pytest.raises(InvalidResponse):
        cloud.hosts.update_service(SERVICE, changes)


@pytest.mark.usefixtures("image")
@pytest.mark.parametrize("status", [200, 202, 204])
@pytest.mark.parametrize(("platform", "name"), cases(DELETIONS))
def test_a_deletion_needs_its_documented_response_or_a_read_of_the_state(
    wire: Any, reply: Any, connect: Any, platform: str, name: str, status: int
) -> None:
    delete, cloud = DELETIONS[name][0], connect(platform)
    gone = reply(404, text="No image found with ID i") if name == "image" else reply(404, GONE)
    wire.serve(lambda seen: reply(status) if seen.method == "DELETE" else gone)
    delete(cloud)
    assert [seen.method for seen in wire.seen] == (["DELETE", "GET"] if status == 200 else ["DELETE"])


@pytest.mark.usefixtures("image")
@pytest.mark.parametrize("answer", ["page", "empty", "{}", "202 page"])
@pytest.mark.parametrize(("platform", "name"), cases(DELETIONS))
def test_a_deletion_that_left_the_resource_undeleted(
    wire: Any, reply: Any, connect: Any, platform: str, name: str, answer: str
) -> None:
    page = reply(202, text=PAGE)
    replies = {"page": reply(200, text=PAGE), "empty": reply(200), "{}": reply(200, {}), "202 page": page}
    wire.serve(lambda seen: replies[answer] if seen.method == "DELETE" else reply(200, {"it": "is there"}))
    with pytest.raises(InvalidResponse, match="and it still exists") as caught:
        DELETIONS[name][0](connect(platform))
    assert caught.value.hint


@pytest.mark.usefixtures("image")
@pytest.mark.parametrize(("status", "text"), [(404, PAGE), (404, ""), (404, "{}"), (404, '{"message": "Not Found"}')])
@pytest.mark.parametrize(("platform", "name"), cases(DELETIONS))
def test_a_404_of_something_in_between_is_no_deletion(
    wire: Any, reply: Any, connect: Any, platform: str, name: str, status: int, text: str
) -> None:
    wire.serve(lambda seen: reply(status, text=text))
    with pytest.raises(NotFound) as caught:
        DELETIONS[name][0](connect(platform))
    assert not isinstance(caught.value, ItemNotFound) and is_ambiguous(caught.value)
    assert "does not come from the service" in (caught.value.hint or "")


#: Calls for which "it does not exist" is a valid response.
READERS: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "key pair": (lambda cloud: cloud.keypairs.get("k"), ALL),
    "flavor": (lambda cloud: cloud.flavors.get("f"), NOVA),
    "server": (lambda cloud: cloud.servers.by_id(["5c2c75ad-2e15-43eb-8921-1bdcda5f21ae"]), ALL),
    "image": (lambda cloud: cloud.images.get("i"), NOVA),
    "snapshot": (lambda cloud: cloud.snapshots.get("i"), NOVA),
    "volumes": (lambda cloud: cloud.volumes.list(["s"]), ALL),
    "ports": (lambda cloud: cloud.interfaces.list(["s"]), NOVA),
    "hypervisors": (lambda cloud: cloud.hosts.list_hypervisors("nix"), NOVA),
    "job": (lambda cloud: cloud.jobs.get("j"), ("huaweicloud",)),
}


@pytest.mark.usefixtures("image")
@pytest.mark.parametrize(("platform", "name"), cases(READERS))
def test_only_the_services_own_404_counts(wire: Any, reply: Any, connect: Any, platform: str, name: str) -> None:
    read, cloud = READERS[name][0], connect(platform)
    wire.serve(lambda seen: reply(404, text=PAGE))
    with pytest.raises(NotFound):
        read(cloud)
    own = reply(404, {"error": {"code": "Ecs.0114", "message": "no"}} if platform == "huaweicloud" else GONE)
    if name in ("image", "snapshot"):
        own = reply(404, text="<h1>404 Not Found</h1>No image found with ID i")
    wire.serve(lambda seen: own)
    read(cloud)


@pytest.mark.parametrize("action", ["attach_keypairs", "detach_keypairs"])
def test_the_key_pair_extension_of_uos(wire: Any, reply: Any, connect: Any, action: str) -> None:
    cloud, server = connect("ustack"), Server(id="s", platform="ustack", region=None, name="web")
    orders = [(server, Action(action, {"key_names": ("k",)}, is_retry_safe=True, watched=False))]
    wire.serve(lambda seen: reply(202))
    assert cloud.servers.perform(orders)[0].error is None
    for strange in (reply(200), reply(200, text=PAGE), reply(202, text=PAGE), reply(200, {})):
        wire.serve(lambda seen, strange=strange: strange)
        (pending,) = cloud.servers.perform(orders)
        assert pending.outcome_unknown and pending.error is not None


def test_a_lost_response_of_the_extension_causes_a_retry(wire: Any, reply: Any, connect: Any) -> None:
    cloud, server = connect("ustack", api_retries=2), Server(id="s", platform="ustack", region=None, name="web")
    answers = iter([reply(502, text=PAGE), reply(200, broken="close"), reply(202)])
    wire.serve(lambda seen: next(answers))
    (pending,) = cloud.servers.perform([(server, Action("attach_keypairs", {"key_names": ("k",)}, watched=False))])
    assert pending.error is None and len(wire.seen) == 3


@pytest.mark.parametrize(
    ("status", "text", "outcome_unknown"), [(404, PAGE, True), (404, '{"itemNotFound": {}}', False)]
)
def test_a_volume_that_something_in_between_does_not_know_is_not_detached(
    wire: Any, reply: Any, connect: Any, status: int, text: str, outcome_unknown: bool
) -> None:
    wire.serve(lambda seen: reply(status, text=text))
    server = Server(id="s", platform="openstack", region=None, name="web")
    (pending,) = connect().servers.perform([(server, Action("detach_volume", {"volume_id": "v"}))])
    assert pending.outcome_unknown is outcome_unknown and bool(pending.error) is outcome_unknown


# -- what is not shown to everybody -----------------------------------------------------------------------------------

NO = {"forbidden": {"code": 403, "message": "Policy doesn't allow this to be performed."}}


def test_a_forbidden_detail_is_null_with_one_warning(wire: Any, reply: Any, connect: Any) -> None:
    cloud, warnings = connect(version="2.60"), []
    cloud.session._warn = warnings.append
    rows = [{"id": str(number), "name": "f%d" % number} for number in range(3)]

    def answer(seen: Any) -> Any:
        return reply(403, NO) if seen.path.endswith("os-extra_specs") else reply(200, {"flavors": rows})

    wire.serve(answer)
    assert [each.extra_specs for each in cloud.flavors.list()] == [None, None, None]
    (words,) = warnings
    assert words.startswith("The cloud does not show the extra_specs of flavors to this user, so they are null: ")
    assert "Policy doesn't allow" in words


def test_hosts_of_zones_and_servers_of_hypervisors(wire: Any, reply: Any, connect: Any) -> None:
    cloud, warnings = connect(version="2.52"), []
    cloud.session._warn = warnings.append
    zones = {"availabilityZoneInfo": [{"zoneName": "z1", "zoneState": {"available": True}, "hosts": None}]}
    hypervisors = {"hypervisors": [{"id": 1, "hypervisor_hostname": "h1"}, {"id": 2, "hypervisor_hostname": "h2"}]}

    def answer(seen: Any) -> Any:
        if seen.path.endswith(("os-availability-zone/detail", "/servers")):
            return reply(403, NO)
        return reply(200, zones if "zone" in seen.path else hypervisors)

    wire.serve(answer)
    assert [(each.name, each.hosts) for each in cloud.zones.list(hosts=True)] == [("z1", None)]
    assert [each.servers for each in cloud.hosts.list_hypervisors(servers=True)] == [None, None]
    assert len(warnings) == 2 and "hosts of availability zones" in warnings[0] and "servers of hyp" in warnings[1]
    newer = connect(version="2.60")
    newer.session._warn = warnings.append
    wire.serve(lambda seen: reply(403, NO) if ("with_servers", "true") in seen.query else reply(200, hypervisors))
    assert [each.servers for each in newer.hosts.list_hypervisors(servers=True)] == [None, None] and len(warnings) == 3
    wire.serve(lambda seen: reply(403, NO))
    with pytest.raises(PermissionDenied):
        cloud.zones.list(hosts=True)
    with pytest.raises(PermissionDenied):
        newer.hosts.list_hypervisors(servers=True)
    with pytest.raises(PermissionDenied):
        cloud.hosts.list_hypervisors()


def test_a_lost_response_is_ambiguous() -> None:
    assert is_ambiguous(ResponseLost("lost")) and not is_ambiguous(PermissionDenied("no"))
