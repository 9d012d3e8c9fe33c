# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which text can be the name of a host, and one name for each server; pure functions."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from collections import Counter
from typing import Any, Collection, Sequence

#: Bytes in UTF-8. A file name has at most 255, and Ansible appends to a host's name (``.yaml``, a cache prefix).
LONGEST = 240
#: How much of it an id and a source's name may take.
_LONGEST_PART = 64
_ASCII_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")
#: A host of this name would load the variables of the host without the suffix: host_vars/web-1.yml belongs to web-1.
_VARIABLE_FILES = (".yml", ".yaml", ".json")


def is_host_name(text: Any) -> bool:
    """Whether a text can name a host everywhere that Ansible uses such a name.

    Letters, digits and marks of any script, ``_``, ``-`` and ``.``, up to 240 bytes, or an IPv6 address. Not at the
    beginning: ``-``, which ssh takes for an option, and ``.``. What is left out means something else in a pattern
    (``!``, ``~``, ``&``, ``@``, ``,``, ``:``, ``*``, ``?``, ``[``, blanks), in a path (``/``, ``..``), in a template
    or in a shell. Ansible makes file names of host names, for host_vars and the fact cache.
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
        # A scope ("%eth0") is this machine's business, and no text of a cloud's.
        return ":" in text and "%" not in text and bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False


def host_name_of_id(text: str) -> str:
    """The id as a host name; an id that cannot be one as its digest."""
    if is_host_name(text) and len(text) <= _LONGEST_PART:
        return text
    return "server-%s" % _digest(text)


def _name_part(text: str) -> str:
    """A source's name in the spelling of a host name: ``production/RegionOne`` as ``production_RegionOne``."""
    part = "".join(each if each in "._-" or unicodedata.category(each)[0] in "LNM" else "_" for each in text)
    fits = len(part.encode("utf-8")) <= _LONGEST_PART and not part.lower().endswith(_VARIABLE_FILES)
    return part if fits else _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _joined(name: str, *parts: str) -> str:
    tail = "".join("_" + part for part in parts)
    room = LONGEST - len(tail.encode("utf-8"))
    # Of an IPv6 address and more, Ansible makes a list of patterns.
    return name.replace(":", "_").encode("utf-8")[:room].decode("utf-8", "ignore") + tail


def unique(names: Sequence[tuple[str, str, str]], reserved: Collection[str] = ()) -> list[str]:
    """One name for each (name, id, source), in their order.

    A name that several have, or that is reserved, gets ``_<id>`` appended on all of them, and ``_<source>`` where that
    is not enough. Which name a server gets does not depend on the order of the servers.
    """
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
