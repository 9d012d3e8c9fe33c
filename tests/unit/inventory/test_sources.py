# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources: their options, their cache keys, and what happens when one does not respond."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ServerError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import SERVER_FIELDS
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory import sources as fleet
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory.cache import InventoryCache, cache_key
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory.hosts import InvalidHosts
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection

from .conftest import CONNECTION, PASSWORD, Clouds, record, server

AUTH: dict[str, Any] = CONNECTION["auth"]  # type: ignore[assignment]


# -- options -------------------------------------------------------------------------------------------------------


def test_the_top_level_is_the_one_source() -> None:
    (found,) = fleet.sources(CONNECTION)
    assert found.name == "openstack/RegionOne"
    assert found.selection["all"] is True
    assert found.on_error == "fail"
    assert found.connect_with == ("floating_v4", "fixed_v4", "fixed_v6")
    assert found.connection["auth"]["username"] == "ops"


def test_a_selection_is_not_all() -> None:
    (found,) = fleet.sources({**CONNECTION, "tags": ["role=web"]})
    assert found.selection["all"] is False
    assert found.selection["tags"] == ["role=web"]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"name": "prod", "cloud": "c"}, "prod"),
        ({"cloud": "c", "platform": "openstack"}, "c"),
        ({"platform": "ustack"}, "ustack"),
        ({}, "cloud"),
    ],
)
def test_a_source_has_a_name(options: dict[str, Any], name: str) -> None:
    assert fleet.sources(options)[0].name == name


def test_sources_take_the_top_levels_options() -> None:
    top = {**CONNECTION, "name": "top", "tags": ["a"], "on_error": "warn", "connect_with": ["name"]}
    one, two = fleet.sources(top, [{"region": "R1"}, {"name": "two", "on_error": "fail", "tags": ["b"]}])
    assert (one.name, one.connection["region"], one.on_error, one.connect_with) == (
        "openstack/R1",
        "R1",
        "warn",
        ("name",),
    )
    assert (two.name, two.connection["region"], two.on_error) == ("two", "RegionOne", "fail")
    assert (one.selection["tags"], two.selection["tags"]) == (["a"], ["b"])


def test_aliases_of_options_work_at_the_top_and_in_a_source() -> None:
    top = {
        **{name: value for name, value in CONNECTION.items() if name != "region"},
        "region_name": "R",
        "verify": False,
    }
    one, two = fleet.sources(top, [{"server": ["web-1"]}, {"region_name": "R2", "cacert": "/ca.pem"}])
    assert (one.connection["region"], one.connection["validate_certs"]) == ("R", False)
    assert one.selection["names"] == ["web-1"]
    assert (two.connection["region"], two.connection["ca_cert"]) == ("R2", "/ca.pem")


def test_an_option_by_two_of_its_names_is_refused() -> None:
    with pytest.raises(InvalidHosts, match="source 1: region is set under two of its names"):
        fleet.sources(CONNECTION, [{"region": "R1", "region_name": "R2"}])


def test_an_alias_of_an_option_that_the_inventory_lacks_is_refused() -> None:
    with pytest.raises(InvalidHosts, match="timeout"):
        fleet.sources(CONNECTION, [{"timeout": 5}])


def test_a_source_of_all_servers_takes_no_selection() -> None:
    (found,) = fleet.sources({**CONNECTION, "tags": ["a"], "query": "[0]"}, [{"all": True}])
    assert found.selection["tags"] is None
    assert found.selection["query"] is None


@pytest.mark.parametrize(
    "own",
    [{"cloud": "other"}, {"auth": {"auth_url": "http://127.0.0.1:1/v3", "project_name": "p"}}, {"platform": "ustack"}],
)
def test_credentials_do_not_reach_another_cloud(own: dict[str, Any]) -> None:
    merged = fleet.inherit({**CONNECTION, "endpoint": "http://127.0.0.1/compute"}, own)
    assert PASSWORD not in json.dumps(merged)
    assert "endpoint" not in merged
    assert merged["region"] == "RegionOne"


def test_one_user_in_two_projects() -> None:
    merged = fleet.inherit(CONNECTION, {"auth": {"project_id": "p1"}})
    assert merged["auth"] == {**{k: v for k, v in AUTH.items() if k != "project_name"}, "project_id": "p1"}


@pytest.mark.parametrize(
    "own",
    [
        {"token": "t"},
        {"application_credential_id": "i", "application_credential_secret": "s"},
        {"access_key": "a", "secret_key": "s"},
    ],
)
def test_a_secret_of_its_own_leaves_out_the_others(own: dict[str, Any]) -> None:
    merged = fleet.inherit(CONNECTION, {"auth": own})["auth"]
    assert merged == {"auth_url": AUTH["auth_url"], "username": "ops", "project_name": "demo", **own}


def test_another_user_of_the_same_cloud() -> None:
    merged = fleet.inherit(
        {**CONNECTION, "auth": {**AUTH, "user_id": "u"}}, {"auth": {"username": "x", "password": "y"}}
    )
    assert merged["auth"] == {"auth_url": AUTH["auth_url"], "project_name": "demo", "username": "x", "password": "y"}


@pytest.mark.parametrize(
    ("top", "listed", "text"),
    [
        ({"flavour": "x"}, None, "the inventory: unknown option flavour"),
        ({"platform": "aws"}, None, "value of platform must be one of"),
        ({"auth": {"passwort": "x"}}, None, "unknown option auth.passwort"),
        ({"api_retries": "many"}, None, "api_retries"),
        ({"on_error": "ignore"}, None, "value of on_error must be one of: fail, warn, use_stale"),
        ({"connect_with": ["ssh"]}, None, "connect_with: ssh is not supported"),
        ({"tags": ["a"], "all": True}, None, "all: true selects all servers and cannot be combined with tags"),
        ({"ips": ["10.0.0.1/8"]}, None, "ips: 10.0.0.1/8 is not a network"),
        ({"query": "[?"}, None, "query: .* is not a JMESPath expression"),
        ({"page_size": 5000}, None, "page_size: 5000 is out of range"),
        ({}, [], "sources: give a list of at least one source"),
        ({}, "prod", "sources: give a list"),
        ({}, ["prod"], "sources: source 1 is not a mapping"),
        ({}, [{"cloud": "a"}, {"cloud": "b", "nope": 1}], "source 2: unknown option nope"),
        ({}, [{"name": "x", "tags": [","]}], "source x: tags: , is not a tag"),
        ({}, [{"cloud": "a"}, {"cloud": "a"}], "sources: several are named a; give each a unique name"),
    ],
)
def test_what_no_cloud_can_mend(top: dict[str, Any], listed: Any, text: str) -> None:
    with pytest.raises(InvalidHosts, match=text):
        fleet.sources(top, listed)


def test_no_secret_in_what_is_wrong_with_an_option() -> None:
    with pytest.raises(InvalidHosts) as caught:
        fleet.sources({**CONNECTION, PASSWORD: 1})
    assert PASSWORD not in str(caught.value)


# -- the cache -----------------------------------------------------------------------------------------------------


def key(**options: Any) -> str:
    (source,) = fleet.sources({**CONNECTION, **options})
    return cache_key(source.selection, source.settings({}))


@pytest.mark.parametrize(
    "options",
    [
        {"region": "RegionTwo"},
        {"interface": "internal"},
        {"endpoint": "http://127.0.0.1/compute"},
        {"tags": ["role=web"]},
        {"query": "[0]"},
        {"all_projects": True},
        {"filters": {"host": "h1"}},
        {"auth": {**AUTH, "username": "else"}},
        {"auth": {**AUTH, "project_name": "else"}},
        {"auth": {**AUTH, "auth_url": "http://127.0.0.1:5001/v3"}},
        {"auth": {"auth_url": AUTH["auth_url"], "token": "one"}},
    ],
)
def test_the_cache_key_holds_the_user_the_cloud_and_the_selection(options: dict[str, Any]) -> None:
    assert key(**options) != key()


@pytest.mark.parametrize(
    "options",
    [
        {"auth": {**AUTH, "password": "changed"}},
        {"page_size": 100},
        {"api_retries": 0},
        {"validate_certs": False},
        {"name": "else"},
        {"on_error": "warn"},
        {"connect_with": ["name"]},
        {"all": True},
    ],
)
def test_the_key_is_of_nothing_else(options: dict[str, Any]) -> None:
    assert key(**options) == key()


def test_two_access_keys_and_two_tokens_are_two_identities() -> None:
    def huawei(**auth: str) -> str:
        return key(platform="huaweicloud", region="cn-north-4", auth=auth)

    assert huawei(access_key="A", secret_key="s") != huawei(access_key="B", secret_key="s")
    assert huawei(access_key="A", secret_key="s") == huawei(access_key="A", secret_key="changed")
    url = {"auth_url": AUTH["auth_url"]}
    assert key(auth={**url, "token": "one"}) != key(auth={**url, "token": "two"})
    assert key(auth={**url, "token": "one", "project_id": "p"}) == key(auth={**url, "token": "two", "project_id": "p"})


def inventory_cache(cache: dict[str, Any], now: float, timeout: float = 60) -> InventoryCache:
    return InventoryCache(cache, timeout, lambda: now)


def test_a_response_is_fresh_for_its_time() -> None:
    cache: dict[str, Any] = {}
    inventory_cache(cache, 1000).keep("k", [record()])
    assert inventory_cache(cache, 1060).fresh("k") == [record()]
    assert inventory_cache(cache, 1061).fresh("k") is None
    assert inventory_cache(cache, 9999, timeout=0).fresh("k") == [record()]
    assert inventory_cache(cache, 9999).last("k") == ([record()], 8999)
    assert inventory_cache(cache, 1000).fresh("other") is None


def test_a_response_from_the_future_is_not_fresh() -> None:
    cache: dict[str, Any] = {}
    inventory_cache(cache, 1000).keep("k", [])
    assert inventory_cache(cache, 900).fresh("k") is None


@pytest.mark.parametrize(
    "entry",
    [
        "text",
        {},
        {"format": 0, "time": 1, "servers": "[]"},
        {"format": 1, "time": 1},
        {"format": 1, "time": 1, "servers": "[{"},
        {"format": 1, "time": "x", "servers": "[]"},
        {"format": 1, "time": 1, "servers": None},
    ],
)
def test_what_another_program_left_in_the_cache(entry: Any) -> None:
    assert inventory_cache({"k": entry}, 1).last("k") is None


# -- gathering -----------------------------------------------------------------------------------------------------


class Gathering:
    """Gathers from clouds that a test prepares, and keeps the warnings."""

    def __init__(self, clouds: Clouds) -> None:
        self.clouds = clouds
        self.cache: dict[str, Any] = {}
        self.warnings: list[str] = []

    def run(
        self, listed: list[dict[str, Any]], now: float = 0, cached: bool = True, read: bool = True
    ) -> dict[str, Any]:
        sources = fleet.sources(CONNECTION, listed)
        self.warnings.clear()
        self.clouds.asked.clear()
        found = fleet.gather(
            sources, {}, self.warnings.append, inventory_cache(self.cache, now) if cached else None, read
        )
        return {source.name: [each["name"] for each in records] for source, _place, records in found}


@pytest.fixture
def gathering(clouds: Clouds) -> Gathering:
    clouds.answers.update(a=[server("a-1")], b=[server("b-1"), server("b-2")])
    return Gathering(clouds)


BOTH = [{"name": "a"}, {"name": "b", "region": "RegionTwo"}]


def both(on_error: str) -> list[dict[str, Any]]:
    return [BOTH[0], {**BOTH[1], "on_error": on_error}]


def test_gathers_all_sources_in_their_order(gathering: Gathering) -> None:
    assert gathering.run(BOTH, cached=False) == {"a": ["a-1"], "b": ["b-1", "b-2"]}
    assert sorted(gathering.clouds.asked) == ["a", "b"]
    assert gathering.warnings == []


def test_a_fresh_response_causes_no_request(gathering: Gathering) -> None:
    gathering.run(BOTH)
    gathering.clouds.answers["b"] = [server("b-3")]
    assert gathering.run(BOTH, now=60) == {"a": ["a-1"], "b": ["b-1", "b-2"]}
    assert gathering.clouds.asked == []
    assert gathering.run(BOTH, now=61)["b"] == ["b-3"]
    assert sorted(gathering.clouds.asked) == ["a", "b"]


def test_a_flush_asks_again_and_keeps_the_new_response(gathering: Gathering) -> None:
    gathering.run(BOTH)
    gathering.clouds.answers["b"] = [server("b-3")]
    assert gathering.run(BOTH, read=False)["b"] == ["b-3"]
    assert gathering.run(BOTH)["b"] == ["b-3"]


def test_one_source_that_fails_fails_the_file_and_is_named(gathering: Gathering) -> None:
    gathering.clouds.answers["b"] = ServerError("the service is broken", status=500)
    with pytest.raises(InvalidHosts, match=r"^source b: the service is broken \(HTTP 500\)\.$"):
        gathering.run(both("fail"))
    assert gathering.run([{"name": "a"}]) == {"a": ["a-1"]}
    assert gathering.clouds.asked == [], "the good answer was not kept"


def test_one_source_that_fails_is_left_out(gathering: Gathering) -> None:
    gathering.clouds.answers["b"] = InvalidRequest("the selection matches 9 servers")
    assert gathering.run(both("warn")) == {"a": ["a-1"]}
    assert gathering.warnings == ["source b: the selection matches 9 servers Its servers are left out."]


def test_no_source_left_is_an_error(gathering: Gathering) -> None:
    gathering.clouds.answers["b"] = ServerError("broken")
    with pytest.raises(InvalidHosts, match="none of the sources could be read"):
        gathering.run(both("warn")[1:])


def test_an_empty_cloud_is_a_valid_response(gathering: Gathering) -> None:
    gathering.clouds.answers["b"] = []
    assert gathering.run(both("warn")[1:]) == {"b": []}


def test_a_stale_response_serves_however_old(gathering: Gathering) -> None:
    gathering.run(both("use_stale"))
    gathering.clouds.answers["b"] = ServerError("broken")
    assert gathering.run(both("use_stale"), now=1_000_000)["b"] == ["b-1", "b-2"]
    assert gathering.warnings == ["source b: broken. Its servers are from the cache, which is 1000000 s old."]
    gathering.clouds.answers["b"] = [server("b-4")]
    assert gathering.run(both("use_stale"), now=1_000_001)["b"] == ["b-4"]


def test_no_stale_response_yet(gathering: Gathering) -> None:
    gathering.clouds.answers["b"] = ServerError("broken")
    with pytest.raises(InvalidHosts, match="source b: broken. The cache has no servers of it."):
        gathering.run(both("use_stale"))


def test_wrong_settings_are_the_sources_own_failure(gathering: Gathering) -> None:
    listed = [{"name": "a"}, {"name": "b", "platform": "ustack", "on_error": "warn"}]
    assert gathering.run(listed) == {"a": ["a-1"]}
    assert gathering.warnings[0].startswith("source b: No credentials for platform ustack")
    listed[1]["on_error"] = "fail"
    with pytest.raises(InvalidHosts, match="source b: No credentials for platform ustack"):
        gathering.run(listed)


def test_an_internal_error_fails_only_its_source(gathering: Gathering) -> None:
    gathering.clouds.answers["b"] = KeyError("id")
    assert gathering.run(both("warn")) == {"a": ["a-1"]}
    assert "please report it: KeyError: 'id', at conftest.py line" in gathering.warnings[0]


def test_no_secret_in_a_failure(gathering: Gathering) -> None:
    gathering.clouds.answers["b"] = ServerError("it answered: no user has %s" % PASSWORD)
    with pytest.raises(InvalidHosts) as caught:
        gathering.run(both("fail"))
    assert PASSWORD not in str(caught.value)
    assert "source b: it answered: no user has ****" in str(caught.value)


CLOUDS, REGIONS = 20, 10


def test_all_regions_of_all_clouds_are_queried_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [
        {
            "name": "%d-%d" % (cloud, region),
            "region": "R%d" % region,
            "auth": {**AUTH, "auth_url": "https://%d" % cloud},
        }
        for cloud in range(CLOUDS)
        for region in range(REGIONS)
    ]
    # Nobody answers before everybody was asked.
    everybody = threading.Barrier(len(listed))

    def fetch(source: fleet.InventorySource, *_rest: Any) -> fleet.SourceResult:
        everybody.wait(60)
        return fleet.SourceResult([record("of-" + source.name)], {})

    monkeypatch.setattr(fleet, "fetch", fetch)
    found = fleet.gather(fleet.sources(CONNECTION, listed), {}, print)
    assert [records[0]["name"] for _source, _place, records in found] == ["of-" + each["name"] for each in listed]


def test_one_region_is_queried_for_no_more_than_eight_sources_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, most = 0, 0
    lock = threading.Lock()
    eight = threading.Barrier(8)

    def fetch(_source: fleet.InventorySource, *_rest: Any) -> fleet.SourceResult:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        eight.wait(60)
        with lock:
            now -= 1
        return fleet.SourceResult([], {})

    monkeypatch.setattr(fleet, "fetch", fetch)
    listed = [{"name": str(number), "tags": ["number=%d" % number]} for number in range(24)]
    assert len(fleet.gather(fleet.sources(CONNECTION, listed), {}, print)) == 24
    assert most == 8


def test_warns_of_what_is_missing_and_of_what_settings_warn_of(gathering: Gathering) -> None:
    auth = {**AUTH, "auth_url": "http://cloud.example/v3"}
    gathering.run([{"name": "a", "names": ["a-1", "a-2"], "auth": auth}])
    assert gathering.warnings[0].startswith("source a: auth.auth_url is http://cloud.example/v3")
    assert gathering.warnings[1] == "source a: no server has names a-2"


@pytest.mark.parametrize("cached", [False, True])
def test_records_have_the_needed_fields_and_in_a_cache_all(gathering: Gathering, cached: bool) -> None:
    spec = fleet.RecordSpec(frozenset(("id", "name")), image_names=True)
    kept = InventoryCache({}, 0, lambda: 0.0) if cached else None
    (found,) = fleet.gather(fleet.sources({**CONNECTION, "name": "a"}), {}, lambda text: None, kept, spec=spec)
    assert set(found[2][0]) == (set(SERVER_FIELDS) if cached else {"id", "name"})


def test_records_with_and_without_names_of_images_are_two_cache_entries() -> None:
    (source,) = fleet.sources({**CONNECTION, "all": True})
    settings = source.settings({})
    assert cache_key(source.selection, settings) != cache_key(source.selection, settings, image_names=True)


def test_the_recycle_bin_is_an_option_of_a_source_and_of_its_cache_key() -> None:
    top, own = fleet.sources({**CONNECTION}, [{"name": "a"}, {"name": "bin", "deleted": True}])
    assert (top.selection["deleted"], own.selection["deleted"]) == (False, True)
    assert Selection.from_options(own.selection, listing=True).ask().deleted
    assert cache_key(top.selection, top.settings({})) != cache_key(own.selection, own.settings({}))


def test_fetch_asks_the_cloud_and_closes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []

    class Cloud:
        rules = Rules()

        @property
        def servers(self) -> Any:
            return self

        def list(self, query: Any) -> Sequence[Any]:
            return [server("web-2"), server("web-1"), server("db-1", tags=())]

        def close(self) -> None:
            closed.append(True)

    def connect(settings: Any, warn: Any) -> Cloud:
        warn("only a part")
        return Cloud()

    monkeypatch.setattr(fleet, "connect", connect)
    (source,) = fleet.sources({**CONNECTION, "tags": ["role=web"]})
    answer = fleet.fetch(source, source.settings({}))
    assert [each["name"] for each in answer.records] == ["web-1", "web-2"]
    assert "raw" not in answer.records[0]
    assert answer.warnings == ["only a part"]
    assert closed == [True]
