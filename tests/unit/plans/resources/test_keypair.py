# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of key pairs: comparing and checking keys, and which of them are recreated."""

from __future__ import annotations

import base64
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import Keypair
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.keypair import (
    KeypairSpec,
    check_public_key,
    find_servers,
    fingerprints,
    material,
    plan_keypair,
)
from ansible_collections.cloudserver.compute.tests.unit.execution.resources.keypair_samples import PRIVATE, A, B, public
from ansible_collections.cloudserver.compute.tests.unit.fakes import server


@given(st.sampled_from("abc"), st.sampled_from("abc"), st.text("x @-", max_size=9), st.sampled_from(["", "\n", "\r\n"]))
def test_comment_and_line_ends_do_not_count(one: str, other: str, comment: str, end: str) -> None:
    assert (material(public(one, comment) + end) == material(public(other))) == (one == other)


def test_a_certificate_is_compared_as_text_without_line_ends() -> None:
    pem = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n"
    assert material(pem) == material(pem.replace("\n", "\r\n") + "\n")
    assert material(pem) != material(pem.replace("MAo", "MAs"))
    assert material(None) is None


def test_a_good_key_stays_as_it_is() -> None:
    assert check_public_key(" " + A + " me@here\n", "ssh") == A + " me@here"
    pem = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----"
    assert check_public_key(pem + "\n", "x509") == pem


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (PRIVATE, None, "private key"),
        (PRIVATE, "x509", "private key"),
        ("", None, "one line"),
        ("ssh-ed25519", None, "one line"),
        (A + "\n" + B, None, "one line"),
        (A.replace("ssh-ed25519", "ssh-rsa"), None, "as type 'ssh-rsa', but its base64 text is of type 'ssh-ed25519'"),
        ("ssh-ed25519 not*base64 me", None, "not base64"),
        ("ssh-ed25519 AAAA", None, "incomplete"),
        (A[:-8], None, "incomplete"),
        ("ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519").decode(), None, "incomplete"),
        ("-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----", None, "type: x509"),
        (A, "x509", "certificate in PEM format"),
    ],
)
def test_what_is_no_public_key_is_said_so(text: str, kind: str | None, words: str) -> None:
    with pytest.raises(InvalidRequest, match="^public_key: ") as caught:
        check_public_key(text, kind)
    assert words in str(caught.value) and "c2VjcmV0" not in str(caught.value)


@given(st.text(max_size=80))
def test_any_text_is_a_key_or_refused_with_a_sentence(text: str) -> None:
    try:
        assert check_public_key(text, None) == text.strip()
    except InvalidRequest as error:
        assert str(error).startswith("public_key: ")


def test_the_type_counts_where_the_cloud_shows_it() -> None:
    existing = Keypair("k", A, "ssh")
    with pytest.raises(InvalidRequest, match="the type ssh"):
        plan_keypair(existing, KeypairSpec("k", kind="x509"))
    assert not plan_keypair(replace(existing, type=None), KeypairSpec("k", kind="x509")).changed
    assert not plan_keypair(existing, KeypairSpec("k", kind="ssh")).changed


def test_recreate_without_a_public_key_makes_a_new_one_where_the_file_is_missing() -> None:
    existing, wanted = Keypair("k", A), KeypairSpec("k", private_key_path="/f", recreate=True)
    assert [step.action for step in plan_keypair(existing, wanted).steps] == ["delete", "create"]
    assert not plan_keypair(existing, replace(wanted, has_file=True)).changed
    assert not plan_keypair(existing, replace(wanted, recreate=False)).changed
    assert not plan_keypair(existing, replace(wanted, private_key_path=None)).changed


def test_a_key_pair_without_a_key_is_not_created() -> None:
    with pytest.raises(InvalidRequest, match="set public_key to import a key, or private_key_path"):
        plan_keypair(None, KeypairSpec("k"))


def test_a_recreated_key_pair_is_attached_again_and_a_deleted_one_is_detached_first() -> None:
    on = replace(server("web"), key_name="k")
    recreated = plan_keypair(Keypair("k", A), KeypairSpec("k", public_key=B, recreate=True, attached_to=(on,)))
    assert [step.action for step in recreated.steps] == ["delete", "create", "attach"]
    gone = plan_keypair(Keypair("k", A), KeypairSpec("k", "absent", detached_from=(on, server("db"))))
    assert [(step.action, getattr(step.value, "name", None)) for step in gone.steps] == [
        ("detach", "web"),
        ("delete", None),
    ]
    assert not plan_keypair(None, KeypairSpec("k", "absent", detached_from=(on,))).changed


def test_what_the_cloud_does_not_show_is_asked_for() -> None:
    other = replace(server("web"), key_name="other")
    existing = Keypair("k", A)
    attach = plan_keypair(existing, KeypairSpec("k", attached_to=(other,)))
    assert attach.changed and attach.diff()["after"]["servers"] == ["web (id-web)"]
    assert plan_keypair(existing, KeypairSpec("k", detached_from=(other,))).changed


def test_servers_are_found_by_id_or_name() -> None:
    known = [server("web"), server("db"), replace(server("web"), id="other")]
    assert [each.id for each in find_servers(known, "o", ["id-web", "db", "id-db"])] == ["id-web", "id-db"]
    with pytest.raises(InvalidRequest, match="o: no server has the id or name nix"):
        find_servers(known, "o", ["nix"])
    with pytest.raises(InvalidRequest, match=r"o: 2 servers are named web \(id-web, other\); choose one by id"):
        find_servers(known, "o", ["web"])


def test_the_private_key_is_in_no_form_of_the_record() -> None:
    key = Keypair("k", A, private_key=PRIVATE)
    assert "PRIVATE" not in repr(key) + repr(key.as_dict()) + str(SimpleNamespace(key=key))


@pytest.mark.parametrize("form", ["lower", "upper", "named", "sha256"])
def test_a_fingerprint_decides_where_the_cloud_shows_no_key(form: str) -> None:
    pairs, named, sha256 = fingerprints(A)
    text = {"lower": pairs.lower(), "upper": pairs, "named": "MD5:" + pairs.lower(), "sha256": sha256}[form]
    assert named == "MD5:" + pairs and sha256.startswith("SHA256:")
    observed = Keypair("k", None, "ssh", text)
    assert not plan_keypair(observed, KeypairSpec("k", public_key=A)).changed
    with pytest.raises(InvalidRequest, match="exists with other key material"):
        plan_keypair(observed, KeypairSpec("k", public_key=B))
    with pytest.raises(InvalidRequest, match="exists with other key material"):
        plan_keypair(Keypair("k", None, "ssh"), KeypairSpec("k", public_key=A))


@pytest.mark.parametrize("text", ["", "x", "ssh-rsa !!", "-----BEGIN CERTIFICATE-----"])
def test_fingerprints_of_no_key(text: str) -> None:
    assert list(fingerprints(text)) == []
