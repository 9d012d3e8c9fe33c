"""Updates a server of ECS: name, description and host name (H07), tags, flavor."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import uuid
from typing import Any

from flask import Response

from simulator.http.call import Call, Router, answer
from simulator.huaweicloud.checks import enter, find, json_body, refuse, refuse_locked, required_object
from simulator.huaweicloud.create import find_flavor
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.jobs import Job, SubJob, injected_failure, store_job
from simulator.huaweicloud.validation import (
    MAX_TAGS,
    check_boolean,
    check_description,
    check_hostname,
    check_keys,
    check_name,
    check_user_data,
    read_tags,
)
from simulator.nova.views import user_data
from simulator.state.clock import iso
from simulator.state.ids import stable_id
from simulator.state.server_states import RUNNING, SHUT_DOWN, Power
from simulator.state.servers import Server

_HOSTNAME = "OS-EXT-SRV-ATTR:hostname"


def register(router: Router) -> None:
    one = "/v1/<pid>/cloudservers/<server_id>"
    router.add(PLATFORM, "PUT", one, update_server, operation="H07", name="update server", before=enter)
    router.add(PLATFORM, "GET", one + "/tags", show_tags, name="show tags", before=enter)
    router.add(PLATFORM, "POST", one + "/tags/action", change_tags, name="change tags", before=enter)
    for version in ("v1", "v1.1"):
        router.add(
            PLATFORM,
            "POST",
            "/%s/<pid>/cloudservers/<server_id>/resize" % version,
            resize_server,
            name="resize server",
            before=enter,
        )


def update_server(call: Call, server_id: str) -> Response:
    """PUT /v1/{p}/cloudservers/{s}. The response has some fields of the server only."""
    part = required_object(call, "server")
    check_keys(part, "name description hostname user_data", "server")
    if not part:
        raise refuse(400, "Ecs.0005", "server: nothing is to be changed.")
    server = find(call, server_id)
    for key, check in (
        ("name", check_name),
        ("description", check_description),
        ("hostname", check_hostname),
        ("user_data", check_user_data),
    ):
        if key in part:
            check(part[key])
    # Renaming a server does not change the host name of its guest.
    server.extra.setdefault(_HOSTNAME, server.name)
    server.name = part.get("name", server.name)
    server.description = part.get("description", server.description)
    server.extra[_HOSTNAME] = part.get("hostname", server.extra[_HOSTNAME])
    server.user_data = part.get("user_data", server.user_data)
    call.fleet.mark_updated(server)
    vpcs = {row["network"]: stable_id("vpc", row["network"]) for row in server.addresses}
    addresses: dict[str, list[dict[str, Any]]] = {}
    for row in server.addresses:
        addresses.setdefault(vpcs[row["network"]], []).append({"version": row["version"], "addr": row["ip"]})
    links = [{"rel": "self", "href": "%s/v1/%s/cloudservers/%s" % (call.sim.base_url, server.project_id, server.id)}]
    return answer(
        {
            "server": {
                "tenant_id": server.project_id,
                "image": "",
                "accessIPv4": "",
                "accessIPv6": "",
                "metadata": server.metadata,
                "addresses": addresses,
                "created": iso(server.created),
                "hostId": stable_id(server.project_id, server.host),
                "flavor": {"id": server.flavor["id"], "links": []},
                "OS-DCF:diskConfig": "MANUAL",
                "user_id": server.user_id,
                "name": server.name,
                "progress": 0,
                "links": links,
                "id": server.id,
                "updated": iso(server.updated),
                "locked": server.locked,
                "description": server.description or "",
                "tags": server.tags,
                "status": server.status,
                "OS-EXT-SRV-ATTR:user_data": user_data(server),
                _HOSTNAME: server.extra[_HOSTNAME],
            }
        }
    )


def show_tags(call: Call, server_id: str) -> Response:
    server = find(call, server_id)
    pairs = [tag.partition("=") for tag in server.tags]
    return answer({"tags": [{"key": key, "value": value} for key, _equals, value in pairs]})


def change_tags(call: Call, server_id: str) -> Response:
    """POST …/tags/action: `create` replaces the value of an existing key, `delete` of a missing tag succeeds."""
    body = json_body(call)
    check_keys(body, "action tags", "body")
    server = find(call, server_id)
    if body.get("action") not in ("create", "delete"):
        raise refuse(400, "Ecs.0005", "action is create or delete.")
    creating = body["action"] == "create"
    wanted = read_tags(body.get("tags"), values=creating)
    there = {key: value for key, _equals, value in (tag.partition("=") for tag in server.tags)}
    if creating:
        there.update(wanted)
    else:
        there = {key: value for key, value in there.items() if key not in wanted}
    if creating and sum(not key.startswith("_sys_") for key in there) > MAX_TAGS:
        raise refuse(400, "Ecs.0908", "tags: a server has 10 at most.")
    server.tags = ["%s=%s" % pair for pair in there.items()]
    call.fleet.mark_updated(server)
    return answer(None, 204)


def resize_server(call: Call, server_id: str) -> Response:
    """POST …/resize: of a stopped server, or of a running one with mode withStopServer. It needs no confirmation."""
    body = json_body(call)
    check_keys(body, "resize dry_run", "body")
    part = required_object(call, "resize")
    check_keys(part, "flavorRef mode extendparam dedicated_host_id", "resize")
    server = find(call, server_id)
    refuse_locked(server)
    if part.get("mode") not in (None, "", "withStopServer"):
        raise refuse(400, "Ecs.0005", "mode can be withStopServer only.")
    extend = part.get("extendparam") or {}
    if not isinstance(extend, dict) or extend.get("isAutoPay") not in (None, "true", "false"):
        raise refuse(400, "Ecs.0005", 'isAutoPay must be "true" or "false".')
    if part.get("flavorRef") == server.flavor["id"]:
        raise refuse(400, "Ecs.0810", "The server %s has this flavor already." % server.id)
    flavor = find_flavor(call, part.get("flavorRef"), server.zone)
    if server.task_state is not None:
        raise refuse(
            501, "Ecs.0603", "Another command is running on the server %s (%s)." % (server.id, server.task_state)
        )
    if server.vm_state != "stopped" and not (server.vm_state == "active" and part.get("mode") == "withStopServer"):
        raise refuse(
            400,
            "Ecs.0100",
            "The state of the server %s (%s) does not allow this operation." % (server.id, server.status),
        )
    if check_boolean(body.get("dry_run", False), "dry_run"):
        return answer(None, 202)
    job = Job(
        call.now,
        [],
        kind="resizeServer",
        single=True,
        server_id=server.id,
        payment=lambda _now: [_begin(call, server, flavor)],
    )
    given: dict[str, Any] = {"job_id": store_job(call, job).id}
    if server.prepaid:
        if call.path.startswith("/v1/"):
            raise refuse(400, "Ecs.0005", "A yearly/monthly server needs the call of version 1.1.")
        given["order_id"] = "CS" + uuid.uuid4().hex[:15].upper()
    if not server.prepaid or extend.get("isAutoPay") == "true":
        job.pay(call.now)
    return answer(given)


def _begin(call: Call, server: Server, flavor: dict[str, Any]) -> SubJob:
    """A failure leaves the old flavor."""
    runs = server.vm_state == "active"
    what = Power(
        "resize", "resize", frozenset(), "resize_prep", server.vm_state, RUNNING if runs else SHUT_DOWN, "resize"
    )
    error = injected_failure(call, server, "Ecs.0802")
    outcome: dict[str, Any] = {"vm_state": what.vm_state, "power_state": what.power_state}
    if error is None:
        outcome["flavor"] = dict(flavor)
    return SubJob(
        server.id,
        call.fleet.begin(
            server,
            what,
            call.sim.delay(PLATFORM, what.delay),
            error=error,
            outcome=outcome,
            never_ends=bool(call.fault.get("stuck")),
        ),
    )
