"""Key pairs of Nova (E37-E40, U13-U17), and of huaweicloud, which serves the same calls."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Picker, answer
from simulator.nova.checks import Check, check_fields, forbid, refuse, required_value, text, title
from simulator.nova.paging import check_query, paginate
from simulator.state.clock import iso_us
from simulator.state.ids import hex_id
from simulator.state.keypairs import InvalidKey, Keypair, Keypairs, generate

_NAME = r"[_\- a-zA-Z0-9]+"
_NAME_292 = r"[_\-@. a-zA-Z0-9]+"
MAX_KEYPAIRS = 100  # of a user: Nova's default quota
_LISTED = ("name", "public_key", "fingerprint")


def caller_id(call: Call) -> str:
    """The id of the caller's user; an access key belongs to the user `connect_as` of the account."""
    name = call.token.user["name"] if call.token is not None else call.sim.platform(call.platform)["connect_as"]
    return hex_id(call.platform, "user", name)


def register(add: Callable[..., None], created: int | None, deleted: int | None, ids: dict[str, str]) -> None:
    """Register the calls. `created` and `deleted` are the status where it does not depend on the microversion."""
    add("GET", "/os-keypairs", list_keypairs, "list keypairs")
    add("GET", "/os-keypairs/<name>", show_keypair, "show keypair")
    add("POST", "/os-keypairs", _creating(created), "create keypair", pick(ids))
    add("DELETE", "/os-keypairs/<name>", _deleting(deleted), "delete keypair")


def pick(ids: dict[str, str]) -> Picker:
    """Create and import are the same call; the body decides."""

    def picker(body: Any) -> tuple[str | None, str]:
        inner = body.get("keypair") if isinstance(body, dict) else None
        name = "import keypair" if isinstance(inner, dict) and "public_key" in inner else "create keypair"
        return ids.get(name), name

    return picker


def _owner(call: Call, verb: str, wanted: Any) -> str:
    """The owner of the key pairs: the caller, or from 2.10 on any user that an administrator names."""
    own = caller_id(call)
    user_id = str(wanted) if wanted and call.microversion >= (2, 10) else own
    if user_id != own and not call.is_admin:
        raise forbid("os_compute_api:os-keypairs:%s" % verb)
    return user_id


def _keys(call: Call) -> Keypairs:
    return call.sim.keys[call.platform]


def _found(call: Call, verb: str, name: str) -> Keypair:
    user_id = _owner(call, verb, request.args.get("user_id"))
    key = _keys(call).get(user_id, name)
    if key is None:
        raise refuse(404, "Keypair %s not found for user %s" % (name, user_id))
    return key


def _fields(call: Call, key: Keypair, names: tuple[str, ...]) -> dict[str, Any]:
    shown = {name: getattr(key, name) for name in names}
    if call.microversion >= (2, 2):
        shown["type"] = key.type
    return shown


def list_keypairs(call: Call) -> Response:
    """GET /os-keypairs: each row is inside an object `keypair`; paged from 2.35 on."""
    check_query(call, {"user_id", "limit", "marker"})
    rows: list[Keypair] = _keys(call).list_keys(_owner(call, "index", request.args.get("user_id")))
    links = None
    if call.microversion >= (2, 35):
        rows, links = paginate(call, rows, lambda key: key.name, "Marker %s could not be found.")
    document: dict[str, Any] = {"keypairs": [{"keypair": _fields(call, key, _LISTED)} for key in rows]}
    if links:
        document["keypairs_links"] = links
    return answer(document)


def show_keypair(call: Call, name: str) -> Response:
    check_query(call, {"user_id"})
    key = _found(call, "show", name)
    shown = _fields(call, key, (*_LISTED, "user_id"))
    shown.update(created_at=iso_us(key.created, ""), deleted=False, deleted_at=None, updated_at=None, id=key.number)
    return answer({"keypair": shown})


def _creating(status: int | None) -> Callable[[Call], Response]:
    def create_keypair(call: Call) -> Response:
        """POST /os-keypairs: imports `public_key`, or generates a key pair; only this response has the private key."""
        modern = call.microversion >= (2, 92)
        known: dict[str, Check] = {"name": _name(_NAME_292 if modern else _NAME), "public_key": text(0, 65535)}
        if call.microversion >= (2, 2):
            known["type"] = text(1, 255, "ssh|x509")
        if call.microversion >= (2, 10):
            known["user_id"] = text(0)
        wanted = check_fields(
            "keypair", required_value(call, "keypair"), known, ("name", "public_key") if modern else ("name",)
        )
        user_id = _owner(call, "create", wanted.get("user_id"))
        name, kind = wanted["name"], wanted.get("type", "ssh")
        private, public = (None, wanted["public_key"]) if "public_key" in wanted else generate(kind)
        if len(_keys(call).list_keys(user_id)) >= MAX_KEYPAIRS:
            raise refuse(403, "Quota exceeded, too many key pairs.")
        taken = _keys(call).get(user_id, name) is not None
        try:
            if not taken:
                _keys(call).add(user_id, name, public, kind, call.now)
        except InvalidKey as error:
            raise refuse(400, "Keypair data is invalid: failed to generate fingerprint (%s)" % error) from None
        if taken:
            raise refuse(409, "Key pair '%s' already exists." % name)
        key = _keys(call).get(user_id, name)
        assert key is not None
        shown = _fields(call, key, (*_LISTED, "user_id"))
        if private is not None:
            shown["private_key"] = private
        return answer({"keypair": shown}, status or (201 if call.microversion >= (2, 2) else 200))

    return create_keypair


def _name(pattern: str) -> Check:
    def check(name: str, value: Any) -> None:
        title(name, value)
        text(1, 255, pattern)(name, value)

    return check


def _deleting(status: int | None) -> Callable[..., Response]:
    def delete_keypair(call: Call, name: str) -> Response:
        check_query(call, {"user_id"})
        _keys(call).remove(_found(call, "delete", name))
        return answer(None, status or (204 if call.microversion >= (2, 2) else 202))

    return delete_keypair
