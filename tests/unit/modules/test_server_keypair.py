# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_keypair as a task sees it."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused

USTACK = pytest.mark.parametrize("platform", ["ustack"], indirect=True)
#: What `deploy` and `operators` of the simulator's user are for.
BOTH = ["operators", "deploy"]


def sent(bench: Bench) -> list[Any]:
    return [row["body"] for row in bench.requests() if row["operation"] in ("U18", "U19")]


@USTACK
def test_attach_and_detach(bench: Bench) -> None:
    for name in ("web-01", "web-02", "web-03"):
        bench.change(name, key_name=None)
    bench.change("web-03", key_name="operators")
    options = {"names": ["web-01", "web-02", "web-03"], "key_names": ["operators"]}
    with nothing_done(bench):
        predicted = bench.call("server_keypair", check=True, diff=True, **options)
    done = bench.call("server_keypair", diff=True, **options)
    assert predicted["changed"] is done["changed"] is True and predicted["diff"] == done["diff"]
    assert [each["outcome"] for each in predicted["outcomes"]] == ["planned", "planned", "unchanged"]
    assert [each["outcome"] for each in done["outcomes"]] == ["done", "done", "unchanged"]
    assert [each["key_name"] for each in done["servers"]] == ["operators"] * 3, "read again, for it was done"
    assert sent(bench) == [{"attachKeypairs": {"key_names": ["operators"]}}] * 2
    with nothing_done(bench):
        assert bench.call("server_keypair", **options)["changed"] is False
        assert bench.call("server_keypair", check=True, **options)["changed"] is False

    with nothing_done(bench):
        predicted = bench.call("server_keypair", check=True, diff=True, state="detached", **options)
    gone = bench.call("server_keypair", diff=True, state="detached", **options)
    assert predicted["changed"] is gone["changed"] is True and predicted["diff"] == gone["diff"]
    assert [bench.server(name)["key_names"] for name in options["names"]] == [[], [], []]
    with nothing_done(bench):
        assert bench.call("server_keypair", state="detached", **options)["changed"] is False


@USTACK
def test_several_key_pairs_cost_one_request(bench: Bench) -> None:
    bench.change("web-01", key_name=None)
    bench.change("web-02", key_name="operators")
    result = bench.call("server_keypair", names=["web-01", "web-02"], key_names=BOTH)
    assert result["changed"] is True
    assert sorted(sent(bench), key=str) == [
        {"attachKeypairs": {"key_names": ["deploy"]}},
        {"attachKeypairs": {"key_names": ["operators", "deploy"]}},
    ], "what the cloud shows is not asked for"
    assert [bench.server(name)["key_names"] for name in ("web-01", "web-02")] == [BOTH, BOTH]
    again = bench.call("server_keypair", names=["web-01"], key_names=BOTH)
    assert outcome(again, "web-01")["outcome"] == "done", "the cloud shows one of them, so the other is asked for"
    assert bench.server("web-01")["key_names"] == BOTH
    assert bench.call("server_keypair", names=["web-01"], key_names=BOTH, state="detached")["changed"] is True
    assert bench.server("web-01")["key_names"] == []


@USTACK
@pytest.mark.parametrize(
    "options, parts",
    [
        ({"names": ["web-01"], "key_names": None}, ["missing required arguments: key_names"]),
        ({"names": ["web-01"], "key_names": []}, ["key_names: list at least one key pair"]),
        ({"names": ["web-01"], "key_names": [" "]}, ["key_names", "empty"]),
        ({"names": ["web-01"], "key_names": ["operators", "nix"]}, ["the user has no key pair nix", "keypair"]),
        ({"key_names": ["operators"]}, ["no option selects servers"]),
        ({"names": ["nix"], "key_names": ["operators"]}, ["no server has names nix"]),
        ({"names": ["twin"], "key_names": ["operators"]}, ["2 servers are named twin"]),
        ({"names": ["web-01"], "key_names": ["operators"], "wait_timeout": -1.0}, ["wait_timeout"]),
    ],
    ids=str,
)
def test_bad_input(bench: Bench, options: dict[str, Any], parts: list[str]) -> None:
    for check in (True, False):
        with nothing_done(bench):
            refused(bench.call("server_keypair", check=check, **options), *parts)


@pytest.mark.parametrize("platform", ["openstack", "easystack", "huaweicloud"], indirect=True)
@pytest.mark.parametrize("state", ["attached", "detached"])
def test_platforms_without_it(bench: Bench, state: str) -> None:
    with nothing_done(bench):
        result = bench.call("server_keypair", names=["web-01"], key_names=["operators"], state=state)
    action = state[:6] + "_keypairs"
    refused(result, f"Platform {bench.platform} has no operation {action}. Use server_os")


@USTACK
def test_one_that_is_locked_does_not_stop_the_others(bench: Bench) -> None:
    for name in ("web-01", "web-02"):
        bench.change(name, key_name=None)
    bench.change("web-02", locked=True)
    result = bench.call("server_keypair", names=["web-01", "web-02"], key_names=["deploy"])
    assert result["failed"] is True and result["changed"] is True
    assert outcome(result, "web-01")["outcome"] == "done"
    failed = outcome(result, "web-02")
    assert failed["outcome"] == "failed"
    assert "Could not attach key pair deploy to the server web-02" in failed["message"]
    assert "1 of 2 servers could not be given the key pairs: web-02" in result["msg"]


@USTACK
@pytest.mark.parametrize("fault", [{"reset": "after"}, {"reset": "before"}], ids=str)
def test_a_lost_answer_is_asked_for_again(bench: Bench, fault: dict[str, Any]) -> None:
    bench.change("web-01", key_name="operators")
    bench.fault("U18", times=1, **fault)
    result = bench.call("server_keypair", names=["web-01"], key_names=["deploy"])
    assert outcome(result, "web-01")["outcome"] == "done", result
    assert len(sent(bench)) == 2 and bench.server("web-01")["key_names"] == ["operators", "deploy"]
