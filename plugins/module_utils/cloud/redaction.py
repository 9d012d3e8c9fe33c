# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes secrets from messages, in every encoding and in parts.

The secrets come from the argument specs (``no_log``), from the credentials, and from secrets that are registered during
a run. A message is redacted before it is cut, joined or quoted, and once more at the end.
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
#: A cloud may quote only a part of a value. Parts of a secret of this length are masked; a shorter one may be a word of
#: the message.
LONGEST_PIECE_SHOWN = 15
#: A part of 16 characters contains a complete block of 8, regardless of its position in the secret.
_BLOCK = 8
_SHORTEST_LINE = 8
#: The number of positions of one block to compare: a secret may repeat the same few characters.
_PLACES = 8
#: How far before the end of a long run of repeated characters the search continues.
_FAR = 4 * _BLOCK
#: A part with fewer different characters is not specific to a secret.
_FEWEST_CHARACTERS = 4


def redact(text: str, secrets: Iterable[str]) -> str:
    """text without the secrets, in any encoding in which a cloud repeats them, completely or in part.

    Encodings: JSON, URL, HTML, Python's repr, base64 (both ways), line by line, with normalized white space.
    """
    return _redactor(frozenset(secrets)).redact(text)


class Redactor:
    """Removes one set of secrets from several texts."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings: set[str] = set()
        for secret in secrets:
            spellings.update(_spellings(secret))
        spellings.discard("")
        # The longest first, because one may be a part of another.
        self._whole = sorted(spellings, key=lambda each: (-len(each), each))
        #: The positions of each block: its encoded secrets and the offset in each.
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
        """text without any part of more than LONGEST_PIECE_SHOWN characters of a secret."""
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
            # A long run of the same few characters: each step into it would compare all of them again.
            end = max((right for _left, right in runs), default=0) - _FAR
            if end > at:
                at = least = end
        return "".join(parts) + text[kept:]


def _run(text: str, at: int, least: int, secret: str, start: int) -> tuple[int, int]:
    """Begin and end in text, not before ``least``, of the common part with the secret around a common block."""
    left, before = at, start
    while left > least and before > 0 and text[left - 1] == secret[before - 1]:
        left, before = left - 1, before - 1
    right, after = at + _BLOCK, start + _BLOCK
    while right < len(text) and after < len(secret) and text[right] == secret[after]:
        right, after = right + 1, after + 1
    return left, right


def _tells(piece: str) -> bool:
    """Whether a part of a secret is specific to it: many ids contain zeros in a row, for example."""
    return len(piece) > LONGEST_PIECE_SHOWN and len(set(piece)) >= _FEWEST_CHARACTERS


# A failed task for a thousand servers redacts as many messages.
_redactor = lru_cache(maxsize=2)(Redactor)


def carried(body: Any, secrets: Iterable[str]) -> set[str]:
    """The texts in the body of a request that contain a secret, in plain text or in base64: no message may repeat
    them."""
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
    """The decoded base64 text, if it is text; only for texts that are too long to be valid base64 by chance."""
    compact = "".join(text.split())
    if len(compact) <= LONGEST_PIECE_SHOWN:
        return None
    try:
        return base64.b64decode(compact, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
