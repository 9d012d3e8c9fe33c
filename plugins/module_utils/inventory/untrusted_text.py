# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text of a cloud in variables of a host: it must never be evaluated as a template."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict

_OPENERS = ("{{", "{%", "{#")
#: Ansible reads other delimiters from the first line of a text: "#jinja2: variable_start_string: '<<'".
_HEADER = "#jinja2:"
_SURROGATES = re.compile("[\ud800-\udfff]")


def could_be_template(text: str) -> bool:
    """Whether Ansible would detect a template in the text, or in joined texts that contain it. Below ansible-core 2.19
    a joined text is evaluated unless one of its parts is marked, so half a delimiter is sufficient."""
    return ("{" in text and (text.endswith("{") or any(opener in text for opener in _OPENERS))) or (
        text.startswith("#") and (text.startswith(_HEADER) or _HEADER.startswith(text))
    )


def encodable(text: str) -> str:
    """The text with U+FFFD for each lone surrogate, because no output can encode one."""
    return _SURROGATES.sub("\ufffd", text)


class TextMarker(Dict[str, str]):
    """The text of each variable, created once, because thousands of servers share most of their texts. ``mark`` returns
    a text that is never evaluated, ``trust`` one that may be evaluated, and that ``ansible-inventory`` writes
    unchanged; None if this ansible-core has no such function."""

    def __init__(self, mark: Callable[[str], str] | None = None, trust: Callable[[str], str] | None = None) -> None:
        super().__init__()
        self._mark = mark
        self._trust = trust
        self._keys: dict[str, str] = {}

    def __missing__(self, text: str) -> str:
        found = self[text] = self._made(text)
        return found

    def _made(self, text: str) -> str:
        plain = text if text.isascii() or not _SURROGATES.search(text) else encodable(text)
        # Most texts have none of the characters with which a template begins.
        if ("{" in plain or plain.startswith("#")) and could_be_template(plain):
            return self._mark(plain) if self._mark else plain
        if self._mark:
            # The result of an expression has a mark if a part of it has one.
            return str.__str__(plain)
        return self._trust(plain) if self._trust else plain

    def key(self, text: Any) -> Any:
        """The text as a key of a mapping, which is never evaluated itself, but may be used in a loop."""
        if not isinstance(text, str):
            return text
        if self._mark:
            return self[text]
        found = self._keys.get(text)
        if found is None:
            found = self._keys[text] = encodable(text)
        return found

    def apply(self, value: Any) -> Any:
        """The value, with each text in it converted."""
        # The types in records of servers come first, and are compared by identity: this runs for each of their values.
        kind = value.__class__
        if kind is str:
            return self[value]
        if value is None or kind is int or kind is bool:
            return value
        if kind is list:
            return [self[each] if each.__class__ is str else self.apply(each) for each in value]
        if kind is dict:
            return self._mapping(value)
        if isinstance(value, str):
            # The result of an expression may have further marks, for example that it was encrypted with Ansible Vault.
            return self._made(value)
        if isinstance(value, (list, tuple)):
            return [self.apply(each) for each in value]
        return self._mapping(value) if isinstance(value, dict) else value

    def _mapping(self, value: dict[Any, Any]) -> dict[Any, Any]:
        apply, key_of = self.apply, self.key
        if self._mark:
            return {key_of(key): apply(each) for key, each in value.items()}
        keys = self._keys
        # Most keys are those of every record.
        return {
            keys[key] if key in keys and key.__class__ is str else key_of(key): (
                self[each] if each.__class__ is str else each if each is None else apply(each)
            )
            for key, each in value.items()
        }
