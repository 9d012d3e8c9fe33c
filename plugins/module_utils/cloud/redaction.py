# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets taken out of messages, in every spelling and in pieces.

Which texts are secret is not known here: the argument specs say it (``no_log``), the credentials, and what a run comes
to know. A message is redacted before it is cut, joined or quoted, and once more at the end.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
from functools import lru_cache
from typing import Any, Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "********"
#: A cloud may quote a part of a value only. So many characters in a row of a secret are masked wherever they stand;
#: fewer can be a word that the message would have without the secret.
LONGEST_PIECE_SHOWN = 15
#: A piece of 16 characters holds a whole block of 8, wherever in the secret it begins.
_BLOCK = 8
_SHORTEST_LINE = 8
#: How many places of one block are looked at: a secret may be the same few characters throughout.
_PLACES = 8
#: How far before the end of a long run that tells nothing the search goes on.
_FAR = 4 * _BLOCK
#: A piece of fewer different characters is no piece of a secret in particular.
_FEWEST_CHARACTERS = 4


def redact(text: str, secrets: Iterable[str]) -> str:
    """text without the secrets, in any spelling in which a cloud repeats them, whole or in part.

    Spellings: JSON, URL, HTML, Python's repr, base64 (both ways), line by line, with the white space made one blank.
    """
    return _redactor(frozenset(secrets)).redact(text)


class Redactor:
    """Takes one set of secrets out of many texts."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings: set[str] = set()
        for secret in secrets:
            spellings.update(_spellings(secret))
        spellings.discard("")
        # The longest first: one may be a part of another.
        self._whole = sorted(spellings, key=lambda each: (-len(each), each))
        #: Where a block begins, by the block: its spellings and the place in each.
        self._blocks: dict[str, list[tuple[str, int]]] = {}
        for spelling in self._whole:
            if len(spelling) <= LONGEST_PIECE_SHOWN:
                continue
            for start in range(0, len(spelling) - _BLOCK + 1, _BLOCK):
                places = self._blocks.setdefault(spelling[start : start + _BLOCK], [])
                if len(places) < _PLACES:
                    places.append((spelling, start))

    def redact(self, text: str) -> str:
        for spelling in self._whole:
            text = text.replace(spelling, MASK)
        return self._without_pieces(text) if self._blocks else text

    def _without_pieces(self, text: str) -> str:
        """text without any run of more than LONGEST_PIECE_SHOWN characters that is in a secret."""
        parts, kept, at, least = [], 0, 0, 0
        while at <= len(text) - _BLOCK:
            places = self._blocks.get(text[at : at + _BLOCK])
            runs = [_run(text, at, max(kept, least), spelling, start) for spelling, start in places or ()]
            telling = [(left, right) for left, right in runs if _tells(text[left:right])]
            if telling:
                left, right = max(telling, key=lambda run: run[1] - run[0])
                parts.append(text[kept:left] + MASK)
                kept = at = right
                continue
            at += 1
            # The same few characters for long: each step into them would compare all of them again.
            end = max((right for _left, right in runs), default=0) - _FAR
            if end > at:
                at = least = end
        return "".join(parts) + text[kept:]


def _run(text: str, at: int, least: int, secret: str, start: int) -> tuple[int, int]:
    """Begin and end in text, not before ``least``, of what it has in common with secret around a block of both."""
    left, before = at, start
    while left > least and before > 0 and text[left - 1] == secret[before - 1]:
        left, before = left - 1, before - 1
    right, after = at + _BLOCK, start + _BLOCK
    while right < len(text) and after < len(secret) and text[right] == secret[after]:
        right, after = right + 1, after + 1
    return left, right


def _tells(piece: str) -> bool:
    """Whether a piece of a secret says anything of it: zeros in a row are in many an id."""
    return len(piece) > LONGEST_PIECE_SHOWN and len(set(piece)) >= _FEWEST_CHARACTERS


# A failed task on a thousand servers redacts as many messages.
_redactor = lru_cache(maxsize=2)(Redactor)


def carried(body: Any, secrets: Iterable[str]) -> set[str]:
    """The texts of a request's body that hold a secret, in plain or in base64: none of them may be repeated."""
    known = [secret for secret in secrets if len(secret) >= _SHORTEST_LINE]
    found = set()
    for text in _texts(body):
        held = _decoded(text) or ""
        if any(secret in text or secret in held for secret in known):
            found.add(text)
    return found


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from _texts(value)


def _spellings(secret: str) -> Iterator[str]:
    if not secret:
        return
    forms = {secret, secret.strip(), " ".join(secret.split())}
    decoded = _decoded(secret)
    if decoded:
        forms.update((decoded, decoded.strip()))
    for form in tuple(forms):
        lines = form.splitlines()
        if len(lines) > 1:
            forms.update(line.strip() for line in lines if len(line.strip()) >= _SHORTEST_LINE)
    for form in forms:
        yield form
        for written in (json.dumps(form, ensure_ascii=False)[1:-1], json.dumps(form)[1:-1], repr(form)[1:-1]):
            yield written
            # A message in a message, as JSON in JSON.
            yield json.dumps(written, ensure_ascii=False)[1:-1]
        yield html.escape(form)
        yield html.escape(form, quote=False)
        encoded = form.encode("utf-8", "surrogatepass")
        yield quote(encoded)
        yield quote(encoded, safe="")
        yield quote_plus(encoded)
        yield base64.b64encode(encoded).decode("ascii")
        yield base64.urlsafe_b64encode(encoded).decode("ascii")


def _decoded(text: str) -> str | None:
    """What the text is the base64 of, where that is a text; only of what is long enough not to be so by chance."""
    compact = "".join(text.split())
    if len(compact) <= LONGEST_PIECE_SHOWN:
        return None
    try:
        return base64.b64decode(compact, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
