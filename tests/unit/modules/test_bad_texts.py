# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A NUL or half of a character in any option of any module is one sentence that names the option, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import pytest
from modules.bench import MODULES

from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import text_problem
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import Context, execute

PLUGINS = "ansible_collections.cloudserver.compute.plugins."
BAD = {"NUL": "s3cr\x00et", "half": "s3cr\ud800et", "other half": "s3cr\udc80et"}


def texts(spec: Mapping[str, Any], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every option that takes a text, a path, or a list or a mapping of them."""
    for name, option in spec.items():
        kind = option.get("type", "str")
        if option.get("options"):
            yield from texts(option["options"], (*before, name))
        elif kind in ("str", "path", "raw", "dict", "json") or (kind == "list" and option.get("elements") != "int"):
            yield (*before, name)


def value_for(spec: Mapping[str, Any], path: tuple[str, ...], text: str) -> dict[str, Any]:
    """The options in which the one at the path has the text."""
    option = spec[path[0]]
    if len(path) > 1:
        value: Any = value_for(option["options"], path[1:], text)
    else:
        value = {"key": text} if option.get("type") == "dict" else text
    return {path[0]: [value] if option.get("type") == "list" else value}


@pytest.mark.parametrize("name", MODULES)
def test_every_text_of_every_module(name: str) -> None:
    module = import_module(PLUGINS + "modules." + name)
    spec = module.MODULE.argument_spec
    paths = list(texts(spec))
    assert len(paths) > 20
    for path in paths:
        for kind, text in BAD.items():
            if kind == "NUL" and path[-1] == "user_data":
                continue
            params = {option: rule.get("default") for option, rule in spec.items()}
            params.update(value_for(spec, path, text))
            warnings: list[str] = []
            context = Context(params, False, warnings.append, lambda words: None)
            result = execute(module.run, context, False)
            assert result["failed"] and not result.get("changed"), path
            assert "exception" not in result, result
            assert path[-1] in result["msg"] and "s3cr" not in result["msg"], path
            json.dumps(result, ensure_ascii=False).encode("utf-8")
            result["msg"].encode("ascii")


def test_keys_count_and_harmless_texts_do_not() -> None:
    assert text_problem({"metadata": {"a\x00": "b"}}) == (
        "a key of metadata contains a NUL character, which a name, id, path or other string cannot contain; remove it"
    )
    assert text_problem({"metadata": {"\ud800": "b"}})
    assert text_problem({"a": ["b", {"c": 1, "é": "𝄞\n\t"}], "d": None, "e": True}) is None
    assert text_problem({"user_data": "\x00\x01"}) is None
    assert text_problem({"user_data": "\udfff"})


@pytest.mark.parametrize("spoilt", [{"names": ["\ud800"]}, {"tags": ["a=\udc00"]}])
def test_as_a_task_sees_it(bench: Any, spoilt: dict[str, Any]) -> None:
    result = bench.call("server_info", **spoilt)
    assert result["failed"]
    assert "contains a lone surrogate (half of a character)" in result["msg"]
    assert bench.requests() == []
