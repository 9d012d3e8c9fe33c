# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keypair and keypair_info as a task sees them, on every platform."""

from __future__ import annotations

import base64
import json
import os
import stat
import struct
from pathlib import Path
from typing import Any

import pytest
from modules.bench import Bench, nothing_done, refused
from modules.idempotency_steps import ten_steps


def public(seed: str, comment: str = "") -> str:
    def field(data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + data

    blob = base64.b64encode(field(b"ssh-ed25519") + field(seed.encode().ljust(32, b"."))).decode()
    return f"ssh-ed25519 {blob} {comment}".strip()


A, B = public("a", "me@here"), public("b")


def names(bench: Bench) -> list[str]:
    return sorted(row["name"] for row in bench.control("GET", f"/{bench.platform}/keypairs")["keypairs"])


def key(bench: Bench, name: str) -> dict[str, Any]:
    rows = bench.control("GET", f"/{bench.platform}/keypairs")["keypairs"]
    (found,) = [row for row in rows if row["name"] == name]
    return dict(found)


def test_the_ten_steps(bench: Bench) -> None:
    made, changed, _gone = ten_steps(
        bench,
        "keypair",
        {"name": "mine"},
        {"name": "mine", "public_key": A},
        {"name": "mine", "public_key": B + "\n", "recreate": True},
        "set public_key to import a key, or private_key_path",
    )
    assert made["keypair"]["name"] == "mine" and made["keypair"]["public_key"] == A and made["keypair"]["fingerprint"]
    assert changed["keypair"]["public_key"] == B
    assert "mine" not in names(bench)


def test_the_ten_steps_of_a_generated_pair(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "made"
    options = {"name": "made", "private_key_path": str(path)}
    marker = bench.ready["credentials"]["private_key_marker"]
    with nothing_done(bench):
        predicted = bench.call("keypair", check=True, diff=True, **options)
        assert os.listdir(tmp_path) == []
    done = bench.call("keypair", diff=True, **options)
    assert predicted["changed"] is done["changed"] is True and predicted["diff"] == done["diff"]
    assert predicted["private_key_path"] == done["private_key_path"] == str(path)
    assert marker in path.read_text() and path.read_text().startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for result in (predicted, done, bench.call("keypair", **options), bench.call("keypair_info", name="made")):
        assert marker not in json.dumps(result) and "PRIVATE KEY-----" not in json.dumps(result)
    for recreate in (False, True):
        with nothing_done(bench):
            assert bench.call("keypair", recreate=recreate, **options)["changed"] is False
    first = path.read_text()
    path.rename(tmp_path / "old")
    with nothing_done(bench):
        assert bench.call("keypair", **options)["changed"] is False
        assert bench.call("keypair", check=True, recreate=True, **options)["changed"] is True
    assert bench.call("keypair", recreate=True, **options)["changed"] is True
    assert path.read_text() != first and sorted(os.listdir(tmp_path)) == ["made", "old"]


def test_comment_and_line_ends_change_nothing(bench: Bench) -> None:
    bench.call("keypair", name="mine", public_key=A)
    with nothing_done(bench):
        for text in (A + "\n", A.replace("me@here", "you@there"), " " + A.removesuffix(" me@here") + "\r\n"):
            assert bench.call("keypair", name="mine", public_key=text)["changed"] is False


def test_the_list(bench: Bench) -> None:
    # The key pair service of Huawei Cloud takes no blanks.
    name = "a_b-c_d" if bench.platform == "huaweicloud" else "a b-c_d"
    bench.call("keypair", name=name, public_key=A)
    listed = bench.call("keypair_info")["keypairs"]
    assert [each["name"] for each in listed] == sorted(each["name"] for each in listed)
    assert {name, "operators"} <= {each["name"] for each in listed}
    assert not any("private_key" in each for each in listed)
    assert [each["name"] for each in bench.call("keypair_info", name=name)["keypairs"]] == [name]
    assert bench.call("keypair_info", name="nix")["keypairs"] == []
    with nothing_done(bench):
        refused(bench.call("keypair_info", name="no/pe"), "'no/pe' is not a valid name or id")
        assert bench.call("keypair", name="..", state="absent")["msg"].startswith("'..' is not a valid name")


def test_other_material_under_the_name(bench: Bench) -> None:
    with nothing_done(bench):
        message = refused(bench.call("keypair", name="operators", public_key=A), "operators exists with other key")
    assert "recreate: true" in message


@pytest.mark.parametrize(
    "options, parts",
    [
        ({"public_key": "ssh-rsa " + A.split()[1]}, ["public_key", "'ssh-rsa'", "'ssh-ed25519'"]),
        ({"public_key": "ssh-ed25519 *** me"}, ["public_key", "not base64"]),
        ({"public_key": A.removesuffix(" me@here")[:-4]}, ["public_key", "incomplete"]),
        ({"public_key": ""}, ["public_key", "one line"]),
        ({"public_key": A + "\n" + B}, ["public_key", "one line"]),
        ({"public_key": A, "private_key_path": "x"}, ["mutually exclusive", "public_key", "private_key_path"]),
        ({"private_key_path": "."}, ["private_key_path", "is a directory"]),
        ({"private_key_path": "no/where/key"}, ["private_key_path", "cannot be written: No such file or directory"]),
        ({"private_key_path": ""}, ["private_key_path"]),
        ({"name": "a/b", "public_key": A}, ["name", "slash"]),
        ({"name": " ", "public_key": A}, ["name", "empty"]),
        ({"type": "pgp", "public_key": A}, ["type", "ssh, x509"]),
    ],
    ids=str,
)
def test_bad_input(bench: Bench, options: dict[str, Any], parts: list[str]) -> None:
    for check in (True, False):
        with nothing_done(bench):
            refused(bench.call("keypair", check=check, **{"name": "mine", **options}), *parts)


def test_a_private_key_in_the_wrong_option_is_shown_nowhere(bench: Bench) -> None:
    text = "-----BEGIN OPENSSH PRIVATE KEY-----\nbXkgb3duIHByaXZhdGUga2V5IGlzIG5vdCBmb3IgeW91\n-----END\n"
    with nothing_done(bench):
        result = bench.call("keypair", name="mine", public_key=text)
    refused(result, "public_key: this is a private key", ".pub")
    assert "bXkgb3du" not in json.dumps(result)
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in json.dumps(result["invocation"])


def test_a_file_that_exists(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("mine")
    for check in (True, False):
        with nothing_done(bench):
            result = bench.call("keypair", check=check, name="made", private_key_path=str(path))
            refused(result, str(path), "exists and would be overwritten", "recreate: true")
    assert path.read_text() == "mine"
    assert bench.call("keypair", name="made", private_key_path=str(path), recreate=True)["changed"] is True
    assert path.read_text() != "mine" and stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_disk_error_takes_the_key_pair_back(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = bench.call("keypair", name="made", private_key_path=str(tmp_path / "key"))
    refused(result, str(tmp_path / "key"), "No space left on device", "the key pair made was deleted again")
    assert bench.ready["credentials"]["private_key_marker"] not in json.dumps(result)
    assert "made" not in names(bench) and os.listdir(tmp_path) == []


@pytest.mark.parametrize("fault", [{"reset": "after"}, {"truncate": True}, {"status": 500, "effect": True}], ids=str)
def test_a_response_that_is_lost(bench: Bench, tmp_path: Path, fault: dict[str, Any]) -> None:
    bench.control("POST", "/faults", {"platform": bench.platform, "method": "POST", "path": "keypairs", "do": fault})
    before = len(bench.changing_requests())
    assert bench.call("keypair", name="mine", public_key=A)["changed"] is True
    assert len(bench.changing_requests()) == before + 1, "a POST is not sent again"
    assert key(bench, "mine")["public_key"] == A
    result = bench.call("keypair", name="made", private_key_path=str(tmp_path / "key"))
    refused(result, "Could not create the key pair made", "deleted again, because its private key is lost")
    assert result["completed_steps"] == [] and "made" not in names(bench) and os.listdir(tmp_path) == []


def test_a_response_that_is_lost_before_anything_was_done(bench: Bench) -> None:
    fault = {"platform": bench.platform, "method": "POST", "path": "keypairs", "do": {"reset": "before"}}
    bench.control("POST", "/faults", fault)
    refused(bench.call("keypair", name="mine", public_key=A), "Could not import the key pair mine")
    assert "mine" not in names(bench)


def test_the_old_key_pair_is_put_back(bench: Bench) -> None:
    old = key(bench, "operators")["public_key"]
    fault = {"platform": bench.platform, "method": "POST", "path": "keypairs", "times": 1}
    bench.control("POST", "/faults", {**fault, "do": {"status": 403, "reason": "Quota exceeded, too many key pairs."}})
    result = bench.call("keypair", name="operators", public_key=A, recreate=True)
    refused(result, "HTTP 403", "The previous key pair operators was restored")
    assert key(bench, "operators")["public_key"] == old


def test_a_quota(bench: Bench) -> None:
    fault = {"platform": bench.platform, "method": "POST", "path": "keypairs"}
    bench.control("POST", "/faults", {**fault, "do": {"status": 403, "reason": "Quota exceeded, too many key pairs."}})
    refused(bench.call("keypair", name="mine", public_key=A), "Could not import the key pair mine", "HTTP 403")


# -- what only some platforms have ------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
def test_certificates_and_other_users(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "certificate.key"
    made = bench.call("keypair", name="windows", type="x509", private_key_path=str(path))
    assert made["keypair"]["type"] == "x509" and made["keypair"]["public_key"].startswith("-----BEGIN CERTIFICATE-----")
    assert bench.call("keypair", name="windows", type="x509", private_key_path=str(path))["changed"] is False
    refused(bench.call("keypair", name="windows", type="ssh"), "windows exists with the type x509")
    text = made["keypair"]["public_key"]
    assert bench.call("keypair", name="copy", type="x509", public_key=text.replace("\n", "\r\n"))["changed"] is True

    owner = key(bench, "operators")["user_id"]
    admin = bench.credentials("admin")
    assert bench.call("keypair_info", **admin)["keypairs"] == []
    assert bench.call("keypair_info", **admin, user_id=owner, name="operators")["keypairs"][0]["user_id"] == owner
    assert bench.call("keypair", **admin, name="theirs", user_id=owner, public_key=A)["changed"] is True
    assert key(bench, "theirs")["user_id"] == owner
    assert bench.call("keypair", **admin, name="theirs", user_id=owner, state="absent")["changed"] is True
    refused(bench.call("keypair", name="theirs", user_id="f" * 32, public_key=A), "HTTP 403")


@pytest.mark.parametrize("platform", ["ustack", "huaweicloud"], indirect=True)
def test_what_these_platforms_have_not(bench: Bench) -> None:
    cases = [({"type": "x509", "private_key_path": "x"}, "ssh"), ({"user_id": "u", "state": "absent"}, "credentials")]
    for options, words in cases:
        with nothing_done(bench):
            result = bench.call("keypair", name="operators", **options)
        refused(result, f"Platform {bench.platform} has no operation", words)
    refused(bench.call("keypair_info", user_id="u"), f"Platform {bench.platform} has no operation keypair_users")
    assert "operators" in names(bench)


@pytest.mark.parametrize("platform", ["openstack", "easystack", "huaweicloud"], indirect=True)
@pytest.mark.parametrize("option", ["attached_to", "detached_from"])
def test_where_key_pairs_cannot_be_attached(bench: Bench, option: str) -> None:
    instead = "keypair" if bench.platform == "huaweicloud" else "os"
    with nothing_done(bench):
        result = bench.call("keypair", name="operators", **{option: ["web-01"]})
    refused(result, f"Platform {bench.platform} has no operation attach_keypairs", "Use server_%s" % instead)


@pytest.mark.parametrize("platform", ["ustack"], indirect=True)
def test_attach_and_detach(bench: Bench) -> None:
    bench.change("web-02", key_name=None)
    options = {"name": "mine", "public_key": A, "attached_to": ["web-02", bench.id_of("web-03")]}
    with nothing_done(bench):
        predicted = bench.call("keypair", check=True, diff=True, **options)
    done = bench.call("keypair", diff=True, **options)
    assert predicted["changed"] is done["changed"] is True and predicted["diff"] == done["diff"]
    assert [bench.server(name)["key_names"][-1] for name in ("web-02", "web-03")] == ["mine", "mine"]
    shown = bench.server("web-02")
    assert shown["key_name"] == "mine"
    with nothing_done(bench):
        again = bench.call("keypair", diff=True, name="mine", attached_to=["web-02"])
    assert again["changed"] is False and again["diff"]["before"] == again["diff"]["after"]

    gone = {"name": "mine", "state": "absent", "detached_from": ["web-02", "web-03"]}
    with nothing_done(bench):
        assert bench.call("keypair", check=True, **gone)["changed"] is True
    assert bench.call("keypair", **gone)["changed"] is True
    assert "mine" not in names(bench)
    assert not any("mine" in bench.server(name)["key_names"] for name in ("web-02", "web-03"))
    with nothing_done(bench):
        assert bench.call("keypair", **gone)["changed"] is False


@pytest.mark.parametrize("platform", ["ustack"], indirect=True)
def test_attaching_meets_trouble(bench: Bench) -> None:
    cases = [
        ({"attached_to": ["nix"]}, "attached_to: no server has the id or name nix"),
        ({"detached_from": ["twin"]}, "detached_from: 2 servers are named twin"),
        ({"attached_to": ["web-01"], "detached_from": ["web-01"]}, "is in both"),
        ({"attached_to": ["web-01"], "state": "absent"}, "attached_to"),
    ]
    for options, words in cases:
        with nothing_done(bench):
            refused(bench.call("keypair", **{"name": "deploy", **options}), words)
    result = bench.call("keypair", name="mine", public_key=A, attached_to=["web-02", "vault-01"])
    assert result["failed"] is True and result["changed"] is True and "HTTP 409" in result["msg"], result
    assert result["completed_steps"][0] == "create" and "attach web-02" in result["msg"]
