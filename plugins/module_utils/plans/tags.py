# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tags that a task sets, as a list or as a mapping."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest


def tag_texts(given: Any) -> list[str]:
    """The tags of a list, of a string with commas, or of a mapping, unchecked and each once. Raises InvalidRequest for
    another type.

    In a mapping, an empty value is a tag without a value, as in ``tag_map`` of a server.
    """
    if isinstance(given, str):
        given = given.split(",")
    elif isinstance(given, (int, float, Mapping)) and not isinstance(given, bool):
        given = [given]
    if not isinstance(given, (list, tuple)):
        raise InvalidRequest("tags: %s is neither a list of tags nor a mapping" % given)
    found: dict[str, None] = {}
    for item in given:
        found.update(dict.fromkeys(_pairs(item) if isinstance(item, Mapping) else [str(item)]))
    return list(found)


def _pairs(tags: Mapping[Any, Any]) -> list[str]:
    found = []
    for key, value in tags.items():
        if isinstance(value, (Mapping, list, tuple)):
            raise InvalidRequest("tags: the value of %s is not a string; a tag has one value" % key)
        if isinstance(value, bool):
            value = str(value).lower()
        found.append(str(key) if value in (None, "") else "%s=%s" % (key, value))
    return found
