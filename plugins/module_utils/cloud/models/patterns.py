# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Patterns of a selection: tags by their key, names in shell style."""

from __future__ import annotations

import re
from typing import Collection, Iterator

#: The value that matches every value of a key.
ANY_VALUE = "*"
#: The wildcards of a shell pattern; an opening bracket without a closing one is an ordinary character.
_WILDCARD = re.compile(r"(\*|\?|\[!?\]?[^\]]*\])")


def is_exact_tag(tag: str) -> bool:
    """Whether only this text matches: neither ``key=*`` nor ``key=``."""
    _key, equals, value = tag.partition("=")
    return not equals or value not in (ANY_VALUE, "")


def key_of_tag(tag: str) -> str:
    return tag.partition("=")[0]


def has_tag(tags: Collection[str], wanted: str) -> bool:
    """Whether one of the tags matches: ``key=*`` any value of the key or none, ``key=`` an empty value or none, any
    other text the tag with exactly this text. A platform writes a tag with an empty value as ``key`` or ``key=``."""
    if is_exact_tag(wanted):
        return wanted in tags
    key = key_of_tag(wanted)
    if key in tags or key + "=" in tags:
        return True
    return wanted.endswith(ANY_VALUE) and any(tag.startswith(key + "=") for tag in tags)


def escape_name(text: str) -> str:
    """A name as a regular expression; an escaped hyphen or space is an error in some databases."""
    return re.escape(text).replace("\\-", "-").replace("\\ ", " ")


def name_expression(pattern: str) -> str:
    """A regular expression that matches all names of a shell pattern, and possibly others: databases write sets of
    characters differently, so each set is any character here."""
    parts = _WILDCARD.split(pattern)
    wild = {True: ".*", False: "."}
    return "".join(wild[part == "*"] if at % 2 else escape_name(part) for at, part in enumerate(parts))


def longest_word(pattern: str) -> str:
    """The longest run of ASCII letters, digits, hyphens and underscores that every name of the pattern contains; an
    empty string for none."""
    return max(_words(pattern), key=len, default="")


def _words(pattern: str) -> Iterator[str]:
    for part in _WILDCARD.split(pattern)[::2]:
        yield from re.findall(r"[A-Za-z0-9_-]+", part)
