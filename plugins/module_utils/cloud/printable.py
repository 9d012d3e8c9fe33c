# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of a cloud in a message: they must not move the cursor, color the terminal or change the reading direction."""

from __future__ import annotations

import re

# C0 and DEL, C1, the marks, embeddings, overrides and isolates of the bidirectional algorithm (Unicode annex 9), line
# and paragraph separators, deprecated format characters, interlinear annotations, tags, and lone surrogates.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    number = ord(character)
    form = "\\x%02x" if number < 0x100 else "\\u%04x" if number < 0x10000 else "\\U%08x"
    return _NAMED.get(character) or form % number


def printable(text: str, lines: bool = False) -> str:
    r"""The text with each control character escaped as in Python (``\x1b``); with ``lines``, line ends are kept."""
    if lines:
        return "\n".join(_CONTROL.sub(_escape, line) for line in text.split("\n"))
    return _CONTROL.sub(_escape, text)
