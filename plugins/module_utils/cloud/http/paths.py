# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids and names as segments of a URL path: the only place where they are quoted and checked."""

from __future__ import annotations

from urllib.parse import quote

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import BadRequest

#: Paths of Nova and ECS at the position of an id of a server, flavor or hypervisor: as an id, each would be another
#: call (Nova API reference, "List Servers Detailed" and others).
RESERVED_WORDS = frozenset(("action", "detail", "statistics"))


def path_segment(value: str) -> str:
    """An id or a name as one path segment, percent-encoded. Raises BadRequest for invalid segments: an empty string,
    ``.`` and ``..``, a slash, which gateways treat as a separator even if it is quoted, control characters, and invalid
    Unicode."""
    text = str(value)
    if text in ("", ".", "..") or "/" in text or any(character < " " or character == "\x7f" for character in text):
        raise BadRequest("%r is not a valid name or id" % text)
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise BadRequest("%r is not a valid name or id" % text) from None


def id_segment(value: str) -> str:
    """An id of a server or flavor as one path segment. Raises BadRequest like path_segment, and for a path of the
    API."""
    if value in RESERVED_WORDS:
        raise BadRequest("%r is not a valid id: it is part of a path of the cloud's API" % value)
    return path_segment(value)


def can_be_id(value: str) -> bool:
    """Whether a resource can have such an id; otherwise no request is sent, because it does not exist."""
    try:
        id_segment(value)
    except BadRequest:
        return False
    return True
