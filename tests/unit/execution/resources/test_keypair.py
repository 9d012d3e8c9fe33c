# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key pairs carried out: no private key and no key pair is lost on the way."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
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
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.servers import Servers
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.keypair import apply_keypair
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.private_key_file import (
    PrivateKeyFile,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest, PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.keypair import (
    KeypairSpec,
    material,
    plan_keypair,
)
from ansible_collections.cloudserver.compute.tests.unit.execution.resources.keypair_samples import PRIVATE, A, B, public
from ansible_collections.cloudserver.compute.tests.unit.fakes import server


class FakeCloud:
    """Key pairs of one user; ``fail`` holds errors for calls, each used once, ``after`` says that it took effect."""

    def __init__(self, *keys: Keypair) -> None:
        self.keys = {key.name: key for key in keys}
        self.here = {"id-web": server("web"), "id-db": server("db")}
        self.calls: list[str] = []
        self.fail: dict[str, CloudError] = {}
        self.after = False

    @property
    def keypairs(self) -> FakeCloud:
        return self

    @property
    def servers(self) -> FakeCloud:
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
        self, name: str, public_key: str | None = None, kind: str | None = None, user_id: str | None = None, *_more: Any
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

    submit = Servers.submit

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
            self.here[server.id] = replace(self.here[server.id], key_name=name)
        elif self.here[server.id].key_name == name:
            self.here[server.id] = replace(self.here[server.id], key_name=None)
        return pending


def carry_out(cloud: Any, wanted: KeypairSpec, path: str | None = None, secrets: list[str] | None = None) -> bool:
    existing = cloud.keypairs.get(wanted.name)
    plan = plan_keypair(existing, wanted)
    place = PrivateKeyFile(path, wanted.recreate) if path and plan.changed else None
    try:
        apply_keypair(cloud, existing, plan, wanted, None, place, (secrets if secrets is not None else []).append)
    finally:
        if place:
            place.give_up()
    return plan.changed


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
        wanted = replace(wanted, attached_to=(cloud.here["id-web"],), detached_from=(cloud.here["id-db"],))
    if state == "present" and old and old != key and not recreate:
        with pytest.raises(InvalidRequest, match="other key material"):
            carry_out(cloud, wanted)
        assert cloud.calls == []
        return
    plan = plan_keypair(cloud.keypairs.get("k"), wanted)
    assert carry_out(cloud, wanted) == plan.changed == bool(cloud.calls)
    existing = cloud.keypairs.get("k")
    assert (existing is not None) == (state == "present")
    if existing and plan.after:
        assert plan.after["public_key"] == material(existing.public_key) == material(key)
    again = replace(
        wanted,
        attached_to=tuple(cloud.here[each.id] for each in wanted.attached_to),
        detached_from=tuple(cloud.here[each.id] for each in wanted.detached_from),
    )
    second = plan_keypair(existing, again)
    assert not second.changed
    assert second.before == second.after


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
def test_a_lost_response(tmp_path: Path, error: CloudError) -> None:
    """An import exists; a generated key pair is deleted again, for its private key is lost."""
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


def test_another_client_was_faster(tmp_path: Path) -> None:
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


def test_an_old_key_pair_that_cannot_be_restored_is_reported_whole() -> None:
    cloud = FakeCloud(Keypair("k", A, "ssh"))

    def broken(*all: Any, **more: Any) -> Keypair:
        raise BadRequest("no")

    cloud.create = broken  # type: ignore[method-assign]
    with pytest.raises(PartialFailure, match="restoring the old key pair failed") as caught:
        carry_out(cloud, KeypairSpec("k", public_key=B, recreate=True))
    assert A in str(caught.value) and caught.value.completed_steps == ("delete",)


def test_completed_steps_before_a_refusal_are_reported() -> None:
    cloud = FakeCloud()
    cloud.fail["attach id-db"] = Conflict("locked")
    both = (cloud.here["id-web"], cloud.here["id-db"])
    with pytest.raises(PartialFailure, match="locked") as caught:
        carry_out(cloud, KeypairSpec("k", public_key=A, attached_to=both))
    assert caught.value.completed_steps == ("create", "attach web (id-web)")


# -- the file ---------------------------------------------------------------------------------------------------------


def test_an_existing_file_is_not_overwritten_by_default(tmp_path: Path) -> None:
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
