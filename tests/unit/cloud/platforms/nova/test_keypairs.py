# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key pairs at the wire: what is sent to each platform, and how responses are read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    InvalidResponse,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import keypair
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.nova.resource_samples import (
    ROOTS,
    UNVERSIONED,
    junk,
    version_headers,
)

PLAIN = {"keypair": {"name": "k", "public_key": "ssh-rsa AAAA", "fingerprint": "aa:bb"}}


@pytest.mark.parametrize("platform", ["ustack", "huaweicloud"])
def test_key_pairs_without_microversions(wire: Any, reply: Any, connect: Any, platform: str) -> None:
    """Huawei Cloud has them where there is no key pair service."""
    given = {"endpoints": {"keypair": "none"}} if platform == "huaweicloud" else {}
    cloud, root = connect(platform, **given), ROOTS[platform] + "/os-keypairs"
    wire.expect("GET", root, query=[], absent=UNVERSIONED, reply=reply(200, {"keypairs": [PLAIN]}))
    wire.expect("GET", root + "/k", query=[], absent=UNVERSIONED, reply=reply(200, PLAIN))
    wire.expect("GET", root + "/none", reply=reply(404, {"itemNotFound": {"code": 404, "message": "gone"}}))
    made = {"keypair": {**PLAIN["keypair"], "private_key": "-----BEGIN"}}
    wire.expect("POST", root, json={"keypair": {"name": "k"}}, absent=UNVERSIONED, reply=reply(200, made))
    body = {"keypair": {"name": "k", "public_key": "ssh-rsa AAAA"}}
    wire.expect("POST", root, json=body, reply=reply(200, PLAIN))
    wire.expect("DELETE", root + "/k", query=[], reply=reply(202))
    wire.expect("DELETE", root + "/k", reply=reply(404, {"itemNotFound": {"code": 404, "message": "gone"}}))
    (listed,) = cloud.keypairs.list()
    assert listed == cloud.keypairs.get("k") and listed.public_key == "ssh-rsa AAAA" and listed.type is None
    assert cloud.keypairs.get("none") is None
    assert cloud.keypairs.create("k").private_key == "-----BEGIN"
    assert cloud.keypairs.create("k", "ssh-rsa AAAA", "ssh").private_key is None, (
        "type is not sent, ssh is all there is"
    )
    cloud.keypairs.delete("k")
    cloud.keypairs.delete("k")


@pytest.mark.parametrize(
    ("cloud_has", "generating"), [("2.1", "2.1"), ("2.2", "2.2"), ("2.91", "2.91"), ("2.92", "2.91"), ("2.104", "2.91")]
)
def test_generating_needs_a_version_below_2_92(
    wire: Any, reply: Any, connect: Any, cloud_has: str, generating: str
) -> None:
    cloud = connect(version=cloud_has)
    importing = "2.96" if cloud_has == "2.104" else cloud_has
    body = {"name": "k"} if cloud_has == "2.1" else {"name": "k", "type": "ssh"}
    wire.expect(
        "POST",
        "/v2.1/os-keypairs",
        json={"keypair": body},
        headers=version_headers(generating),
        reply=reply(201, PLAIN),
    )
    body = {**body, "public_key": "ssh-rsa AAAA"}
    wire.expect(
        "POST", "/v2.1/os-keypairs", json={"keypair": body}, headers=version_headers(importing), reply=reply(201, PLAIN)
    )
    assert cloud.keypairs.create("k", kind="ssh").name == "k"
    assert cloud.keypairs.create("k", "ssh-rsa AAAA", kind="ssh").name == "k"


def test_the_list_is_paged_from_2_35_on_by_the_name(wire: Any, reply: Any, connect: Any) -> None:
    first = {"keypairs": [PLAIN], "keypairs_links": [{"rel": "next", "href": "http://elsewhere/"}]}
    second = {"keypairs": [{"keypair": {**PLAIN["keypair"], "name": "l"}}]}
    root = "/v2.1/os-keypairs"
    wire.expect("GET", root, query=[("limit", "1000")], headers=version_headers("2.35"), reply=reply(200, first))
    wire.expect("GET", root, query=[("limit", "1000"), ("marker", "k")], reply=reply(200, second))
    assert [each.name for each in connect(version="2.35").keypairs.list()] == ["k", "l"]
    wire.expect("GET", root, query=[], headers=version_headers("2.34"), reply=reply(200, second))
    assert [each.name for each in connect(version="2.34").keypairs.list()] == ["l"]


def test_another_users_key_pairs(wire: Any, reply: Any, connect: Any) -> None:
    cloud, root, query = connect(version="2.10"), "/v2.1/os-keypairs", [("user_id", "u1")]
    wire.expect("GET", root, query=query, reply=reply(200, {"keypairs": []}))
    wire.expect("GET", root + "/k", query=query, reply=reply(200, PLAIN))
    body = {"keypair": {"name": "k", "public_key": "p", "user_id": "u1"}}
    wire.expect("POST", root, json=body, reply=reply(201, PLAIN))
    wire.expect("DELETE", root + "/k", query=query, reply=reply(204))
    assert list(cloud.keypairs.list("u1")) == []
    assert cloud.keypairs.get("k", "u1").name == "k"
    cloud.keypairs.create("k", "p", user_id="u1")
    cloud.keypairs.delete("k", "u1")


@pytest.mark.parametrize(
    ("platform", "version", "words"),
    [
        ("openstack", "2.9", "The cloud supports microversion 2.9, and naming the user of a key pair needs 2.10"),
        ("ustack", None, "Platform ustack has no operation keypair_users. Use the credentials of that user instead."),
        ("huaweicloud", None, "Platform huaweicloud has no operation keypair_users."),
    ],
)
def test_another_users_key_pair_is_refused_where_the_cloud_would_ignore_the_user(
    wire: Any, connect: Any, platform: str, version: str | None, words: str
) -> None:
    cloud = connect(platform, version=version)
    for ask in (
        lambda: cloud.keypairs.list("u1"),
        lambda: cloud.keypairs.get("k", "u1"),
        lambda: cloud.keypairs.create("k", "p", user_id="u1"),
        lambda: cloud.keypairs.delete("k", "u1"),
    ):
        with pytest.raises(UnsupportedOperation) as caught:
            ask()
        assert words in str(caught.value)
    assert wire.seen == []


def test_certificates_need_2_2(wire: Any, reply: Any, connect: Any) -> None:
    with pytest.raises(UnsupportedOperation, match=r"microversion 2\.1, and the type of a key pair needs 2\.2"):
        connect(version="2.1").keypairs.create("k", "p", "x509")
    with pytest.raises(UnsupportedOperation, match="key pairs of type ssh"):
        connect("huaweicloud").keypairs.create("k", "p", "x509")
    body = {"keypair": {"name": "k", "public_key": "p", "type": "x509"}}
    wire.expect("POST", "/v2.1/os-keypairs", json=body, reply=reply(201, PLAIN))
    connect(version="2.2").keypairs.create("k", "p", "x509")


def test_attaching_on_ustack(wire: Any, reply: Any, connect: Any) -> None:
    cloud, path = connect("ustack"), "/v2/p1/servers/s1/action"
    wire.expect("POST", path, json={"attachKeypairs": {"key_names": ["k", "l"]}}, reply=reply(202))
    wire.expect("POST", path, json={"detachKeypairs": {"key_names": ["k", "l"]}}, reply=reply(202))
    server = Server(id="s1", platform="x", name="web")
    for action in ("attach_keypairs", "detach_keypairs"):
        orders = [(server, Action(action, {"key_names": ("k", "l")}))]
        (pending,) = cloud.servers.perform(orders)
        assert pending.error is None and pending.label == "web (s1)"
        for platform, module in (("openstack", "os"), ("easystack", "os"), ("huaweicloud", "keypair")):
            with pytest.raises(UnsupportedOperation, match=action + ". Use server_" + module):
                connect(platform).servers.perform(orders)
    wire.expect("POST", path, reply=reply(404, {"itemNotFound": {"code": 404, "message": "no key"}}))
    (pending,) = cloud.servers.perform(orders)
    assert "Could not detach key pair k, l from the server web (s1): no key" in str(pending.error)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/"])
def test_no_name_leads_elsewhere(name: str, wire: Any, connect: Any) -> None:
    cloud = connect()
    for ask in (lambda: cloud.keypairs.delete(name), lambda: cloud.flavors.unset_extra_spec("f1", name)):
        with pytest.raises(BadRequest, match="is not a valid name"):
            ask()
    assert wire.seen == []


def test_names_are_quoted() -> None:
    assert path_segment("a b@c.d?#%") == "a%20b%40c.d%3F%23%25"


@pytest.mark.parametrize("body", [{}, {"keypair": None}, {"keypair": []}, []])
def test_responses_without_a_key_pair(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    wire.expect("GET", "/v2.1/os-keypairs/k", reply=reply(200, body))
    with pytest.raises(InvalidResponse, match="Could not show the key pair k"):
        connect().keypairs.get("k")
    wire.expect("POST", "/v2.1/os-keypairs", reply=reply(200, body))
    with pytest.raises(InvalidResponse, match="Could not create the key pair k"):
        connect().keypairs.create("k")


def test_a_key_pair_as_ustack_shows_it() -> None:
    shown = {
        "public_key": "ssh-rsa AAAA",
        "user_id": "5c5e",
        "name": "k",
        "deleted": False,
        "created_at": "2014-06-04T08:11:11.000000",
        "updated_at": None,
        "fingerprint": "aa:bb",
        "deleted_at": None,
        "id": 1402,
    }
    assert keypair(shown).as_dict() == {
        "name": "k",
        "public_key": "ssh-rsa AAAA",
        "type": None,
        "fingerprint": "aa:bb",
        "user_id": "5c5e",
        "created": "2014-06-04T08:11:11.000000",
        "id": 1402,
        "updated_at": None,
        "deleted": False,
        "deleted_at": None,
        "scope": None,
        "description": None,
        "is_key_protection": None,
    }


KEYPAIR_KEYS = "name public_key type created_at private_key user_id id updated_at deleted deleted_at".split()


@given(st.dictionaries(st.sampled_from(KEYPAIR_KEYS), junk))
def test_any_key_pair_is_a_record_or_has_no_name(data: dict[str, Any]) -> None:
    try:
        assert "private_key" not in keypair(data).as_dict()
    except InvalidResponse as error:
        assert "without name" in str(error) and not (isinstance(data.get("name"), str) and data["name"])
