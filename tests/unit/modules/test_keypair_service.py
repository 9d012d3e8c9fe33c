# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keypair with the key pair service of Huawei Cloud: key pairs of the account, private keys that the cloud keeps, and
clouds without the service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from modules.bench import Bench, nothing_done, refused

HUAWEI = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
A = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh me@here"
LINE = "c2VjcmV0LWxpbmUtdGhhdC1ub2JvZHktbWF5LXJlYWQ"
PRIVATE = "-----BEGIN RSA PRIVATE KEY-----\n%s\n-----END RSA PRIVATE KEY-----\n" % LINE
UNKNOWN_API = {"error_code": "APIGW.0101", "error_msg": "The API does not exist", "request_id": "r"}


def call(bench: Bench, **options: Any) -> dict[str, Any]:
    result = bench.call("keypair", **{"name": "mine", **options})
    assert LINE not in json.dumps(result)
    return result


def shown(bench: Bench, name: str = "mine") -> dict[str, Any]:
    (found,) = bench.call("keypair_info", name=name)["keypairs"]
    return dict(found)


def paths(bench: Bench) -> list[str]:
    return [row["path"].rpartition("/")[2] for row in bench.requests() if "keypairs" in row["path"]]


@HUAWEI
def test_the_account(bench: Bench) -> None:
    options = {"public_key": A, "scope": "account"}
    with nothing_done(bench):
        predicted = call(bench, check=True, diff=True, **options)
    done = call(bench, diff=True, **options)
    assert predicted["changed"] is done["changed"] is True and predicted["diff"] == done["diff"]
    assert done["keypair"]["scope"] == shown(bench)["scope"] == "account"
    assert {"keypair": {"name": "mine", "public_key": A, "scope": "domain"}} in bench.changing_requests()
    with nothing_done(bench):
        assert call(bench, **options)["changed"] is call(bench, public_key=A)["changed"] is False
        refused(call(bench, public_key=A, scope="user"), "mine exists with the scope account", "recreate: true")
    assert call(bench, public_key=A, scope="user", recreate=True)["changed"]
    assert shown(bench)["scope"] == "user" and shown(bench, "operators")["scope"] == "user"
    with nothing_done(bench):
        assert not call(bench, state="absent", scope="account")["changed"]
    assert call(bench, state="absent", scope="user")["changed"]


@HUAWEI
def test_private_keys_that_the_cloud_keeps(bench: Bench, tmp_path: Path) -> None:
    protection = {"encryption": "kms", "kms_key_id": "k1", "private_key": PRIVATE}
    done = call(bench, public_key=A, key_protection=protection)
    assert done["changed"] and done["keypair"]["is_key_protection"] is shown(bench)["is_key_protection"] is True
    assert LINE not in json.dumps(bench.requests())
    with nothing_done(bench):
        assert not call(bench, public_key=A, key_protection=protection)["changed"]
    made = call(bench, name="made", private_key_path=str(tmp_path / "made"), key_protection={})
    assert made["changed"] and shown(bench, "made")["is_key_protection"] is True
    assert "PRIVATE KEY-----" in (tmp_path / "made").read_text() and "PRIVATE KEY-----" not in json.dumps(made)
    call(bench, name="plain", private_key_path=str(tmp_path / "plain"))
    again = {"name": "plain", "private_key_path": str(tmp_path / "plain"), "key_protection": {}}
    with nothing_done(bench):
        refused(call(bench, **again), "plain exists with a private key that the cloud does not keep")


@HUAWEI
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"public_key": A, "key_protection": {}}, "public_key and key_protection.private_key go together"),
        ({"private_key_path": "x", "key_protection": {"private_key": PRIVATE}}, "go together"),
        ({"public_key": A, "key_protection": {"private_key": LINE}}, "not a private key in PEM format"),
        ({"private_key_path": "x", "key_protection": {"encryption": "kms"}}, "goes together with kms_key_name"),
        ({"private_key_path": "x", "key_protection": {"kms_key_name": "k"}}, "encryption: kms goes together"),
        ({"name": "two words", "public_key": A}, "name: the name 'two words': a key pair's name has up to 255 letters"),
        ({"public_key": A, "scope": "domain"}, "value of scope must be one of: user, account"),
    ],
    ids=str,
)
def test_bad_input(bench: Bench, options: dict[str, Any], words: str) -> None:
    for check in (True, False):
        with nothing_done(bench):
            refused(call(bench, check=check, **options), words)


@pytest.mark.parametrize("platform", ["openstack", "easystack", "ustack"], indirect=True)
@pytest.mark.parametrize("options", [{"scope": "user"}, {"key_protection": {"private_key": PRIVATE}}], ids=str)
def test_other_platforms(bench: Bench, options: dict[str, Any]) -> None:
    with nothing_done(bench):
        refused(call(bench, public_key=A, **options), "no operation keypair_scopes", "without scope and key_protection")


@HUAWEI
def test_a_cloud_without_the_service(bench: Bench) -> None:
    """The first request shows it, and is sent once in a run; the task warns."""
    bench.control("POST", "/faults", {
        "platform": "huaweicloud", "path": "^/v3/[0-9a-f]+/", "do": {"status": 404, "body": UNKNOWN_API},
    })  # fmt: skip
    done = call(bench, public_key=A)
    assert done["changed"] and "no key pair service (KPS)" in done["warnings"][0] and len(done["warnings"]) == 1
    assert paths(bench) == ["mine", "mine", "os-keypairs"], "KPS once, then Nova"
    refused(call(bench, name="ours", public_key=A, scope="account"), "no operation keypair_scopes")


@HUAWEI
def test_an_option_says_that_there_is_none(bench: Bench) -> None:
    bench.options["endpoints"] = {"keypair": "none"}
    done = call(bench, public_key=A)
    assert done["changed"] and not done.get("warnings") and done["keypair"]["scope"] is None
    assert {row["path"].split("/")[1] for row in bench.requests() if "keypairs" in row["path"]} == {"v2.1"}


@HUAWEI
def test_a_request_that_is_lost_is_not_sent_to_nova(bench: Bench) -> None:
    bench.fault("import keypair", reset="before")
    refused(call(bench, public_key=A), "Could not import the key pair mine")
    assert not any("os-keypairs" in row["path"] for row in bench.requests())
