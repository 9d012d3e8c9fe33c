"""KPS, the key pair service of huaweicloud: key pairs of users and of the account."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Router, answer
from simulator.huaweicloud import kps_tasks
from simulator.huaweicloud.checks import enter
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.kps_checks import body_of, fields, found, invalid, refuse
from simulator.nova.keypairs import MAX_KEYPAIRS, caller_id, pick
from simulator.state.guest import digest
from simulator.state.keypairs import InvalidKey, Keypair, Keypairs, generate

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


def register(router: Router) -> None:
    root = "/v3/<pid>"
    keys = root + "/keypairs"
    for method, rule, view, name in (
        ("GET", keys, list_keypairs, "list keypairs"),
        ("GET", keys + "/<name>", show_keypair, "show keypair"),
        ("PUT", keys + "/<name>", describe_keypair, "describe keypair"),
        ("DELETE", keys + "/<name>", delete_keypair, "delete keypair"),
        ("POST", keys + "/associate", kps_tasks.associate, "associate keypair"),
        ("POST", keys + "/disassociate", kps_tasks.disassociate, "disassociate keypair"),
        ("GET", root + "/tasks/<task_id>", kps_tasks.show_task, "show keypair task"),
        ("GET", root + "/running-tasks", kps_tasks.list_running, "list running keypair tasks"),
        ("GET", root + "/failed-tasks", kps_tasks.list_failed, "list failed keypair tasks"),
    ):
        router.add(PLATFORM, method, rule, view, name=name, before=enter)
    router.add(PLATFORM, "POST", keys, create_keypair, name="create keypair", pick=pick({}), before=enter)


def _keys(call: Call) -> Keypairs:
    return call.sim.keys[PLATFORM]


def _listed(key: Keypair) -> dict[str, Any]:
    return {
        "name": key.name,
        "type": key.type,
        "scope": key.scope,
        "public_key": key.public_key,
        "fingerprint": key.fingerprint,
        "is_key_protection": key.protected,
        "frozen_state": "0",
    }


def list_keypairs(call: Call) -> Response:
    """GET /v3/{p}/keypairs: each row is inside an object `keypair`; the marker is the last name of a page."""
    for name in sorted(set(request.args) - {"limit", "marker"}):
        raise invalid("Unknown parameter %s." % name)
    text = request.args.get("limit", "50")
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= 1000:
        raise invalid("limit is not a number from 1 to 1000.")
    rows = _keys(call).visible(caller_id(call))
    marker = request.args.get("marker")
    rows = [key for key in rows if marker is None or key.name > marker]
    page = rows[: int(text)]
    info: dict[str, Any] = {"next_marker": None, "previous_marker": marker, "current_count": len(page)}
    if len(page) < len(rows):
        info["next_marker"] = page[-1].name
    return answer({"keypairs": [{"keypair": _listed(key)} for key in page], "page_info": info})


def show_keypair(call: Call, name: str) -> Response:
    key = found(call, name)
    shown = {
        **_listed(key),
        "id": key.number,
        "deleted": False,
        "description": key.description,
        "user_id": key.user_id,
        "create_time": int(key.created * 1000),
        "delete_time": None,
        "update_time": None,
        "frozen_state": 0,
    }
    return answer({"keypair": shown})


def _protection(wanted: dict[str, Any]) -> str | None:
    """The private key of an imported key pair that the service keeps, None without one. Raises Refusal."""
    protection = fields("key_protection", wanted["key_protection"], "private_key:str encryption:dict", "encryption")
    known = "type:str kms_key_name:str kms_key_id:str"
    encryption = fields("encryption", protection["encryption"], known, "type")
    named = {"kms_key_name", "kms_key_id"} & set(encryption)
    if encryption["type"] not in ("kms", "default") or (encryption["type"] == "kms") != bool(named):
        raise invalid("encryption: type is kms, with the name or id of a key of KMS, or default.")
    private = protection.get("private_key")
    if bool(private) != ("public_key" in wanted) or (private and "PRIVATE KEY-----" not in private):
        raise invalid("key_protection: private_key and public_key go together.")
    return private


def create_keypair(call: Call) -> Response:
    """POST /v3/{p}/keypairs: imports `public_key`, or generates a key pair; only this response has the private key."""
    body = fields("body", body_of(call), "keypair:dict", "keypair")
    known = "name:str type:str public_key:str scope:str user_id:str key_protection:dict"
    wanted = fields("keypair", body["keypair"], known, "name")
    name, kind, scope = wanted["name"], wanted.get("type", "ssh"), wanted.get("scope", "user")
    user_id = caller_id(call)
    if not _NAME.fullmatch(name):
        raise invalid("name: 1 to 255 letters, digits, _ and -.")
    if kind not in ("ssh", "x509") or scope not in ("user", "domain") or wanted.get("user_id", user_id) != user_id:
        raise invalid("type is ssh or x509, scope is user or domain, and user_id is the caller's.")
    private = _protection(wanted) if "key_protection" in wanted else None
    if _keys(call).find(user_id, name) is not None:
        raise refuse(400, "KPS.1002", "The key pair %s already exists." % name)
    if len(_keys(call).visible(user_id)) >= MAX_KEYPAIRS:
        raise refuse(400, "KPS.1003", "Quota exceeded, too many key pairs.")
    generated, public = (None, wanted["public_key"]) if "public_key" in wanted else generate(kind)
    try:
        key = _keys(call).add(user_id, name, public, kind, call.now, scope, digest(generated or private))
    except InvalidKey as error:
        raise invalid("public_key: %s." % error) from None
    key.protected = "key_protection" in wanted
    shown = {
        "name": name,
        "type": kind,
        "public_key": key.public_key,
        "fingerprint": key.fingerprint,
        "user_id": user_id,
    }
    if generated is not None:
        shown["private_key"] = generated
    return answer({"keypair": shown})


def describe_keypair(call: Call, name: str) -> Response:
    body = fields("body", body_of(call), "keypair:dict", "keypair")
    found(call, name).description = fields("keypair", body["keypair"], "description:str", "description")["description"]
    return answer(None, 200)


def delete_keypair(call: Call, name: str) -> Response:
    _keys(call).remove(found(call, name))
    return answer(None, 204)
