"""Stored passwords on the simulator, by the actions: the password that a server has is in the store, always."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from modules import conftest as modules
from modules.bench import NOVA, Bench, action

from ansible_collections.cloudserver.compute.plugins.action import password_store as password_store_action
from ansible_collections.cloudserver.compute.plugins.action import server_password_rotation
from ansible_collections.cloudserver.compute.plugins.plugin_utils import locked_file, password_store
from ansible_collections.cloudserver.compute.plugins.plugin_utils.password_places import (
    FilePlace,
    HashiVaultPlace,
    PlainText,
    StoreError,
    VaultCipher,
)

WEB = ("web-01", "web-02")

#: The fixtures of the tests of modules.
bench, ready = modules.bench, modules.ready


class Store:
    """A store in a file of a test, and the two actions on it."""

    def __init__(self, bench: Bench, path: Path) -> None:
        self.bench = bench
        self.path = path
        self.secret = path.with_name("vault-password")
        self.secret.write_text("of the vault\n")
        self.options = {"path": str(path), "vault_password_file": str(self.secret)}

    def servers(self, names: tuple[str, ...] = WEB) -> list[dict[str, str]]:
        return [{"id": self.bench.id_of(name), "name": name} for name in names]

    def call(self, name: str, check: bool, variables: dict[str, Any], **options: Any) -> dict[str, Any]:
        made = action(name, {"store": self.options, **options}, check=check)
        made._loader = DataLoader()
        result: dict[str, Any] = made.run(task_vars=variables)
        assert "exception" not in result, result
        return result

    def rotate(self, revision: str, check: bool = False, variables: dict[str, Any] | None = None, **own: Any) -> Any:
        options = {**self.bench.options, "api_retries": 1, "servers": self.servers(), "revision": revision, **own}
        return self.call("server_password_rotation", check, variables or {}, **options)

    def keep(self, state: str, check: bool = False, variables: dict[str, Any] | None = None, **options: Any) -> Any:
        return self.call("password_store", check, variables or {}, state=state, **options)

    def history(self, name: str) -> list[dict[str, Any]]:
        found = self.keep("read", servers=self.servers((name,)), return_passwords=True)
        assert found["_ansible_no_log"]
        ((_key, row),) = found["servers"].items()
        return list(row["history"])

    def states(self, name: str) -> dict[str, str]:
        return {row["revision"]: row["state"] for row in self.history(name)}

    def holds_what_servers_have(self, names: tuple[str, ...] = WEB) -> bool:
        for name in names:
            server = self.bench.server(name)
            stored = {hashlib.sha256(row["password"].encode()).hexdigest() for row in self.history(name)}
            if not {server["password"], server["pending_password"]} - {None} <= stored:
                return False
        return True


@pytest.fixture
def store(bench: Bench, tmp_path: Path) -> Store:
    return Store(bench, tmp_path / "passwords.vault")


def everywhere(test: Any) -> Any:
    return pytest.mark.parametrize("platform", ["openstack", "easystack", "ustack", "huaweicloud"])(test)


@everywhere
def test_a_password_is_stored_set_and_removed_when_the_next_one_is_in_force(store: Store) -> None:
    at_boot = store.bench.platform == "huaweicloud"
    first = store.rotate("r1")
    assert first["changed"] and set(first["states"].values()) == {"set" if at_boot else "in_force"}
    assert store.holds_what_servers_have()
    text = store.path.read_bytes()
    assert text.startswith(b"$ANSIBLE_VAULT;") and stat.S_IMODE(store.path.stat().st_mode) == 0o600
    passwords = {row["password"] for row in store.history("web-01")}
    assert not any(password in json.dumps(first) for password in passwords)
    assert store.rotate("r1")["changed"] is False
    store.rotate("r2")
    store.rotate("r3")
    assert store.holds_what_servers_have()
    kept = {"r1": "set", "r2": "set", "r3": "set"} if at_boot else {"r2": "superseded", "r3": "in_force"}
    assert store.states("web-01") == kept
    assert sorted(os.listdir(store.path.parent)) == ["passwords.vault", "passwords.vault.lock", "vault-password"]


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_server_that_boots_between_revisions_has_a_stored_password(store: Store) -> None:
    store.rotate("r1", apply="now")
    for revision in ("r2", "r3", "r4"):
        store.rotate(revision)
        assert store.holds_what_servers_have()
    # It runs with r1 still; the ones between were never in force.
    assert set(store.states("web-01")) == {"r1", "r2", "r3", "r4"}
    store.rotate("r5", apply="now")
    assert store.holds_what_servers_have()
    servers = store.servers(("web-01",))
    assert store.keep("in_force", check=True, revision="r5", servers=servers, keep_last=0)["changed"]
    assert store.keep("in_force", revision="r5", servers=servers, keep_last=0)["changed"]
    assert store.states("web-01") == {"r5": "in_force"}
    assert not store.keep("in_force", revision="r5", servers=servers)["changed"]
    assert "no password has the revision r9" in store.keep("in_force", revision="r9", servers=servers)["msg"]


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_guest_without_its_plugin_keeps_a_stored_password(store: Store) -> None:
    store.rotate("r1", apply="now")
    for name in WEB:
        store.bench.change(name, reset_plugin=False)
    for revision in ("r2", "r3", "r4"):
        store.rotate(revision, apply="now", keep_last=0)
        assert store.holds_what_servers_have()


@pytest.mark.parametrize("platform", NOVA)
def test_a_server_that_missed_revisions_has_a_stored_password(store: Store) -> None:
    store.rotate("r1")
    store.bench.change("web-01", status="SHUTOFF")
    for revision in ("r2", "r3"):
        result = store.rotate(revision, keep_last=0)
        assert result["failed"] and "web-01" in result["msg"]
        assert store.holds_what_servers_have()
    assert store.states("web-01") == {"r1": "in_force", "r2": "issued", "r3": "issued"}
    store.bench.change("web-01", status="ACTIVE")
    assert not store.rotate("r3", keep_last=0).get("failed")
    assert store.holds_what_servers_have()
    assert "r3" in store.states("web-01")


@pytest.mark.parametrize("platform", NOVA)
def test_a_lost_response_loses_no_password(store: Store) -> None:
    store.rotate("r1")
    store.bench.fault("change password", reset="after", times=20)
    store.rotate("r2", keep_last=0)
    assert store.holds_what_servers_have()
    store.bench.control("DELETE", "/faults")
    store.rotate("r3", keep_last=0)
    assert store.holds_what_servers_have()


@everywhere
def test_check_mode_writes_and_asks_nothing(store: Store) -> None:
    assert store.rotate("r1", check=True)["changed"]
    assert store.keep("issued", check=True, revision="r1", servers=store.servers())["changed"]
    assert not store.path.exists()
    assert all(store.bench.server(name)["password_changes"] == 0 for name in WEB)


@pytest.mark.parametrize("platform", ["openstack"])
def test_chosen_passwords_come_by_variables(store: Store) -> None:
    variables = {"mine": "Chosen-by-me-1"}
    result = store.rotate("r1", variables=variables, password_variable="mine")
    assert result["changed"] and "Chosen-by-me-1" not in json.dumps(result)
    assert store.holds_what_servers_have()
    servers = store.servers()
    several = {"all": {server["id"]: "Of-%s" % server["name"] for server in servers}}
    made = action(
        "server_password_rotation",
        {**store.bench.options, "servers": servers, "revision": "r2", "passwords_variable": "all"},
    )
    assert made.run(task_vars=several)["changed"]
    assert store.bench.server("web-01")["password"] == hashlib.sha256(b"Of-web-01").hexdigest()


@pytest.mark.parametrize("platform", ["openstack"])
@pytest.mark.parametrize(
    "options, words",
    [
        ({"store": {}}, "set path or hashi_vault"),
        ({"store": {"path": "x", "hashi_vault": {"path": "y"}}}, "are mutually exclusive"),
        ({"store": {"path": "x"}}, "no vault password"),
        ({"store": {"path": "/nowhere/x", "allow_plain_text": True}}, "/nowhere/x.lock cannot be opened"),
        ({"store": {"path": "x", "vault_password_file": "nowhere"}}, "nowhere was not found"),
        ({"length": 8}, "length: 8 is out of range; use 12 to 26"),
        ({"servers": [{"name": "web-01"}]}, "mapping with id and name"),
        ({"password_variable": "nobody"}, "no variable nobody"),
        ({"keep_last": -1}, "keep_last"),
    ],
)
def test_what_cannot_be_is_refused_before_the_cloud_is_asked(store: Store, options: dict[str, Any], words: str) -> None:
    result = store.rotate("r1", **options)
    assert result["failed"] and words in result["msg"], result
    assert result["msg"].endswith("nothing was done") and "\n" not in result["msg"]
    assert store.bench.server("web-01")["password_changes"] == 0


@pytest.mark.parametrize("platform", ["openstack"])
def test_no_process_and_no_file_gets_a_password_whatever_the_task_asks_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task environment, ``become`` or ``cloudserver_in_process: false`` ships other modules of the collection."""
    monkeypatch.setenv("CLOUDSERVER_PLATFORM", "nonsense")
    options = {key: value for key, value in store.bench.options.items() if key != "platform"}
    arguments = {**options, "servers": store.servers(), "revision": "r1", "store": store.options}
    task = {"environment": [{"CLOUDSERVER_PLATFORM": "openstack"}], "become": object(), "transport": "ssh"}
    made = action("server_password_rotation", arguments, **task)
    made._loader = DataLoader()
    # Nothing is shipped: the stand-in has no _execute_module that could be.
    result = made.run(task_vars={"cloudserver_in_process": False})
    assert result["changed"] and "invocation" not in result
    assert store.holds_what_servers_have()


# -- the file ----------------------------------------------------------------------------------------------------------


def test_plain_text_is_refused_unless_allowed(tmp_path: Path) -> None:
    path = tmp_path / "store"
    path.write_text('{"1": {"name": "a", "revision": "r1", "password": "pw-x"}}')
    with pytest.raises(StoreError, match="not encrypted; encrypt it by ansible-vault encrypt"):
        FilePlace(str(path), VaultCipher([("default", SimpleNamespace(bytes=b"x"))], None), 1).read(["1"])
    found = FilePlace(str(path), PlainText(), 1).read(["1"])
    assert found["1"].entries[0].password == "pw-x"
    path.write_text("[1]")
    with pytest.raises(StoreError, match="not a mapping"):
        FilePlace(str(path), PlainText(), 1).read(None)
    path.write_text('{"format": 9}')
    with pytest.raises(StoreError, match="format is 9"):
        FilePlace(str(path), PlainText(), 1).read(None)


def test_paths_have_one_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert locked_file.resolve_path("~/x") == str(tmp_path / "home" / "x")
    assert locked_file.resolve_path("a/x") == str(tmp_path / "a" / "x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert locked_file.resolve_path("link") == str(tmp_path / "real")


HOLD = """
import fcntl, sys
stream = open(sys.argv[1], "w")
fcntl.flock(stream, fcntl.LOCK_EX)
print("held", flush=True)
input()
"""


def test_a_lock_that_another_process_holds_is_waited_for_and_given_up(tmp_path: Path) -> None:
    path = str(tmp_path / "store")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path + ".lock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout and holder.stdin and holder.stdout.readline() == "held\n"
        held = "another run has held the lock .*store.lock for 0.2 seconds"
        with pytest.raises(locked_file.FileError, match=held), locked_file.locked(path, 0.2):
            pass
        # Who holds it is killed, and the lock is free.
        holder.kill()
        holder.wait()
        with locked_file.locked(path, 10):
            locked_file.write(path, b"new")
    assert locked_file.read(path) == b"new"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store"
    locked_file.write(str(path), b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(locked_file.FileError, match="store cannot be written: No space left on device"):
        locked_file.write(str(path), b"new")
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["store"]


@pytest.mark.parametrize("length", [12, 20, 26])
def test_new_passwords_keep_the_rules_of_all_platforms(length: int) -> None:
    made = {password_store.new_password(length) for count in range(100)}
    assert len(made) == 100
    for text in made:
        assert len(text) == length and text[0].isalpha() and not set("0O1lI") & set(text)
        assert "root" not in text.lower()


@pytest.mark.parametrize("platform", ["openstack", "huaweicloud"])
def test_a_server_of_the_revision_without_a_stored_password_is_warned_about(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    for module in (server_password_rotation, password_store_action):
        monkeypatch.setattr(module.display, "warning", warnings.append)
    store.rotate("r1")
    both = store.servers()
    assert store.keep("checked", servers=both, revision="r1")["unknown_passwords"] == [] and warnings == []
    store.path.unlink()
    found = store.keep("checked", servers=both, revision="r1")
    assert found["unknown_passwords"] == both
    assert store.rotate("r1", check=True)["changed"] is False
    assert store.rotate("r1")["changed"] is False
    assert len(warnings) == 3, "one for the check, one for check mode, one for the run"
    for warning in warnings:
        assert "2 servers are of password revision r1" in warning and "web-01, web-02" in warning, warning
    del warnings[:]
    store.rotate("r2")
    assert warnings == [] and store.holds_what_servers_have()


# -- AWX ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["openstack"])
def test_an_execution_node_wants_a_durable_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store.keep("checked") == {"changed": False, "durable": False, "execution_node": False}
    for variables in ({"awx_job_id": 7}, {"tower_job_id": 7}):
        found = store.keep("checked", variables=variables)
        assert found["failed"] and "the password store is not durable" in found["msg"]
        assert store.keep("checked", variables=variables, durable=True)["execution_node"]
    monkeypatch.setenv("AWX_HOST", "https://awx.example.com")
    assert store.keep("checked")["failed"]


# -- HashiCorp Vault ---------------------------------------------------------------------------------------------------


class FakeVault:
    """What the lookups vault_read and vault_write of community.hashi_vault give and raise, on a KV engine."""

    def __init__(self) -> None:
        self.secrets: dict[str, list[Any]] = {}
        self.before_write = lambda: None

    def __call__(self, name: str, path: str, data: Any = None) -> Any:
        versions = self.secrets.setdefault(path, [])
        if name == "vault_read":
            if not versions:
                raise Exception(f"The path '{path}' doesn't seem to exist.")
            return {"data": {"data": json.loads(versions[-1]), "metadata": {"version": len(versions)}}}
        self.before_write()
        if data["options"]["cas"] != len(versions):
            raise Exception("check-and-set parameter did not match the current version")
        versions.append(json.dumps(data["data"]))
        return {}


@pytest.mark.parametrize("platform", ["openstack"])
def test_hashicorp_vault_keeps_a_secret_for_each_server(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = FakeVault()
    place = HashiVaultPlace("kv", "/cloud/passwords/", vault)
    monkeypatch.setattr(server_password_rotation.ActionModule, "open_place", lambda self, options, variables: place)
    store.rotate("r1")
    store.rotate("r2")
    assert set(vault.secrets) == {"kv/data/cloud/passwords/" + server["id"] for server in store.servers()}
    for server in store.servers():
        stored = {entry.password for entry in place.read([server["id"]])[server["id"]].entries}
        assert store.bench.server(server["id"])["password"] in {hashlib.sha256(p.encode()).hexdigest() for p in stored}
    assert place.is_durable


def test_of_two_writers_to_hashicorp_vault_one_reads_again() -> None:
    vault = FakeVault()
    place = HashiVaultPlace("kv", "p", vault)

    def another() -> None:
        vault.before_write = lambda: None
        vault.secrets["kv/data/p/1"].append(json.dumps({"name": "other", "sequence": 1, "passwords": []}))

    vault.before_write = another
    seen = []
    place.update(["1"], lambda key, history: (seen.append(history.name), history)[1])  # type: ignore[func-returns-value]
    assert seen == [None, "other"]


def test_what_hashicorp_vault_refuses_is_said() -> None:
    def forbidden(name: str, path: str, data: Any = None) -> Any:
        raise Exception(f"Forbidden: Permission Denied to path '{path}'.")

    with pytest.raises(StoreError, match="kv/data/p/1 cannot be read: Forbidden"):
        HashiVaultPlace("kv", "p", forbidden).update(["1"], lambda key, history: history)
    with pytest.raises(StoreError, match="not a secret of a KV engine of version 2"):
        HashiVaultPlace("kv", "p", lambda name, path: {"data": {}}).read(["1"])
    with pytest.raises(StoreError, match="name the servers"):
        HashiVaultPlace("kv", "p", FakeVault()).read(None)


def test_time_of_the_store() -> None:
    assert abs(password_store.now().timestamp() - time.time()) < 60
