# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of resources that a proxy responds to, not the service: what the task reports is what the cloud has."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from modules.bench import Bench

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import RateLimited
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import decide

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2Q7dGm0qk3rQp8Gk0QxV0mQe3O0Yy3lZ8oQhJ0b2mN me"
SIZES = {"vcpus": 2, "ram_mb": 2048}
PAGE, EMPTY, BRACES = {"status": 200, "html": True}, {"status": 200, "text": ""}, {"status": 200, "body": {}}
STRANGE = {
    "page": PAGE,
    "empty": EMPTY,
    "{}": BRACES,
    "404 page": {"status": 404, "html": True},
    "502": {"status": 502, "html": True},
    "429": {"status": 429, "headers": {"Retry-After": "1"}},
    "503": {"status": 503, "headers": {"Retry-After": "1"}},
}


@dataclass(frozen=True)
class Case:
    """A task, what is there before it, and the request that changes something."""

    module: str
    options: dict[str, Any]
    method: str
    path: str
    before: dict[str, Any] = field(default_factory=dict)
    admin: bool = True
    #: easystack has the code of openstack; at the wire each is tested.
    platforms: tuple[str, ...] = ("openstack",)


FLAVOR, AGGREGATE = {"name": "f", **SIZES}, {"name": "a"}
GROUPS = ("openstack", "huaweicloud")
ALL = ("openstack", "ustack", "huaweicloud")
GROUP = {"name": "g", "policy": "anti-affinity"}
CASES = {
    "flavor": Case("flavor", FLAVOR, "POST", "flavors$"),
    "description": Case("flavor", {"name": "f", "description": "d"}, "PUT", "flavors/", FLAVOR),
    "extra specs": Case("flavor", {"name": "f", "extra_specs": {"a": "1"}}, "POST", "os-extra_specs$", FLAVOR),
    "no extra specs": Case("flavor", {"name": "f", "extra_specs": {}, "purge_extra_specs": True}, "DELETE",
                           "os-extra_specs/", {**FLAVOR, "extra_specs": {"a": "1"}}),
    "no flavor": Case("flavor", {"name": "f", "state": "absent"}, "DELETE", "flavors/", FLAVOR),
    "aggregate": Case("aggregate", AGGREGATE, "POST", "os-aggregates$"),
    "zone": Case("aggregate", {"name": "a", "availability_zone": "z9"}, "PUT", "os-aggregates/", AGGREGATE),
    "host": Case("aggregate", {"name": "a", "hosts": ["cmp6"]}, "POST", "action$", AGGREGATE),
    "no host": Case("aggregate", {"name": "a", "hosts": [], "purge_hosts": True}, "POST", "action$",
                    {"name": "a", "hosts": ["cmp6"]}),
    "metadata": Case("aggregate", {"name": "a", "metadata": {"m": "1"}}, "POST", "action$", AGGREGATE),
    "no aggregate": Case("aggregate", {"name": "a", "state": "absent"}, "DELETE", "os-aggregates/", AGGREGATE),
    "group": Case("server_group", GROUP, "POST", "os-server-groups$", admin=False, platforms=GROUPS),
    "no group": Case("server_group", {"name": "g", "state": "absent"}, "DELETE", "os-server-groups/", GROUP, False,
                     GROUPS),
    "key pair": Case("keypair", {"name": "k", "public_key": KEY}, "POST", "keypairs$", admin=False, platforms=ALL),
    "no key pair": Case("keypair", {"name": "k", "state": "absent"}, "DELETE", "keypairs/",
                        {"name": "k", "public_key": KEY}, False, ALL),
    "disabled": Case("compute_service", {"host": "cmp5", "state": "disabled", "reason": "r"}, "PUT", "os-services/"),
    "forced down": Case("compute_service", {"host": "cmp5", "forced_down": True}, "PUT", "os-services/"),
}  # fmt: skip
WHERE = [
    pytest.param(name, platform, id=f"{name}-{platform}") for name, case in CASES.items() for platform in case.platforms
]


@pytest.fixture
def prepared(bench: Bench, name: str) -> Case:
    case = CASES[name]
    if case.admin:
        bench.options = bench.credentials("admin")
    if case.before:
        assert not bench.call(case.module, **case.before).get("failed")
    return case


def is_reached(bench: Bench, case: Case) -> bool:
    """Whether the cloud has what the task declares, without the fault."""
    bench.control("DELETE", "/faults")
    found = bench.call(case.module, check=True, **case.options)
    assert not found.get("failed"), found
    return found["changed"] is False


def inject_fault(
    bench: Bench, method: str, path: str, do: dict[str, Any], times: int | None = None, after: int = 0
) -> None:
    row = {"platform": bench.platform, "method": method, "path": path, "times": times, "after": after, "do": do}
    bench.control("POST", "/faults", row)


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("answer", STRANGE)
@pytest.mark.parametrize(("name", "platform"), WHERE, indirect=["platform"])
def test_what_the_task_says_is_what_the_cloud_has(
    bench: Bench, prepared: Case, name: str, answer: str, effect: bool
) -> None:
    if answer in ("429", "503") and prepared.method == "POST" and decide("POST", False, RateLimited(""), 0):
        pytest.skip("the session itself sends it again")
    inject_fault(bench, prepared.method, prepared.path, {**STRANGE[answer], "effect": effect}, times=1)
    result = bench.call(prepared.module, **prepared.options)
    sent = [row for row in bench.requests() if row["method"] == prepared.method and row["fault"]]
    assert len(sent) == 1, "the fault has hit"
    reported = not result.get("failed")
    if reported:
        assert result["changed"] is True
    else:
        assert "Could not" in result["msg"] and not effect, result["msg"]
    assert is_reached(bench, prepared) is reported
    assert reported or answer in ("page", "empty", "{}", "404 page", "502"), "what can be sent again is sent again"


@pytest.mark.parametrize("read", [{"status": 403}, {"status": 429}, {"status": 500}, PAGE], ids=str)
@pytest.mark.parametrize(("name", "platform"), WHERE, indirect=["platform"])
def test_a_change_that_cannot_be_read_back_is_not_lost(
    bench: Bench, prepared: Case, name: str, read: dict[str, Any]
) -> None:
    """The response is the service's own: the change was made, and only the reading fails afterwards."""
    before = reads(bench, prepared)
    if name in ("no extra specs", "no aggregate") or (name == "no key pair" and bench.platform == "ustack"):
        # The service's documented response proves nothing there, so without a read the outcome is unknown.
        inject_fault(bench, "GET", "compute|cloudservers|keypairs", read, after=before)
        result = bench.call(prepared.module, **prepared.options)
        assert (
            result["failed"] is True
            and result["changed"] is True
            and "it is unknown whether it was done" in result["msg"]
        ), result["msg"]
        return
    inject_fault(bench, "GET", "compute|cloudservers|keypairs", read, after=before)
    result = bench.call(prepared.module, **prepared.options)
    assert not result.get("failed"), result["msg"]
    assert result["changed"] is True
    for record in ("flavor", "aggregate"):
        if result.get(record):
            assert result[record]["name"] in ("f", "a") and result[record]["id"]
            (warning,) = result["warnings"]
            assert "was changed, but could not be read afterwards" in warning
    assert is_reached(bench, prepared)


def reads(bench: Bench, case: Case) -> int:
    """How many requests the task needs to read the present state."""
    before = len(reading_requests(bench))
    bench.call(case.module, check=True, **case.options)
    return len(reading_requests(bench)) - before


def reading_requests(bench: Bench) -> list[Any]:
    marks = ("compute", "cloudservers", "keypairs")
    return [row for row in bench.requests() if row["method"] == "GET" and any(mark in row["path"] for mark in marks)]


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("name", "platform"), WHERE, indirect=["platform"])
def test_neither_response_nor_state(bench: Bench, prepared: Case, name: str, effect: bool) -> None:
    before = reads(bench, prepared)
    inject_fault(bench, "GET", "compute|cloudservers|keypairs", {"status": 403}, after=before)
    inject_fault(bench, prepared.method, prepared.path, {**PAGE, "effect": effect}, times=1)
    result = bench.call(prepared.module, **prepared.options)
    assert result["failed"] is True and result["changed"] is True
    assert "it is unknown whether it was done" in result["msg"] and "Check it before" in result["msg"], result["msg"]
    if prepared.module == "compute_service":
        assert [each["outcome"] for each in result["outcomes"]] == ["unknown"]


@pytest.mark.parametrize("strange", [PAGE, BRACES, EMPTY], ids=str)
@pytest.mark.parametrize("platform", ALL, indirect=True)
def test_a_private_key_that_was_lost_with_its_response(bench: Bench, tmp_path: Path, strange: dict[str, Any]) -> None:
    path = tmp_path / "key"
    inject_fault(bench, "POST", "keypairs$", {**strange, "effect": True}, times=1)
    result = bench.call("keypair", name="k", private_key_path=str(path))
    assert result["failed"] is True and "deleted again, because its private key is lost" in result["msg"]
    assert not path.exists() and bench.call("keypair_info", name="k")["keypairs"] == []
    inject_fault(bench, "POST", "keypairs$", {**strange, "effect": True}, times=1)
    inject_fault(bench, "DELETE", "keypairs/", {"status": 403, "reason": "no"})
    result = bench.call("keypair", name="k", private_key_path=str(path))
    assert result["failed"] is True and result["changed"] is True and not path.exists()
    assert "its private key was lost with the response, and it could not be deleted again" in result["msg"]
    assert "Delete the key pair, then run the task again." in result["msg"]


@pytest.mark.parametrize("platform", ["ustack"], indirect=True)
def test_a_private_key_outlives_what_comes_after_it(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "key"
    inject_fault(bench, "POST", "action$", {"status": 403, "reason": "no"})
    result = bench.call("keypair", name="k", private_key_path=str(path), attached_to=["web-01"])
    assert result["failed"] is True and result["changed"] is True and result["completed_steps"] == ["create"]
    assert f"The private key of k is in {path}." in result["msg"] and "PRIVATE KEY" in path.read_text()


@pytest.mark.parametrize("platform", ALL, indirect=True)
def test_a_wrong_endpoint_does_not_prove_absence(bench: Bench) -> None:
    bench.call("keypair", name="k", public_key=KEY)
    for wrong in ("/nowhere", "/openstack/identity/v3"):
        endpoint = bench.ready["control"].rsplit("/", 1)[0] + wrong
        for module, options in (("keypair", {"name": "k", "state": "absent"}), ("keypair_info", {"name": "k"})):
            result = bench.call(module, endpoint=endpoint, **options)
            assert result["failed"] is True and "endpoint" in result["msg"], result


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("answer", STRANGE)
@pytest.mark.parametrize("platform", ["ustack"], indirect=True)
def test_key_pairs_on_servers(bench: Bench, answer: str, effect: bool) -> None:
    bench.call("keypair", name="k", public_key=KEY)
    inject_fault(bench, "POST", "action$", {**STRANGE[answer], "effect": effect}, times=1)
    result = bench.call("keypair", name="k", public_key=KEY, attached_to=["web-01"])
    assert not result.get("failed") and result["changed"] is True, result
    assert "k" in bench.server("web-01")["key_names"]
    inject_fault(bench, "POST", "action$", PAGE)
    result = bench.call("keypair", name="k", public_key=KEY, detached_from=["web-01"])
    assert result["failed"] is True and result["changed"] is True
    assert "it is unknown whether it was done: the cloud shows only one key pair of a server" in result["msg"]


# -- what is not shown to everybody -----------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
def test_access_lists_that_the_user_may_not_see(bench: Bench) -> None:
    admin = bench.credentials("admin")
    bench.call("flavor", **admin, name="f", **SIZES, is_public=False)
    inject_fault(bench, "GET", "os-flavor-access", {"status": 403, "reason": "Policy doesn't allow it."})
    result = bench.call("flavor_info", **admin, access=True)
    assert {each["access"] for each in result["flavors"]} == {None} and len(result["flavors"]) > 3
    (warning,) = result["warnings"]
    assert "the access lists of flavors" in warning and "Policy doesn't allow it" in warning


@pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
def test_extra_specs_that_are_not_shown_are_not_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi

    monkeypatch.setattr(NovaApi, "_newest_of_cloud", lambda self: (2, 60))
    bench.options = bench.credentials("admin")
    bench.call("flavor", **FLAVOR, extra_specs={"a": "1"})
    inject_fault(bench, "GET", "os-extra_specs$", {"status": 403, "reason": "no"})
    result = bench.call("flavor_info")
    assert {each["extra_specs"] is None for each in result["flavors"]} == {True} and len(result["warnings"]) == 1
    for options in ({"name": "f", "vcpus": 4, "recreate": True}, {"name": "f", "extra_specs": {"b": "1"}}):
        refused = bench.call("flavor", **options)
        assert refused["failed"] is True and refused["changed"] is False
        assert "does not show the extra_specs of the flavor f" in refused["msg"]
    assert bench.call("flavor", name="f", description="d")["changed"] is True
