# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks with the credentials of Huawei Cloud's own tools: files, the agency of a server, the role of an agency."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from modules.bench import Bench, nothing_done

pytestmark = pytest.mark.parametrize("platform", ["huaweicloud"])
AGENCY = {"agency_name": "operations", "agency_domain_name": "sim-account"}
TEMPORARY = ("assume role", "create metadata token", "show security key")


@pytest.fixture
def key(bench: Bench) -> dict[str, Any]:
    """The key of the bench, whose tasks have none of their own then."""
    auth = bench.options.pop("auth")
    bench.options["auth"] = {"auth_url": auth["auth_url"]}
    return dict(auth)


def in_home(name: str, text: str) -> None:
    path = Path(os.environ["HOME"], name)
    path.parent.mkdir()
    path.write_text(text)


def names(bench: Bench) -> list[str]:
    return [row["name"] for row in bench.requests()]


def listed(bench: Bench, **options: Any) -> list[str]:
    result = bench.call("server_info", names=["web-01"], **options)
    assert not result.get("failed"), result
    return [server["name"] for server in result["servers"]]


def test_the_file_of_the_sdk(bench: Bench, key: dict[str, Any]) -> None:
    text = "[basic]\nak = %(access_key)s\nsk = %(secret_key)s\niam_endpoint = %(auth_url)s\n"
    in_home(".huaweicloud/credentials", text % key)
    assert listed(bench, auth=None) == ["web-01"]


def test_a_profile_of_koocli(bench: Bench, key: dict[str, Any]) -> None:
    profile = {"name": "ops", "accessKeyId": key["access_key"], "secretAccessKey": key["secret_key"]}
    document = {"current": "none", "profiles": [profile, {**profile, "name": "role", "agencyName": "operations"}]}
    document["profiles"][1]["agencyDomainName"] = "sim-account"
    in_home(".hcloud/config.json", json.dumps(document))
    assert listed(bench, auth={**bench.options["auth"], "profile": "ops"}) == ["web-01"]
    assert "assume role" not in names(bench)
    assert listed(bench, auth={**bench.options["auth"], "profile": "role"}) == ["web-01"]
    assert "assume role" in names(bench)
    with nothing_done(bench):
        result = bench.call("server_info", all=True)
    assert result["failed"] and "config.json has no profile 'none'; it has: ops, role." in result["msg"]


@pytest.mark.parametrize("kind", ["optional", "required", "without_tokens"])
def test_the_agency_of_the_server(bench: Bench, key: dict[str, Any], kind: str) -> None:
    bench.control("PUT", "/huaweicloud/options", {"metadata": kind})
    auth = {**bench.options["auth"], "ecs_agency": True}
    assert listed(bench, auth=auth, endpoints={"metadata": bench.options["endpoint"]}) == ["web-01"]
    assert names(bench) == ["create metadata token", "show security key", "list projects", "list servers"]


def test_a_server_without_agency(bench: Bench, key: dict[str, Any]) -> None:
    bench.control("PUT", "/huaweicloud/options", {"metadata": "no_agency"})
    auth = {**bench.options["auth"], "ecs_agency": True}
    result = bench.call("server_info", all=True, auth=auth, endpoints={"metadata": bench.options["endpoint"]})
    assert result["failed"] and "this server has no agency. Set an agency for the server" in result["msg"]


def test_a_role_that_is_refused(bench: Bench) -> None:
    result = bench.call("server_info", all=True, auth=bench.auth(**{**AGENCY, "agency_name": "foreign"}))
    assert result["failed"] and "Could not get a key as agency foreign of sim-account" in result["msg"]
    assert "permission Agent Operator" in result["msg"]


def test_a_key_that_ends_while_a_task_waits(bench: Bench) -> None:
    """The cloud ends the key in the middle of the run: the task requests another one, and sends no action twice."""
    fault = {"platform": "huaweicloud", "operation": "H09", "times": 1, "do": {"expire_token": True}}
    bench.control("POST", "/faults", fault)
    result = bench.power(names=["web-01", "web-02"], state="stopped", auth=bench.auth(**AGENCY))
    assert not result.get("failed") and result["changed"], result
    assert names(bench).count("assume role") == 2
    assert len(bench.requests("H05")) == 1


def test_a_key_that_ends_by_the_clock(bench: Bench) -> None:
    """The key is renewed before it ends. The simulator refuses signatures that are 15 minutes off the real clock."""
    bench.control("PUT", "/delays", {"platform": "huaweicloud", "stop": 700, "shutdown": 700})
    try:
        auth = bench.auth(**AGENCY, agency_duration=900)
        result = bench.power(names=["web-01"], state="stopped", auth=auth, wait_timeout=880)
    finally:
        bench.control("PUT", "/delays", {"platform": "huaweicloud", "stop": 0.2, "shutdown": 0.2})
    assert not result.get("failed") and result["changed"], result
    assert names(bench).count("assume role") == 2
    refused = [row for row in bench.requests() if row["status"] == 401]
    assert refused == []


def test_a_given_temporary_key_that_ends_while_a_task_waits(bench: Bench) -> None:
    bench.options = bench.credentials("temporary")
    body = {"error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication information: token expires"}
    bench.control(
        "POST", "/faults", {"platform": "huaweicloud", "operation": "H09", "do": {"status": 401, "body": body}}
    )
    result = bench.power(names=["web-01"], state="stopped")
    assert result["failed"], result
    assert "The access key is temporary, and it may have expired" in result["msg"] and "\n" not in result["msg"]


def test_variables_without_effect(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    auth = bench.options.pop("auth")
    monkeypatch.setenv("HW_ACCESS_KEY", auth["access_key"])
    monkeypatch.setenv("HW_SECRET_KEY", auth["secret_key"])
    monkeypatch.setenv("HW_AUTH_URL", auth["auth_url"])
    monkeypatch.setenv("HW_ASSUME_ROLE_ID_TOKEN", "a-token-of-an-identity-provider")
    result = bench.call("server_info", names=["web-01"])
    assert not result.get("failed")
    (warning,) = result["warnings"]
    assert "HW_ASSUME_ROLE_ID_TOKEN: no effect, credentials of an identity provider are not supported." in warning
    assert "a-token-of" not in json.dumps(result)
