"""Checks of the calls of KPS, and its refusals.

The vendor documents no codes: KPS.0002 has been seen, the others are the simulator's own.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import request

from simulator.http.call import Call, Malformed, Refusal
from simulator.huaweicloud.iam import PLATFORM
from simulator.nova.keypairs import caller_id
from simulator.state.keypairs import Keypair


def refuse(status: int, code: str, message: str) -> Refusal:
    return Refusal(status, {"error_code": code, "error_msg": message})


def invalid(message: str) -> Refusal:
    return refuse(400, "KPS.0002", message)


def fields(where: str, value: Any, known: str, required: str) -> dict[str, Any]:
    """An object with known fields of the right types. `known`: name:type words. Raises Refusal."""
    kinds = {"str": str, "bool": bool, "int": int, "dict": dict}
    if not isinstance(value, dict):
        raise invalid("%s is not an object." % where)
    types = {name: kinds[kind] for name, _colon, kind in (word.partition(":") for word in known.split())}
    for name in sorted(set(value) - set(types)):
        raise invalid("%s: unknown field %s." % (where, name))
    for name in required.split():
        if name not in value:
            raise invalid("%s: %s is missing." % (where, name))
    for name, given in value.items():
        if not isinstance(given, types[name]) or (isinstance(given, bool) and types[name] is int):
            raise invalid("%s: %s is not of type %s." % (where, name, types[name].__name__))
    return value


def body_of(call: Call) -> Any:
    if isinstance(call.body, Malformed) or request.mimetype != "application/json":
        raise invalid("The request body is not a JSON document.")
    return call.body


def found(call: Call, name: str) -> Keypair:
    """A key pair of the caller, or of the account. Raises Refusal."""
    key = call.sim.keys[PLATFORM].find(caller_id(call), name)
    if key is None:
        raise refuse(404, "KPS.1001", "The key pair %s does not exist." % name)
    return key
