# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task with bad input gets: one sentence that names the option and what to try, and nothing done."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, Bench, nothing_done, refused

MODULES = ("server_info", "server_power")
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ask(bench: Bench, module: str, **options: Any) -> dict[str, Any]:
    """Calls the module and holds it to changing nothing; server_power is asked to stop."""
    if module == "server_power":
        options.setdefault("state", "stopped")
    with nothing_done(bench):
        return bench.call(module, **options)


# -- the selection ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, parts",
    [
        ({}, ["no option selects servers", "ids", "names", "tags", "all"]),
        ({"names": []}, ["no option selects servers"]),
        ({"all": True, "names": ["web-01"]}, ["all: true", "cannot be combined with names"]),
        ({"names": [""]}, ["names", "empty"]),
        ({"ips": ["10.0.0.1/24"]}, ["ips: 10.0.0.1/24", "has host bits set"]),
        ({"ips": ["10.0.0"]}, ["ips: 10.0.0 is not an IP address"]),
        ({"ips": ["2001:db8:::1"]}, ["ips: 2001:db8:::1 is not an IP address"]),
        ({"tags": ["a,b"]}, ["tags: a,b is not a tag", "key=value"]),
        ({"tags": ["=b"]}, ["tags: =b is not a tag"]),
        ({"all": True, "not_tags": ["a,b"]}, ["not_tags: a,b is not a tag"]),
        ({"tags": [{"role": ["web"]}]}, ["tags: the value of role is not a string"]),
        ({"status": ["runing"]}, ["status: no server has the status runing", "running, stopped", "ACTIVE", "SHUTOFF"]),
        ({"all": True, "filters": {"host": ""}}, ["filters: host has no value"]),
        ({"query": "[?"}, ["query: [? is not a JMESPath expression"]),
        ({"all": True, "page_size": 0}, ["page_size: 0 is out of range", "1 to 1000"]),
        ({"all": True, "page_size": 1001}, ["page_size: 1001 is out of range", "1 to 1000"]),
        ({"all": True, "max_targets": -1}, ["max_targets: -1", "0 or more"]),
        ({"all": True, "min_targets": -1}, ["min_targets: -1", "0 or more"]),
    ],
    ids=lambda value: " ".join(f"{k}={v}" for k, v in value.items()) or "none" if isinstance(value, dict) else "",
)
def test_a_selection_that_cannot_be_is_refused_before_anything_is_asked(
    bench: Bench, module: str, options: dict[str, Any], parts: list[str]
) -> None:
    refused(ask(bench, module, **options), *parts)
    assert bench.requests() == []


@pytest.mark.parametrize("value", [0, 65, -1])
def test_parallel_is_held_to_its_range(bench: Bench, module: str, value: int) -> None:
    refused(ask(bench, module, all=True, parallel=value), "parallel: %d is out of range" % value, "1 to 64")
    assert bench.requests() == []


@pytest.mark.parametrize("options", [{"wait_timeout": -1.0}, {"wait_interval": 0.0}])
def test_waiting_times_are_held_to_their_range(bench: Bench, options: dict[str, Any]) -> None:
    refused(ask(bench, "server_power", all=True, **options), next(iter(options)), "must be more than 0 seconds")
    assert bench.requests() == []


@pytest.mark.parametrize("query", ["[*].name", "length(@)", "[0].addresses", "'text'"])
def test_a_query_that_gives_no_servers_is_refused(bench: Bench, module: str, query: str) -> None:
    refused(ask(bench, module, query=query), "query", "must give a list of server records or ids")


def test_a_query_that_cannot_be_applied_is_refused(bench: Bench, module: str) -> None:
    refused(ask(bench, module, query="abs([0].name)"), "query", "JMESPath expression", "servers", "abs()")


def test_a_name_that_two_servers_share_is_refused_with_their_ids(bench: Bench, module: str) -> None:
    refused(ask(bench, module, names=["twin"]), "2 servers are named twin", *bench.ids_of("twin"), "duplicates: allow")


def test_an_id_that_does_not_exist_fails_a_change(bench: Bench) -> None:
    known = bench.id_of("web-01")
    refused(ask(bench, "server_power", ids=[known, NOBODY]), "no server has ids " + NOBODY, "missing: ignore")


def test_an_unknown_name_and_address_fail_a_change(bench: Bench) -> None:
    refused(ask(bench, "server_power", names=["web-01", "web-99"]), "no server has names web-99", "region and project")
    refused(ask(bench, "server_power", ips=["10.0.0.11", "10.0.0.99"]), "no server has ips 10.0.0.99")


def test_what_does_not_exist_is_reported_by_server_info(bench: Bench) -> None:
    result = ask(bench, "server_info", ids=[bench.id_of("web-01"), NOBODY], fields=["name"])
    assert [each["name"] for each in result["servers"]] == ["web-01"]
    assert result["missing"] == {"ids": [NOBODY]}
    refused(ask(bench, "server_info", ids=[NOBODY], missing="fail"), "no server has ids " + NOBODY)


def test_more_servers_than_max_targets_are_left_alone(bench: Bench) -> None:
    refused(
        ask(bench, "server_power", names=["web-01", "web-02"], max_targets=1), "matches 2", "allows 1", "nothing was"
    )
    refused(ask(bench, "server_power", all=True, max_targets=0), "max_targets allows 0")


# -- the module's own options -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "module, options, parts",
    [
        ("server_info", {"platform": "azure", "all": True}, ["platform", "azure", "huaweicloud, easystack, ustack"]),
        ("server_info", {"all": True, "interface": "secret"}, ["interface", "public, internal, admin"]),
        ("server_info", {"all": True, "fields": ["colour"]}, ["fields", "colour", "choose from", "power_state"]),
        ("server_info", {"all": True, "colour": "red"}, ["colour", "Supported parameters include"]),
        ("server_info", {"all": True, "auth": {"user": "x"}}, ["auth.user", "Supported parameters include"]),
        ("server_info", {"all": True, "page_size": "many"}, ["page_size", "many"]),
        ("server_power", {"all": True, "state": None}, ["missing required arguments: state"]),
        ("server_power", {"all": True, "state": "off"}, ["state", "started, stopped", "off"]),
        ("job_info", {}, ["one of the following is required: handle, job_ids"]),
        ("job_info", {"handle": {}, "job_ids": ["1"]}, ["mutually exclusive", "handle|job_ids"]),
        (
            "job_info",
            {"handle": {"version": 1}},
            ["handle", "it is not a handle that a task with wait: false returned"],
        ),
        ("job_info", {"handle": {"version": 9, "pending_actions": []}}, ["handle", "'version' is missing or wrong"]),
    ],
)
def test_options_are_checked_before_anything_is_sent(
    bench: Bench, module: str, options: dict[str, Any], parts: list[str]
) -> None:
    with nothing_done(bench):
        refused(bench.call(module, **options), *parts)
    assert bench.requests() == []


@pytest.mark.parametrize("platform", ["ustack", "huaweicloud"])
@pytest.mark.parametrize("state", ["paused", "suspended"])
def test_a_state_that_the_platform_has_not_says_what_to_use_instead(bench: Bench, state: str) -> None:
    action = {"paused": "pause", "suspended": "suspend"}[state]
    result = ask(bench, "server_power", names=["web-01"], state=state)
    refused(result, f"Platform {bench.platform} has no operation {action}", "state: stopped")


@pytest.mark.parametrize("platform", NOVA)
def test_job_ids_are_for_huaweicloud(bench: Bench) -> None:
    refused(bench.call("job_info", job_ids=["ff80"]), f"Platform {bench.platform} has no operation job", "wait: false")


@pytest.mark.parametrize(
    "platform, options",
    [("ustack", {"deleted": True}), ("huaweicloud", {"all_projects": True})],
)
def test_lists_that_the_platform_has_not_are_refused(bench: Bench, options: dict[str, Any]) -> None:
    refused(bench.call("server_info", all=True, **options), f"Platform {bench.platform} has no operation", *options)


# -- the connection ---------------------------------------------------------------------------------------------------


def test_no_credentials(bench: Bench, module: str) -> None:
    message = refused(ask(bench, module, all=True, auth=None), f"No credentials for platform {bench.platform}")
    assert ("auth.secret_key" in message) == (bench.platform == "huaweicloud")
    assert "clouds.yaml" in message and "OS_PASSWORD" in message
    assert bench.requests() == []


def test_no_platform(bench: Bench, module: str) -> None:
    refused(ask(bench, module, all=True, platform=None), "platform is missing", "CLOUDSERVER_PLATFORM")


@pytest.mark.parametrize("leaf", ["password", "username", "project_name", "auth_url"])
@pytest.mark.parametrize("platform", NOVA)
def test_a_missing_leaf_is_named(bench: Bench, leaf: str) -> None:
    refused(ask(bench, "server_info", all=True, auth=bench.auth(**{leaf: None})), "auth." + leaf)
    assert bench.requests() == []


@pytest.mark.parametrize("leaf", ["access_key", "secret_key"])
@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_half_a_key_pair_is_named(bench: Bench, leaf: str) -> None:
    refused(ask(bench, "server_info", all=True, auth=bench.auth(**{leaf: None})), "auth." + leaf, "lack")
    assert bench.requests() == []


def test_two_methods_at_once_are_refused(bench: Bench, module: str) -> None:
    result = ask(bench, module, all=True, auth=bench.auth(token="a-token-of-somebody"))
    refused(result, "Two methods of authentication", "auth.token", "Remove one")
    assert bench.requests() == []


def test_a_method_of_another_platform_is_refused(bench: Bench) -> None:
    if bench.platform == "huaweicloud":
        auth = {"application_credential_id": "x", "application_credential_secret": "a-secret-of-somebody"}
    else:
        auth = {"access_key": "AKIDNOBODY", "secret_key": "a-secret-of-somebody"}
    refused(
        ask(bench, "server_info", all=True, auth=auth), f"Platform {bench.platform} does not support", "Give one of"
    )


def test_wrong_credentials(bench: Bench, module: str) -> None:
    if bench.platform == "huaweicloud":
        auth, hint = bench.auth(secret_key="not-the-secret-key"), "auth.secret_key"
    else:
        auth, hint = bench.auth(password="not-the-password"), "user demo@Default"
    refused(ask(bench, module, all=True, auth=auth), "HTTP 401", "Check", hint)
    # Five wrong signatures lock a key, and as many wrong passwords an account: one try is all.
    assert len(bench.requests()) == 1


@pytest.mark.parametrize("platform", NOVA)
def test_a_user_without_a_role_in_the_project(bench: Bench) -> None:
    result = ask(bench, "server_info", all=True, **bench.credentials("outsider"))
    refused(result, "HTTP 401", "no access to project", "demo@Default", "role")


def test_a_project_that_does_not_exist(bench: Bench) -> None:
    result = ask(bench, "server_info", all=True, auth=bench.auth(project_name="nowhere"))
    refused(result, "project", "nowhere", "heck")


@pytest.mark.parametrize("platform", NOVA)
def test_a_region_that_does_not_exist_lists_those_that_do(bench: Bench, module: str) -> None:
    result = ask(bench, module, all=True, region="Atlantis")
    refused(result, "compute", "region Atlantis", "RegionOne", "RegionTwo", "Check region")


@pytest.mark.parametrize("platform", NOVA)
def test_several_regions_and_none_named(bench: Bench) -> None:
    refused(ask(bench, "server_info", all=True, region=None), "several regions: RegionOne, RegionTwo", "option region")


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_region_without_a_project_and_one_with_two(bench: Bench) -> None:
    refused(ask(bench, "server_info", all=True, **bench.credentials("empty_region")), "cn-none-1", "region")
    both = [each["id"] for each in bench.ready["credentials"]["huaweicloud"]["projects"] if "ambig" in each["name"]]
    assert len(both) == 2
    result = ask(bench, "server_info", all=True, **bench.credentials("ambiguous_region"))
    refused(result, "Several projects", "cn-ambiguous-1", *both, "auth.project_id")


def test_an_endpoint_that_refuses_connections(bench: Bench, module: str) -> None:
    result = ask(bench, module, all=True, endpoint="http://127.0.0.1:1/compute/v2.1")
    refused(result, "http://127.0.0.1:1", "refuses connections", "Check the address and port")


def test_an_auth_url_that_refuses_connections(bench: Bench) -> None:
    result = ask(bench, "server_info", all=True, auth=bench.auth(auth_url="http://127.0.0.1:1/v3"))
    refused(result, "http://127.0.0.1:1", "refuses connections", "Check the address and port")


def test_an_endpoint_that_does_not_exist(bench: Bench) -> None:
    result = ask(bench, "server_info", all=True, endpoint=bench.ready["url"] + "/nothing/v2.1")
    refused(result, "HTTP 404", "check endpoint")


def test_an_auth_url_that_is_none(bench: Bench) -> None:
    result = ask(bench, "server_info", all=True, auth=bench.auth(auth_url="cloud.example.com"))
    refused(result, "auth.auth_url is not a URL", "https://")
    result = ask(bench, "server_info", all=True, auth=bench.auth(auth_url=bench.ready["url"] + "/nothing/v3"))
    refused(result, "HTTP 404", "heck")


@pytest.mark.parametrize(
    "options, parts",
    [
        ({"api_retries": -1}, ["api_retries"]),
        ({"api_timeout": 0.0}, ["api_timeout", "seconds"]),
        ({"token_cache": "somewhere/below"}, ["token_cache", "absolute path"]),
        ({"endpoint": "compute.example.com"}, ["endpoint is not a URL"]),
        ({"endpoint": "https://me:secret@cloud.example.com/v2.1"}, ["endpoint must not hold a user name"]),
        ({"client_key": "/nowhere/key.pem"}, ["client_key is given without client_cert"]),
        ({"cloud": "nowhere"}, ["nowhere", "clouds.yaml"]),
    ],
)
def test_connection_options_are_checked(bench: Bench, options: dict[str, Any], parts: list[str]) -> None:
    message = refused(ask(bench, "server_info", all=True, **options), *parts)
    assert "me:secret" not in message
    assert bench.requests() == []
