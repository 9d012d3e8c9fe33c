# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An existing server as declared: its flavor, image or ISO image may have been deleted or replaced since."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import PLATFORMS, Bench, nothing_done, outcome, refused
from modules.huaweicloud_servers import kind as huawei_kind
from modules.nova_servers import kind as nova_kind

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.client import OpenStack

EVERY = pytest.mark.parametrize("platform", PLATFORMS, indirect=True)
EASYSTACK = pytest.mark.parametrize("platform", ["easystack"], indirect=True)


def kind(bench: Bench, **options: Any) -> dict[str, Any]:
    made = huawei_kind(**options) if bench.platform == "huaweicloud" else nova_kind(bench, **options)
    return {"name": "keep-1", **made}


def made(bench: Bench, **options: Any) -> dict[str, Any]:
    """The options of a server that exists as declared, with an image of its own."""
    image = bench.control("POST", f"/{bench.platform}/images", {"name": "own-image"})["image"]
    wanted = kind(bench, image="own-image", **options)
    done = bench.call("server", **wanted)
    assert outcome(done, "keep-1")["outcome"] == "done", done
    return {**wanted, "image_id": image["id"]}


def again(bench: Bench, wanted: dict[str, Any], **changed: Any) -> dict[str, Any]:
    options = {key: value for key, value in {**wanted, **changed}.items() if key != "image_id"}
    # What the record of a server does not show is the subject of test_server_existing_options.
    options["unapplied_options"] = "ignore"
    result = {}
    for check in (True, False):
        with nothing_done(bench):
            result = bench.call("server", check=check, **options)
        assert not result.get("failed") and not result["changed"], result
    return result


def listed(bench: Bench, since: int) -> set[str]:
    """What was listed besides servers since then."""
    names = [str(row.get("name")) for row in bench.requests()[since:]]
    return {name for name in names if "image" in name or "flavor" in name}


@EVERY
def test_what_the_records_show_is_not_looked_up(bench: Bench) -> None:
    wanted = made(bench)
    bench.control("DELETE", f"/{bench.platform}/images/own-image")
    before = len(bench.requests())
    result = again(bench, wanted, image=wanted["image_id"])
    assert "warnings" not in result or not result["warnings"], result
    assert listed(bench, before) == set()


@EVERY
def test_an_image_that_was_deleted(bench: Bench) -> None:
    wanted = made(bench)
    bench.control("DELETE", f"/{bench.platform}/images/own-image")
    result = again(bench, wanted)
    if bench.platform in ("openstack", "easystack"):
        # The records of the others contain the image's name.
        assert "image: no image that this project may use is named own-image" in str(result["warnings"])
        assert "not compared with the image of keep-1" in str(result["warnings"])
    with nothing_done(bench):
        options = {key: value for key, value in wanted.items() if key not in ("image_id", "name")}
        refused(bench.call("server", names=["keep-1", "keep-2"], **options), "no image", "own-image")


@EVERY
def test_an_image_name_that_now_points_at_a_newer_image(bench: Bench) -> None:
    wanted = made(bench)
    bench.control("DELETE", f"/{bench.platform}/images/own-image")
    bench.clock.sleep(5)
    newer = {"name": "own-image", "id": "0d0466b0-0000-4000-8000-00000000beef"}
    bench.control("POST", f"/{bench.platform}/images", newer)
    again(bench, wanted)
    # It is another image if the task gives its id, and server_os reports it.
    with nothing_done(bench):
        options = {key: value for key, value in {**wanted, "image": newer["id"]}.items() if key != "image_id"}
        refused(bench.call("server", **options), "it runs the image", "server_os")
        if bench.platform != "ustack":
            password = {"password": "Fresh-Pass-77"} if bench.platform == "huaweicloud" else {}
            assert bench.call("server_os", names=["keep-1"], image="own-image", check=True, **password)["changed"]


@EVERY
def test_another_image_is_still_refused(bench: Bench) -> None:
    older = bench.control("GET", f"/{bench.platform}/images")["images"][-1]["name"]
    wanted = made(bench)
    with nothing_done(bench):
        options = {key: value for key, value in {**wanted, "image": older}.items() if key != "image_id"}
        refused(bench.call("server", **options), "it runs the image", older)
        refused(bench.call("server", **{**options, "image": "0d0466b0-0000-4000-8000-00000000dead"}), "no image")


@EVERY
def test_a_flavor_that_was_deleted(bench: Bench) -> None:
    row = next(
        row
        for row in bench.control("GET", f"/{bench.platform}/flavors")["flavors"]
        if row["name"] == kind(bench)["flavor"] or row["id"] == kind(bench)["flavor"]
    )
    wanted = made(bench)
    bench.control("DELETE", f"/{bench.platform}/flavors/{row['id']}")
    result = again(bench, wanted)
    assert not result.get("warnings"), result
    with nothing_done(bench):
        options = {key: value for key, value in wanted.items() if key not in ("image_id", "name")}
        refused(bench.call("server", names=["keep-1", "keep-2"], **options), "no flavor", row["name"])
        refused(
            bench.call("server", name="db-01" if bench.platform != "ustack" else "web-01", flavor="no-such"),
            "no flavor",
            "no-such",
        )


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
def test_a_flavor_that_was_deleted_on_a_cloud_that_shows_ids(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below microversion 2.47 the record of a server contains the id of its flavor."""
    monkeypatch.setattr(OpenStack, "newest_tested", (2, 46))
    row = next(
        row for row in bench.control("GET", "/openstack/flavors")["flavors"] if row["name"] == kind(bench)["flavor"]
    )
    wanted = made(bench)
    assert not again(bench, wanted).get("warnings")
    bench.control("DELETE", f"/openstack/flavors/{row['id']}")
    assert not again(bench, wanted, flavor=row["id"]).get("warnings")
    result = again(bench, wanted)
    assert "flavor: no flavor that this project may use has the id or name " + row["name"] in str(result["warnings"])
    with nothing_done(bench):
        # The flavor of db-01 exists, so it is certain to be another one.
        refused(bench.call("server", name="db-01", flavor=row["name"]), "no flavor")


@EASYSTACK
def test_an_iso_image_that_was_deleted(bench: Bench) -> None:
    wanted = made(bench)
    bench.call("server", name="keep-1", state="absent")
    iso = {**wanted, "iso": wanted.pop("image"), "boot_volume": {"size_gb": 20}}
    iso.pop("image")
    options = {key: value for key, value in iso.items() if key != "image_id"}
    assert outcome(bench.call("server", **options), "keep-1")["outcome"] == "done"
    bench.control("DELETE", f"/{bench.platform}/images/own-image")
    assert not again(bench, iso).get("warnings")


@EVERY
def test_server_os_needs_no_image_for_a_server_that_runs_it(bench: Bench) -> None:
    if bench.platform == "ustack":
        return
    wanted = made(bench)
    bench.control("DELETE", f"/{bench.platform}/images/own-image")
    password = {"password": "Fresh-Pass-77"} if bench.platform == "huaweicloud" else {}
    with nothing_done(bench):
        same = bench.call("server_os", names=["keep-1"], image=wanted["image_id"], **password)
        assert not same.get("failed") and not same["changed"], same
        again_ = bench.call("server_os", names=["keep-1"], image=wanted["image_id"], reinstall=True, **password)
        refused(again_, "no longer exists")
