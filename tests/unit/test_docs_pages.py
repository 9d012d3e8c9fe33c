"""The site's sections, and the connection options apart, from pages as antsibull-docs writes them."""

from __future__ import annotations

import textwrap

import pytest

from ansible_collections.cloudserver.compute.tools import docs_pages

INDEX_HEAD = """\
Cloudserver.Compute
===================

.. contents::
   :local:
   :depth: 1

Description
-----------

Operates servers.

.. toctree::
    :maxdepth: 1

"""
TABLE = """\
Parameters
----------

.. list-table::
  :width: 100%
  :header-rows: 1

  * - Parameter
    - Comments

"""


def index(titles: list[str]) -> str:
    parts = [INDEX_HEAD]
    for title in titles:
        page = "docsite/a" if title in ("Guides", "Platforms") else f"{title[0].lower()}_module"
        listed = "" if page == "docsite/a" else "* :ansplugin:`x module <a.b.x#module>` -- Does x\n\n"
        parts.append(f".. _label_{title[0]}:\n\n{title}\n{'~' * 12}\n\n{listed}")
        parts.append(f".. toctree::\n    :maxdepth: 1\n\n    {page}\n    other\n\n")
    return "".join(parts)


def row(name: str) -> str:
    return (
        '  * - .. raw:: html\n\n        <div class="ansibleOptionAnchor" '
        f'id="parameter-{name}"></div>\n\n      **{name}**\n\n    - Text of {name}.\n\n'
    )


def test_each_section_of_the_index_becomes_a_page() -> None:
    text = index(list(docs_pages.SECTIONS))
    found = {section.name: section for section in docs_pages.sections(text)}
    assert list(found) == list(docs_pages.SECTIONS.values())
    assert found["guides"].pages == ("docsite/a", "other")
    assert "    m <m_module>\n" in found["modules"].page()
    assert found["modules"].page().startswith(".. _label_M:\n\nModules\n")
    assert "x module <a.b.x#module>" in found["modules"].page()
    front = docs_pages.front_page(text, list(found.values()))
    assert front.count(":collapsible: open") == 1
    assert front.count(":collapsible: closed") == len(docs_pages.SECTIONS) - 1
    assert front.count(".. toctree::") == 1
    assert "Operates servers." in front
    assert ".. contents::" not in front


@pytest.mark.parametrize("titles", [list(docs_pages.SECTIONS)[1:], [*docs_pages.SECTIONS, "Lookup Plugins"]])
def test_a_section_that_is_unknown_or_missing_is_an_error(titles: list[str]) -> None:
    with pytest.raises(docs_pages.UnknownPage):
        docs_pages.sections(index(titles))


def test_connection_options_and_their_suboptions_are_in_a_closed_block_below_the_others() -> None:
    page = TABLE + "".join(map(row, ("all", "auth", "auth/password", "author", "cloud"))) + "\nNotes\n-----\n\nText\n"
    changed = docs_pages.fold_connection_options(page, {"auth", "cloud"}, "module")
    shown, _admonition, folded = changed.partition(".. admonition:: Connection options (2)\n")
    assert ["**all**" in shown, "**author**" in shown, "**auth**" in shown] == [True, True, False]
    for name in ("auth", "auth/password", "cloud"):
        assert textwrap.indent(row(name), "    ").rstrip() in folded
    assert "    :collapsible: closed\n    :class: connection-options no-search\n" in folded
    assert folded.endswith("\nNotes\n-----\n\nText\n")


def test_a_page_without_connection_options_stays_as_it_is() -> None:
    page = TABLE + row("path") + "\nNotes\n-----\n"
    assert docs_pages.fold_connection_options(page, {"auth"}, "module") == page
    assert docs_pages.fold_connection_options("No table\n", {"auth"}, "module") == "No table\n"


def test_a_page_with_no_option_of_its_own_has_the_block_alone() -> None:
    changed = docs_pages.fold_connection_options(TABLE + row("auth"), {"auth"}, "module")
    assert changed.count(".. list-table::") == 1
    assert changed.index(".. admonition::") < changed.index(".. list-table::")
