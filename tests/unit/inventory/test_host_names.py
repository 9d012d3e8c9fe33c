# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which text can name a host, and one name for each server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible import constants as C
from ansible.inventory.data import InventoryData
from ansible.inventory.manager import InventoryManager, split_host_pattern
from ansible.parsing.dataloader import DataLoader
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.inventory import host_names

#: Texts that mean something else in a pattern, a path, a template, a shell, an argument of ssh.
OTHER = [
    "", " ", "../../x", "a/b", "/etc/passwd", ".", "..", ".hidden", "a\\b", "!all", "&all", "~.*", "@file", "a,b",
    "a:b",
    "web-1:22", "web[1:3]", "web[1]", "web*", "we?", "a b", " web", "web ", "a\tb", "a\nb", "-x", "-oProxyCommand=id",
    "a\x00b", "a\x1b[2J", "a\u202eb", "a\u2028b", "a\u00a0b", "a\ud800b", "{{ 1 + 1 }}", "{% x %}", "$(id)", "`id`",
    "a;b",
    "a|b", "a&b", "a'b", 'a"b', "a<b", "a#b", "a=b", "a%b", "root@web", "fe80::1%eth0", "::ffff:0:0:0:0:0:0:0:0:1",
    "web-1.yml", "web-1.YAML", "web-1.json", "x" * 241, "网" * 81, "\u0301a", "n\uff0fe",
]  # fmt: skip
NAMES = [
    "web-1", "web_1", "web-1.example.com", "WEB", "1", "_x", "10.0.0.1", "2001:db8::1", "网站-1", "Wëb", "हिन्दी",
    "x" * 240,
    "网" * 80, "web-1.yml.example.com", "a..b",
]  # fmt: skip


@pytest.mark.parametrize("text", [*OTHER, None, 7, True, b"web", ["web"]])
def test_what_cannot_name_a_host(text: Any) -> None:
    assert not host_names.is_host_name(text)


@pytest.mark.parametrize("text", NAMES)
def test_what_can_name_a_host(text: str) -> None:
    assert host_names.is_host_name(text)


def limited(name: str) -> list[str]:
    """The hosts that ``--limit NAME`` leaves of this one and two others."""
    manager = InventoryManager(loader=DataLoader(), sources=None)
    manager._inventory = InventoryData()
    for each in ("other-1", name, "other-2"):
        manager._inventory.add_host(each)
    manager._inventory.reconcile_inventory()
    manager.subset(name)
    return [str(host.name) for host in manager.get_hosts()]


TEXTS = st.one_of(
    st.sampled_from(NAMES),
    st.text("ab1.-_:/\\!~&@,*?[] \x00\u00e9", min_size=1, max_size=6),
    st.text(min_size=1, max_size=12),
)


@given(TEXTS)
def test_a_host_name_means_that_host_in_a_pattern_and_one_file_in_a_folder(text: str) -> None:
    if not host_names.is_host_name(text) or text in C.LOCALHOST or text in ("all", "ungrouped"):
        return
    assert split_host_pattern(text) == [text]
    assert split_host_pattern("first," + text) == ["first", text]
    assert limited(text) == [text]
    folder = "/var/cache/facts"
    assert os.path.dirname(os.path.normpath(os.path.join(folder, text))) == folder
    assert os.path.basename(os.path.join(folder, text)) == text


@pytest.mark.parametrize("name", NAMES)
def test_it_can_name_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / (name + ".yaml")).write_text("")
    assert [path.name for path in tmp_path.iterdir()] == [name + ".yaml"]


@pytest.mark.parametrize("text", OTHER)
def test_an_id_that_cannot_name_a_host_becomes_one_that_can(text: str) -> None:
    found = host_names.host_name_of_id(text)
    assert host_names.is_host_name(found)
    assert found == host_names.host_name_of_id(text)


def test_an_id_stays_as_it_is() -> None:
    uuid = "4f1c2b7e-94a0-4c1c-9a2f-0c3c7f7f1a11"
    assert host_names.host_name_of_id(uuid) == uuid
    assert len({host_names.host_name_of_id(text) for text in OTHER}) == len(OTHER)


def test_shared_names_get_the_id_on_all_of_them() -> None:
    names = [("twin", "1", "a"), ("web", "2", "a"), ("twin", "3", "b")]
    assert host_names.unique(names) == ["twin_1", "web", "twin_3"]


def test_shared_names_and_ids_get_the_source_too() -> None:
    assert host_names.unique([("twin", "1", "a"), ("twin", "1", "b")]) == ["twin_1_a", "twin_1_b"]


def test_reserved_names_move_away() -> None:
    assert host_names.unique([("all", "1", "a"), ("localhost", "2", "a")], {"all", "localhost"}) == [
        "all_1",
        "localhost_2",
    ]


def test_a_server_named_like_anothers_way_out() -> None:
    found = host_names.unique([("twin", "1", "a"), ("twin", "2", "a"), ("twin_1", "3", "a")])
    assert found == ["twin_1_a", "twin_2", "twin_1_3"]


def test_servers_that_no_name_distinguishes() -> None:
    assert host_names.unique([("x", "1", "a"), ("x", "1", "a")]) == ["x_1_a_2", "x_1_a_3"]


TRIPLES = st.lists(
    st.tuples(st.sampled_from(["a", "a_1", "a_1_s", "a_2", "b", "all"]), st.sampled_from("123"), st.sampled_from("st"))
)


@given(TRIPLES)
def test_names_are_always_unique_and_never_reserved(names: list[tuple[str, str, str]]) -> None:
    found = host_names.unique(names, {"all", "a_2_s"})
    assert len(set(found)) == len(names)
    assert not {"all", "a_2_s"} & set(found)


@given(st.data(), st.lists(st.sampled_from(["a", "a_1", "b", "all"]), max_size=6))
def test_a_servers_name_does_not_depend_on_the_order(data: Any, drawn: list[str]) -> None:
    names = [(name, "id%d" % number, "s") for number, name in enumerate(drawn)]
    shuffled = data.draw(st.permutations(names))
    assert dict(zip(names, host_names.unique(names, {"all"}), strict=True)) == dict(
        zip(shuffled, host_names.unique(shuffled, {"all"}), strict=True)
    )


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=300), st.text(max_size=90)), max_size=4))
def test_what_is_appended_keeps_it_a_host_name(names: list[tuple[str, str, str]]) -> None:
    found = host_names.unique(names, set(NAMES))
    assert all(host_names.is_host_name(name) for name in found)
    assert len(set(found)) == len(found)


def test_a_source_is_appended_in_the_spelling_of_a_name() -> None:
    found = host_names.unique([("twin", "1", "prod/RegionOne"), ("twin", "1", "a")])
    assert found == ["twin_1_prod_RegionOne", "twin_1_a"]
