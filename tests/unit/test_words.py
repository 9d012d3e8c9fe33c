# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation uses the field's words, and each source that it cites can be found by a reader."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = "ansible_collections.cloudserver.compute.plugins."

#: Words that a reader of Ansible's, OpenStack's and Huawei Cloud's documentation does not know in this sense.
WORDS = {
    r"deeds?": "write action",
    r"tickets?": "write pending action or handle",
    r"wish(es|ed)?": "write spec, options or target state",
    r"patience": "write timeout or waiter",
    r"asked for": "write requested or sent",
    r"(be|is|are|get) rid of": "write deleted or detached",
    r"anew": "write again, or say what is created or replaced",
    r"told": "write returned or configured",
    r"by decree": "write reset",
    r"further ado": "write automatically",
    r"nobody can say": "write that the result is unknown",
    r"what became of": "write outcome",
    r"lies in": "write is in",
    r"does not get on": "say what does not end",
    r"makes? sure": "write ensures",
}
#: "Make sure that ..." is an instruction to the reader.
ALLOWED = ("Make sure that the host is powered off first",)
#: Papers of the authors, which the repository does not contain.
PRIVATE = re.compile(r"\bseeds? [0-9]{3}\b|huawei-facts|openstack-lab\.md|tooling\.md")


def documented_plugins() -> list[tuple[str, str]]:
    folders = ("modules", "doc_fragments", "inventory")
    return [(folder, path.stem) for folder in folders for path in sorted((ROOT / "plugins" / folder).glob("[a-z]*.py"))]


def texts_of(folder: str, name: str) -> str:
    module = import_module(f"{PLUGINS}{folder}.{name}")
    holder = getattr(module, "ModuleDocFragment", module)
    return "\n".join(value for key, value in vars(holder).items() if key.isupper() and isinstance(value, str))


def pages() -> list[str]:
    patterns = ("README.md", "docs/docsite/rst/*.rst", "docs/awx/**/*.md", "plugins/filter/*.yml", "playbooks/*.yml")
    roles = ("roles/*/README.md", "roles/*/meta/argument_specs.yml")
    return sorted(str(path.relative_to(ROOT)) for pattern in patterns + roles for path in ROOT.glob(pattern))


def unknown_words(text: str) -> list[str]:
    for sentence in ALLOWED:
        text = text.replace(sentence, "")
    text = " ".join(text.split())
    found = ((match, reason) for word, reason in WORDS.items() for match in re.finditer(rf"\b{word}\b", text, re.I))
    return [f"...{text[max(0, m.start() - 40) : m.end() + 40]}...: {reason}" for m, reason in found]


@pytest.mark.parametrize(("folder", "name"), documented_plugins())
def test_the_documentation_of_plugins_has_no_private_words(folder: str, name: str) -> None:
    text = texts_of(folder, name)
    assert text
    assert unknown_words(text) == []


@pytest.mark.parametrize("page", pages())
def test_pages_have_no_private_words(page: str) -> None:
    assert unknown_words((ROOT / page).read_text()) == []


def test_the_list_of_words_finds_them() -> None:
    assert len(unknown_words("A ticket that was asked\n  for anew.")) == 3


def sources() -> Iterator[Path]:
    for folder in ("plugins", "docs", "roles", "playbooks", "tests", "tools"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".yml", ".rst", ".md") and path != Path(__file__).resolve():
                yield path
    yield from (ROOT / "README.md", ROOT / "CONTRIBUTING.md")


def test_no_source_is_a_paper_that_readers_do_not_have() -> None:
    assert [str(path) for path in sources() if PRIVATE.search(path.read_text())] == []


#: No name of a test, a helper or a tool contains one of these words.
PRIVATE_NAMES = re.compile(
    r"(?:^|_)(?:deeds?|tickets?|wish(?:es)?|aims?|anew|hangers?|patience|decree|todo|told)(?:_|$)", re.I
)
NAMED = ("tools/*.py", "tests/integration/*.py", "tests/matrix/*.py", "tests/sanity/*.py", "tests/openstack/run.py")


def named_files() -> list[str]:
    """Tools, drivers and unit tests; tests/simulator has the words of the vendors' documents."""
    found = [path for pattern in NAMED for path in ROOT.glob(pattern)]
    found += [path for path in (ROOT / "tests" / "unit").rglob("*.py") if "simulator" not in path.parts]
    return sorted(str(path.relative_to(ROOT)) for path in found)


@pytest.mark.parametrize("name", named_files())
def test_names_in_tests_and_tools_have_no_private_words(name: str) -> None:
    path = ROOT / name
    with path.open("rb") as file:
        names = {token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.NAME}
    assert [word for word in sorted(names | {path.stem}) if PRIVATE_NAMES.search(word)] == []
