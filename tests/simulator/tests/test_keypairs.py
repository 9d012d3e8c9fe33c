"""Key pairs of the Nova dialects and of huaweicloud."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
import struct
from typing import Any

import pytest

from simulator.state.keypairs import PRIVATE_KEY_MARKER, InvalidKey, decode, fingerprint, stable_public_key

ED25519 = stable_public_key("test")
BAD_KEYS = [
    "",
    "hello",
    "ssh-ed25519",
    "ssh-ed25519 !!!",
    "ssh-ed25519 AAAA",
    "ssh-rsa " + ED25519.split()[1],
    ED25519.split()[0] + " " + ED25519.split()[1][:-8],
    "ssh-ed25519 " + base64.b64encode(base64.b64decode(ED25519.split()[1]) + b"\0").decode(),
    "ssh-ed25519 " + base64.b64encode(struct.pack(">I", 11) + b"ssh-ed25519" + struct.pack(">I", 2) + b"ab").decode(),
    "ssh-dss " + base64.b64encode(struct.pack(">I", 7) + b"ssh-dss").decode(),
    "ssh-rsa "
    + base64.b64encode(
        struct.pack(">I", 7) + b"ssh-rsa" + struct.pack(">I", 1) + b"\3" + struct.pack(">I", 2) + b"\1\1"
    ).decode(),
]
MALFORMED = [
    ({}, "name"),
    ({"name": ""}, "too short"),
    ({"name": "a" * 256}, "too long"),
    ({"name": 5}, "'string'"),
    ({"name": " a"}, "whitespace"),
    ({"name": "a/b"}, "does not match"),
    ({"name": "a", "colour": "red"}, "colour"),
    ({"name": "a", "public_key": 7}, "'string'"),
    ({"name": "a", "type": "gpg"}, "does not match"),
    ([], "object"),
]


def create(cloud: Any, **fields: Any) -> Any:
    return cloud.post("/os-keypairs", {"keypair": fields})


@pytest.fixture
def nova_keys(huaweicloud: Any) -> Any:
    """The calls that huaweicloud serves as Nova does."""

    class Nova(type(huaweicloud)):  # type: ignore[misc]
        root = property(lambda self: "/v2.1/" + self.project_id)

    return Nova(huaweicloud.sim, huaweicloud.client, "huaweicloud")


def test_an_import_keeps_the_key_as_it_was_sent(openstack: Any) -> None:
    response = create(openstack, name="mine", public_key=ED25519 + "\n")
    made = response.json["keypair"]
    digest = hashlib.md5(base64.b64decode(ED25519.split()[1])).hexdigest()
    assert (response.status_code, made["public_key"], made["type"]) == (201, ED25519 + "\n", "ssh")
    assert made["fingerprint"].replace(":", "") == digest
    assert "private_key" not in made
    shown = openstack.get("/os-keypairs/mine").json["keypair"]
    assert {**made, **shown} == shown
    assert (shown["deleted"], shown["deleted_at"], shown["updated_at"]) == (False, None, None)
    assert [row["operation"] for row in openstack.log()[-2:]] == ["E39", None]


@pytest.mark.parametrize(("kind", "word"), [("ssh", "RSA PRIVATE KEY"), ("x509", "PRIVATE KEY")])
def test_a_generated_pair_shows_its_private_key_once(openstack: Any, kind: str, word: str) -> None:
    made = create(openstack.at("2.91"), name="new", type=kind).json["keypair"]
    lines = made["private_key"].splitlines()
    assert (lines[0], lines[-1]) == ("-----BEGIN %s-----" % word, "-----END %s-----" % word)
    assert lines[1] == "MIIEpAIBAAKCAQEA" + PRIVATE_KEY_MARKER
    assert made["fingerprint"] == fingerprint(made["public_key"], kind)
    other = create(openstack.at("2.91"), name="other", type=kind).json["keypair"]
    assert other["private_key"] != made["private_key"] and other["public_key"] != made["public_key"]
    for path in ("", "/new"):
        assert PRIVATE_KEY_MARKER not in openstack.get("/os-keypairs" + path).text
    assert PRIVATE_KEY_MARKER not in openstack.client.get("/_sim/requests").text
    assert openstack.log(operation="E38")[0]["status"] == 201


def test_an_import_of_a_certificate(openstack: Any) -> None:
    made = create(openstack.at("2.91"), name="cert", type="x509").json["keypair"]
    again = create(openstack, name="cert-2", type="x509", public_key=made["public_key"])
    assert (again.status_code, again.json["keypair"]["fingerprint"]) == (201, made["fingerprint"])
    for text in (ED25519, "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"):
        assert create(openstack, name="cert-3", type="x509", public_key=text).status_code == 400


@pytest.mark.parametrize("text", BAD_KEYS)
def test_public_keys_are_decoded(openstack: Any, text: str) -> None:
    with pytest.raises(InvalidKey):
        decode(text)
    response = create(openstack, name="bad", public_key=text)
    assert response.status_code == 400
    assert "Keypair data is invalid" in response.json["badRequest"]["message"]
    assert openstack.get("/os-keypairs/bad").status_code == 404


@pytest.mark.parametrize("curve", ["nistp256", "nistp384", "nistp521"])
def test_every_usual_type_decodes(curve: str) -> None:
    size = {"nistp256": 64, "nistp384": 96, "nistp521": 132}[curve]
    parts = [b"ecdsa-sha2-" + curve.encode(), curve.encode(), b"\4" + b"x" * size]
    blob = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    assert decode("ecdsa-sha2-%s %s a comment" % (curve, base64.b64encode(blob).decode())) == blob


@pytest.mark.parametrize(("body", "word"), MALFORMED)
def test_malformed_bodies(openstack: Any, body: Any, word: str) -> None:
    response = openstack.at("2.91").post("/os-keypairs", {"keypair": body})
    assert response.status_code == 400
    assert word in response.json["badRequest"]["message"]


def test_a_body_is_json_with_one_key(openstack: Any) -> None:
    assert openstack.request("POST", "/os-keypairs", data="{", content_type="application/json").status_code == 400
    assert openstack.request("POST", "/os-keypairs", data="{}", content_type="text/plain").status_code == 400
    assert openstack.post("/os-keypairs", {"keypair": {"name": "a", "public_key": ED25519}, "b": 1}).status_code == 400
    assert openstack.post("/os-keypairs", {"key": 1}).status_code == 400


@pytest.mark.parametrize(
    ("version", "fields", "status"),
    [
        ("2.1", {"type": "ssh"}, 400),
        ("2.1", {}, 200),
        ("2.2", {"type": "ssh"}, 201),
        ("2.9", {"user_id": "x"}, 400),
        ("2.91", {}, 201),
        ("2.92", {}, 400),
        ("2.92", {"public_key": ED25519}, 201),
    ],
)
def test_fields_and_status_by_microversion(openstack: Any, version: str, fields: dict[str, str], status: int) -> None:
    response = create(openstack.at(version), name="a", **fields)
    assert response.status_code == status
    if status < 300:
        assert ("type" in response.json["keypair"]) == (version != "2.1")
        assert openstack.at(version).delete("/os-keypairs/a").status_code == (202 if version == "2.1" else 204)


@pytest.mark.parametrize(("version", "status"), [("2.91", 400), ("2.92", 201)])
def test_names_with_dots_and_signs_are_new(openstack: Any, version: str, status: int) -> None:
    assert create(openstack.at(version), name="k@x.y 1", public_key=ED25519).status_code == status


def test_a_name_is_taken_once_for_each_user(keystone_cloud: Any) -> None:
    assert create(keystone_cloud, name="operators", public_key=ED25519).status_code == 409
    assert create(keystone_cloud.by("reader"), name="operators", public_key=ED25519).status_code in (200, 201)
    keystone_cloud.delete("/os-keypairs/operators")
    assert keystone_cloud.get("/os-keypairs/operators").status_code == 404
    assert keystone_cloud.delete("/os-keypairs/operators").status_code == 404
    assert keystone_cloud.by("reader").get("/os-keypairs/operators").status_code == 200


def test_other_users_keys_are_for_administrators(openstack: Any) -> None:
    user = openstack.get("/os-keypairs/operators").json["keypair"]["user_id"]
    query = {"query_string": {"user_id": user}}
    admin = openstack.by("admin")
    assert admin.get("/os-keypairs").json["keypairs"] == []
    assert [row["keypair"]["name"] for row in admin.get("/os-keypairs", **query).json["keypairs"]] == ["operators"]
    assert admin.get("/os-keypairs/operators", **query).status_code == 200
    assert create(admin, name="gift", public_key=ED25519, user_id=user).json["keypair"]["user_id"] == user
    for response in (
        openstack.by("reader").get("/os-keypairs", **query),
        openstack.by("reader").delete("/os-keypairs/operators", **query),
        create(openstack.by("reader"), name="b", public_key=ED25519, user_id=user),
    ):
        assert response.status_code == 403
    assert openstack.by("reader").at("2.9").get("/os-keypairs", **query).json["keypairs"] == []
    assert admin.delete("/os-keypairs/operators", **query).status_code == 204


def test_lists_are_paged_from_2_35_on(openstack: Any) -> None:
    for name in ("b", "a", "c"):
        create(openstack, name=name, public_key=ED25519)
    names: list[str] = []
    path, query = "/os-keypairs", "limit=2"
    for _page in range(3):
        document = openstack.get(path + "?" + query).json
        names += [row["keypair"]["name"] for row in document["keypairs"]]
        if "keypairs_links" not in document:
            break
        query = document["keypairs_links"][0]["href"].split("?")[1]
    assert names == ["a", "b", "c", "operators"]
    assert len(openstack.at("2.34").get(path + "?limit=2").json["keypairs"]) == 4
    assert openstack.get(path + "?marker=nobody").status_code == 400
    assert openstack.get(path + "?limit=x").status_code == 400
    assert openstack.get(path + "?colour=red").status_code == 400


def test_there_is_a_quota(openstack: Any) -> None:
    for number in range(99):
        assert create(openstack, name="k%d" % number, public_key=ED25519).status_code == 201
    assert create(openstack, name="one-more", public_key=ED25519).status_code == 403


def test_ustack_has_the_legacy_form(ustack: Any) -> None:
    response = create(ustack, name="k", public_key=ED25519)
    assert (response.status_code, "type" in response.json["keypair"]) == (200, False)
    assert create(ustack, name="k2").json["keypair"]["private_key"].count(PRIVATE_KEY_MARKER) == 1
    assert ustack.get("/os-keypairs/k").json["keypair"]["id"] >= 1
    assert len(ustack.get("/os-keypairs?limit=1").json["keypairs"]) == 4
    assert ustack.delete("/os-keypairs/k").status_code == 200
    seen = [row["operation"] for row in ustack.log() if "os-keypairs" in row["path"]]
    assert seen == ["U14", "U13", "U16", "U15", "U17"]


def test_huaweicloud_serves_novas_calls(nova_keys: Any) -> None:
    response = create(nova_keys, name="k")
    assert (response.status_code, "private_key" in response.json["keypair"]) == (200, True)
    rows = nova_keys.get("/os-keypairs").json["keypairs"]
    assert [row["keypair"]["name"] for row in rows] == ["k", "operators"]
    assert "type" not in rows[0]["keypair"]
    header = {"OpenStack-API-Version": "compute 2.35"}
    first = nova_keys.get("/os-keypairs?limit=1", headers=header).json
    assert first["keypairs"][0]["keypair"]["type"] == "ssh"
    assert "/v2.1/%s/os-keypairs?" % nova_keys.project_id in first["keypairs_links"][0]["href"]
    assert create(nova_keys, name="k").json["conflictingRequest"]["code"] == 409
    assert create(nova_keys, name="l", public_key="x").status_code == 400
    assert nova_keys.delete("/os-keypairs/k").status_code == 202
    assert nova_keys.get("/os-keypairs/k").json["itemNotFound"]["code"] == 404
    assert nova_keys.get("/os-keypairs", headers={"OpenStack-API-Version": "compute 2.61"}).status_code == 406


@pytest.mark.parametrize(
    ("action", "before", "names", "after"),
    [
        ("attachKeypairs", [], ["operators", "deploy", "deploy"], ["operators", "deploy"]),
        ("attachKeypairs", ["deploy"], ["deploy"], ["deploy"]),
        ("detachKeypairs", ["operators", "deploy"], ["operators"], ["deploy"]),
        ("detachKeypairs", [], ["deploy"], []),
    ],
)
def test_ustack_attaches_and_detaches(
    ustack: Any, action: str, before: list[str], names: list[str], after: list[str]
) -> None:
    if before:
        ustack.act("web-02", {"attachKeypairs": {"key_names": before}})
    response = ustack.act("web-02", {action: {"key_names": names}})
    assert (response.status_code, response.data) == (202, b"")
    assert ustack.seen("web-02")["key_names"] == after
    assert ustack.show("web-02")["key_name"] == (after[0] if after else None)
    assert ustack.log(operation="U18" if action[0] == "a" else "U19")[-1]["name"] == action


@pytest.mark.parametrize(
    ("name", "argument", "status"),
    [
        ("web-02", None, 400),
        ("web-02", {}, 400),
        ("web-02", {"key_names": []}, 400),
        ("web-02", {"key_names": "a"}, 400),
        ("web-02", {"key_names": [1]}, 400),
        ("web-02", {"key_names": ["nobody"]}, 404),
        ("vault-01", {"key_names": ["deploy"]}, 409),
    ],
)
def test_bad_attachments(ustack: Any, name: str, argument: Any, status: int) -> None:
    for action in ("attachKeypairs", "detachKeypairs"):
        assert ustack.act(name, {action: argument}).status_code == status
    assert ustack.seen(name)["key_names"] == []


def test_attachments_are_ustacks_own(openstack: Any) -> None:
    assert openstack.act("web-01", {"attachKeypairs": {"key_names": ["operators"]}}).status_code == 400
