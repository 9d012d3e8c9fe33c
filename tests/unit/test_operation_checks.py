"""Every parameter that the documents name is reached by an option that exists, or has a reason; each check can fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.cloudserver.compute.tools import operation_checks, operation_pages, operations

DOCUMENT = operations.read()
OPERATIONS = operations.load()
COMMON = operations.load_common()


def row(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        each for platform in operations.HEADING for each in document[platform] if each["id"] == name
    )
    return found


# -- the data --------------------------------------------------------------------------------------------------------


def test_every_parameter_is_reached_or_has_a_reason() -> None:
    assert operation_checks.problems(DOCUMENT) == []


#: What breaks the document, and the words of the only problem that the checks then report.
BROKEN: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "an option that does not exist": (
        lambda document: row(document, "H07")["parameters"].update({"server.name": "rename"}),
        "H07: server.name: server has no option rename",
    ),
    "one of several options": (
        lambda document: row(document, "H06")["parameters"].update(new_password=["password", "secret"]),
        "H06: new_password: server_password has no option secret",
    ),
    "a suboption that does not exist": (
        lambda document: row(document, "E04")["parameters"].update({"server.tags": "volumes.host"}),
        "E04: server.tags: server has no option volumes.host",
    ),
    "a suboption of an option without any": (
        lambda document: row(document, "E04")["parameters"].update({"server.tags": "flavor.host"}),
        "E04: server.tags: server has no option flavor.host",
    ),
    "a key that an entry of networks has not": (
        lambda document: row(document, "E04")["parameters"].update({"server.networks.uuid": "networks.uuid"}),
        "E04: server.networks.uuid: server has no option networks.uuid",
    ),
    "a value that is no choice": (
        lambda document: row(document, "E08")["parameters"].update(pause="state=pausing"),
        "E08: pause: the option state of server_power is never pausing",
    ),
    "a value of an option without choices": (
        lambda document: row(document, "E04")["parameters"].update({"server.tags": "host=node-1"}),
        "E04: server.tags: the option host of server is never node-1",
    ),
    "an option of the row": (
        lambda document: row(document, "E08").update(options=["state=pausing"]),
        "E08: the option state of server_power is never pausing",
    ),
    "a module that does not exist": (
        lambda document: row(document, "E13").update(modules=["server_size"], options=[]),
        "E13: resize.flavorRef: server_size has no option flavor",
    ),
    "an option that a connection has not": (
        lambda document: row(document, "H10")["parameters"].update({"auth.scope.project.name": "auth.project"}),
        "H10: auth.scope.project.name: the connection has no option auth.project",
    ),
    "no option": (
        lambda document: row(document, "E13")["parameters"].update({"resize.flavorRef": []}),
        "E13: resize.flavorRef has no option",
    ),
    "no parameters": (
        lambda document: row(document, "E03").pop("parameters"),
        "E03: it has no parameters",
    ),
    "a parameter of the body that is in none": (
        lambda document: row(document, "E48")["parameters"].pop("aggregate.availability_zone"),
        "E48: availability_zone is in its body or path, and not in its parameters",
    ),
    "a parameter of the path that is in none": (
        lambda document: row(document, "E31")["parameters"].pop("all_tenants"),
        "E31: all_tenants is in its body or path, and not in its parameters",
    ),
    "a parameter both reached and unreached": (
        lambda document: row(document, "H07").update(unreached={"server.name": "It is not."}),
        "H07: server.name is in more than one of parameters, set, instead, unreached",
    ),
    "a parameter both unreached and set": (
        lambda document: row(document, "E41")["unreached"].update(limit="It is not."),
        "E41: limit is in more than one of parameters, set, instead, unreached",
    ),
    "no reason for what is unreached": (
        lambda document: row(document, "E41")["unreached"].update(sort_key=""),
        "E41: sort_key has no reason, which is a sentence",
    ),
    "no reason for what is set": (
        lambda document: row(document, "H02")["set"].update(offset=1),
        "H02: offset has no reason, which is a sentence",
    ),
    "a reason that is no sentence": (
        lambda document: row(document, "E54")["fields_dropped"].update({"service.id": "later"}),
        "E54: service.id has no reason, which is a sentence",
    ),
    "another name of what is not sent": (
        lambda document: row(document, "E41").update(sent_as={"sort_key": "order"}),
        "E41: sort_key is in sent_as, and is not sent",
    ),
    "an operation that does not exist": (
        lambda document: row(document, "E01").update(instead={"E99": ["access_ip_v4"]}),
        "E01: access_ip_v4: E99 does not reach it",
    ),
    "an operation that does not reach it either": (
        lambda document: row(document, "E01")["instead"]["E02"].append("personality"),
        "E01: personality: E02 does not reach it",
    ),
    "a key that no row has": (
        lambda document: row(document, "E03").update(query=["limit"]),
        "E03: query is not a key of a row",
    ),
    "a platform without its headers": (
        lambda document: document[operations.COMMON].pop("ustack"),
        "every_request: it has huaweicloud, easystack, and needs huaweicloud, easystack, ustack",
    ),
    "no headers": (
        lambda document: document[operations.COMMON]["ustack"].pop("parameters"),
        "every_request.ustack: it has no parameters",
    ),
    "a key that the headers have not": (
        lambda document: document[operations.COMMON]["ustack"].update(headers=[]),
        "every_request.ustack: headers is not a key of it",
    ),
    "a header's option that does not exist": (
        lambda document: document[operations.COMMON]["ustack"]["parameters"].update({"X-Auth-Token": "token"}),
        "every_request.ustack: X-Auth-Token: the connection has no option token",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_document_is_refused(name: str) -> None:
    document, (damage, problem) = deepcopy(DOCUMENT), BROKEN[name]
    damage(document)
    assert operation_checks.problems(document) == [problem]


def test_what_exists_is_accepted() -> None:
    """Options of every kind: with choices, a bool, a suboption, a key of an entry, and one of the connection."""
    assert operation_checks.option_spec("server_power", "state")
    assert operation_checks.option_spec("server", "volumes.boot_index") == {"type": "int"}
    assert operation_checks.option_spec("server", "networks.fixed_ip") is not None
    assert operation_checks.option_spec("server", "networks.fixed_ip.more") is None
    assert operation_checks.option_spec("", "auth.token")
    assert operation_checks.option_spec("", "state") is None
    assert operation_checks.argument_spec("no_such_module") == {}


# -- the code --------------------------------------------------------------------------------------------------------

_CLOUD = operations.ROOT / "plugins" / "module_utils" / "cloud"
_LOGINS = ("auth/base.py", "auth/keystone.py", "auth/token_requests.py")
_SHARED = ("http/*.py", "platforms/nova/*.py", *_LOGINS, "../plans/servers/*.py")
_FILES = {
    "huaweicloud": (*_SHARED, "auth/access_key.py", "platforms/huaweicloud/*.py"),
    "easystack": (*_SHARED, "platforms/easystack.py"),
    "ustack": (*_SHARED, "platforms/ustack.py"),
}
#: The library that sends requests makes them.
_BY_LIBRARY = {"Content-Length", "Host"}


@cache
def words(platform: str) -> frozenset[str]:
    """The texts and the names of arguments in the code that makes the platform's requests."""
    text = "\n".join(path.read_text() for form in _FILES[platform] for path in sorted(_CLOUD.glob(form)))
    return frozenset(re.findall(r'"([\w:.-]+)"', text) + re.findall(r"\b(\w+)=", text))


def is_a_word(name: str, platform: str) -> bool:
    """Whether the code has the last part of the name. Keys of metadata have a dot; a word in capitals is replaced."""
    parts = re.sub(r"[A-Z]+_[A-Z]+$", "", name).split(".")
    return any(".".join(parts[first:]) in words(platform) for first in range(len(parts)))


def rows_of(platform: str) -> list[tuple[str, operations.Parameters]]:
    return [("every request", COMMON[platform])] + [
        (each.id, each.parameters) for each in OPERATIONS if each.platform == platform
    ]


@pytest.mark.parametrize("platform", operations.HEADING)
def test_the_code_has_a_word_for_each_parameter_that_it_is_to_send(platform: str) -> None:
    for place, found in rows_of(platform):
        for name in found.sent:
            # Filters are sent with the keys of the task.
            if found.reached.get(name) != ("filters",) and name not in _BY_LIBRARY:
                sent = found.name_in_request(name)
                assert is_a_word(sent, platform), f"{place}: the code for {platform} has no {sent}"


@pytest.mark.parametrize("platform", operations.HEADING)
def test_the_code_has_no_word_for_a_parameter_that_nothing_reaches(platform: str) -> None:
    """A word that another operation sends says nothing."""
    known = {name.rpartition(".")[2] for _place, found in rows_of(platform) for name in found.sent}
    for place, found in rows_of(platform):
        for name in found.unreached:
            if name.rpartition(".")[2] not in known:
                assert not is_a_word(name, platform), f"{place}: {name} is in the code now; name its option"


def test_the_words_of_the_code_can_miss() -> None:
    assert is_a_word("server.flavorRef", "ustack") and is_a_word("metadata.nodeinfo.com:bootorder", "easystack")
    assert is_a_word("server.metadata.nodeinfo.com:iso-IMAGE_UUID", "easystack")
    assert is_a_word("os-change.metadata.__system__cmkid", "huaweicloud")
    assert is_a_word("server.max_count", "ustack"), "a name of an argument"
    assert not is_a_word("os-change.metadata.__system__cmkid", "easystack")
    assert not is_a_word("attachKeypairs.no_such_key", "ustack")


# -- the numbers and the page ----------------------------------------------------------------------------------------


def test_the_summary_counts_each_way() -> None:
    one = operations.Parameters(
        {"a": ("name",), "b": ("id",)}, {"limit": "Always."}, {"c": "E02"}, {"d": "No.", "e": "No."}, {"links": "No."}
    )
    other = operations.Parameters({"a": ("name",)}, fields_dropped={"links": "No.", "id": "No."})
    assert operations.summary([one, other]) == (
        "5 of 7 parameters are reached:\n3 by an option, 1 by the collection itself, 1 by another operation;"
        " 2 have a reason.\n2 fields of responses are not shown, each with a reason."
    )


def test_the_summary_counts_every_parameter_of_the_file() -> None:
    names = [name for each in operations.everything() for name in each.names]
    assert len(names) > 250
    assert f" of {len(names)} parameters are reached" in operations.summary(operations.everything())


def test_the_page_is_what_the_data_makes() -> None:
    made = operation_pages.parameter_page(OPERATIONS, COMMON)
    assert operation_pages.PARAMETER_PAGE.read_text() == made, "run: make operations-page"


def test_the_page_has_every_parameter_and_reason() -> None:
    text = operation_pages.parameter_page(OPERATIONS, COMMON)
    for operation in OPERATIONS:
        found = operation.parameters
        part = re.search(rf"^{operation.id}: .*?(?=^[HEU]\d\d: |\Z)", text, re.MULTILINE | re.DOTALL)
        if not part:
            assert not found.names and not found.fields_dropped, operation.id
            continue
        for name in found.names:
            assert f"``{name}``" in part[0], f"{operation.id}: {name}"
        for reason in found.unreached.values():
            assert f"**not reached**: {reason}" in part[0]
    assert "   * - ``type`` (as ``image_type``)\n" in text
    assert "     - ``networks.fixed_ip``\n" in text, "it has no anchor in the documentation of the module"
    assert "fields of E02" in text, "the fields of a server are listed once"


def test_the_pages_are_written_unless_the_document_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("OPERATION_PAGE", "PARAMETER_PAGE"):
        monkeypatch.setattr(operation_pages, name, tmp_path / f"{name}.rst")
    assert operation_pages.main([]) == 0
    assert "parameters are reached" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["OPERATION_PAGE.rst", "PARAMETER_PAGE.rst"]

    broken = deepcopy(DOCUMENT)
    row(broken, "E41")["unreached"]["sort_key"] = ""
    monkeypatch.setattr(operation_pages, "read", lambda: broken)
    (tmp_path / "OPERATION_PAGE.rst").unlink()
    assert operation_pages.main([]) == 1
    assert "E41: sort_key has no reason" in capsys.readouterr().err
    assert not (tmp_path / "OPERATION_PAGE.rst").exists()


def test_the_pages_are_in_the_contents() -> None:
    contents = yaml.safe_load((operations.ROOT / "docs" / "docsite" / "extra-docs.yml").read_text())
    listed = [name for section in contents["sections"] for name in section["toctree"]]
    assert {operation_pages.OPERATION_PAGE.stem, operation_pages.PARAMETER_PAGE.stem} <= set(listed)
