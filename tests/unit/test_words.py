# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation, messages and docstrings use the field's words, and a reader can find each source that they cite."""

from __future__ import annotations

import ast
import io
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
    r"rid of": "write deleted or detached",
    r"anew": "write again, or say what is created or replaced",
    r"told": "write returned or configured",
    r"by decree": "write reset",
    r"further ado": "write automatically",
    r"nobody can say": "write that the result is unknown",
    r"what became of": "write outcome",
    r"lies in": "write is in",
    r"makes? sure": "write ensures",
}
#: Turns of phrase that a reader whose English is a working language has to puzzle out.
TURNS = {
    r"(its|whose) turn": "write not started, or queued",
    r"say(s|ing)? where": "write is at, or uses",
    r"stands? for": "write means, is used for or replaces",
    r"takes? (it|one|them|what) for": "write treats as",
    r"there is no \w+ whose": "say what is missing",
    r"(leads?|lead) (from )?there": "say which state cannot be reached",
    r"in no other case": "write only",
    r"(is|are) not known": "write unknown",
    r"(is|are|was|were) of (that|the) (name|id)": "write has the name or id",
    r"all the same": "write anyway or nevertheless",
    r"does no harm": "write is safe",
    r"(not|nothing) (get|gets) on": "say what does not change",
    r"(put|puts|putting) back": "write restored",
    r"so (many|few|much) (seconds|characters|times|servers|bytes)": "write the number of",
    r"whoever": "write the user, or anyone who",
    r"somebody else": "write another user or another task",
    r"gone for good": "write permanently deleted",
    r"travels?": "write sent",
    r"(to|must) be had": "write available or supported",
    r"does not (suffice|fit)": "say what is wrong",
    r"on (its|their) way": "write in a transition or in progress",
    r"for the time being": "leave it out",
    r"exclude each other": "write are mutually exclusive",
    r"is (no|not a) text": "write is not a string",
    r"paging": "write pagination",
    r"the answers?": "write the response",
}
#: A sentence whose subject is a relative clause: "What is asked for is ...", "Where nobody waits, ...".
CLAUSE = re.compile(r"(?:^|(?<=[.!?;:] ))(?:What|Whatever|Where|Wherever|Whose|Who|Whoever|Which) (?!to\b)[a-z]")
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
    words = {**WORDS, **TURNS}
    found = [(match, reason) for word, reason in words.items() for match in re.finditer(rf"\b{word}\b", text, re.I)]
    found += [(match, "begin with the subject") for match in CLAUSE.finditer(text)]
    return [f"...{text[max(0, m.start() - 40) : m.end() + 40]}...: {reason}" for m, reason in found]


def code() -> list[str]:
    paths = (ROOT / "plugins").rglob("*.py")
    return sorted(str(path.relative_to(ROOT)) for path in paths)


def messages(source: str) -> Iterator[str]:
    """The texts of more than one word in a source, without docstrings and documentation."""
    tree = ast.parse(source)
    skipped = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id in ("DOCUMENTATION", "EXAMPLES", "RETURN"):
                skipped.add(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            if " " in node.value.strip():
                yield node.value


def explanations(source: str) -> Iterator[str]:
    """The docstrings of a source, and its comments, each block as one text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            yield ast.get_docstring(node) or ""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [each for each in tokens if each.type == tokenize.COMMENT]
    block: list[tokenize.TokenInfo] = []
    for comment in comments:
        if block and comment.start[0] != block[-1].start[0] + 1:
            yield " ".join(each.string.lstrip("#: ") for each in block)
            block = []
        block.append(comment)
    yield " ".join(each.string.lstrip("#: ") for each in block)


@pytest.mark.parametrize(("folder", "name"), documented_plugins())
def test_the_documentation_of_plugins_has_no_private_words(folder: str, name: str) -> None:
    text = texts_of(folder, name)
    assert text
    assert unknown_words(text) == []


@pytest.mark.parametrize("page", pages())
def test_pages_have_no_private_words(page: str) -> None:
    assert unknown_words((ROOT / page).read_text()) == []


@pytest.mark.parametrize("path", code())
def test_messages_have_no_private_words(path: str) -> None:
    assert [found for text in messages((ROOT / path).read_text()) for found in unknown_words(text)] == []


@pytest.mark.parametrize("path", code())
def test_docstrings_and_comments_have_no_private_words(path: str) -> None:
    assert [found for text in explanations((ROOT / path).read_text()) for found in unknown_words(text)] == []


def test_the_list_of_words_finds_them() -> None:
    assert len(unknown_words("A ticket that was asked\n  for anew.")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "its turn did not come within 5 seconds",
        "reset_state: active takes it for sound",
        "Where the volume service is cannot be seen.",
        "there is no URL whose catalog has it",
        "The server runs. Whatever it shows is ignored.",
        "the answer holds no token",
        "nothing leads there",
        "the host name is not known",
        "The old group was put back.",
    ],
)
def test_riddling_turns_are_found(text: str) -> None:
    assert len(unknown_words(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The server was not started within 5 seconds. Set wait_timeout to a higher value.",
        "Where to store the passwords: a file, or HashiCorp Vault.",
        "the response contains no token; check that auth.auth_url is the URL of Keystone v3",
        "The flavor is the one in which the server was created.",
    ],
)
def test_plain_sentences_pass(text: str) -> None:
    assert unknown_words(text) == []


def test_what_is_read_of_a_source() -> None:
    lines = ['"""A text."""', 'DOCUMENTATION = "a b"', "#: One", "#: block.", "", "# Another."]
    lines += ['x = f"{1} or no"', 'y = "a b"', 'z = "word"']
    source = "\n".join(lines) + "\n"
    assert sorted(messages(source)) == [" or no", "a b"]
    assert list(explanations(source)) == ["A text.", "One block.", "Another."]


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
