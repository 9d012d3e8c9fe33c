# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found out about a new server before the cloud is asked to create it."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, PLATFORMS, Bench, nothing_done, outcome, refused
from modules.huaweicloud_servers import kind as huawei_kind
from modules.nova_servers import kind as nova_kind

EVERY = pytest.mark.parametrize("platform", PLATFORMS, indirect=True)
EVERY_NOVA = pytest.mark.parametrize("platform", NOVA, indirect=True)
NO_ID = "0d0466b0-0000-4000-8000-000000000000"
LACKING = {"ustack": ("group", "availability_zone")}


def make(bench: Bench, **options: Any) -> dict[str, Any]:
    kind = huawei_kind(**options) if bench.platform == "huaweicloud" else nova_kind(bench, **options)
    return bench.call("server", **{"name": "new-1", **kind})


@EVERY
def test_all_that_does_not_exist_is_named_at_once(bench: Bench) -> None:
    options = {"group": NO_ID, "availability_zone": "mars", "key_name": "nobody"}
    options = {key: value for key, value in options.items() if key not in LACKING.get(bench.platform, ())}
    words = {"group": "no server group has the id " + NO_ID, "availability_zone": "no zone is named mars",
             "key_name": "no key pair named nobody"}  # fmt: skip
    if bench.platform != "huaweicloud":
        options.update(networks=[{"network": NO_ID}, {"port": NO_ID}], security_groups=["default", "nobody"])
        words.update(networks="no network that this project may use has the id", port="no port that",
                     security_groups="no security group has the name or id nobody")  # fmt: skip
    wanted = [text for key, text in words.items() if key in options or key == "port"]
    for check in (True, False):
        with nothing_done(bench):
            message = refused(bench.call("server", check=check, **_kind(bench, options)), *wanted)
    assert "default" not in message.replace("security_groups", "")


def _kind(bench: Bench, options: dict[str, Any]) -> dict[str, Any]:
    made = huawei_kind(**options) if bench.platform == "huaweicloud" else nova_kind(bench, **options)
    return {"name": "new-1", **made}


@EVERY_NOVA
def test_what_exists_passes(bench: Bench) -> None:
    done = make(bench, key_name="operators", security_groups=["default"])
    assert outcome(done, "new-1")["outcome"] == "done", done


@EVERY_NOVA
def test_what_may_not_be_read_is_left_to_the_cloud(bench: Bench) -> None:
    bench.fault("list security-groups", status=403)
    bench.fault("show keypair", status=500)
    done = make(bench, key_name="operators", security_groups=["default"])
    assert outcome(done, "new-1")["outcome"] == "done", done


@EVERY
def test_nothing_is_checked_where_nothing_is_created(bench: Bench) -> None:
    before = len(bench.requests())
    done = bench.call("server", name="web-01", group=NO_ID, config_drive=True)
    assert not done["changed"] and not done.get("failed")
    asked = [row["name"] for row in bench.requests()[before:]]
    assert not any("group" in (name or "") for name in asked), asked


@EVERY
def test_all_that_is_missing_is_said_at_once(bench: Bench) -> None:
    wanted = ["set flavor to create it", "image: "]
    if bench.platform == "huaweicloud":
        wanted += ["vpc_id: ", "networks: ", "system_disk: "]
    with nothing_done(bench):
        refused(bench.call("server", name="new-1"), *wanted)


@EVERY
@pytest.mark.parametrize("bad", ["a\0b", "a\ud800b"], ids=["NUL", "surrogate"])
@pytest.mark.parametrize(
    "options",
    [
        {"name": "%s"}, {"files": {"/a": "%s"}}, {"metadata": {"%s": "x"}},
        {"metadata": {"x": "%s"}}, {"tags": ["%s"]}, {"networks": [{"network": "%s"}]}, {"key_name": "%s"},
        {"user_data_file": "%s"}, {"description": "%s"}, {"image": "%s"},
    ],
    ids=str,
)  # fmt: skip
def test_a_text_that_cannot_be_sent(bench: Bench, bad: str, options: dict[str, Any]) -> None:
    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {filled(key): filled(held) for key, held in value.items()}
        return [filled(each) for each in value] if isinstance(value, list) else value.replace("%s", bad)

    given = {name: filled(value) for name, value in options.items()}
    before = len(bench.requests())
    result = make(bench, **given)
    (option,) = options
    refused(result, option, " contains ", "remove it")
    assert bench.requests()[before:] == []


@EVERY
def test_user_data_may_hold_any_character_but_half_of_one(bench: Bench) -> None:
    with nothing_done(bench):
        refused(make(bench, user_data="a\ud800b"), "user_data contains a lone surrogate (half of a character)")
