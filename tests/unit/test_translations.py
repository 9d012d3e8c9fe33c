# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A translated page has the code of the English one, and says from which state of it it was translated.

What the code does is tested with the English pages. A page that is behind is named by ``python tools/translations.py``.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ansible_collections.cloudserver.compute.tools import translations

ROOT = Path(__file__).resolve().parents[2]
PAIRS = translations.pairs(ROOT)
BLOCKS = {
    ".md": re.compile(r"^```\w+\n.*?^```$", re.MULTILINE | re.DOTALL),
    ".rst": re.compile(r"^\.\. code-block:: \w+\n\n(?:   .*\n|\n)+", re.MULTILINE),
}
HEADINGS = {".md": re.compile(r"^#+ ", re.MULTILINE), ".rst": re.compile(r"^[=~-]{4,}$", re.MULTILINE)}
NAMES = re.compile(r"``[^`]+``|:ans\w+:`[^`]+`")
#: The terms of a definition list that begin with a message, a code or a command
TERMS = re.compile(r"^(``.+)\n(?=   \S)", re.MULTILINE)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Pages whose readers read Chinese first
REQUIRED = {
    "README.zh-CN.md",
    "getting_started_zh_cn.rst",
    "authentication_zh_cn.rst",
    "inventory_zh_cn.rst",
    "awx_zh_cn.rst",
    "troubleshooting_zh_cn.rst",
    "platform_huaweicloud_zh_cn.rst",
    "platform_easystack_zh_cn.rst",
    "platform_ustack_zh_cn.rst",
    "migrating_from_terraform_zh_cn.rst",
}
#: Their code is in the text: options, variables, messages
WITHOUT_BLOCKS = {"troubleshooting_zh_cn.rst", "migrating_from_terraform_zh_cn.rst"}


@pytest.fixture(params=sorted(PAIRS), ids=lambda path: path.name)
def pair(request: pytest.FixtureRequest) -> tuple[Path, Path]:
    return request.param, PAIRS[request.param]


def test_the_required_pages_exist() -> None:
    assert {path.name for path in PAIRS} >= REQUIRED


def test_the_code_is_that_of_the_english_page(pair: tuple[Path, Path]) -> None:
    pattern = BLOCKS[pair[0].suffix]
    translated, english = ([text.rstrip() for text in pattern.findall(path.read_text())] for path in pair)
    assert bool(english) == (pair[0].name not in WITHOUT_BLOCKS)
    assert translated == english


def test_the_names_in_the_text_are_those_of_the_english_page(pair: tuple[Path, Path]) -> None:
    """Options, variables, values, messages, modules: each of the English page and no other, in any order."""
    if pair[0].suffix == ".rst":
        translated, english = (
            set(NAMES.findall(BLOCKS[path.suffix].sub("", path.read_text(encoding="utf-8")))) for path in pair
        )
        assert translated == english


def test_the_troubleshooting_pages_have_the_same_messages() -> None:
    """Who searches for a message finds it in both languages, in the same section."""
    folder = ROOT / "docs" / "docsite" / "rst"
    translated, english = (
        [re.findall(r"``(.+?)``", term) for term in TERMS.findall((folder / name).read_text(encoding="utf-8"))]
        for name in ("troubleshooting_zh_cn.rst", "troubleshooting.rst")
    )
    assert len(english) > 50
    assert translated == english


def test_the_sections_are_those_of_the_english_page(pair: tuple[Path, Path]) -> None:
    translated, english = (
        len(HEADINGS[path.suffix].findall(BLOCKS[path.suffix].sub("", path.read_text()))) for path in pair
    )
    assert translated == english


def test_it_is_chinese_and_records_the_english_page(pair: tuple[Path, Path]) -> None:
    prose = BLOCKS[pair[0].suffix].sub("", pair[0].read_text())
    assert len(CHINESE.findall(prose)) > 300
    assert re.fullmatch(r"[0-9a-f]{12}", translations.recorded(pair[0]))


def test_a_page_that_is_behind_is_named(tmp_path: Path) -> None:
    for name in ("README.md", "README.zh-CN.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    translations.stamp(tmp_path)
    assert translations.behind(tmp_path) == []
    (tmp_path / "README.md").write_text("changed")
    assert [path.name for path in translations.behind(tmp_path)] == ["README.zh-CN.md"]
    (tmp_path / "README.zh-CN.md").write_text("")
    with pytest.raises(ValueError, match="translated from"):
        translations.behind(tmp_path)
