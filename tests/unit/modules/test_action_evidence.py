# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action on a server counts as done only with evidence.

A response that proves nothing comes to each change, once with the change carried out and once without. Nothing is lost,
nothing is doubled, nothing is reported that is not so.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from modules.bench import NOVA, PLATFORMS, Bench

LABEL = "cloudserver_password_revision"
PASSWORD = "Tr0ub4dor_@3-x"
DIGEST = hashlib.sha256(PASSWORD.encode()).hexdigest()
RETRY = {"headers": {"Retry-After": "2"}}
#: Responses in place of the documented one, as the simulator's faults describe them.
ANSWERS: dict[str, dict[str, Any]] = {
    "page": {"status": 200, "html": True},
    "accepted page": {"status": 202, "html": True},
    "empty": {"status": 200, "text": ""},
    "braces": {"status": 200, "body": {}},
    "other": {"status": 200, "body": {"server": None, "metadata": [], "tags": "x", "job_id": None}},
    "429": {"status": 429, **RETRY},
    "503": {"status": 503, "html": True, **RETRY},
    "504": {"status": 504, "html": True},
    "404 between": {"status": 404, "html": True},
}
#: After which of them the request is sent again where the state shows that it was not carried out.
POSTPONED = ("429", "503")


@dataclass(frozen=True)
class Case:
    """A task that needs one request; ``shows``: whether the cloud shows that it was carried out."""

    module: str
    options: Callable[[Bench], dict[str, Any]]
    method: str
    path: str
    shows: Callable[[Bench], bool]
    platforms: tuple[str, ...] = PLATFORMS
    #: Whether the state decides; otherwise the outcome may be unknown.
    traceable: bool = True
    #: The answers after which the service may still be at work, so that the outcome is unknown if it is not shown.
    maybe: tuple[str, ...] = ("504",)
    #: Whether it must not be done twice.
    once: bool = False


def web(bench: Bench) -> dict[str, Any]:
    return bench.server(bench.id)  # type: ignore[attr-defined, no-any-return]


def named(**options: Any) -> Callable[[Bench], dict[str, Any]]:
    return lambda bench: {"names": ["web-01"], **options}


def one(**options: Any) -> Callable[[Bench], dict[str, Any]]:
    return lambda bench: {"name": "web-01", **options}


def free_volume(bench: Bench) -> dict[str, Any]:
    rows = bench.control("GET", f"/{bench.platform}/volumes")["volumes"]
    return next(row for row in rows if row["name"] == "data-1")


def network(bench: Bench) -> str:
    order = {"name": "storage-net", "shared": True, "subnets": ["172.30.0.0/16"]}
    return str(bench.control("POST", f"/{bench.platform}/networks", order)["network"]["id"])


def second_subnet(bench: Bench) -> str:
    (vpc,) = bench.control("GET", f"/{bench.platform}/networks")["networks"]
    return str(vpc["subnets"][1]["id"])


def images(bench: Bench) -> list[str]:
    return [row["name"] for row in bench.control("GET", f"/{bench.platform}/images")["images"]]


CASES = {
    "stop": Case(
        "server_power", named(state="stopped"), "POST", "/action$", lambda bench: web(bench)["status"] == "SHUTOFF"
    ),
    "restart": Case("server_power", named(state="restarted"), "POST", "/action$", lambda bench: False, traceable=False),
    "password": Case(
        "server_password", named(password=PASSWORD, revision="r1"), "POST|PUT", "/action$|os-reset-passwords$",
        lambda bench: DIGEST in (web(bench)["password"], web(bench)["pending_password"]),
    ),
    "rename": Case(
        "server", one(new_name="web-x"), "PUT", "servers/[^/]+$", lambda bench: web(bench)["name"] == "web-x"
    ),
    "metadata": Case(
        "server", one(metadata={"a": "b"}), "POST", "/metadata$", lambda bench: web(bench)["metadata"].get("a") == "b"
    ),
    "tags": Case(
        "server", one(tags=["a=b"]), "PUT|POST", "/tags(/action)?$", lambda bench: "a=b" in web(bench)["tags"],
        ("openstack", "easystack", "huaweicloud"),
    ),
    "lock": Case(
        "server", one(locked=True), "POST", "/action$", lambda bench: bool(web(bench)["locked"]),
        ("openstack", "easystack", "huaweicloud"),
    ),
    "snapshot": Case(
        "server_snapshot", named(name="snap"), "POST", "/action$", lambda bench: "snap" in images(bench), NOVA,
        once=True,
    ),
    "volume": Case(
        "server_volume", lambda bench: {"names": ["web-01"], "volumes": [free_volume(bench)["id"]]}, "POST",
        "/os-volume_attachments$", lambda bench: free_volume(bench)["status"] == "in-use", NOVA,
    ),
    "disk": Case(
        "server_volume", lambda bench: {"names": ["web-01"], "volumes": [free_volume(bench)["id"]]}, "POST",
        "/attachvolume$", lambda bench: free_volume(bench)["status"] == "in-use", ("huaweicloud",),
    ),
    "interface": Case(
        "server_interface", lambda bench: {"names": ["web-01"], "network_id": network(bench)}, "POST", "/os-interface$",
        lambda bench: any(each["network"] == "storage-net" for each in web(bench)["addresses"]), NOVA, once=True,
    ),
    "nic": Case(
        "server_interface", lambda bench: {"names": ["web-01"], "network_id": second_subnet(bench)}, "POST", "/nics$",
        lambda bench: len(web(bench)["addresses"]) == 3, ("huaweicloud",), once=True,
        maybe=("504", "braces", "other"),
    ),
}  # fmt: skip


def params() -> list[Any]:
    return [
        pytest.param(platform, name, answer, effect, id=f"{name}-{answer}-{effect}-{platform}")
        for name, case in CASES.items()
        for platform in case.platforms
        for answer in ANSWERS
        for effect in (True, False)
    ]


@pytest.mark.parametrize(("platform", "name", "answer", "effect"), params())
def test_what_a_response_does_not_prove(bench: Bench, name: str, answer: str, effect: bool) -> None:
    case = CASES[name]
    bench.id = bench.id_of("web-01")  # type: ignore[attr-defined]
    options = case.options(bench)
    do = {**ANSWERS[answer], "effect": effect}
    order = {"platform": bench.platform, "path": case.path, "times": 1, "after": 0, "do": do}
    for method in case.method.split("|"):
        bench.control("POST", "/faults", {**order, "method": method})

    result = bench.call(case.module, **options)

    asked = [
        row for row in bench.requests()
        if row["method"] in case.method.split("|") and re.search(case.path, row["path"])
    ]  # fmt: skip
    executed = len(asked) - (0 if effect else 1)
    (found,) = result["outcomes"]
    reported, done = found["outcome"], case.shows(bench)
    if case.once or not case.traceable:
        assert executed <= 1, "it was done twice"
    if not case.traceable:
        assert reported != "done" or executed == 1, "it was reported, and not done"
        assert reported != "failed" or executed == 0, "it was done, and not reported"
    elif case.once and answer in case.maybe and not effect:
        # The service may still be at work on it.
        assert reported == "unknown" and not done
    elif name == "password" and reported == "unknown":
        assert answer in ("504", "404 between"), "another password may be set there, and nothing shows it"
        assert LABEL not in web(bench)["metadata"]
        return
    else:
        assert reported in ("done", "failed"), found
        assert done is (reported == "done") and bool(result["changed"]) is done, found
        assert not effect or reported == "done", found
    assert answer not in POSTPONED or effect or reported == "done", "it is sent again"
    if name == "password":
        assert (web(bench)["metadata"].get(LABEL) == "r1") is done
