# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids and names as segments of a URL's path: the one place where they are quoted and checked."""

from __future__ import annotations

from urllib.parse import quote

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import BadRequest

#: What Nova and ECS serve where a server's, a flavor's or a hypervisor's id stands: asked for as an id, each is another
#: call (Nova API reference, "List Servers Detailed" and others).
RESERVED_WORDS = frozenset(("action", "detail", "statistics"))


def path_segment(value: str) -> str:
    """An id or a name as one segment of a path, percent-encoded.

    Raises BadRequest for what cannot be a segment: an empty text, ``.`` and ``..``, a slash, which gateways take for a
    separator even where it is quoted, control characters, and what is no Unicode text.
    """
    text = str(value)
    if text in ("", ".", "..") or "/" in text or any(character < " " or character == "\x7f" for character in text):
        raise BadRequest("%r is not a valid name or id" % text)
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise BadRequest("%r is not a valid name or id" % text) from None


def id_segment(value: str) -> str:
    """An id of a server or flavor as one segment. Raises BadRequest as path_segment does, and for a word of the API."""
    if value in RESERVED_WORDS:
        raise BadRequest("%r is not a valid id: it is part of a path of the cloud's API" % value)
    return path_segment(value)


def can_be_id(value: str) -> bool:
    """Whether a resource may have such an id; one that cannot is not asked for, it does not exist."""
    try:
        id_segment(value)
    except BadRequest:
        return False
    return True
