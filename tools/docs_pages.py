"""Changes to the pages that antsibull-docs writes: sections in the sidebar, and the options of all modules apart.

- The index becomes a page of each section, which the theme's sidebar opens and closes; the front page has a block of
  each, all but the first closed.
- The connection options, the same on every page of a module, are in a closed block that the search leaves out.

Sphinx has both: the option ``collapsible`` of an admonition, and the class ``no-search``.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

#: The title of a section in the index of antsibull-docs, with the name of its page.
SECTIONS = {
    "Guides": "guides",
    "Platforms": "platforms",
    "Modules": "modules",
    "Role Index": "roles",
    "Inventory Plugins": "inventory_plugins",
    "Filter Plugins": "filter_plugins",
    "简体中文": "zh_cn",
}
TITLES = {"roles": "Roles"}
_HEADING = re.compile(r"(?:^\.\. _(?P<label>\S+):\n\n)?^(?P<title>\S.*)\n(?P<line>[-~])(?P=line){2,}\n", re.MULTILINE)
_TOCTREE = re.compile(r"^\.\. toctree::\n(?:    :.*\n)*\n(?P<pages>(?:    \S.*\n)+)", re.MULTILINE)
_LISTED = re.compile(r"^\* :ansplugin:`.*\n", re.MULTILINE)
_PLUGIN_PAGE = re.compile(r"_(module|role|inventory|filter)$")


class UnknownPage(Exception):
    """A page of antsibull-docs does not have the form that this program knows; the message says which part."""


@dataclass(frozen=True)
class Section:
    """A section of the index: its label, its pages in order, and the list that describes them."""

    name: str
    title: str
    label: str
    pages: tuple[str, ...]
    listed: str

    def page(self) -> str:
        """The section's own page. The sidebar shows a plugin by its name alone."""
        label = f".. _{self.label}:\n\n" if self.label else ""
        entries = "\n".join(f"    {_entry(page)}" for page in self.pages)
        hidden = "    :hidden:\n" if self.listed else ""
        tree = f".. toctree::\n    :maxdepth: 1\n{hidden}\n{entries}\n"
        return f"{label}{self.title}\n{'=' * 2 * len(self.title)}\n\n{self.listed}\n{tree}"

    def block(self, state: str) -> str:
        """The section's block on the front page."""
        listed = self.listed or "".join(f"* :doc:`{page}`\n" for page in self.pages)
        head = (
            f".. admonition:: {self.title} ({len(self.pages)})\n    :collapsible: {state}\n    :class: section-block\n"
        )
        return f"{head}\n{textwrap.indent(listed, '    ')}\n"


def _entry(page: str) -> str:
    """A line of a toctree."""
    return f"{_PLUGIN_PAGE.sub('', page)} <{page}>" if _PLUGIN_PAGE.search(page) else page


def sections(index: str) -> list[Section]:
    """The sections of the index, in the order of SECTIONS. Raises UnknownPage where one is missing or not known."""
    headings = list(_HEADING.finditer(index))
    ends = [heading.start() for heading in headings[1:]] + [len(index)]
    found = {}
    for heading, end in zip(headings, ends, strict=True):
        title = heading["title"]
        body = index[heading.end() : end]
        tree = _TOCTREE.search(body)
        if tree is None:
            continue  # a heading above others, or without pages
        if title not in SECTIONS:
            raise UnknownPage(f"the section {title!r} of the index is not in SECTIONS")
        name = SECTIONS[title]
        pages = tuple(tree["pages"].split())
        listed = "".join(_LISTED.findall(body))
        found[name] = Section(name, TITLES.get(name, title), heading["label"] or "", pages, listed)
    if set(found) != set(SECTIONS.values()):
        raise UnknownPage(f"the index has no sections {sorted(set(SECTIONS.values()) - set(found))}")
    return [found[name] for name in SECTIONS.values()]


def front_page(index: str, found: list[Section]) -> str:
    """The front page: what is above the first section, and a block of each section."""
    above = index[: index.index(f"\n{found[0].title}\n")]
    above = _TOCTREE.sub("", above).replace(".. contents::\n   :local:\n   :depth: 1\n", "")
    above = re.sub(r"^\.\. toctree::\n    :maxdepth: 1\n", "", above, flags=re.MULTILINE).rstrip()
    names = "\n".join(f"    {section.name}" for section in found)
    blocks = "".join(section.block("closed" if number else "open") for number, section in enumerate(found))
    return f"{above}\n\n{blocks}\n.. toctree::\n    :hidden:\n\n{names}\n"


def write_sections(folder: Path) -> None:
    """Write the front page and the pages of the sections in place of the index."""
    index = folder / "index.rst"
    text = index.read_text(encoding="utf-8")
    found = sections(text)
    for section in found:
        (folder / f"{section.name}.rst").write_text(section.page(), encoding="utf-8")
    index.write_text(front_page(text, found), encoding="utf-8")


# -- the connection options -------------------------------------------------------------------------------------------

_TABLE = re.compile(
    r"^\.\. list-table::\n(?:  :.*\n)+\n  \* - Parameter\n    - Comments\n\n(?P<rows>(?:  .*\n|\n)*)", re.MULTILINE
)
_ROW = re.compile(r"^  \* - ", re.MULTILINE)
_NAME = re.compile(r'id="parameter-([^"/]+)')
_BLOCK = """\
.. admonition:: Connection options ({count})
    :collapsible: closed
    :class: connection-options no-search

    How the {kind} reaches its cloud, the same on every page:
    see :ref:`ansible_collections.cloudserver.compute.docsite.authentication`.

"""


def fold_connection_options(page: str, names: Collection[str], kind: str) -> str:
    """The page of a plugin with the options of these names in a closed block below the others."""
    table = _TABLE.search(page)
    if table is None:
        return page
    head = page[table.start() : table.start("rows")]
    starts = [row.start() for row in _ROW.finditer(table["rows"])] + [len(table["rows"])]
    own: list[str] = []
    connection: list[str] = []
    folded: set[str] = set()
    for start, end in itertools.pairwise(starts):
        row = table["rows"][start:end]
        name = _NAME.search(row)
        if name is None:
            raise UnknownPage("a row of the table of options has no anchor")
        (connection if name[1] in names else own).append(row.rstrip() + "\n\n")
        folded |= {name[1]} & set(names)
    if not connection:
        return page
    block = _BLOCK.format(count=len(folded), kind=kind) + textwrap.indent(head + "".join(connection), "    ")
    shown = head + "".join(own) if own else ""
    return f"{page[: table.start()]}{shown}\n{block}\n{page[table.end() :]}"


def fold_all(folder: Path, names: Collection[str]) -> int:
    """Fold the connection options on every page of a module and of the inventory; returns how many pages have some."""
    count = 0
    for kind, pattern in (("module", "*_module.rst"), ("inventory", "*_inventory.rst")):
        for path in sorted(folder.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            changed = fold_connection_options(text, names, kind)
            path.write_text(changed, encoding="utf-8")
            count += changed != text
    return count
