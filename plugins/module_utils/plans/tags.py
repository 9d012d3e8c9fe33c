# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tags of a task, to set or to select by: from a list, from a string with commas, or from a mapping."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.patterns import ANY_VALUE, key_of_tag
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest


def tag_texts(given: Any, option: str = "tags", selects: bool = False) -> list[str]:
    """The tags, each once, as ``key`` or ``key=value``. Raises InvalidRequest for another type, and for a tag that no
    cloud accepts.

    ``selects``: the tags select servers. Then ``key=*`` matches any value, and an empty value in a mapping is ``key=``,
    which matches an empty value. Otherwise an empty value is a tag without a value, as in ``tag_map`` of a server.
    """
    found: dict[str, None] = {}
    for item in _items(given, option):
        texts = _pairs(option, item, selects) if isinstance(item, Mapping) else [_tag(option, item)]
        found.update(dict.fromkeys(texts))
    if not selects:
        _refuse_patterns(option, found)
    return list(found)


def mapped_keys(given: Any) -> frozenset[str]:
    """The keys that a mapping gives: each of them has one value, while a list may have several tags with a key."""
    items = given if isinstance(given, (list, tuple)) else [given]
    return frozenset(str(key).strip() for item in items if isinstance(item, Mapping) for key in item)


def _items(given: Any, option: str) -> list[Any]:
    if isinstance(given, str):
        return list(given.split(","))
    if isinstance(given, Mapping):
        # An empty mapping has no tags; in a list it is a mistake.
        return [given] if given else []
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return [given]
    if not isinstance(given, (list, tuple)):
        raise InvalidRequest(
            "%s: %s is neither a list of tags nor a mapping; write each as key or key=value" % (option, given)
        )
    if {} in given:
        raise InvalidRequest("%s: an empty mapping has no tag; leave it out" % option)
    return list(given)


def _pairs(option: str, item: Mapping[Any, Any], selects: bool) -> list[str]:
    found = []
    for key, value in item.items():
        if isinstance(value, (Mapping, list, tuple)):
            raise InvalidRequest("%s: the value of %s is not a string; a tag has one value" % (option, key))
        if isinstance(value, bool):
            value = str(value).lower()
        alone = value is None or (value == "" and not selects)
        found.append(_tag(option, key if alone else "%s=%s" % (key, value)))
    return found


def _tag(option: str, item: Any) -> str:
    if item is None or isinstance(item, (list, tuple)):
        shown = "nothing" if item is None else "a list"
        raise InvalidRequest("%s: one of the items is %s; write each tag as key or key=value" % (option, shown))
    text = str(item).strip()
    if not text:
        raise InvalidRequest("%s: an empty string is not a tag; leave it out" % option)
    if "," in text or text.startswith("="):
        raise InvalidRequest(
            "%s: %s is not a tag; write each tag as one item of the list, key or key=value, without a comma"
            % (option, text)
        )
    return text


def _refuse_patterns(option: str, tags: Mapping[str, None]) -> None:
    """Raises InvalidRequest for a tag that no selection could find again."""
    pattern = next((tag for tag in tags if tag == key_of_tag(tag) + "=" + ANY_VALUE), None)
    if pattern:
        raise InvalidRequest("%s: %s is a pattern that selects servers; a server has a value" % (option, pattern))
