# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_info at its end: each option of the selection against the fleet that the simulator starts with."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules.bench import NOVA, Bench, nothing_done

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import SERVER_FIELDS

WEB = ["web-01", "web-02", "web-03", "web-04"]


def names(result: dict[str, Any]) -> list[str]:
    assert not result.get("failed"), result
    assert result["changed"] is False
    return [each["name"] for each in result["servers"]]


def test_every_option_of_the_selection_finds_its_servers(bench: Bench) -> None:
    zone = "cn-north-4b" if bench.platform == "huaweicloud" else "zone-2"
    flavor = {"openstack": "m1.large", "easystack": "4C-8G", "ustack": "standard-4", "huaweicloud": "s6.large.2"}
    found: list[tuple[dict[str, Any], list[str]]] = [
        ({"names": ["web-02", "web-01"]}, ["web-01", "web-02"]),
        ({"ids": [bench.id_of("db-01"), bench.id_of("web-04")]}, ["db-01", "web-04"]),
        ({"ips": ["10.0.0.13"]}, ["web-03"]),
        ({"ips": ["203.0.113.5"]}, ["bastion-01"]),
        ({"tags": ["role=web"]}, WEB),
        ({"tags": ["role=web", "env=demo"]}, WEB),
        ({"tags": ["role=web", "role=db"]}, []),
        ({"tags": ["env=demo"], "not_tags": ["role=web", "role=db"]}, ["batch-01", "cache-01"]),
        ({"status": ["SHUTOFF"], "names": ["batch-01", "web-01"]}, ["batch-01"]),
        ({"status": ["stopped"], "tags": ["env=demo"]}, ["batch-01"]),
        ({"status": ["error"]}, ["broken-01"]),
        ({"flavor": [flavor[bench.platform]]}, ["db-01", "db-02"]),
        ({"availability_zone": [zone]}, ["web-04"]),
        ({"query": "[?starts_with(name, 'db-')]"}, ["db-01", "db-02"]),
        ({"tags": ["role=web"], "query": "[?length(public_ips) > `0`].id", "names": ["web-01"]}, ["web-01"]),
        ({"names": ["twin"], "duplicates": "allow"}, ["twin", "twin"]),
        ({"names": ["web-01"], "tags": ["role=db"]}, []),
    ]
    with nothing_done(bench):
        for options, expected in found:
            assert names(bench.call("server_info", **options)) == expected, options


def test_all_of_a_region_and_of_another(bench: Bench) -> None:
    here = names(bench.call("server_info", all=True))
    assert len(here) == 14 and "edge-01" not in here and "alt-01" not in here and "staging-01" not in here
    if bench.platform != "huaweicloud":
        assert names(bench.call("server_info", all=True, region="RegionTwo")) == ["edge-01"]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_all_pages_are_read(bench: Bench, size: int) -> None:
    assert len(names(bench.call("server_info", all=True, page_size=size))) == 14
    limits = {dict(row["query"])["limit"] for row in bench.requests("list")}
    assert limits == {str(size)}


def test_ipv6_in_any_spelling(bench: Bench) -> None:
    address = {
        "openstack": "2001:db8:10::12",
        "easystack": "2001:db8:20::12",
        "ustack": "2001:db8:30::13",
        "huaweicloud": "2001:db8:40::12",
    }[bench.platform]
    owner = "web-03" if bench.platform == "ustack" else "web-02"
    assert names(bench.call("server_info", ips=[address])) == [owner]
    assert names(bench.call("server_info", ips=[address.replace("::", ":0:0:0:0:").upper()])) == [owner]


def test_a_record_has_every_field_and_no_more(bench: Bench) -> None:
    (record,) = bench.call("server_info", names=["web-01"])["servers"]
    assert sorted(record) == sorted(SERVER_FIELDS)
    assert record["platform"] == bench.platform and record["power_state"] == "running"
    assert record["private_ips"] == ["10.0.0.11"] and record["public_ips"] == ["203.0.113.11"]
    assert {"role=web", "env=demo"} <= set(record["tags"]) and record["key_name"] == "operators"
    assert record["region"] == ("cn-north-4" if bench.platform == "huaweicloud" else "RegionOne")
    assert record["flavor"]["name"] and record["image"]["id"]
    # What UnitedStack's response does not hold is not invented.
    assert record["flavor"]["vcpus"] == (None if bench.platform == "ustack" else 1)


def test_fields_keep_the_result_small(bench: Bench) -> None:
    (record,) = bench.call("server_info", names=["web-01"], fields=["name", "status"])["servers"]
    assert record == {"id": bench.id_of("web-01"), "name": "web-01", "status": "ACTIVE"}


def details_listed(bench: Bench, **options: Any) -> int:
    """How many detailed lists the call requests."""
    before = len(bench.requests("list"))
    assert not bench.call("server_info", **options).get("failed")
    return len(bench.requests("list")) - before


def test_ids_and_names_alone_come_from_the_short_list(bench: Bench) -> None:
    whole = names(bench.call("server_info", all=True))
    for options in ({"all": True}, {"names": ["web-01", "nix"]}, {"names": ["web-01", "web-02"]}):
        for fields in (["name"], ["id"], ["id", "name"]):
            wanted = 1 if bench.platform == "huaweicloud" else 0
            assert details_listed(bench, **options, fields=fields) == wanted, (options, fields)
    found = bench.call("server_info", names=["web-01", "nix"], fields=["name"])
    assert found["servers"] == [{"id": bench.id_of("web-01"), "name": "web-01"}]
    assert found["missing"] == {"names": ["nix"]}
    assert names(bench.call("server_info", all=True, fields=["name"], page_size=3)) == whole
    message = bench.call("server_info", names=["twin"], fields=["name"], duplicates="fail")
    assert message["failed"] and "2 servers are named twin" in message["msg"]


@pytest.mark.parametrize(
    "options",
    [
        {"all": True},
        {"all": True, "fields": []},
        {"all": True, "fields": ["name", "status"]},
        {"all": True, "fields": ["name", "platform"]},
        {"all": True, "fields": ["name"], "raw": True},
        {"tags": ["role=web"], "fields": ["name"]},
        {"names": ["web-01"], "not_tags": ["role=db"], "fields": ["name"]},
        {"names": ["web-01"], "status": ["running"], "fields": ["name"]},
        {"names": ["web-01"], "flavor": ["nix"], "fields": ["name"]},
        {"names": ["web-01"], "availability_zone": ["nix"], "fields": ["name"]},
        {"names": ["web-01"], "query": "[?power_state=='running']", "fields": ["name"]},
        {"names": ["web-01"], "ips": ["10.0.0.11"], "fields": ["name"]},
        {"ips": ["10.0.0.11"], "fields": ["name"]},
    ],
    ids=str,
)
def test_whatever_else_is_shown_or_checked_takes_the_detailed_list(bench: Bench, options: dict[str, Any]) -> None:
    assert details_listed(bench, **options) == 1


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_one_id_alone_is_shown(bench: Bench) -> None:
    assert names(bench.call("server_info", ids=[bench.id_of("web-01")])) == ["web-01"]
    nobody = "00000000-0000-4000-8000-000000000000"
    gone = bench.call("server_info", ids=[nobody])
    assert (gone["servers"], gone["missing"]) == ([], {"ids": [nobody]})
    assert len(bench.requests("H01")) == 2 and bench.requests("list") == []


def test_a_server_in_error_shows_its_fault_without_the_traceback(bench: Bench) -> None:
    (record,) = bench.call("server_info", names=["broken-01"])["servers"]
    assert record["power_state"] == "error"
    if bench.platform != "huaweicloud":
        assert "No valid host" in record["fault"]["message"] and "details" not in record["fault"]


def test_raw_is_the_clouds_own_response_without_user_data(bench: Bench) -> None:
    result = bench.call("server_info", all=True, raw=True, fields=["name"])
    assert all(each["raw"]["id"] == each["id"] and set(each) == {"id", "name", "raw"} for each in result["servers"])
    text = json.dumps(result)
    assert bench.ready["credentials"]["user_data_marker"] not in text
    assert not [each for each in result["servers"] if [key for key in each["raw"] if "user_data" in key]]


@pytest.mark.parametrize("platform", ["easystack"])
def test_the_recycle_bin(bench: Bench) -> None:
    assert names(bench.call("server_info", all=True, deleted=True)) == ["binned-01"]
    assert "binned-01" not in names(bench.call("server_info", all=True))
    admin = bench.credentials("admin")
    assert names(bench.call("server_info", all=True, deleted=True, all_projects=True, **admin)) == ["binned-01"]
    refused = bench.call("server_info", all=True, deleted=True, all_projects=True)
    assert refused["failed"] and "administrator" in refused["msg"]


@pytest.mark.parametrize("platform", NOVA)
def test_all_projects_for_an_administrator(bench: Bench) -> None:
    found = names(bench.call("server_info", all=True, all_projects=True, **bench.credentials("admin")))
    assert {"web-01", "alt-01"} <= set(found)


@pytest.mark.parametrize("platform", NOVA)
@pytest.mark.parametrize("kind", ["application_credential", "application_credential_by_name", "reader"])
def test_other_credentials_find_the_same(bench: Bench, kind: str) -> None:
    assert names(bench.call("server_info", tags=["role=web"], **bench.credentials(kind))) == WEB


@pytest.mark.parametrize("platform", ["huaweicloud"])
@pytest.mark.parametrize("kind", ["temporary", "iam_user"])
def test_other_credentials_of_huaweicloud_find_the_same(bench: Bench, kind: str) -> None:
    assert names(bench.call("server_info", tags=["role=web"], **bench.credentials(kind))) == WEB


def test_credentials_from_the_environment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for leaf, value in bench.options["auth"].items():
        name = {"access_key": "HW_ACCESS_KEY", "secret_key": "HW_SECRET_KEY"}.get(leaf, "OS_" + leaf.upper())
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OS_REGION_NAME", bench.options["region"])
    result = bench.call("server_info", tags=["role=web"], auth=None, region=None)
    assert names(result) == WEB


def test_credentials_from_clouds_yaml(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    secrets = {k: v for k, v in bench.options["auth"].items() if k in ("password", "secret_key")}
    plain = {k: v for k, v in bench.options["auth"].items() if k not in secrets}
    entry = {"auth": plain, "region_name": bench.options["region"], "cloudserver_platform": bench.platform}
    if "endpoint" in bench.options:
        entry["compute_endpoint_override"] = bench.options["endpoint"]
    (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"lab": entry}}))
    (tmp_path / "secure.yaml").write_text(json.dumps({"clouds": {"lab": {"auth": secrets}}}))
    unset: dict[str, Any] = {"auth": None, "region": None, "platform": None, "endpoint": None}
    result = bench.call("server_info", cloud="lab", tags=["role=web"], **unset)
    assert names(result) == WEB


def test_a_token_cache_saves_the_second_log_in(bench: Bench, tmp_path: Any) -> None:
    for _time in range(2):
        assert names(bench.call("server_info", names=["web-01"], token_cache=str(tmp_path / "tokens"))) == ["web-01"]
    logins = [row for row in bench.requests() if row["name"] in ("create token", "list projects")]
    assert len(logins) == 1
    kept = list((tmp_path / "tokens").iterdir())
    assert kept and all(path.stat().st_mode & 0o077 == 0 for path in kept)


def test_the_key_of_a_tag_patterns_of_names_and_networks(bench: Bench) -> None:
    assert set(WEB) < set(names(bench.call("server_info", tags=["role=*"])))
    assert names(bench.call("server_info", tags={"role": "*"}, name_patterns=["web-*"])) == WEB
    without = names(bench.call("server_info", all=True, not_tags=["role=*"]))
    assert not set(without) & set(WEB)
    assert names(bench.call("server_info", name_patterns=["web-0[12]", "b?stion-*"], fields=["name"])) == [
        "bastion-01",
        *WEB[:2],
    ]
    found = bench.call("server_info", ips=["203.0.113.5", "203.0.113.10/31", "192.0.2.0/24", "192.0.2.9"])
    assert names(found) == ["bastion-01", "web-01"] and found["missing"] == {"ips": ["192.0.2.9"]}


def test_an_empty_value_of_a_tag(bench: Bench) -> None:
    """Nova has the tags `idle` and `idle=`, Huawei Cloud and metadata only the key."""
    bench.change("web-01", tags=["idle"])
    bench.change("web-02", tags=["idle=now"])
    if bench.platform == "ustack":
        bench.change("web-01", metadata={"idle": ""})
        bench.change("web-02", metadata={"idle": "now"})
    assert names(bench.call("server_info", tags=["idle="])) == ["web-01"]
    assert names(bench.call("server_info", tags=["idle"])) == ["web-01"]
    assert names(bench.call("server_info", tags=["idle=*"])) == ["web-01", "web-02"]
    assert names(bench.call("server_info", names=WEB, not_tags=["idle="])) == WEB[1:]


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_ecs_filters_by_the_key_of_a_tag(bench: Bench) -> None:
    bench.call("server_info", tags=["role=*"], name_patterns=["web-0?"])
    (row,) = bench.requests("list")
    assert ["tags", "role"] in row["query"] and ["name", "web-0"] in row["query"]


@pytest.mark.parametrize("platform", ["openstack"])
def test_nova_filters_by_what_it_can(bench: Bench) -> None:
    bench.call("server_info", tags=["role=", "env=*"], not_tags=["a="], name_patterns=["web-0?"])
    (row,) = bench.requests("list")
    wanted = {"tags-any": "role,role=", "not-tags-any": "a,a=", "name": "^web-0.$"}
    assert {key: value for key, value in row["query"] if key != "limit"} == wanted


def test_the_order_and_the_first_servers(bench: Bench) -> None:
    whole = bench.call("server_info", all=True)["servers"]
    dated = sorted(sorted(whole, key=lambda each: (each["name"], each["id"])), key=lambda each: each["created"])
    assert [each["id"] for each in bench.call("server_info", all=True, sort_key="created")["servers"]] == [
        each["id"] for each in dated
    ]
    before = len(bench.requests("list"))
    newest = bench.call("server_info", all=True, sort_key="created", sort_dir="desc", limit=2, page_size=2)["servers"]
    assert [each["created"] for each in newest] == [each["created"] for each in dated[-1:-3:-1]]
    pages = len(bench.requests("list")) - before
    assert pages == 1 if bench.platform in ("openstack", "easystack") else pages > 1
    assert names(bench.call("server_info", tags=["role=web"], sort_dir="desc", limit=3)) == WEB[:0:-1]
    short = bench.call("server_info", all=True, fields=["name"], sort_key="id", limit=1)["servers"]
    assert [each["id"] for each in short] == [min(each["id"] for each in whole)]
    assert "limit: 0 is out of range" in bench.call("server_info", all=True, limit=0)["msg"]
