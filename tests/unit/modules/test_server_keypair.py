# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_keypair as a task sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import NOTE, note_after

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
    with nothing_done(bench):
        # The cloud shows one of them, and the metadata of the server the other.
        assert not bench.call("server_keypair", names=["web-01", "web-02"], key_names=BOTH)["changed"]
    assert json.loads(bench.server("web-01")["metadata"]["cloudserver_keypairs"]) == {"deploy": True}
    assert bench.call("server_keypair", names=["web-01"], key_names=BOTH, state="detached")["changed"] is True
    assert bench.server("web-01")["key_names"] == []
    with nothing_done(bench):
        assert not bench.call("server_keypair", names=["web-01"], key_names=BOTH, state="detached")["changed"]


@USTACK
def test_what_was_detached_is_not_detached_again(bench: Bench) -> None:
    bench.change("web-02", key_name="operators")
    options = {"names": ["web-02"], "key_names": ["deploy"]}
    assert bench.call("server_keypair", state="detached", **options)["changed"]
    with nothing_done(bench):
        assert not bench.call("server_keypair", state="detached", **options)["changed"]
    assert bench.call("server_keypair", **options)["changed"]
    assert bench.call("server_keypair", state="detached", **options)["changed"]


@USTACK
@pytest.mark.parametrize("note", ["", "no json", "[1]", '{"deploy": 7}'])
def test_metadata_that_is_no_note(bench: Bench, note: str) -> None:
    bench.change("web-02", key_name="operators", metadata={"cloudserver_keypairs": note})
    options = {"names": ["web-02"], "key_names": ["deploy"]}
    assert bench.call("server_keypair", **options)["changed"]
    assert json.loads(bench.server("web-02")["metadata"]["cloudserver_keypairs"]) == {"deploy": True}


def test_a_note_fits_into_a_metadata_value() -> None:
    server = Server("s", "ustack", metadata={NOTE: json.dumps({"k" * 100: True, "l" * 100: True})})
    found = json.loads(note_after(server, "attached", ["m" * 100]))
    assert list(found) == ["l" * 100, "m" * 100] and note_after(server, "attached", ["n" * 300]) is None


@USTACK
def test_metadata_that_cannot_be_written(bench: Bench) -> None:
    bench.change("web-02", key_name="operators")
    bench.fault("merge metadata", status=403)
    failed = bench.call("server_keypair", names=["web-02"], key_names=["deploy"])
    assert "the key pairs were attached, but this could not be stored" in outcome(failed, "web-02")["message"]


@USTACK
def test_a_key_pair_that_was_deleted_since(bench: Bench) -> None:
    bench.change("web-02", key_name="gone")
    with nothing_done(bench):
        assert not bench.call("server_keypair", names=["web-02"], key_names=["gone"])["changed"]
        refused(bench.call("server_keypair", names=["web-01"], key_names=["gone"]), "no key pair gone")


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


@pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
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
def test_a_lost_response_causes_a_retry(bench: Bench, fault: dict[str, Any]) -> None:
    bench.change("web-01", key_name="operators")
    bench.fault("U18", times=1, **fault)
    result = bench.call("server_keypair", names=["web-01"], key_names=["deploy"])
    assert outcome(result, "web-01")["outcome"] == "done", result
    assert len(sent(bench)) == 2 and bench.server("web-01")["key_names"] == ["operators", "deploy"]
