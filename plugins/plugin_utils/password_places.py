# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stores of password histories: an encrypted file on the controller, or HashiCorp Vault.

Both stores change a history only from the state that they have just read, so that concurrent runs lose nothing.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Mapping, Protocol, Sequence

from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, is_encrypted, match_encrypt_secret

from ansible_collections.cloudserver.compute.plugins.plugin_utils import locked_file
from ansible_collections.cloudserver.compute.plugins.plugin_utils.password_history import (
    History,
    HistoryError,
    as_json,
    from_first_format,
    from_json,
)

#: A change of a server's history; it may be called again with a newer history.
HistoryChange = Callable[[str, History], History]
FORMAT = 1


class StoreError(Exception):
    """The store cannot be read or written; the message names the store, the reason, and a hint."""


class Place(Protocol):
    """A store for histories by server id. All methods raise StoreError."""

    #: Whether it is kept after a container of an execution node is removed.
    is_durable: bool

    def read(self, ids: Sequence[str] | None) -> dict[str, History]:
        """The histories of these servers, empty ones for servers without one; ``None``: all histories."""

    def update(self, ids: Sequence[str], change: HistoryChange) -> dict[str, History]:
        """Changes the histories of these servers and returns them as they are stored now."""


class Cipher(Protocol):
    """The encryption of a file."""

    def encrypt(self, text: bytes) -> bytes: ...

    def decrypt(self, text: bytes) -> bytes: ...


class VaultCipher:
    """Ansible Vault with the secrets of the play, or with another secret."""

    def __init__(self, secrets: Sequence[tuple[str, Any]], vault_id: str | None) -> None:
        if not secrets:
            raise StoreError(
                "the password store is encrypted by Ansible Vault, and this run has no vault password; start"
                " ansible-playbook with --vault-id or --vault-password-file, on AWX add a vault credential, or set"
                " vault_password_file of the store"
            )
        self._secrets = list(secrets)
        try:
            self._label, self._secret = match_encrypt_secret(self._secrets, vault_id)
        except AnsibleError as error:
            raise StoreError("vault_id: this run has no vault password with that id (%s)" % error) from error

    def encrypt(self, text: bytes) -> bytes:
        return bytes(VaultLib(self._secrets).encrypt(text, self._secret, vault_id=self._label))

    def decrypt(self, text: bytes) -> bytes:
        if not is_encrypted(text):
            raise StoreError("it is not encrypted; encrypt it by ansible-vault encrypt, or set allow_plain_text")
        try:
            return bytes(VaultLib(self._secrets).decrypt(text))
        except AnsibleError:
            raise StoreError("none of the vault passwords of this run decrypts it") from None


class PlainText:
    """No encryption, if the user allows it: for example if the file is on encrypted storage."""

    def encrypt(self, text: bytes) -> bytes:
        return text

    def decrypt(self, text: bytes) -> bytes:
        if is_encrypted(text):
            raise StoreError("it is encrypted by Ansible Vault; remove allow_plain_text")
        return text


class FilePlace:
    """A file on the controller; ``lock_timeout`` is in seconds."""

    is_durable = False

    def __init__(self, path: str, cipher: Cipher, lock_timeout: float) -> None:
        self.path = locked_file.resolve_path(path)
        self._cipher = cipher
        self._lock_timeout = lock_timeout

    def read(self, ids: Sequence[str] | None) -> dict[str, History]:
        # No lock: the file is replaced as a whole.
        stored = self._load()
        return stored if ids is None else {key: stored.get(key, History()) for key in ids}

    def update(self, ids: Sequence[str], change: HistoryChange) -> dict[str, History]:
        try:
            with locked_file.locked(self.path, self._lock_timeout):
                stored = self._load()
                found = {key: change(key, stored.get(key, History())) for key in ids}
                self._save(dict(stored, **found))
        except locked_file.FileError as error:
            raise StoreError("the password store: %s" % error) from error
        return found

    def _load(self) -> dict[str, History]:
        try:
            text = locked_file.read(self.path)
            return {} if text is None else histories_from_json(self._cipher.decrypt(text))
        except locked_file.FileError as error:
            raise StoreError("the password store: %s" % error) from error
        except (StoreError, HistoryError) as error:
            raise StoreError("the password store %s cannot be read: %s" % (self.path, error)) from None

    def _save(self, histories: Mapping[str, History]) -> None:
        rows = {key: as_json(history) for key, history in sorted(histories.items())}
        text = json.dumps({"format": FORMAT, "servers": rows}, indent=1, ensure_ascii=False) + "\n"
        locked_file.write(self.path, self._cipher.encrypt(text.encode("utf-8")))


def histories_from_json(text: bytes) -> dict[str, History]:
    """The histories by server id. Raises HistoryError."""
    try:
        stored = json.loads(text.decode("utf-8"))
    except ValueError:
        raise HistoryError("it is not JSON") from None
    if not isinstance(stored, dict):
        raise HistoryError("it is not a mapping of servers")
    if "format" not in stored:
        return {str(key): from_first_format(row if isinstance(row, dict) else {}) for key, row in stored.items()}
    if stored["format"] != FORMAT or not isinstance(stored.get("servers"), dict):
        raise HistoryError("its format is %s, and this version knows format %d" % (stored["format"], FORMAT))
    return {str(key): from_json(row) for key, row in stored["servers"].items()}


class HashiVaultPlace:
    """A secret for each server in a KV engine, version 2, of HashiCorp Vault.

    ``call`` runs a lookup of community.hashi_vault: name, path, options. A write contains the version that was read
    (check-and-set), so one of two concurrent writers is rejected, reads again and repeats its change.
    """

    is_durable = True
    tries = 20

    def __init__(self, mount_point: str, path: str, call: Callable[..., Any]) -> None:
        self._mount = mount_point.strip("/")
        self._path = path.strip("/")
        self._call = call

    def read(self, ids: Sequence[str] | None) -> dict[str, History]:
        if ids is None:
            raise StoreError("ids: name the servers; HashiCorp Vault is not searched")
        return {key: self._read(key)[0] for key in ids}

    def update(self, ids: Sequence[str], change: HistoryChange) -> dict[str, History]:
        return {key: self._update(key, change) for key in ids}

    def _secret_path(self, key: str) -> str:
        return "%s/data/%s/%s" % (self._mount, self._path, key)

    def _update(self, key: str, change: HistoryChange) -> History:
        for _turn in range(self.tries):
            before, version = self._read(key)
            after = change(key, before)
            if self._write(key, after, version):
                return after
        raise StoreError(
            "HashiCorp Vault refused %s %d times, because its version had changed; if its latest version was"
            " deleted, undelete it or remove its metadata" % (self._secret_path(key), self.tries)
        )

    def _read(self, key: str) -> tuple[History, int]:
        path = self._secret_path(key)
        try:
            answer = self._call("vault_read", path)
        except Exception as error:
            # The lookup has no specific error for a path without a secret.
            if "doesn't seem to exist" in str(error):
                return History(), 0
            raise StoreError("HashiCorp Vault: %s cannot be read: %s" % (path, error)) from error
        try:
            return from_json(answer["data"]["data"]), int(answer["data"]["metadata"]["version"])
        except (KeyError, TypeError, ValueError):
            raise StoreError("HashiCorp Vault: %s is not a secret of a KV engine of version 2" % path) from None
        except HistoryError as error:
            raise StoreError("HashiCorp Vault: %s cannot be read: %s" % (path, error)) from None

    def _write(self, key: str, history: History, version: int) -> bool:
        path = self._secret_path(key)
        try:
            self._call("vault_write", path, data={"options": {"cas": version}, "data": as_json(history)})
        except Exception as error:
            if "check-and-set" in str(error):
                return False
            raise StoreError("HashiCorp Vault: %s cannot be written: %s" % (path, error)) from error
        return True
