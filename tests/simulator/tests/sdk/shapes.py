"""Holds a response against the official SDK's models, which are the vendor's definition of its fields.

The SDK itself is lenient: it turns "False" into True and 3 into "3", and takes a missing field for None. Here a wrong
type, a field that the definition requires and a field that it does not know are each a difference.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import inspect
import json
import re
from typing import Any

# What stays otherwise than the SDK's definition says, and why.
ACCEPTED = {
    "ListServersDetailsResponse.request_id is not defined": "live answers have it",
    "ChangeServerOsWithCloudInitResponse.order_id is not defined": "an order is named for a prepaid server",
    "NovaKeypair.private_key is missing": "only a generated key pair has it",
    "NovaListKeypairsResponse.keypairs_links is not defined": "Nova's, from microversion 2.35 on",
    "ServerDetail.key_name is missing": "ECS leaves it out where a server has no key pair",
    **dict.fromkeys(
        [
            "ServerDetail.%s is missing" % name
            for name in ("capacity_reservation_id", "capacity_reservation_specification", "enclave_options", "spod_id")
        ],
        "newer than the documents and live answers that the simulator follows; a client has to do without",
    ),
}
_PRIMITIVES: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "bool": bool,
    "float": (int, float),
    "object": object,
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?")
_REQUIRED = re.compile(r"^        self\.(\w+) = \1$", re.MULTILINE)


def differences(response: Any, models: Any) -> list[str]:
    """What a response of the SDK has otherwise than `models`, the SDK's package of models, says; each one sentence."""
    if not response.raw_content:
        return []
    found: list[str] = []
    _compare(json.loads(response.raw_content), type(response).__name__, models, "", found)
    return list(dict.fromkeys(found))


def model_differences(body: Any, kind: str, models: Any) -> list[str]:
    """The same for a body of a request and the name of its model; a request has no null either."""
    found = ["%s has a null: %r" % (kind, body)] if _has_null(body) else []
    _compare(body, kind, models, kind, found)
    return list(dict.fromkeys(found))


def _has_null(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(_has_null, inner))


def _compare(value: Any, kind: str, models: Any, where: str, found: list[str]) -> None:
    if value is None or kind == "object":
        return
    inner = re.fullmatch(r"list\[(.*)\]", kind)
    if inner:
        if not isinstance(value, list) or None in value:
            found.append("%s is not a list without holes: %r" % (where, value))
            return
        for item in value:
            _compare(item, inner[1], models, where + "[]", found)
        return
    inner = re.fullmatch(r"dict\(str, (.*)\)", kind)
    if inner:
        if not isinstance(value, dict):
            found.append("%s is not an object: %r" % (where, value))
            return
        for item in value.values():
            _compare(item, inner[1], models, where + ".*", found)
        return
    if kind == "datetime":
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            found.append("%s is not a time: %r" % (where, value))
        return
    if kind in _PRIMITIVES:
        if not isinstance(value, _PRIMITIVES[kind]) or (isinstance(value, bool) and kind != "bool"):
            found.append("%s is not of type %s: %r" % (where, kind, value))
        return
    _compare_model(value, getattr(models, kind), models, where, found)


def _compare_model(value: Any, model: Any, models: Any, where: str, found: list[str]) -> None:
    if not model.openapi_types and isinstance(value, str):
        if value not in {item for item in vars(model).values() if isinstance(item, str)}:
            found.append("%s is none of the values of %s: %r" % (where, model.__name__, value))
        return
    if not isinstance(value, dict):
        found.append("%s is not an object: %r" % (where, value))
        return
    names = {model.attribute_map[attribute]: kind for attribute, kind in model.openapi_types.items()}
    found += ["%s.%s is missing" % (model.__name__, name) for name in sorted(_required(model) - set(value))]
    found += ["%s.%s is not defined" % (model.__name__, name) for name in sorted(set(value) - set(names))]
    for name, kind in names.items():
        if name in value:
            _compare(value[name], kind, models, "%s.%s" % (model.__name__, name), found)


@functools.cache
def _required(model: Any) -> frozenset[str]:
    """The fields that the definition requires: the model's constructor sets the others only where they are given."""
    attributes = _REQUIRED.findall(inspect.getsource(model.__init__))
    return frozenset(model.attribute_map[attribute] for attribute in attributes if attribute in model.openapi_types)
