"""Which translated pages are behind the English ones.

    translations.py            one line for each page that is behind
    translations.py --stamp    the translations are complete: record the English pages that they translate

A translation is beside its page: README.zh-CN.md of README.md, inventory_zh_cn.rst of inventory.rst. It records a
checksum of the English page in a comment.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_STAMP = re.compile(r"(<!-- |\.\. )translated from: ([0-9a-f]{12}|-)")


def pairs(root: Path = ROOT) -> dict[Path, Path]:
    """Each translation and its English page."""
    found = {path: path.with_name(path.name.replace(".zh-CN.", ".")) for path in sorted(root.glob("*.zh-CN.md"))}
    pages = sorted((root / "docs" / "docsite" / "rst").glob("*_zh_cn.rst"))
    return {**found, **{path: path.with_name(path.name.replace("_zh_cn.", ".")) for path in pages}}


def checksum(page: Path) -> str:
    return hashlib.sha256(page.read_bytes()).hexdigest()[:12]


def recorded(translation: Path) -> str:
    """The checksum that a translation records; ``-`` if none. Raises ValueError if it has no such comment."""
    found = _STAMP.search(translation.read_text(encoding="utf-8"))
    if not found:
        raise ValueError(f"{translation.name} has no comment 'translated from: CHECKSUM'")
    return found[2]


def behind(root: Path = ROOT) -> list[Path]:
    return [translation for translation, page in pairs(root).items() if recorded(translation) != checksum(page)]


def stamp(root: Path = ROOT) -> None:
    for translation, page in pairs(root).items():
        text = translation.read_text(encoding="utf-8")
        translation.write_text(_STAMP.sub(rf"\g<1>translated from: {checksum(page)}", text, count=1), encoding="utf-8")


def main() -> None:
    if sys.argv[1:] == ["--stamp"]:
        stamp()
    for path in behind():
        print(f"{path.relative_to(ROOT)} is behind {pairs()[path].name}")


if __name__ == "__main__":
    main()
