# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the options of a new server with the record of an existing server. ECS uses the keys of Nova."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.address import canonical_address
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    mappings,
    text,
    texts,
)

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

#: The keys of options that are a string in the record.
_KEYS: Mapping[str, str] = {
    "host": "OS-EXT-SRV-ATTR:host",
    "hypervisor_hostname": "OS-EXT-SRV-ATTR:hypervisor_hostname",
    "user_data": "OS-EXT-SRV-ATTR:user_data",
    "disk_config": "OS-DCF:diskConfig",
    "access_ipv4": "accessIPv4",
    "access_ipv6": "accessIPv6",
    "lock_reason": "locked_reason",
}


def shows(server: Server, option: str, value: Any) -> bool | None:
    """Whether the record of the server shows this value of an option of the module server; ``None`` if it does not show
    the option."""
    record = server.raw
    if option in _KEYS:
        found = text(record.get(_KEYS[option]))
        return canonical_address(found) == canonical_address(str(value)) if found else None
    if option == "security_groups":
        groups = mappings(record.get("security_groups"))
        shown = [{text(group.get("name")), text(group.get("id"))} for group in groups]
        # A group is listed for each port of the server that has it.
        return all(pair.intersection(value) for pair in shown) and all(
            any(each in pair for pair in shown) for each in value
        )
    if option == "group":
        return value in texts(record.get("server_groups")) if record.get("server_groups") else None
    if option == "config_drive":
        return (record["config_drive"] in (True, "True")) == value if "config_drive" in record else None
    if option == "boot_volume":
        attached = [text(each.get("id")) for each in mappings(record.get("os-extended-volumes:volumes_attached"))]
        if value.get("volume") and not is_uuid(str(value["volume"])):
            # A name: only the note of the creation can show it.
            return None if attached else False
        return value["volume"] in attached if value.get("volume") else not server.image.id and bool(attached)
    if option == "volumes":
        attached = [text(each.get("id")) for each in mappings(record.get("os-extended-volumes:volumes_attached"))]
        return all(row["source"] == "volume" and row["id"] in attached for row in value) or None
    return None
