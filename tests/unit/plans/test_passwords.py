# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules for passwords refuse, what is made, and which servers a task would give one."""

from __future__ import annotations

import string
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import server
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.password import (
    REVISION,
    PasswordOptions,
    PasswordSpec,
    made,
    plan_passwords,
    rules_of,
    without,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.password import given as given_passwords
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.password_rules import (
    ANY,
    HUAWEI_OS,
    HUAWEI_RESET,
    SAFE_SPECIAL,
    PasswordRules,
    administrator,
    classes_of,
    generate,
    is_windows,
)

BOOT = frozenset(["password_at_boot", "password_rules"])
STATES = st.sampled_from(["running", "stopped", "paused", "error", "REBOOT", "VERIFY_RESIZE"])


def cloud(*operations: str) -> Any:
    rules = Rules()
    rules.capabilities = frozenset(operations)
    return SimpleNamespace(supports=rules.supports, rules=rules)


# -- rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [HUAWEI_RESET, HUAWEI_OS])
@pytest.mark.parametrize(
    ("password", "user", "windows", "words"),
    [
        ("Abcdef1", "root", False, "7 characters"),
        ("Abcdefg1", "root", False, None),
        ("A1" + "x" * 24, "root", False, None),
        ("A1" + "x" * 25, "root", False, "27 characters"),
        ("abcdefgh1", "root", False, "it needs 3 of"),
        ("abcdefgh1!", "root", False, None),
        ("Abcdefg 1", "root", False, "a character other than"),
        ("Abcdefg&1", "root", False, "a character other than"),
        ("Ábcdefg1", "root", False, "a character other than"),
        ("Abc-rOOt-1", "root", False, "user name root"),
        ("Abc-tOOr-1", "root", False, "user name root"),
        ("Abc-root-1", "deploy", False, "user name root"),
        ("Abc-YOLPED-1", "deploy", False, "user name deploy"),
        ("1Administrator", "root", False, "user name Administrator"),
        ("Abc-adm-1", "root", False, None),
        ("Abc-aDm-1", "Administrator", True, "more than 2 characters in a row of the user name Administrator"),
        ("Abc-ad-1m", "Administrator", True, None),
        ("Abc-plo-1x", "deploy", True, "in a row of the user name deploy"),
        ("Abc-tor-1x", "deploy", True, "in a row of the user name Administrator"),
        ("Abc-mda-1x", "Administrator", True, None),
        ("Abcdefg1", "", False, None),
    ],
)
def test_the_rules_of_huaweicloud(rules: PasswordRules, password: str, user: str, windows: bool, words: str) -> None:
    problem = rules.problem(password, user, windows)
    assert problem is None if words is None else problem is not None and words in problem
    assert password not in (problem or "")


@pytest.mark.parametrize("character", "!@%-_=+[]:./?")
def test_special_characters_that_both_calls_take(character: str) -> None:
    word = "abcdefg1" + character
    assert HUAWEI_RESET.problem(word, "root", False) is None and HUAWEI_OS.problem(word, "root", False) is None


@pytest.mark.parametrize("character", "$^{},~#*")
def test_special_characters_that_only_a_change_of_the_os_takes(character: str) -> None:
    word = "abcdefg1" + character
    assert HUAWEI_RESET.problem(word, "root", False) and HUAWEI_OS.problem(word, "root", False) is None


@pytest.mark.parametrize("character", "&();'\"<>|\\` é")
def test_special_characters_that_no_call_takes(character: str) -> None:
    word = "Abcdefg1" + character
    assert HUAWEI_RESET.problem(word, "root", False) and HUAWEI_OS.problem(word, "root", False)


def test_nova_documents_no_rule() -> None:
    assert [ANY.problem(word, "root", True) is None for word in ("x", "root", "é ", "x" * 255, "", "x" * 256)] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]


def test_which_administrator() -> None:
    assert [administrator(each) for each in (None, "", "Linux", "Windows", "windows")] == [
        "root",
        "root",
        "root",
        "Administrator",
        "Administrator",
    ]
    assert [is_windows(each) for each in ("Windows", "Linux", "darwin", None)] == [True, False, False, False]


@settings(deadline=None)
@given(
    length=st.integers(8, 26),
    special=st.sets(st.sampled_from(SAFE_SPECIAL)).map(lambda found: "".join(sorted(found))),
    user=st.sampled_from(["root", "Administrator", "deploy", ""]),
    rules=st.sampled_from([HUAWEI_RESET, HUAWEI_OS, ANY]),
)
def test_what_is_made_is_allowed_everywhere(length: int, special: str, user: str, rules: PasswordRules) -> None:
    word = generate(length, rules, user, special)
    assert len(word) == length and set(word) <= set(string.ascii_letters + string.digits + special)
    assert len(classes_of(word)) == (4 if special else 3)
    assert all(rules.problem(word, user, windows) is None for windows in (True, False))


def test_no_two_are_alike() -> None:
    assert len({generate(16, HUAWEI_RESET, "root") for _number in range(200)}) == 200


# -- mappings and recipes ---------------------------------------------------------------------------------------------


def test_an_id_counts_before_a_name() -> None:
    a, b = server("a"), server("b")
    assert given_passwords([a, b], {"a": "1", "id-b": "2", "b": "3"}) == {"id-a": "1", "id-b": "2"}


def test_who_is_missing_is_named_and_many_are_counted() -> None:
    with pytest.raises(InvalidRequest, match=r"no password for n0 \(id-n0\).* and 4 more; nothing was done"):
        given_passwords([server(f"n{number}") for number in range(9)], {})


@pytest.mark.parametrize("value", [None, "", 1, 1.5, True, ["x"], {"x": "y"}])
def test_a_password_is_a_text(value: Any) -> None:
    with pytest.raises(InvalidRequest, match="the value of a is not a string"):
        given_passwords([server("a")], {"a": value})


@pytest.mark.parametrize(("operations", "lengths"), [((), (8, 255)), (("password_rules",), (8, 26))])
def test_how_long_a_made_password_may_be(operations: tuple[str, ...], lengths: tuple[int, int]) -> None:
    here = cloud(*operations)
    for length in lengths:
        assert [
            len(word) for word in made([server("a")], PasswordOptions(length), PasswordSpec(), here.rules).values()
        ] == [length]
    for length in (lengths[0] - 1, lengths[1] + 1):
        with pytest.raises(InvalidRequest, match="use %d to %d" % lengths):
            made([server("a")], PasswordOptions(length), PasswordSpec(), here.rules)


def test_the_rules_of_a_cloud() -> None:
    assert rules_of(cloud().rules) is ANY and rules_of(cloud("password_rules").rules) is HUAWEI_RESET


# -- the plan ---------------------------------------------------------------------------------------------------------


@given(
    fleet=st.lists(st.tuples(STATES, st.sampled_from([None, "r1", "r2"]), st.booleans()), max_size=6),
    revision=st.sampled_from([None, "r1"]),
    restart=st.booleans(),
    operations=st.sampled_from([frozenset(), BOOT, frozenset(["act_on_locked"])]),
)
def test_the_plan(fleet: list[Any], revision: str | None, restart: bool, operations: frozenset[str]) -> None:
    servers = [
        server(f"n{number}", state, metadata={REVISION: label} if label else {}, locked=locked)
        for number, (state, label, locked) in enumerate(fleet)
    ]
    todo = plan_passwords(servers, PasswordSpec(revision, restart), cloud(*operations).rules)
    assert [item.server for item in todo.items] == servers
    for item, (_state, label, locked) in zip(todo.items, fleet, strict=True):
        running, at_boot = item.server.target_power_state == "running", operations == BOOT
        if revision is not None and label == revision:
            assert not item.actions and not item.refusal and item.before == item.after
            continue
        can = item.server.target_power_state in (("running", "stopped") if at_boot else ("running",))
        assert bool(item.refusal) is not (can and not (locked and "act_on_locked" not in operations))
        assert item.actions[0] == "change_password"
        assert (item.actions[1:] == ("reboot",)) is (restart and at_boot and running)
        assert item.after.get("restarted", False) is (restart and at_boot and running)
        assert item.after["password"] == "changed" and item.after.get("password_revision") == revision
        assert item.wait_until_stable is (item.server.status == "REBOOT" and not item.refusal)
    # Applied, it has nothing left to do but what cannot be done.
    if revision is not None:
        labelled = [
            server(str(item.server.name), item.server.status, metadata={REVISION: revision})
            for item in todo.items
            if not item.refusal
        ]
        assert not plan_passwords(labelled, PasswordSpec(revision, restart), cloud(*operations).rules).changed


def test_what_the_cloud_refuses_is_no_change() -> None:
    todo = plan_passwords([server("a"), server("b")], PasswordSpec("r1"), cloud().rules)
    left = without(todo, ["id-a"])
    assert left.changed and list(left.diff()["after"]) == ["b (id-b)"]
    assert not without(todo, ["id-a", "id-b"]).changed and without(todo, []) == todo
