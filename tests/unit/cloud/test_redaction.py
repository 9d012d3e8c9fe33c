# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets taken out of messages, and control characters escaped in them."""

from __future__ import annotations

import base64
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.printable import printable
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.redaction import MASK, carried, redact

SECRET = 'first line of it\nsecond "line" of it\n\tthird line of it\n'


@pytest.mark.parametrize(
    ("secret", "text", "expected"),
    [
        ("web", "web-1 is a web server", "********-1 is a ******** server"),
        ("", "nothing", "nothing"),
        (" padded ", "it is padded", "it is ********"),
        ("short one", "a short on", "a short on"),
        ("abcd" * 16, "cut: " + "abcd" * 5 + "...", "cut: ********..."),
        ("key-" + "0" * 40, "job ff8" + "0" * 24 + "dead", "job ff8" + "0" * 24 + "dead"),
        ("0123456789abcdefghij", "has 0123456789abcde", "has 0123456789abcde"),
        ("0123456789abcdefghij", "has 23456789abcdefgh.", "has ********."),
        (SECRET, 'line: second \\"line\\" of it, and', "line: ********, and"),
        (SECRET, "end: third line of it", "end: ********"),
        (base64.b64encode(SECRET.encode()).decode(), "first line of it", MASK),
    ],
)
def test_what_is_masked(secret: str, text: str, expected: str) -> None:
    assert redact(text, [secret]) == expected


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=40, max_size=400),
    st.integers(0, 400),
    st.integers(16, 400),
    st.text("xyz ", max_size=20),
)
def test_any_piece_of_a_secret_is_masked(secret: str, start: int, length: int, around: str) -> None:
    piece = secret[start % len(secret) :][:length]
    shown = redact(around + piece + around, [secret])
    windows = {piece[at : at + 16] for at in range(len(piece) - 15)}
    assert not any(window in shown for window in windows if len(set(window)) >= 4)
    assert len(shown) <= len(around + piece + around) + 2 * len(MASK) * (len(piece) // 8 + 1)


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=3))
def test_redaction_ends_and_changes_nothing_without_secrets(text: str, secrets: list[str]) -> None:
    redact(text, secrets)
    assert redact(text, []) == text
    assert redact(text, [""]) == text


def test_a_long_secret_of_one_character_is_quick() -> None:
    assert redact("a" * 40_000 + "b" * 1000, ["a" * 60_000]).endswith("b" * 1000)


def test_texts_of_a_body_that_carry_a_secret() -> None:
    held = base64.b64encode(b"#!/bin/sh\npassword is hunter-two\n").decode()
    body = {
        "server": {
            "user_data": held,
            "name": "hunter-two.example",
            "flavor": "m1",
            "list": [{"x": "hunter-two"}],
            "n": 1,
        }
    }
    assert carried(body, ["hunter-two", "m1"]) == {held, "hunter-two.example", "hunter-two"}
    assert carried(None, ["hunter-two"]) == set()


@given(st.text())
def test_what_is_printable_moves_no_cursor(text: str) -> None:
    shown = printable(text)
    assert not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in shown)
    assert not any(
        unicodedata.bidirectional(each) in ("LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        for each in shown
    )
    assert printable(shown) == shown
    shown.encode("utf-8")


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "M", "Zs"])))
def test_text_of_any_script_stays(text: str) -> None:
    assert printable(text) == text


def test_how_it_is_written() -> None:
    assert printable("a\x1b[2J\n\t\x9b\u202e\ud800\U000e0001") == r"a\x1b[2J\n\t\x9b\u202e\ud800\U000e0001"
    assert printable("a\nb\x07", lines=True) == "a\nb\\x07"
    assert json.loads('"%s"' % printable("网站 ö")) == "网站 ö"
