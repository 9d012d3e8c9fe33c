# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A note in the metadata of a new server: the options with which it was created and that its record may not show.

Without it, each later run of the same task would have to report these options, since it cannot know that the server has
them. The note contains a checksum of each value, but only the name of an option that may contain a secret.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.address import canonical_address
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

NOTE = "cloudserver_created_with"
#: The options whose value may be a secret: a short checksum would help to guess it.
_SECRETS = ("password", "user_data", "files")
_NOTED = _SECRETS + (
    "boot_volume", "volumes", "system_disk", "networks", "host", "hypervisor_hostname", "group", "extra",
    "vpc_id", "tenancy", "dedicated_host_id", "spot", "auto_recovery",
)  # fmt: skip
_ALIASES = {"user_data_file": "user_data"}
#: A new server can have ten metadata keys on some clouds, and those of the task go first.
_MOST_KEYS = 10


def with_note(
    metadata: Mapping[str, str], params: Mapping[str, Any], shows_network_names: bool = True
) -> dict[str, str]:
    """The metadata of a new server, with the note if the task sets such options. ``shows_network_names``: the record of
    the server shows its networks by name."""
    found = dict(metadata)
    given = {name: params[name] for name in _NOTED + tuple(_ALIASES) if params[name] not in (None, "", [], {})}
    if shows_network_names and not _has_more_than_names(given.get("networks")):
        given.pop("networks", None)
    if is_uuid(str(given.get("vpc_id"))):
        # The record shows it.
        given.pop("vpc_id")
    note = ",".join(dict.fromkeys(_entry(_ALIASES.get(name, name), value) for name, value in given.items()))
    if note and len(found) < _MOST_KEYS:
        found.setdefault(NOTE, note)
    return found


def was_created_with(server: Server, option: str, value: Any) -> bool | None:
    """Whether the note shows that the server was created with this value; ``None`` without an entry for the option. The
    value of a secret is not compared."""
    name = _ALIASES.get(option, option)
    entries = str(server.metadata.get(NOTE) or "").split(",")
    noted = next((entry for entry in entries if entry.partition(":")[0] == name), None)
    return None if noted is None else noted == _entry(name, value)


def _has_more_than_names(networks: Any) -> bool:
    """Whether networks are given by more than what the record shows: their names and addresses."""
    for each in networks if isinstance(networks, (list, tuple)) else ():
        row = each if isinstance(each, Mapping) else {"network": each}
        if is_uuid(str(row.get("network"))) or any(row[key] for key in row if key not in ("network", "fixed_ip")):
            return True
    return False


def _entry(name: str, value: Any) -> str:
    if name in _SECRETS:
        return name
    text = json.dumps(_essence(value), sort_keys=True, default=str)
    return "%s:%s" % (name, hashlib.sha256(text.encode("utf-8")).hexdigest()[:6])


def _essence(value: Any) -> Any:
    """The value without unset suboptions, and in one form if there are several ways to write it."""
    if isinstance(value, Mapping):
        return {str(key): _essence(each) for key, each in value.items() if each not in (None, False, "", [], {})}
    if isinstance(value, (list, tuple)):
        found = [_essence(each) for each in value]
        return found[0] if len(found) == 1 else found
    return value if isinstance(value, (int, float)) else canonical_address(str(value))
