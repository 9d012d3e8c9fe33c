"""Changing and reinstalling the OS of an ECS (H08): with cloud-init under /v2, without under /v1."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Response

from simulator.http.call import Call, Router, answer
from simulator.huaweicloud.checks import enter, find, refuse, refuse_locked, required_object
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.jobs import Job, SubJob, injected_failure, store_job
from simulator.nova.keypairs import caller_id
from simulator.state.guest import CHANGE_OS_SYMBOLS, digest, password_weakness
from simulator.state.server_states import ACTIONS, RUNNING, SHUT_DOWN
from simulator.state.servers import Server

MAX_USER_DATA = 32 * 1024


@dataclass(frozen=True)
class OsSpec:
    """The OS to install. `password` is None where a key pair or user_data replaces it."""

    image: dict[str, Any]
    password: str | None
    key_name: str | None
    user_data: str | None
    encryption_key: str | None
    stops: bool
    pays: bool


def register(router: Router) -> None:
    for version in ("v1", "v2"):
        for word, key in (("changeos", "os-change"), ("reinstallos", "os-reinstall")):
            router.add(
                PLATFORM,
                "POST",
                "/%s/<pid>/cloudservers/<server_id>/%s" % (version, word),
                _view(key, version == "v2"),
                operation="H08" if (version, word) == ("v2", "changeos") else None,
                name="%s %s" % ("change OS" if word == "changeos" else "reinstall OS", version),
                before=enter,
            )


def _view(key: str, modern: bool) -> Callable[..., Response]:
    def change_os(call: Call, server_id: str) -> Response:
        """Returns a job; image, password and key pair change when it succeeds."""
        part = required_object(call, key)
        server = find(call, server_id)
        refuse_locked(server)
        wanted = _read(call, part, server, key == "os-change", modern)
        _check_state(server, wanted)

        def begin(_now: float) -> list[SubJob]:
            return [_begin(call, server, wanted)]

        body: dict[str, Any] = {}
        job = Job(
            call.now,
            [],
            kind="changeOs" if key == "os-change" else "reinstallOs",
            single=True,
            server_id=server.id,
            payment=begin,
        )
        # Only another image can have a price.
        ordered = server.prepaid and key == "os-change"
        if ordered:
            body["order_id"] = "CS" + uuid.uuid4().hex[:15].upper()
        if not ordered or wanted.pays:
            job.pay(call.now)
        return answer({**body, "job_id": store_job(call, job).id})

    return change_os


def _read(call: Call, part: dict[str, Any], server: Server, changing: bool, modern: bool) -> OsSpec:
    """The body, checked. Raises Refusal."""
    texts = {name: part.get(name) for name in ("imageid", "adminpass", "keyname", "userid", "mode", "isAutoPay")}
    for name, value in texts.items():
        if value is not None and not isinstance(value, str):
            raise refuse(400, "Ecs.0005", "%s must be a text." % name)
    if texts["mode"] not in (None, "", "withStopServer"):
        raise refuse(400, "Ecs.0005", "mode can be withStopServer only.")
    if not changing and "isAutoPay" in part:
        raise refuse(400, "Ecs.0005", "reinstalling an OS has no parameter isAutoPay.")
    if texts["isAutoPay"] not in (None, "", "true", "false"):
        raise refuse(400, "Ecs.0005", 'isAutoPay must be "true" or "false".')
    user_data, encryption_key = _metadata(part.get("metadata"), modern)
    image = _image(call, texts["imageid"], server, changing, modern)
    password, key_name = texts["adminpass"] or None, texts["keyname"] or None
    if password and key_name:
        raise refuse(400, "Ecs.0005", "adminpass and keyname cannot both be set.")
    if not password and not key_name and not user_data:
        raise refuse(
            400, "Ecs.0005", "adminpass or keyname must be set%s." % (", or user_data in metadata" if modern else "")
        )
    if key_name:
        _check_key(call, key_name, texts["userid"])
        if image["os_type"] == "Windows" and not modern:
            raise refuse(400, "Ecs.0005", "A Windows server takes a password only.")
    if password:
        why = password_weakness(password, CHANGE_OS_SYMBOLS, image["os_type"])
        if why is not None:
            raise refuse(400, "Ecs.0011", "The password is not complex enough: %s." % why)
        if user_data and image["os_type"] == "Linux":
            password = None  # user_data makes the password ineffective
    return OsSpec(
        image,
        password,
        key_name,
        user_data,
        encryption_key,
        texts["mode"] == "withStopServer",
        texts["isAutoPay"] == "true",
    )


def _metadata(value: Any, modern: bool) -> tuple[str | None, str | None]:
    """user_data (base64), and the id of the key that encrypts the system disk."""
    if value is None:
        return None, None
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise refuse(400, "Ecs.0005", "metadata must be an object of texts.")
    user_data = value.get("user_data") or None
    if user_data is not None:
        if not modern:
            raise refuse(400, "Ecs.0005", "user_data needs an image with cloud-init, and the call of version 2.")
        try:
            raw = base64.b64decode(user_data, validate=True)
        except (binascii.Error, ValueError):
            raise refuse(400, "Ecs.0005", "user_data is not base64.") from None
        if len(raw) > MAX_USER_DATA:
            raise refuse(400, "Ecs.0005", "user_data has more than 32 KB.")
    encrypted, key = value.get("__system__encrypted", "0"), value.get("__system__cmkid") or None
    if encrypted not in ("0", "1"):
        raise refuse(400, "Ecs.0005", '__system__encrypted must be "0" or "1".')
    if (encrypted == "1") != (key is not None):
        raise refuse(400, "Ecs.0005", '__system__encrypted "1" and __system__cmkid go together.')
    return user_data, key


def _image(call: Call, image_id: str | None, server: Server, changing: bool, modern: bool) -> dict[str, Any]:
    images = call.sim.builders[PLATFORM].images
    if changing and not image_id:
        raise refuse(400, "Ecs.0005", "imageid must be given.")
    image: dict[str, Any] | None = images.get(image_id or "") if changing else server.image
    if image is None:
        raise refuse(400, "Ecs.0031", "The image %s could not be found." % image_id)
    image = images.get(image["id"], image)
    if image["status"] != "active":
        raise refuse(400, "Ecs.0032", "The image %s is not active." % image["id"])
    if modern and not image["cloud_init"]:
        raise refuse(400, "Ecs.0005", "The image %s has no cloud-init; use the call of version 1." % image["id"])
    return image


def _check_key(call: Call, name: str, user_id: str | None) -> None:
    if not user_id:
        if call.token is None:
            raise refuse(400, "Ecs.0005", "userid must be given with keyname, because the request has no token.")
        user_id = caller_id(call)
    if call.sim.keys[PLATFORM].find(user_id, name) is None:
        raise refuse(400, "Ecs.0314", "The key pair %s of the user %s could not be found." % (name, user_id))


def _check_state(server: Server, wanted: OsSpec) -> None:
    if not server.system_disk:
        raise refuse(400, "Ecs.0105", "The server %s has no system disk." % server.id)
    if server.task_state is not None:
        raise refuse(
            501, "Ecs.0603", "Another command is running on the server %s (%s)." % (server.id, server.task_state)
        )
    if server.vm_state == "stopped" or server.os_change_failed or (wanted.stops and server.vm_state == "active"):
        return
    raise refuse(
        400, "Ecs.0100", "The state of the server %s (%s) does not allow this operation." % (server.id, server.status)
    )


def _begin(call: Call, server: Server, wanted: OsSpec) -> SubJob:
    """Start the change. A failure leaves the server in ERROR, with its old image; the change can be repeated."""
    ends = call.sim.options[PLATFORM]["os_change_ends"]
    runs = ends == "running" or (ends == "previous" and server.vm_state == "active")
    what = replace(
        ACTIONS["rebuild"],
        record="changeOs",
        vm_state="active" if runs else "stopped",
        power_state=RUNNING if runs else SHUT_DOWN,
    )
    error = injected_failure(call, server, "Ecs.1000")
    outcome: dict[str, Any] = {
        "vm_state": what.vm_state,
        "power_state": what.power_state,
        "image": wanted.image,
        "os_change_failed": False,
        "os_type": wanted.image["os_type"],
        "password": digest(wanted.password),
        "pending_password": None,
        "key_name": wanted.key_name,
        "encryption_key": wanted.encryption_key,
        "user_data": wanted.user_data or "",
        "password_changes": server.password_changes + (wanted.password is not None),
    }
    if error is not None:
        fault = {"code": 500, "message": error[1], "details": "", "created": call.now}
        outcome = {"vm_state": "error", "power_state": SHUT_DOWN, "os_change_failed": True, "fault": fault}
    transition = call.fleet.begin(
        server,
        what,
        call.sim.delay(PLATFORM, what.delay),
        error=error,
        outcome=outcome,
        never_ends=bool(call.fault.get("stuck")),
    )
    return SubJob(server.id, transition)
