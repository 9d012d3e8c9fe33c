"""Checks docs/operations.yml: each option exists, no parameter of a row is missing, and every gap has a reason."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.lookup import _NIC_KEYS
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import CONNECTION
from ansible_collections.cloudserver.compute.tools.operations import COMMON, HEADING, parameters_of

#: The keys of a row.
NEEDED = frozenset(("id", "name", "method", "path", "modules", "parameters"))
PARAMETERS = ("parameters", "set", "instead", "unreached", "fields_dropped")
KNOWN = NEEDED | {"body", "ok", "needs", "then", "note", "options", "section", "link", "sent_as", *PARAMETERS}
#: Options whose keys are not in the argument spec, because an entry may also be a name.
FREE_KEYS = {("server", "networks"): _NIC_KEYS}
_BODY_KEY = re.compile(r'"([\w:-]+)":')


def problems(document: Mapping[str, Any]) -> list[str]:
    """What is wrong in the document, a sentence each."""
    return [*_common_problems(document.get(COMMON, {})), *_row_problems(document)]


def _common_problems(common: Mapping[str, Any]) -> Iterator[str]:
    if set(common) != set(HEADING):
        yield f"{COMMON}: it has {', '.join(common) or 'nothing'}, and needs {', '.join(HEADING)}"
    for platform, row in common.items():
        place = f"{COMMON}.{platform}"
        if "parameters" not in row:
            yield f"{place}: it has no parameters"
            continue
        for key in set(row) - set(PARAMETERS):
            yield f"{place}: {key} is not a key of it"
        yield from _parameter_problems(place, row, "", {})


def _row_problems(document: Mapping[str, Any]) -> Iterator[str]:
    rows = [row for platform, listed in document.items() if platform != COMMON for row in listed]
    by_id = {row.get("id"): row for row in rows}
    for row in rows:
        place = str(row.get("id"))
        missing = sorted(NEEDED - set(row))
        if missing:
            yield f"{place}: it has no {', '.join(missing)}"
            continue
        for key in sorted(set(row) - KNOWN):
            yield f"{place}: {key} is not a key of a row"
        module = next(iter(row["modules"]), "")
        yield from (f"{place}: {problem}" for problem in _option_problems(module, row.get("options", ())))
        yield from _parameter_problems(place, row, module, by_id)
        yield from _unlisted(place, row)


def _parameter_problems(
    place: str, row: Mapping[str, Any], module: str, by_id: Mapping[Any, Mapping[str, Any]]
) -> Iterator[str]:
    found = parameters_of(row)
    for name in sorted({name for name in found.names if found.names.count(name) > 1}):
        yield f"{place}: {name} is in more than one of {', '.join(PARAMETERS[:4])}"
    for name, options in found.reached.items():
        if not options:
            yield f"{place}: {name} has no option"
        yield from (f"{place}: {name}: {problem}" for problem in _option_problems(module, options))
    for name in found.sent_as:
        if name not in found.sent:
            yield f"{place}: {name} is in sent_as, and is not sent"
    for name, other in found.instead.items():
        if other not in by_id or name not in parameters_of(by_id[other]).sent:
            yield f"{place}: {name}: {other} does not reach it"
    for reasons in (found.derived, found.unreached, found.fields_dropped):
        for name, reason in reasons.items():
            if not isinstance(reason, str) or not re.fullmatch(r"[A-Z].*\S\.", reason.strip()):
                yield f"{place}: {name} has no reason, which is a sentence"


def _option_problems(module: str, options: Any) -> Iterator[str]:
    for option in options:
        name, _equals, value = option.partition("=")
        spec = option_spec(module, name)
        if spec is None:
            yield f"{module or 'the connection'} has no option {name}"
        elif value and value not in spec.get("choices", ("true", "false") if spec.get("type") == "bool" else ()):
            yield f"the option {name} of {module} is never {value}"


def option_spec(module: str, name: str) -> Mapping[str, Any] | None:
    """The argument spec of an option of the module, or of a suboption after a dot; of a connection without a module."""
    first, *rest = name.split(".")
    found: Mapping[str, Any] | None = argument_spec(module).get(first)
    if (module, first) in FREE_KEYS and rest:
        return {} if len(rest) == 1 and rest[0] in FREE_KEYS[module, first] else None
    for part in rest:
        found = ((found or {}).get("options") or {}).get(part)
    return found


@cache
def argument_spec(module: str) -> Mapping[str, Any]:
    """The argument spec of a module, which sanity holds to its documentation; empty for a missing module."""
    if not module:
        return CONNECTION
    try:
        found = import_module(f"ansible_collections.cloudserver.compute.plugins.modules.{module}")
    except ModuleNotFoundError:
        return {}
    return dict(found.MODULE.argument_spec)


def _unlisted(place: str, row: Mapping[str, Any]) -> Iterator[str]:
    """The keys of the body and of the query in the path that no parameter has as a part of its name."""
    shown = _BODY_KEY.findall(row.get("body", "")) + re.findall(r"[?&](\w+)=", row["path"])
    listed = parameters_of(row).names
    for key in dict.fromkeys(shown):
        if not any(f".{key}." in f".{name}." for name in listed):
            yield f"{place}: {key} is in its body or path, and not in its parameters"
