# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of the records of server_info, and the names of images, as each platform returns them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import yaml
from modules.bench import NOVA, Bench, nothing_done

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.keystone import KeystoneAuthenticator
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    REQUESTED_FIELDS,
    SERVER_FIELDS,
)
from ansible_collections.cloudserver.compute.plugins.modules import server_info

#: The platforms that return a server with the id of its image only.
WITHOUT_NAMES = ("openstack", "easystack")
IMAGE_LISTS = "list images"


def image_requests(bench: Bench, **options: Any) -> tuple[int, dict[str, Any]]:
    """How many lists of images the call requests, and its result."""
    before = len(bench.requests(IMAGE_LISTS))
    result = bench.call("server_info", **options)
    assert not result.get("failed"), result
    return len(bench.requests(IMAGE_LISTS)) - before, result


def image_name(bench: Bench, name: str) -> str:
    return str(bench.server(name)["image"]["name"])


# -- fields --------------------------------------------------------------------------------------------------------


def test_the_record_says_whose_the_server_is(bench: Bench) -> None:
    (record,) = bench.call("server_info", names=["web-01"], raw=True)["servers"]
    raw = record["raw"]
    assert record["project_id"] and (record["project_id"], record["user_id"]) == (raw["tenant_id"], raw["user_id"])
    assert record["security_groups"] == ["default"] and record["vm_state"] == "active"
    assert (record["access_ipv4"], record["access_ipv6"]) == (None, None), "an empty string is no address"
    assert record["tag_map"]["role"] == "web" and record["tag_map"]["env"] == "demo"
    assert "user_data" not in record


def test_what_only_some_platforms_return(bench: Bench) -> None:
    (record,) = bench.call("server_info", names=["web-01"])["servers"]
    seen = bench.platform in ("easystack", "huaweicloud")
    for name in ("hypervisor_hostname", "reservation_id", "root_device_name", "host_status"):
        shown = seen or (bench.platform == "ustack" and name == "hypervisor_hostname")
        assert (record[name] is not None) == shown, name
    (private,) = [each for each in record["addresses"] if each["ip"] == "10.0.0.11"]
    assert (private["port_id"] is not None) == (bench.platform == "huaweicloud")
    subnet = (private["subnet_id"], private["subnet_name"], private["subnet_shared"])
    assert all(each is not None for each in subnet) == (bench.platform == "ustack")
    assert any(each is not None for each in subnet) == (bench.platform == "ustack")


@pytest.mark.parametrize("platform", ["openstack"])
def test_an_administrator_sees_the_host_and_every_project(bench: Bench) -> None:
    admin = bench.credentials("admin")
    found = bench.call("server_info", all=True, all_projects=True, **admin)["servers"]
    projects = {each["name"]: each["project_id"] for each in found}
    assert projects["web-01"] != projects["alt-01"]
    (record,) = [each for each in found if each["name"] == "web-01"]
    assert record["host_status"] == "UP" and record["hypervisor_hostname"] and record["reservation_id"]
    only = bench.call("server_info", query="[?project_id=='%s']" % projects["alt-01"], all_projects=True, **admin)
    assert {each["project_id"] for each in only["servers"]} == {projects["alt-01"]}


def test_a_query_finds_servers_by_the_new_fields(bench: Bench) -> None:
    asked = "[?contains(security_groups || `[]`, 'default') && tag_map.role=='db']"
    found = bench.call("server_info", query=asked, fields=["name"])
    assert [each["name"] for each in found["servers"]] == ["db-01", "db-02"]


def test_the_volumes_of_a_server(bench: Bench) -> None:
    name = "db-01"
    if bench.platform == "ustack":
        name = "on-volume"
        bench.control("POST", "/ustack/servers", {"name": name, "image": ""})
    (record,) = bench.call("server_info", names=[name])["servers"]
    assert len(record["volumes"]) == 1
    for volume in record["volumes"]:
        assert set(volume) == {"id", "device", "boot_index", "delete_on_termination"}
        # UnitedStack's response contains the id only.
        assert isinstance(volume["delete_on_termination"], bool) == (bench.platform != "ustack")
    if bench.platform == "huaweicloud":
        assert [each["boot_index"] for each in record["volumes"]] == [0]


@pytest.mark.parametrize("platform", ["easystack"])
def test_the_times_of_the_recycle_bin(bench: Bench) -> None:
    admin = bench.credentials("admin")
    admin["auth"]["project_name"] = "demo"
    (record,) = bench.call("server_info", names=["binned-01"], deleted=True, **admin)["servers"]
    assert record["deleted_at"] and record["estimated_deleted_at"] > record["deleted_at"]
    (active,) = bench.call("server_info", names=["web-01"], **admin)["servers"]
    assert (active["deleted_at"], active["estimated_deleted_at"]) == (None, None)


@pytest.mark.parametrize("platform", ["easystack", "huaweicloud"])
def test_user_data_is_returned_on_request(bench: Bench) -> None:
    marker = bench.ready["credentials"]["user_data_marker"]
    assert marker not in json.dumps(bench.call("server_info", names=["web-01"], raw=True))
    result = bench.call("server_info", names=["web-01"], fields=["user_data"], raw=True)
    (record,) = result["servers"]
    assert set(record) == {"id", "user_data", "raw"}
    assert record["raw"]["OS-EXT-SRV-ATTR:user_data"] == record["user_data"]
    assert base64.b64decode(record["user_data"])


@pytest.mark.parametrize("platform", ["openstack", "ustack"])
def test_user_data_is_null_where_the_cloud_does_not_show_it(bench: Bench) -> None:
    assert bench.call("server_info", names=["web-01"], fields=["user_data"])["servers"][0]["user_data"] is None


def test_an_unknown_field_is_an_error_that_lists_the_fields(bench: Bench) -> None:
    result = bench.call("server_info", all=True, fields=["owner"])
    assert result["failed"] and "a server has no owner" in result["msg"]
    assert "project_id" in result["msg"] and "user_data" in result["msg"]


def test_every_field_is_documented_and_no_other() -> None:
    (servers,) = [yaml.safe_load(server_info.RETURN)["servers"]]
    assert tuple(servers["contains"]) == (*SERVER_FIELDS, *REQUESTED_FIELDS, "raw")


# -- names of images ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{}, {"fields": ["name", "status"]}, {"query": "[?image.id!=null]"}, {"query": "[?name=='web-01']"}],
    ids=str,
)
def test_the_images_are_not_listed_where_no_name_is_used(bench: Bench, options: dict[str, Any]) -> None:
    chosen = options if "query" in options else {"all": True, **options}
    assert image_requests(bench, **chosen)[0] == 0


@pytest.mark.parametrize("size", [3, 1000])
def test_one_list_of_images_gives_the_names_of_all_servers(bench: Bench, size: int) -> None:
    requests, result = image_requests(bench, all=True, fields=["name", "image"], page_size=size)
    assert requests == (1 if bench.platform in WITHOUT_NAMES else 0)
    named = {each["name"]: each["image"] for each in result["servers"]}
    assert named["web-01"]["name"] == image_name(bench, "web-01")
    assert named["cache-01"]["name"] == image_name(bench, "cache-01")
    assert all(image["name"] for image in named.values() if image["id"])


def test_a_query_by_the_name_of_an_image(bench: Bench) -> None:
    name = image_name(bench, "web-01")
    requests, result = image_requests(bench, query="[?image.name=='%s']" % name, fields=["name", "image"])
    assert requests == (1 if bench.platform in WITHOUT_NAMES else 0)
    found = result["servers"]
    assert "web-01" in [each["name"] for each in found] and {each["image"]["name"] for each in found} == {name}


@pytest.mark.parametrize("platform", WITHOUT_NAMES)
def test_no_list_of_images_for_servers_without_images(bench: Bench) -> None:
    assert image_requests(bench, names=["no-such-server"], fields=["image"])[0] == 0


@pytest.mark.parametrize("platform", WITHOUT_NAMES)
def test_the_names_are_null_with_a_warning_where_images_may_not_be_listed(bench: Bench) -> None:
    bench.fault(IMAGE_LISTS, status=403)
    for options in ({"all": True}, {"query": "[?image.name==null]"}):
        requests, result = image_requests(bench, fields=["name", "image"], **options)
        assert requests == 1, "not asked a second time"
        assert [each["image"]["name"] for each in result["servers"]] == [None] * len(result["servers"])
        assert "web-01" in [each["name"] for each in result["servers"]]
        (warning,) = [each for each in result["warnings"] if "images" in each]
        assert "The cloud does not show the names of images to this user, so they are null" in warning


@pytest.mark.parametrize("platform", WITHOUT_NAMES)
@pytest.mark.parametrize("status", [404, 500])
def test_a_list_of_images_that_fails_is_an_error(bench: Bench, status: int) -> None:
    bench.fault(IMAGE_LISTS, status=status)
    result = bench.call("server_info", all=True, fields=["image"])
    assert result["failed"] and "list the images" in result["msg"]


@pytest.mark.parametrize("platform", WITHOUT_NAMES)
def test_a_cloud_without_an_image_service(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    original = KeystoneAuthenticator.endpoint

    def endpoint(auth: KeystoneAuthenticator, service: str = "compute") -> str:
        return original(auth, "no-such-service" if service == "image" else service)

    monkeypatch.setattr(KeystoneAuthenticator, "endpoint", endpoint)
    result = bench.call("server_info", names=["web-01"], fields=["image"])
    assert result["servers"][0]["image"]["name"] is None
    assert "The cloud does not show the names of images" in result["warnings"][-1]


@pytest.mark.parametrize("platform", WITHOUT_NAMES)
def test_a_task_that_changes_servers_does_not_select_them_by_unknown_names(bench: Bench) -> None:
    bench.fault(IMAGE_LISTS, status=403)
    with nothing_done(bench):
        result = bench.power(query="[?image.name!='Debian']", state="stopped")
    assert result["failed"] and "query: it contains image, and the names of the images cannot be read" in result["msg"]


@pytest.mark.parametrize("platform", NOVA)
def test_a_task_that_changes_servers_selects_them_by_the_names_of_images(bench: Bench) -> None:
    name = image_name(bench, "web-01")
    result = bench.power(query="[?image.name=='%s' && name=='web-01']" % name, state="stopped")
    assert not result.get("failed") and [each["name"] for each in result["outcomes"]] == ["web-01"]
    assert len(bench.requests(IMAGE_LISTS)) == (1 if bench.platform in WITHOUT_NAMES else 0)
