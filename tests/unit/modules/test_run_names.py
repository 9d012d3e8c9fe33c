# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of images and flavors that the tasks of a run share: they spare requests where nothing changes, and never
decide a change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from modules.bench import Bench, outcome, refused
from spoilt_files import become_fifo, become_link

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth import run_names
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RunFolder
from ansible_collections.cloudserver.compute.plugins.plugin_utils import run_folder

OPENSTACK = pytest.mark.parametrize("platform", ["openstack"])
DECLARED = {"name": "web-01", "image": "debian-12"}
WITH_IMAGES = {"all": True, "fields": ["name", "image"]}

pytestmark = OPENSTACK


@pytest.fixture
def said() -> list[tuple[int, str]]:
    return []


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, said: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """The tasks of the test are those of one run."""
    found = RunFolder(str(tmp_path / "run"), b"k" * 32, lambda level, words: said.append((level, words)))
    monkeypatch.setattr(run_folder, "run_folder", lambda: found)
    return found


def image_lists(bench: Bench, call: Callable[[], dict[str, Any]]) -> int:
    """How many lists of images a task reads."""
    before = len(bench.requests("list images"))
    result = call()
    assert not result.get("failed"), result["msg"]
    return len(bench.requests("list images")) - before


def declare(bench: Bench, **more: Any) -> dict[str, Any]:
    return bench.call("server", **{**DECLARED, **more})


def new_image(bench: Bench, name: str, **more: Any) -> str:
    made = bench.control("POST", f"/{bench.platform}/images", {"name": name, **more})["image"]
    return str(made["id"] if isinstance(made, dict) else made)


def replace_image(bench: Bench, name: str) -> str:
    """Gives the name to another image, as someone else may do at any time. Returns the new id."""
    bench.control("DELETE", f"/{bench.platform}/images/{name}")
    return new_image(bench, name, id="6d1b4e3e-3a3f-4a0c-8b43-7f4e6d6e3c11")


def test_a_flavor_that_a_task_creates_is_found_by_the_next(bench: Bench) -> None:
    flavor_id = next(
        row["id"] for row in bench.control("GET", "/openstack/flavors")["flavors"] if row["name"] == "m1.small"
    )
    assert not declare(bench, flavor=flavor_id).get("failed")
    refused(declare(bench, name="new-1", flavor="build.large", networks=["private"]), "build.large")
    usual, bench.options = bench.options, bench.credentials("admin")
    made = bench.call("flavor", name="build.large", vcpus=1, ram_mb=1024, disk_gb=20)
    assert made["changed"]
    bench.options = usual
    created = declare(bench, name="new-1", flavor="build.large", networks=["private"])
    assert created["changed"] and outcome(created, "new-1")["outcome"] == "done"
    assert created["servers"][0]["flavor"]["name"] == "build.large"


def test_a_flavor_that_a_task_deletes_is_not_found_by_the_next(bench: Bench) -> None:
    bench.options = bench.credentials("admin")
    bench.options["auth"]["project_name"] = "demo"
    bench.call("flavor", name="build.large", vcpus=1, ram_mb=1024, disk_gb=20)
    declare(bench, name="new-1", flavor="build.large", networks=["private"])
    assert bench.call("flavor", name="build.large", state="absent")["changed"]
    refused(declare(bench, name="new-2", flavor="build.large", networks=["private"]), "build.large")


def test_a_new_server_runs_the_image_that_has_the_name_now(bench: Bench) -> None:
    assert image_lists(bench, lambda: declare(bench)) == 1
    assert image_lists(bench, lambda: declare(bench)) == 0
    image = replace_image(bench, "debian-12")
    created = declare(bench, name="new-1", flavor="m1.small", networks=["private"])
    assert created["servers"][0]["image"]["id"] == image


def test_a_server_is_rebuilt_with_the_image_that_has_the_name_now(bench: Bench) -> None:
    assert not declare(bench)["changed"]
    image = replace_image(bench, "debian-12")
    assert bench.call("server_os", names=["web-01"], image="debian-12")["changed"]
    assert bench.server("web-01")["image"]["id"] == image


def test_a_server_with_another_image_asks_the_cloud(bench: Bench) -> None:
    """Another task has found the name, but it does not prove that there is nothing to do."""
    assert image_lists(bench, lambda: declare(bench)) == 1
    before = len(bench.requests("list images"))
    declare(bench, name="bastion-01")
    assert len(bench.requests("list images")) == before + 1


def test_the_name_of_a_new_image_is_read(bench: Bench) -> None:
    def shown(result: dict[str, Any]) -> dict[str, str]:
        return {server["name"]: server["image"]["name"] for server in result["servers"]}

    assert shown(bench.call("server_info", **WITH_IMAGES))["web-01"] == "debian-12"
    assert image_lists(bench, lambda: bench.call("server_info", **WITH_IMAGES)) == 0
    image = new_image(bench, "golden")
    assert bench.call("server_os", names=["web-01"], image=image)["changed"]
    assert shown(bench.call("server_info", **WITH_IMAGES))["web-01"] == "golden"


def test_a_query_that_selects_servers_to_change_reads_the_names_itself(bench: Bench) -> None:
    query = "[?image.name == 'debian-12']"
    assert image_lists(bench, lambda: bench.call("server_info", query=query)) == 1
    assert image_lists(bench, lambda: bench.call("server_info", query=query)) == 0
    bench.control("PUT", "/openstack/images/debian-12", {"name": "debian-old"})
    result = bench.call("server_power", query=query, state="stopped")
    assert result["outcomes"] == [] and not result["changed"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_snapshot_makes_the_names_old(bench: Bench, state: str) -> None:
    bench.call("server_snapshot", names=["web-01"], name="copy")
    bench.call("server_info", **WITH_IMAGES)
    assert image_lists(bench, lambda: bench.call("server_info", **WITH_IMAGES)) == 0
    name = "copy" if state == "absent" else "other"
    assert bench.call("server_snapshot", names=["web-01"], name=name, state=state)["changed"]
    assert image_lists(bench, lambda: bench.call("server_info", **WITH_IMAGES)) == 1


def test_names_are_old_after_five_minutes(bench: Bench) -> None:
    assert image_lists(bench, lambda: declare(bench)) == 1
    bench.clock.sleep(run_names.NAMES_LIFETIME - 1)
    assert image_lists(bench, lambda: declare(bench)) == 0
    bench.clock.sleep(1)
    assert image_lists(bench, lambda: declare(bench)) == 1


def test_other_credentials_find_no_names(bench: Bench) -> None:
    assert image_lists(bench, lambda: declare(bench)) == 1
    bench.options = bench.credentials("admin")
    bench.options["auth"]["project_name"] = "demo"
    assert image_lists(bench, lambda: declare(bench)) == 1


def test_without_a_token_cache_no_names_are_kept(bench: Bench) -> None:
    for _task in range(2):
        assert image_lists(bench, lambda: declare(bench, token_cache="false")) == 1


def _damage(path: Path) -> None:
    path.write_text('{"format": 1, "expires_at": 1e12, "entries": {"name debian-12": [1e12, [{"id": 7}, 8]]}}')


def _wrong(path: Path) -> None:
    path.write_text('{"format": 1, "expires_at": 1e12, "entries": [7]}')


@pytest.mark.parametrize("spoil", [_damage, _wrong, become_link, become_fifo])
def test_a_spoilt_list_of_names_is_no_obstacle(
    bench: Bench, folder: RunFolder, said: list[tuple[int, str]], spoil: Callable[[Path], None]
) -> None:
    declare(bench)
    (names,) = (path for path in Path(folder.path).glob("*.json") if '"entries"' in path.read_text())
    spoil(names)
    assert image_lists(bench, lambda: declare(bench)) == 1
    reasons = [words for level, words in said if level == 1]
    assert all("list of names is not used" in words for words in reasons)
    assert bool(reasons) is (spoil in (become_link, become_fifo))
