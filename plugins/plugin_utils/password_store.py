# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Common code of the actions on stored passwords: their options, their store, new passwords."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import Any, Mapping, Sequence

from ansible.errors import AnsibleError
from ansible.parsing.vault import get_file_vault_secret
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import lookup_loader

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import password_generator
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened
from ansible_collections.cloudserver.compute.plugins.plugin_utils.in_process import _plain
from ansible_collections.cloudserver.compute.plugins.plugin_utils.password_places import (
    FilePlace,
    HashiVaultPlace,
    Place,
    PlainText,
    StoreError,
    VaultCipher,
)

HASHI_VAULT: dict[str, Any] = {
    "mount_point": {"type": "str", "default": "secret"},
    "path": {"type": "str", "required": True},
    "url": {"type": "str"},
    "auth_method": {"type": "str"},
    "role_id": {"type": "str"},
    "namespace": {"type": "str"},
    "ca_cert": {"type": "str"},
    "validate_certs": {"type": "bool"},
    "timeout": {"type": "int"},
}
STORE: dict[str, Any] = {
    "path": {"type": "str"},
    "vault_id": {"type": "str"},
    # A file that contains or prints the password, not the password.
    "vault_password_file": {"type": "str", "no_log": False},
    "allow_plain_text": {"type": "bool", "default": False},
    "lock_timeout": {"type": "float", "default": 60},
    "hashi_vault": {"type": "dict", "options": HASHI_VAULT},
}
#: The lengths that every platform accepts.
SHORTEST, LONGEST = 12, 26
#: AWX gives both (JOB_VARIABLE_PREFIXES of awx/main/constants.py); a setting of automation controller leaves out the
#: first.
_AWX_VARIABLES = ("awx_job_id", "tower_job_id")
_AWX_ENVIRONMENT = ("AWX_HOST", "AWX_PRIVATE_DATA_DIR", "AWX_ISOLATED_DATA_DIR")
#: Characters that are easily confused on a console.
_AMBIGUOUS = set("0O1lI")
#: How many servers a warning names.
_NAMED = 10


def on_execution_node(variables: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    """Whether AWX or automation controller runs this job, in a container that is removed afterwards."""
    return any(name in variables for name in _AWX_VARIABLES) or any(name in environment for name in _AWX_ENVIRONMENT)


def new_password(length: int) -> str:
    """A password that is valid for every platform and every OS of the collection; it begins with a letter. ``length``
    is between ``SHORTEST`` and ``LONGEST``; raises StoreError otherwise."""
    if not SHORTEST <= length <= LONGEST:
        raise StoreError("length: %d is out of range; use %d to %d" % (length, SHORTEST, LONGEST))
    while True:
        text = password_generator.generate(length, password_generator.STRICTEST, "Administrator")
        if text[0].isalpha() and not _AMBIGUOUS & set(text):
            return text


def now() -> datetime:
    return datetime.now(timezone.utc)


class PasswordStoreAction(ActionBase):
    """The base of the actions that need a store. Secrets come from variables by name, never from arguments."""

    def open_place(self, store: Mapping[str, Any] | None, variables: Mapping[str, Any]) -> Place | None:
        """The store in the options ``STORE``, ``None`` if they are not set. Raises StoreError."""
        options = store or {}
        if options.get("path") and options.get("hashi_vault"):
            raise StoreError("store: path and hashi_vault are mutually exclusive; set one")
        if options.get("hashi_vault"):
            return self._hashi_vault(options["hashi_vault"], variables)
        if not options.get("path"):
            return None
        if options["lock_timeout"] < 0:
            raise StoreError("lock_timeout: it must be a number of seconds, 0 or more")
        if options["allow_plain_text"]:
            return FilePlace(options["path"], PlainText(), options["lock_timeout"])
        return FilePlace(options["path"], self._cipher(options), options["lock_timeout"])

    def secret_variable(self, name: str | None, variables: Mapping[str, Any]) -> Any:
        """The value of a variable, ``None`` without a name. Raises StoreError if the variable is not defined."""
        if not name:
            return None
        if name not in variables:
            raise StoreError("there is no variable %s" % name)
        return _plain(self._templar.template(variables[name]))

    def _cipher(self, options: Mapping[str, Any]) -> VaultCipher:
        path = options["vault_password_file"]
        if not path:
            return VaultCipher(self._loader._vault.secrets or [], options["vault_id"])
        label = options["vault_id"] or "default"
        try:
            secret = get_file_vault_secret(os.path.expanduser(path), vault_id=label, loader=self._loader)
            secret.load()
        except AnsibleError as error:
            raise StoreError("vault_password_file: %s" % error) from error
        return VaultCipher([(label, secret)], label)

    def _hashi_vault(self, options: Mapping[str, Any], variables: Mapping[str, Any]) -> HashiVaultPlace:
        given = {
            key: value for key, value in options.items() if key not in ("mount_point", "path") and value is not None
        }

        def call(name: str, path: str, **more: Any) -> Any:
            plugin = lookup_loader.get("community.hashi_vault." + name, loader=self._loader, templar=self._templar)
            if plugin is None:
                raise StoreError("hashi_vault: the collection community.hashi_vault is not installed")
            (answer,) = plugin.run([path], variables=variables, **given, **more)
            return answer

        return HashiVaultPlace(options["mount_point"], options["path"], call)


def server_names(servers: Sequence[Any]) -> dict[str, str | None]:
    """The name of each server by its id, in order. Raises StoreError for a record without an id."""
    names: dict[str, str | None] = {}
    for server in servers:
        if not isinstance(server, dict) or not server.get("id"):
            raise StoreError("servers: each is a mapping with id and name, as server_info returns them")
        name = server.get("name")
        names[str(_plain(server["id"]))] = None if name is None else str(_plain(name))
    return names


def unknown_passwords(revision: str, names: Sequence[str]) -> str:
    """The warning about servers that have a revision in their metadata of which the store has no password."""
    shown = shortened(names, _NAMED)
    return (
        "%d server%s of password revision %s, but the store has no password of that revision for %s: %s. Another store"
        " may have it. To set a password that is stored, rotate to a new revision."
        % (len(names), " is" if len(names) == 1 else "s are", revision, "it" if len(names) == 1 else "them", shown)
    )
