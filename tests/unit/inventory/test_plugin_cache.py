# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin: the inventory cache."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.inventory import cloudserver
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ServerError

from .conftest import ONE, PASSWORD, Clouds, Parse, members, server

pytestmark = pytest.mark.usefixtures("fleet_of_three")


@pytest.fixture
def cached(tmp_path: Path) -> dict[str, Any]:
    connection = str(tmp_path / "cache")
    return {**ONE, "cache": True, "cache_plugin": "jsonfile", "cache_connection": connection, "cache_timeout": 600}


def test_a_hit_asks_nothing_and_options_of_hosts_still_count(
    parse: Parse, clouds: Clouds, cached: dict[str, Any]
) -> None:
    parse(cached)
    assert clouds.asked == ["one"]
    inventory, _warnings = parse({**cached, "hostnames": ["id"], "groups_by": ["status"], "connect_with": ["name"]})
    assert clouds.asked == ["one"]
    assert sorted(inventory.hosts) == ["id-db-1", "id-web-1", "id-web-2"]
    assert members(inventory, "status_SHUTOFF") == ["id-web-2"]
    parse({**cached, "tags": ["spot"]})
    assert clouds.asked == ["one", "one"]


def test_a_file_that_uses_the_names_of_images_does_not_use_records_without_them(
    parse: Parse, clouds: Clouds, cached: dict[str, Any]
) -> None:
    parse(cached)
    parse({**cached, "groups_by": ["image"]})
    assert clouds.asked == ["one", "one"]
    parse({**cached, "groups_by": ["image", "project_id"], "fields": ["volumes"]})
    parse(cached)
    assert clouds.asked == ["one", "one"], "the cached records have all fields"


def test_flush_cache_asks_again(parse: Parse, clouds: Clouds, cached: dict[str, Any]) -> None:
    parse(cached)
    clouds.answers["one"] = [server("new")]
    inventory, _warnings = parse(cached, cache=False)
    assert sorted(inventory.hosts) == ["new"]
    inventory, _warnings = parse(cached)
    assert sorted(inventory.hosts) == ["new"]
    assert clouds.asked == ["one", "one"]


def test_no_secret_in_the_cache(parse: Parse, cached: dict[str, Any]) -> None:
    parse(cached)
    files = list(Path(cached["cache_connection"]).iterdir())
    assert len(files) == 1
    assert PASSWORD not in files[0].read_text() + files[0].name
    assert "web-1" in files[0].read_text()


def test_a_stale_response_outlives_the_cache_timeout(
    parse: Parse, clouds: Clouds, cached: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = {**cached, "on_error": "use_stale"}
    parse(stale)
    (file,) = Path(cached["cache_connection"]).iterdir()
    # The cache plugin goes by the file's time, the inventory by what is written in it; both are long past.
    os.utime(file, (0, 0))
    now = cloudserver.time.time()
    monkeypatch.setattr(cloudserver.time, "time", lambda: now + 7200)
    clouds.answers["one"] = ServerError("broken", status=503)
    inventory, warnings = parse(stale)
    assert sorted(inventory.hosts) == ["db-1", "web-1", "web-2"]
    assert warnings == ["source one: broken (HTTP 503). Its servers are from the cache, which is 7200 s old."]


def test_a_corrupt_cache_is_not_used(parse: Parse, clouds: Clouds, cached: dict[str, Any]) -> None:
    parse(cached)
    (file,) = Path(cached["cache_connection"]).iterdir()
    file.write_text("{")
    inventory, _warnings = parse(cached)
    assert sorted(inventory.hosts) == ["db-1", "web-1", "web-2"]
    assert clouds.asked == ["one", "one"]
