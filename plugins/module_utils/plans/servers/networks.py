# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The networks option in one form, whichever of the accepted forms a task uses."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import AUTO, NONE

#: The keys of an entry in openstack.cloud.server, as an alias has the name of the option there.
_ALIASES = {"net-id": "network", "net-name": "network", "port-id": "port"}
_PAIRS = re.compile(r"(?:net|port)-(?:id|name)=")


def declared_networks(value: Any) -> Any:
    """``auto``, ``none``, ``None``, or a list of names, ids and mappings with the keys of this collection.

    One network may be a string. A string such as ``net-id=ID,port-id=ID`` and the keys ``net-id``, ``net-name`` and
    ``port-id`` are those of openstack.cloud. A value of another type is returned as it is.
    """
    if isinstance(value, str) and value not in (AUTO, NONE, ""):
        if not _PAIRS.match(value.lstrip()):
            return [value]
        parts = [part.strip() for part in value.split(",")]
        value = [dict([part.split("=", 1)]) if _PAIRS.match(part) else part for part in parts if part]
    if not isinstance(value, list):
        return value
    return [_entry(each) if isinstance(each, dict) else each for each in value]


def _entry(given: dict[str, Any]) -> dict[str, Any]:
    return {_ALIASES.get(str(key), key): value for key, value in given.items()}
