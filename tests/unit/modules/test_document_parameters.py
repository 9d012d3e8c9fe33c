# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters and units of the vendors' documents, at the wire."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.nova_servers import kind as nova_kind
from modules.server_os_tasks import change, new_image

EASYSTACK = pytest.mark.parametrize("platform", ["easystack"], indirect=True)
OPENSTACK = pytest.mark.parametrize("platform", ["openstack"], indirect=True)
USTACK = pytest.mark.parametrize("platform", ["ustack"], indirect=True)
HUAWEI = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
CHINESE = "\u4e91"


@EASYSTACK
def test_metadata_is_limited_in_bytes(bench: Bench) -> None:
    """EasyStack, creation: 255 bytes at most, and a Chinese character has three."""
    with nothing_done(bench):
        for module, options in (
            ("server", {"name": "web-01", "metadata": {"note": CHINESE * 86}}),
            ("server_os", {"names": ["web-01"], "reinstall": True, "metadata": {"note": CHINESE * 86}}),
            ("server_password", {"names": ["web-01"], "password": "Fresh-Pass-77", "revision": CHINESE * 86}),
        ):
            refused(bench.call(module, **options), "255 bytes at most on easystack, and it has 258")
    done = bench.call("server", name="web-01", metadata={"note": CHINESE * 85})
    assert outcome(done, "web-01")["outcome"] == "done", done


@OPENSTACK
def test_metadata_of_nova_is_limited_in_characters(bench: Bench) -> None:
    assert bench.call("server", name="web-01", metadata={"note": CHINESE * 255})["changed"]
    with nothing_done(bench):
        refused(bench.call("server", name="web-01", metadata={"note": CHINESE * 256}), "255 characters at most")


@pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("module", "options", "option"),
    [
        ("server", {"name": "web-01"}, "metadata"),
        ("server_os", {"names": ["web-01"], "reinstall": True}, "metadata"),
        ("server_snapshot", {"names": ["web-01"], "name": "before"}, "metadata"),
        ("aggregate", {"name": "racks"}, "metadata"),
        ("flavor", {"name": "tiny", "vcpus": 1, "ram_mb": 512}, "extra_specs"),
    ],
)
def test_keys_that_nova_rejects(bench: Bench, check: bool, module: str, options: dict[str, Any], option: str) -> None:
    """In check mode too. Of an aggregate and a flavor, the first of two requests would have been sent."""
    bench.options = bench.credentials("admin")
    bench.options["auth"] = bench.auth(project_name="demo", project_id=None)
    with nothing_done(bench):
        refused(bench.call(module, check=check, **options, **{option: {CHINESE: "x"}}), f"{option}: the key")
        refused(bench.call(module, check=check, **options, **{option: {"note": "v" * 256}}), f"{option}: note: keys")


@pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
@pytest.mark.parametrize("check", [True, False])
def test_texts_that_nova_rejects(bench: Bench, check: bool) -> None:
    """EasyStack, creation: a description of 255 characters, and a path of 255 bytes, at most; contents in base64."""
    kind = nova_kind(bench, name="new-1", check=check)
    with nothing_done(bench):
        for server in ({"name": "web-01", "check": check}, kind):
            failed = bench.call("server", **server, description=CHINESE * 256)
            says(failed, "description: it has 256 characters, and the maximum is 255")
        path = "/" + CHINESE * 85
        says(bench.call("server", **kind, files={path: "YQ=="}), "files: a path has 256 bytes, and the maximum is 255")
        says(bench.call("server", **kind, files={"/a": "hush-hush!"}), "files: the content of /a is not base64")
    done = bench.call("server", name="web-01", description=CHINESE * 255, check=check)
    assert done["changed"] and not done.get("failed"), done


@USTACK
def test_the_swap_of_a_flavor_is_in_gb(bench: Bench) -> None:
    """UOS, flavors: swap in GB. Nova's unit is MiB."""
    rows: list[dict[str, Any]] = bench.control("GET", "/ustack/flavors")["flavors"]
    assert next(row for row in rows if row["name"] == "standard-4")["swap"] == 4
    assert bench.call("flavor_info", name="standard-4")["flavors"][0]["swap_mb"] == 4096


@EASYSTACK
def test_an_update_of_an_aggregate_contains_its_name(bench: Bench) -> None:
    """EasyStack, update of a host aggregate: the name is required."""
    bench.options = bench.credentials("admin")
    bench.call("aggregate", name="racks")
    done = bench.call("aggregate", name="racks", availability_zone="az-racks")
    assert done["changed"], done
    assert bench.requests("E49")[-1]["body"] == {"aggregate": {"name": "racks", "availability_zone": "az-racks"}}


@HUAWEI
def test_a_dry_run_without_a_password(bench: Bench) -> None:
    """Batch reset of passwords: new_password is mandatory only without dry_run."""
    bench.change("db-01", reset_plugin=False)
    checked = bench.call("server_password", names=["web-01", "db-01"], check=True)
    assert checked["failed"] and outcome(checked, "web-01")["outcome"] == "planned"
    assert outcome(checked, "db-01")["outcome"] == "failed"
    with nothing_done(bench):
        refused(bench.call("server_password", names=["web-01"]), "one of the following is required: password")
    sent = bench.requests("H06")[0]["body"]
    assert set(sent) == {"servers", "dry_run"} and sent["dry_run"] is True


@OPENSTACK
def test_check_mode_without_a_password_elsewhere(bench: Bench) -> None:
    with nothing_done(bench):
        checked = bench.call("server_password", names=["web-01"], check=True)
        assert checked["changed"] and outcome(checked, "web-01")["outcome"] == "planned"


@pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
def test_a_rebuild_renames_a_server(bench: Bench) -> None:
    """EasyStack's document and Nova's: the name of a rebuild."""
    image = new_image(bench)
    with nothing_done(bench):
        refused(
            change(bench, names=["web-01", "web-02"], image=image, new_name="front"), "new_name: it renames one server"
        )
    result = change(bench, diff=True, image=image, new_name="front")
    assert bench.requests("E26")[-1]["body"]["rebuild"]["name"] == "front"
    assert result["servers"][0]["name"] == "front" and result["diff"]["after"]
    with nothing_done(bench):
        again = change(bench, names=["front"], image=image, new_name="other")
        assert not again["changed"] and "keeps its image, so it is not renamed" in str(again["warnings"])
        assert not change(bench, names=["front"], image=image, new_name="front").get("warnings")


@pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
def test_a_new_name_is_not_part_of_an_os_change(bench: Bench) -> None:
    with nothing_done(bench):
        refused(change(bench, image=new_image(bench), new_name="front"), "new_name of server")


@pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
@pytest.mark.parametrize("cloud_init", [True, False])
def test_a_public_image_needs_a_way_to_log_in(bench: Bench, cloud_init: bool) -> None:
    """The document: if adminpass and keyname are empty, user_data must be set. A private image may have its own."""
    with nothing_done(bench):
        options = {"names": ["web-01"], "cloud_init": cloud_init, "password": None}
        wanted = {"image": new_image(bench)} if cloud_init else {"reinstall": True}
        result = change(bench, **options, **wanted)
        refused(result, "a public image needs a password, a key_name, or user_data")


@pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
def test_options_of_an_os_change_that_nova_does_not_have(bench: Bench) -> None:
    options = {"names": ["web-01"], "reinstall": True, "check": True}
    with nothing_done(bench):
        for given in ({"cloud_init": False}, {"user_id": "u"}, {"auto_pay": True}):
            warned = bench.call("server_os", **options, **given)
            assert "has no option %s, so it has no effect" % next(iter(given)) in str(warned["warnings"])
        assert not bench.call("server_os", **options).get("warnings")
        for given in ({"encrypted": True}, {"kms_key_id": "k"}):
            refused(bench.call("server_os", **options, **given), next(iter(given)) + ": ")


@HUAWEI
def test_options_of_an_os_change_that_ecs_has(bench: Bench) -> None:
    given = {"names": ["web-01"], "reinstall": True, "key_name": "operators", "user_id": "u", "auto_pay": True}
    assert not bench.call("server_os", check=True, **given).get("warnings")
