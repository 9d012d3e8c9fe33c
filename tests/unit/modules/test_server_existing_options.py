# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of the module server on every platform: for an existing server it takes effect, is an error, or is
reported."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import pytest
from modules.bench import PLATFORMS, Bench, nothing_done, outcome, refused
from modules.huaweicloud_servers import kind as huawei_kind
from modules.nova_servers import kind as nova_kind

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.unapplied import NEW_ONLY
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import (
    CONNECTION,
    PLANNING,
    REPORT,
    WAITING,
)
from ansible_collections.cloudserver.compute.plugins.modules.server import MODULE

EVERY = pytest.mark.parametrize("platform", PLATFORMS, indirect=True)
HUAWEI = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
NO_ID = "0d0466b0-0000-4000-8000-000000000000"

#: What selects servers, and how the task runs: they do not describe a server.
NOT_OF_A_SERVER = {"name", "names", "count", "name_pattern", "select", "state", "recreate", "on_error", "on_duplicate"}
NOT_OF_A_SERVER |= {"unapplied_options", "client_token", "return_passwords"}
#: Options that only say how another one is applied, with that one.
MODIFIERS = {
    "purge_metadata": "metadata", "purge_tags": "tags", "resize": "flavor", "confirm": "flavor", "apply": "boot_order",
    "lock_reason": "locked", "auto_pay": "flavor", "release_public_ip": "public_ip",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A value of an option that web-01 does not have, and what it leads to on each platform, in the order of
    PLATFORMS: ``effect``, ``error`` or ``warning``."""

    value: Any
    leads_to: tuple[str, ...]
    also: tuple[tuple[str, Any], ...] = ()


def same(word: str) -> tuple[str, ...]:
    return (word,) * len(PLATFORMS)


def on(**words: str) -> tuple[str, ...]:
    rest = words.pop("rest")
    return tuple(words.get(platform, rest) for platform in PLATFORMS)


ROWS = {
    "flavor": Row("no-such", same("error")),
    "image": Row(NO_ID, same("error")),
    "iso": Row(NO_ID, same("error")),
    "boot_order": Row(["hd"], on(easystack="effect", rest="error")),
    "boot_volume": Row({"volume": NO_ID}, same("warning")),
    "volumes": Row([{"size_gb": 1}], same("warning")),
    "system_disk": Row({"type": "SSD"}, same("warning")),
    "networks": Row([{"network": NO_ID}], same("warning")),
    "vpc_id": Row(NO_ID, same("warning")),
    "security_groups": Row(["web"], on(openstack="effect", huaweicloud="effect", rest="warning")),
    "public_ip": Row("203.0.113.201", on(openstack="effect", huaweicloud="effect", rest="error")),
    "public_ip_fixed_address": Row("10.0.0.11", same("error")),
    "availability_zone": Row("mars", same("error")),
    "host": Row("cmp9", same("warning")),
    "hypervisor_hostname": Row("cmp9", same("warning")),
    "group": Row(NO_ID, same("warning")),
    "tenancy": Row("dedicated", same("warning")),
    "dedicated_host_id": Row(NO_ID, same("warning")),
    "spot": Row({"price": "1"}, same("warning")),
    "auto_recovery": Row(True, same("warning")),
    "key_name": Row("another", same("error")),
    "password": Row("Fresh-Pass-77", same("warning")),
    "user_data": Row("#cloud-config\n", on(huaweicloud="effect", rest="warning")),
    "user_data_file": Row("data.yml", on(huaweicloud="effect", rest="warning")),
    "files": Row({"/a": "YQ=="}, same("warning")),
    "config_drive": Row(True, same("warning")),
    "disk_config": Row("MANUAL", on(huaweicloud="same", ustack="same", rest="warning")),
    "access_ipv4": Row("192.0.2.1", same("warning")),
    "access_ipv6": Row("2001:db8::1", same("warning")),
    "new_name": Row("front-01", same("effect")),
    "description": Row("new", on(ustack="error", rest="effect")),
    "hostname": Row("front", on(ustack="error", easystack="error", openstack="effect", rest="warning")),
    "metadata": Row({"team": "new"}, same("effect")),
    "remove_metadata": Row(["team"], same("same")),
    "tags": Row(["team=new"], same("effect")),
    "locked": Row(True, on(ustack="error", rest="effect")),
    "lock_reason": Row("audit", on(openstack="effect", ustack="error", rest="warning"), (("locked", True),)),
    "reset_state": Row("error", on(openstack="effect", easystack="effect", rest="error")),
    # They need a state that deletes the server.
    "delete_volumes": Row(True, same("error")),
    "delete_public_ip": Row(True, same("error")),
    "revert": Row(True, on(openstack="same", easystack="same", rest="error")),
    "extra": Row({"publicip": {}}, same("warning")),
}


def test_the_table_has_every_option() -> None:
    common = {*WAITING, *REPORT, *PLANNING}
    options = {name for name in MODULE.argument_spec if name not in common}
    known = {*ROWS, *MODIFIERS, *NOT_OF_A_SERVER}
    assert options - set(CONNECTION) == known
    assert set(MODIFIERS.values()) <= set(ROWS) and set(NEW_ONLY) <= known


@EVERY
@pytest.mark.parametrize("option", ROWS)
def test_an_option_for_an_existing_server(bench: Bench, option: str) -> None:
    with open("data.yml", "w") as file:
        file.write("#cloud-config\n")
    row = ROWS[option]
    wanted = row.leads_to[PLATFORMS.index(bench.platform)]
    with nothing_done(bench):
        result = bench.call("server", name="web-01", check=True, **{option: row.value, **dict(row.also)})
    warned = option in str(result.get("warnings") or "")
    found = "error" if result.get("failed") else "warning" if warned else "effect" if result["changed"] else "same"
    assert found == wanted, result


@EVERY
@pytest.mark.parametrize("option", ROWS)
def test_an_option_with_select(bench: Bench, option: str) -> None:
    """A task that creates no server: options of new servers are errors, unless an existing server can be compared."""
    with open("data.yml", "w") as file:
        file.write("#cloud-config\n")
    row = ROWS[option]
    wanted = row.leads_to[PLATFORMS.index(bench.platform)]
    if option == "new_name" or (option in NEW_ONLY and option not in ("networks", "key_name") and wanted != "effect"):
        wanted = "error"
    with nothing_done(bench):
        options = {option: row.value, **dict(row.also)}
        result = bench.call("server", select={"names": ["web-01"]}, check=True, **options)
    warned = option in str(result.get("warnings") or "")
    found = "error" if result.get("failed") else "warning" if warned else "effect" if result["changed"] else "same"
    assert found == wanted, result


@EVERY
def test_what_the_record_shows_is_not_reported(bench: Bench) -> None:
    made = huawei_kind() if bench.platform == "huaweicloud" else nova_kind(bench)
    huawei = bench.platform == "huaweicloud"
    more: dict[str, Any] = {"extra": {"chargingMode": "postPaid"}} if huawei else {"security_groups": ["default"]}
    done = bench.call("server", name="new-1", **made, **more)
    assert not done.get("failed") and not done.get("warnings"), done
    with nothing_done(bench):
        again = bench.call("server", name="new-1", **made, **more)
    assert not again["changed"] and not again.get("warnings"), again


def warned(bench: Bench, **options: Any) -> str:
    """The warning of a task that changes nothing, which unapplied_options: fail makes an error."""
    with nothing_done(bench):
        done = bench.call("server", name="new-1", **options)
        assert not done.get("failed") and not done["changed"], done
        strict = bench.call("server", name="new-1", unapplied_options="fail", **options)
    text = " ".join(done.get("warnings") or ())
    assert bool(strict.get("failed")) is bool(text), strict
    return text


@EVERY
def test_what_only_the_creation_knows_is_reported_if_it_differs(bench: Bench) -> None:
    """A second run of a declared fleet is silent; an option that is added or changed later is not."""
    made = huawei_kind() if bench.platform == "huaweicloud" else nova_kind(bench)
    if bench.platform == "huaweicloud":
        kind = {**made, "password": "Fresh-Pass-77"}
        later = {"system_disk": {**made["system_disk"], "size_gb": 99}}
    else:
        group = "0d0466b0-0000-4000-8000-00000000000a"
        kind = {**made, "password": "Fresh-Pass-77", "user_data": "#!/bin/sh\necho hush-hush-77\n"}
        later = {"group": group} if bench.platform != "openstack" else {"host": "cmp9"}
    done = bench.call("server", name="new-1", **kind)
    assert not done.get("failed") and done["changed"], done
    note = done["server"]["metadata"]["cloudserver_created_with"]
    assert "password" in note.split(",") and len(note) < 256
    assert ("user_data" in note.split(",")) is (bench.platform != "huaweicloud")
    assert not [tag for tag in done["server"]["tags"] if tag.startswith("cloudserver_")]
    assert warned(bench, **kind) == ""
    (option,) = later
    text = warned(bench, **{**kind, **later})
    assert "does not show that it has them: %s (new-1" % option in text
    # Only a task that removes metadata could remove the note, and it does not.
    assert not bench.call("server", name="new-1", metadata={"team": "a"}, purge_metadata=True).get("failed")
    assert warned(bench, **kind) == ""


@HUAWEI
def test_the_advice_names_modules_that_the_platform_has(bench: Bench) -> None:
    text = " ".join(bench.call("server", name="web-01", password="Fresh-Pass-77", host="cmp1")["warnings"])
    assert "or use server_password." in text


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
def test_an_address_in_another_form_is_shown(bench: Bench) -> None:
    """Clouds write IPv6 addresses differently, and so do tasks."""
    bench.change("web-02", addresses={"private": [{"ip": "2001:DB8:10:0::12"}]})
    assert bench.call("server_info", names=["web-02"])["servers"][0]["addresses"][0]["ip"] == "2001:DB8:10:0::12"
    done = bench.call("server", name="web-02", networks=[{"network": "private", "fixed_ip": "2001:db8:10::0:12"}])
    assert not done.get("warnings") and not done["changed"], done


@EVERY
def test_reported_as_the_task_wants_it(bench: Bench) -> None:
    with nothing_done(bench):
        asked = {"names": ["web-01", "web-02"], "password": "Fresh-Pass-77", "config_drive": True}
        warned = bench.call("server", **asked)
        assert not warned.get("failed") and not warned["changed"]
        text = str(warned["warnings"])
        assert "password, config_drive (web-01 (" in text and "or use server_password" in text
        assert "Fresh" not in str(warned)
        refused(bench.call("server", unapplied_options="fail", **asked), "password, config_drive (web-01 (")
        assert not bench.call("server", unapplied_options="ignore", **asked).get("warnings")
        selected = bench.call("server", select={"names": ["web-01"]}, password="Fresh-Pass-77")
        refused(selected, "password only applies to new servers", "server_password")


@HUAWEI
def test_user_data_of_an_existing_server(bench: Bench) -> None:
    text = "#!/bin/sh\necho hush-hush-77\n"
    with nothing_done(bench):
        assert bench.call("server", name="web-01", user_data=text, check=True, diff=True)["changed"]
    done = bench.call("server", name="web-01", user_data=text, diff=True)
    assert outcome(done, "web-01")["actions"] == ["update"] and "hush" not in str(done)
    sent = bench.requests("update server")[-1]
    # The log of the simulator masks it; the next run, which changes nothing, proves what was stored.
    coded = base64.b64encode(text.encode()).decode()
    assert sent["method"] == "PUT" and sent["path"].endswith("/cloudservers/" + bench.id_of("web-01"))
    assert list(sent["body"]["server"]) == ["user_data"] and coded not in str(done)
    with nothing_done(bench):
        assert not bench.call("server", name="web-01", user_data=text)["changed"]
    assert bench.call("server", select={"names": ["web-02"]}, user_data=text)["changed"]
    with nothing_done(bench):
        refused(bench.call("server", name="web-01", user_data="x" * 32769), "more than 32768 bytes")


@HUAWEI
def test_user_data_of_a_new_server_is_sent_once(bench: Bench) -> None:
    made = huawei_kind(user_data="#!/bin/sh\n", password="Fresh-Pass-77")
    done = bench.call("server", name="new-1", **made)
    assert outcome(done, "new-1")["actions"] == ["create"]
    assert "a Linux server with user_data ignores its password" in str(done["warnings"])


@HUAWEI
@pytest.mark.parametrize("windows", [False, True])
def test_an_os_change_with_user_data_and_password(bench: Bench, windows: bool) -> None:
    options = {"names": ["db-01"], "user_data": "#cloud-config\n", "password": "Fresh-Pass-77"}
    options["image"] = "Windows Server 2022 64bit" if windows else "Ubuntu 24.04 server 64bit"
    for check in (True, False):
        result = bench.call("server_os", check=check, **options)
        assert not result.get("failed"), result
        assert ("ignores its password" in str(result.get("warnings") or "")) is not windows
    again = bench.call("server_os", **options)
    assert not again["changed"] and not again.get("warnings")


@HUAWEI
def test_a_host_name_takes_effect_at_a_restart(bench: Bench) -> None:
    """Flexus L API reference, "Modifying the information of a server": deprecated, and effective after a restart."""
    for check in (True, False):
        later = bench.call("server", name="web-01", hostname="front", check=check)
        text = str(later["warnings"])
        assert "deprecated hostname" in text and "at the next restart of web-01" in text and "apply: now" in text
        assert outcome(later, "web-01")["actions"] == ["update"]
    with nothing_done(bench):
        again = bench.call("server", name="web-01", hostname="front", apply="now")
        assert not again["changed"] and not again.get("warnings")
    for check in (True, False):
        now = bench.call("server", names=["web-02", "batch-01"], hostname="inside", apply="now", check=check)
        text = str(now["warnings"])
        assert "deprecated hostname" in text and "restart" not in text
        assert outcome(now, "web-02")["actions"] == ["update", "reboot"]
        # It is stopped, so its next start applies the host name.
        assert outcome(now, "batch-01")["actions"] == ["update"]
    assert bench.requests("H04")[-1]["body"]["reboot"]["type"] == "SOFT"


@HUAWEI
def test_a_host_name_whose_restart_fails(bench: Bench) -> None:
    bench.fault("H04", status=403, reason="no")
    failed = bench.call("server", name="web-01", hostname="front", apply="now")
    message = outcome(failed, "web-01")["message"]
    assert failed["failed"] and "the host name is set, but it is unknown whether the server rebooted" in message


@HUAWEI
def test_a_new_server_is_restarted_for_its_host_name(bench: Bench) -> None:
    done = bench.call("server", name="new-1", hostname="inside", apply="now", **huawei_kind())
    assert outcome(done, "new-1")["actions"] == ["create", "update", "reboot"] and "deprecated" in str(done["warnings"])
