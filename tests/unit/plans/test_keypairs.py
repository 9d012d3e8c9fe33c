# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key pairs: what is planned, what is done, and that no private key and no key pair is lost on the way."""

from __future__ import annotations

import base64
import os
import stat
import struct
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    Conflict,
    InvalidResponse,
    ResponseLost,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import Keypair
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.keypair import apply_keypair
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.private_key_file import (
    PrivateKeyFile,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest, PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.keypair import (
    KeypairSpec,
    check_public_key,
    find_servers,
    material,
    plan_keypair,
)
from ansible_collections.cloudserver.compute.tests.unit.fakes import server


def public(seed: str, comment: str = "") -> str:
    def field(data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + data

    blob = base64.b64encode(field(b"ssh-ed25519") + field(seed.encode().ljust(32, b"."))).decode()
    return f"ssh-ed25519 {blob} {comment}".strip()


A, B = public("a"), public("b")
PRIVATE = "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0\n-----END RSA PRIVATE KEY-----\n"


class FakeCloud:
    """Key pairs of one user; ``fail`` holds errors for calls, each used once, ``after`` says that it took effect."""

    def __init__(self, *keys: Keypair) -> None:
        self.keys = {key.name: key for key in keys}
        self.servers = {"id-web": server("web"), "id-db": server("db")}
        self.calls: list[str] = []
        self.fail: dict[str, CloudError] = {}
        self.after = False

    @property
    def keypairs(self) -> FakeCloud:
        return self

    def _begin(self, call: str) -> CloudError | None:
        self.calls.append(call)
        error = self.fail.pop(call, None)
        if error and not self.after:
            raise error
        return error

    def get(self, name: str, user_id: str | None = None) -> Keypair | None:
        return self.keys.get(name)

    def create(
        self, name: str, public_key: str | None = None, kind: str | None = None, user_id: str | None = None
    ) -> Keypair:
        error = self._begin("create")
        if name in self.keys:
            raise Conflict("taken")
        made = Keypair(name, public_key or public(f"generated {len(self.calls)}"), kind or "ssh")
        self.keys[name] = made
        if error:
            raise error
        return made if public_key else replace(made, private_key=PRIVATE)

    def delete(self, name: str, user_id: str | None = None) -> None:
        self._begin("delete")
        self.keys.pop(name, None)

    def perform(self, orders: Any) -> list[PendingAction]:
        return [self._one(server, action) for server, action in orders]

    def _one(self, server: Server, action: Action) -> PendingAction:
        (name,) = action.arguments["key_names"]
        pending = PendingAction(server.id, action.action, server.name)
        try:
            self._begin("%s %s" % (action.action.replace("_keypairs", ""), server.id))
        except CloudError as error:
            return replace(pending, error=error)
        if action.action == "attach_keypairs":
            self.servers[server.id] = replace(self.servers[server.id], key_name=name)
        elif self.servers[server.id].key_name == name:
            self.servers[server.id] = replace(self.servers[server.id], key_name=None)
        return pending


def carry_out(cloud: Any, wanted: KeypairSpec, path: str | None = None, secrets: list[str] | None = None) -> bool:
    there = cloud.keypairs.get(wanted.name)
    todo = plan_keypair(there, wanted)
    place = PrivateKeyFile(path, wanted.recreate) if path and todo.changed else None
    try:
        apply_keypair(cloud, there, todo, wanted, None, place, (secrets if secrets is not None else []).append)
    finally:
        if place:
            place.give_up()
    return todo.changed


# -- comparing and checking -------------------------------------------------------------------------------------------


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


# -- plans ------------------------------------------------------------------------------------------------------------


@given(
    old=st.sampled_from([None, A, B]),
    state=st.sampled_from(["present", "absent"]),
    key=st.sampled_from([A, B]),
    recreate=st.booleans(),
    attach=st.booleans(),
)
def test_a_plan_that_is_carried_out_leaves_nothing_to_do(
    old: str | None, state: str, key: str, recreate: bool, attach: bool
) -> None:
    cloud = FakeCloud(*([Keypair("k", old, "ssh")] if old else []))
    wanted = KeypairSpec("k", state, key, recreate=recreate)
    if attach and state == "present":
        wanted = replace(wanted, attached_to=(cloud.servers["id-web"],), detached_from=(cloud.servers["id-db"],))
    if state == "present" and old and old != key and not recreate:
        with pytest.raises(InvalidRequest, match="other key material"):
            carry_out(cloud, wanted)
        assert cloud.calls == []
        return
    todo = plan_keypair(cloud.keypairs.get("k"), wanted)
    assert carry_out(cloud, wanted) == todo.changed == bool(cloud.calls)
    there = cloud.keypairs.get("k")
    assert (there is not None) == (state == "present")
    if there and todo.after:
        assert todo.after["public_key"] == material(there.public_key) == material(key)
    again = replace(
        wanted,
        attached_to=tuple(cloud.servers[each.id] for each in wanted.attached_to),
        detached_from=tuple(cloud.servers[each.id] for each in wanted.detached_from),
    )
    second = plan_keypair(there, again)
    assert not second.changed
    assert second.before == second.after


def test_the_type_counts_where_the_cloud_tells_it() -> None:
    there = Keypair("k", A, "ssh")
    with pytest.raises(InvalidRequest, match="the type ssh"):
        plan_keypair(there, KeypairSpec("k", kind="x509"))
    assert not plan_keypair(replace(there, type=None), KeypairSpec("k", kind="x509")).changed
    assert not plan_keypair(there, KeypairSpec("k", kind="ssh")).changed


def test_recreate_without_a_public_key_makes_a_new_one_where_the_file_is_missing() -> None:
    there, wanted = Keypair("k", A), KeypairSpec("k", private_key_path="/f", recreate=True)
    assert [step.action for step in plan_keypair(there, wanted).steps] == ["delete", "create"]
    assert not plan_keypair(there, replace(wanted, has_file=True)).changed
    assert not plan_keypair(there, replace(wanted, recreate=False)).changed
    assert not plan_keypair(there, replace(wanted, private_key_path=None)).changed


def test_a_key_pair_of_nothing_is_not_made() -> None:
    with pytest.raises(InvalidRequest, match="set public_key to import a key, or private_key_path"):
        plan_keypair(None, KeypairSpec("k"))


def test_a_key_pair_that_is_made_anew_is_attached_again_and_one_that_goes_is_detached_first() -> None:
    on = replace(server("web"), key_name="k")
    anew = plan_keypair(Keypair("k", A), KeypairSpec("k", public_key=B, recreate=True, attached_to=(on,)))
    assert [step.action for step in anew.steps] == ["delete", "create", "attach"]
    gone = plan_keypair(Keypair("k", A), KeypairSpec("k", "absent", detached_from=(on, server("db"))))
    assert [(step.action, getattr(step.value, "name", None)) for step in gone.steps] == [
        ("detach", "web"),
        ("delete", None),
    ]
    assert not plan_keypair(None, KeypairSpec("k", "absent", detached_from=(on,))).changed


def test_what_the_cloud_does_not_show_is_asked_for() -> None:
    other = replace(server("web"), key_name="other")
    there = Keypair("k", A)
    attach = plan_keypair(there, KeypairSpec("k", attached_to=(other,)))
    assert attach.changed and attach.diff()["after"]["servers"] == ["web (id-web)"]
    assert plan_keypair(there, KeypairSpec("k", detached_from=(other,))).changed


def test_servers_are_found_by_id_or_name() -> None:
    known = [server("web"), server("db"), replace(server("web"), id="other")]
    assert [each.id for each in find_servers(known, "o", ["id-web", "db", "id-db"])] == ["id-web", "id-db"]
    with pytest.raises(InvalidRequest, match="o: no server has the id or name nix"):
        find_servers(known, "o", ["nix"])
    with pytest.raises(InvalidRequest, match=r"o: 2 servers are named web \(id-web, other\); choose one by id"):
        find_servers(known, "o", ["web"])


# -- carrying out -----------------------------------------------------------------------------------------------------


def test_a_generated_private_key_is_in_the_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    cloud, path, secrets = FakeCloud(), tmp_path / "key", []
    old = os.umask(0)
    try:
        assert carry_out(cloud, KeypairSpec("k", private_key_path=str(path)), str(path), secrets)
    finally:
        os.umask(old)
    assert path.read_text() == PRIVATE and secrets == [PRIVATE]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["key"]


def test_a_disk_that_is_full_costs_the_key_pair_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    cloud, path = FakeCloud(), tmp_path / "key"
    with pytest.raises(InvalidRequest, match="No space left on device.* so the key pair k was deleted again") as caught:
        carry_out(cloud, KeypairSpec("k", private_key_path=str(path)), str(path))
    assert cloud.keys == {} and os.listdir(tmp_path) == []
    assert "c2VjcmV0" not in str(caught.value)


def test_a_key_pair_that_cannot_be_deleted_again_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(source: str, target: str) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "replace", broken)
    cloud = FakeCloud()
    cloud.fail["delete"] = ServerError("out of order")
    with pytest.raises(InvalidRequest, match="Input/output error.* could not be deleted again, .*: out of order"):
        carry_out(cloud, KeypairSpec("k", private_key_path="x"), str(tmp_path / "key"))
    assert os.listdir(tmp_path) == []


def test_a_cloud_that_gives_no_private_key(tmp_path: Path) -> None:
    cloud = FakeCloud()
    cloud.create = lambda *all, **more: Keypair("k", A)  # type: ignore[method-assign, assignment]
    with pytest.raises(InvalidRequest, match="without a private key, so the key pair k was deleted again"):
        carry_out(cloud, KeypairSpec("k", private_key_path="x"), str(tmp_path / "key"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("error", [ResponseLost("lost"), ServerError("500"), InvalidResponse("html")], ids=repr)
def test_a_lost_answer(tmp_path: Path, error: CloudError) -> None:
    """An import is there; a generated key pair goes again, for nobody has its private key."""
    cloud = FakeCloud()
    cloud.after = True
    cloud.fail["create"] = error
    assert carry_out(cloud, KeypairSpec("k", public_key=A))
    assert material(cloud.keys["k"].public_key) == A
    cloud = FakeCloud()
    cloud.after = True
    cloud.fail["create"] = error
    with pytest.raises(PartialFailure, match="was deleted again, because its private key is lost"):
        carry_out(cloud, KeypairSpec("k", private_key_path="x"), str(tmp_path / "key"))
    assert cloud.keys == {} and os.listdir(tmp_path) == []


def test_somebody_else_was_faster(tmp_path: Path) -> None:
    class Race(FakeCloud):
        def get(self, name: str, user_id: str | None = None) -> Keypair | None:
            return self.keys.get(name) if self.calls else None

    assert carry_out(Race(Keypair("k", A + " theirs")), KeypairSpec("k", public_key=A))
    with pytest.raises(PartialFailure, match="taken") as caught:
        carry_out(Race(Keypair("k", B)), KeypairSpec("k", public_key=A))
    assert caught.value.completed_steps == ()
    theirs = Race(Keypair("k", A))
    with pytest.raises(PartialFailure, match="taken"):
        carry_out(theirs, KeypairSpec("k", private_key_path="x"), str(tmp_path / "key"))
    assert theirs.keys, "what somebody else made is not deleted"


def test_the_old_key_pair_is_put_back_where_the_new_one_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = FakeCloud(Keypair("k", A + " me", "ssh"))
    cloud.fail["create"] = BadRequest("the cloud does not like it")
    with pytest.raises(PartialFailure, match="does not like it.* was restored") as caught:
        carry_out(cloud, KeypairSpec("k", public_key=B, recreate=True))
    assert cloud.keys["k"] == Keypair("k", A + " me", "ssh") and caught.value.completed_steps == ()

    def broken(source: str, target: str) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(InvalidRequest, match="deleted again.*was restored"):
        carry_out(cloud, KeypairSpec("k", private_key_path="x", recreate=True), str(tmp_path / "key"))
    assert cloud.keys["k"].public_key == A + " me"


def test_an_old_key_pair_that_cannot_be_put_back_is_told_whole() -> None:
    cloud = FakeCloud(Keypair("k", A, "ssh"))

    def broken(*all: Any, **more: Any) -> Keypair:
        raise BadRequest("no")

    cloud.create = broken  # type: ignore[method-assign]
    with pytest.raises(PartialFailure, match="restoring the old key pair failed") as caught:
        carry_out(cloud, KeypairSpec("k", public_key=B, recreate=True))
    assert A in str(caught.value) and caught.value.completed_steps == ("delete",)


def test_what_was_done_before_a_refusal_is_told() -> None:
    cloud = FakeCloud()
    cloud.fail["attach id-db"] = Conflict("locked")
    both = (cloud.servers["id-web"], cloud.servers["id-db"])
    with pytest.raises(PartialFailure, match="locked") as caught:
        carry_out(cloud, KeypairSpec("k", public_key=A, attached_to=both))
    assert caught.value.completed_steps == ("create", "attach web (id-web)")


# -- the file ---------------------------------------------------------------------------------------------------------


def test_a_file_that_is_there_is_not_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("mine")
    with pytest.raises(InvalidRequest, match="exists and would be overwritten"):
        PrivateKeyFile(str(path), False)
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    with pytest.raises(InvalidRequest, match="exists and would be overwritten"):
        PrivateKeyFile(str(dangling), False)
    place = PrivateKeyFile(str(path), True)
    place.give_up()
    assert path.read_text() == "mine"
    place = PrivateKeyFile(str(path), True)
    place.write("new")
    place.give_up()
    assert path.read_text() == "new\n" and stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(OSError, match="it was cancelled"):
        place.write("again")
    assert sorted(os.listdir(tmp_path)) == ["dangling", "key"]


def test_a_place_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="is a directory; name a file in it"):
        PrivateKeyFile(str(tmp_path), True)
    with pytest.raises(InvalidRequest, match="cannot be written: No such file or directory"):
        PrivateKeyFile(str(tmp_path / "no" / "key"), False)
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidRequest, match="cannot be written: Not a directory"):
        PrivateKeyFile(str(tmp_path / "file" / "key"), False)


def test_a_key_that_is_no_text_leaves_nothing(tmp_path: Path) -> None:
    cloud = FakeCloud()
    made = Keypair("k", A, private_key="\ud800")
    cloud.create = lambda *all, **more: made  # type: ignore[method-assign, assignment]
    with pytest.raises(InvalidRequest, match="could not be written"):
        carry_out(cloud, KeypairSpec("k", private_key_path="x"), str(tmp_path / "key"))
    assert os.listdir(tmp_path) == []


def test_the_private_key_is_in_no_form_of_the_record() -> None:
    key = Keypair("k", A, private_key=PRIVATE)
    assert "PRIVATE" not in repr(key) + repr(key.as_dict()) + str(SimpleNamespace(key=key))
