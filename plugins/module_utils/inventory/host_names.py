# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Valid host names, and one name for each server; pure functions."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from collections import Counter
from typing import Any, Collection, Sequence

#: Bytes in UTF-8. A file name has at most 255, and Ansible appends to the name of a host (``.yaml``, a cache prefix).
LONGEST = 240
#: The maximum length of an id and of a source's name in it.
_LONGEST_PART = 64
_ASCII_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")
#: A host with such a name would load the variables of the host without the suffix: host_vars/web-1.yml belongs to
#: web-1.
_VARIABLE_FILES = (".yml", ".yaml", ".json")


def is_host_name(text: Any) -> bool:
    """Whether a text is a valid host name everywhere in Ansible.

    Letters, digits and marks of any script, ``_``, ``-`` and ``.``, up to 240 bytes, or an IPv6 address. Not at the
    beginning: ``-``, which ssh treats as an option, and ``.``. The other characters have a special meaning in a pattern
    (``!``, ``~``, ``&``, ``@``, ``,``, ``:``, ``*``, ``?``, ``[``, spaces), in a path (``/``, ``..``), in a template or
    in a shell. Ansible uses host names as file names, for host_vars and the fact cache.
    """
    if not isinstance(text, str) or not text:
        return False
    if not _ASCII_NAME.match(text) and not _is_word(text) and not _is_ipv6(text):
        return False
    return not text.lower().endswith(_VARIABLE_FILES) and len(text.encode("utf-8")) <= LONGEST


def _is_word(text: str) -> bool:
    if text.isascii() or text[0] in ".-" or unicodedata.category(text[0])[0] == "M":
        return False
    return all(each in "._-" or unicodedata.category(each)[0] in "LNM" for each in text)


def _is_ipv6(text: str) -> bool:
    try:
        # A scope ("%eth0") belongs to this machine, and is never part of a text of a cloud.
        return ":" in text and "%" not in text and bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False


def host_name_of_id(text: str) -> str:
    """The id as a host name; an invalid id is replaced by its digest."""
    if is_host_name(text) and len(text) <= _LONGEST_PART:
        return text
    return "server-%s" % _digest(text)


def _name_part(text: str) -> str:
    """The name of a source as a part of a host name: ``production/RegionOne`` becomes ``production_RegionOne``."""
    part = "".join(each if each in "._-" or unicodedata.category(each)[0] in "LNM" else "_" for each in text)
    fits = len(part.encode("utf-8")) <= _LONGEST_PART and not part.lower().endswith(_VARIABLE_FILES)
    return part if fits else _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _joined(name: str, *parts: str) -> str:
    tail = "".join("_" + part for part in parts)
    room = LONGEST - len(tail.encode("utf-8"))
    # Ansible would parse an IPv6 address with a suffix as a list of patterns.
    return name.replace(":", "_").encode("utf-8")[:room].decode("utf-8", "ignore") + tail


def unique(names: Sequence[tuple[str, str, str]], reserved: Collection[str] = ()) -> list[str]:
    """One name for each (name, id, source), in their order. If several servers have a name, or if it is reserved,
    ``_<id>`` is appended to all of them, and ``_<source>`` if necessary. The names do not depend on the order of the
    servers."""
    at = [0] * len(names)
    now = [name for name, _key, _source in names]
    while True:
        count = Counter(now)
        clashing = [index for index, name in enumerate(now) if count[name] > 1 or name in reserved]
        movable = [index for index in clashing if at[index] < 2]
        if not movable:
            break
        for index in movable:
            at[index] += 1
            name, key, source = names[index]
            parts = (host_name_of_id(key), _name_part(source))
            now[index] = _joined(name, *parts[: at[index]])
    taken = set(now) | set(reserved)
    for index in clashing:
        number = 2
        while _joined(now[index], str(number)) in taken:
            number += 1
        now[index] = _joined(now[index], str(number))
        taken.add(now[index])
    return now
