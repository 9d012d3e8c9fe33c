"""Creates servers of ECS: one call makes up to 100, and starts a job. A client token makes it safe to retry."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import uuid
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Router, answer
from simulator.huaweicloud.catalogue import all_zones
from simulator.huaweicloud.checks import current_project, enter, json_body, refuse
from simulator.huaweicloud.create_nics import read_nics
from simulator.huaweicloud.create_options import check_disks, check_extendparam, check_hints
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.jobs import Job, SubJob, injected_failure, store_job
from simulator.huaweicloud.validation import (
    MAX_TAGS,
    UUID,
    check_boolean,
    check_description,
    check_integer,
    check_keys,
    check_metadata,
    check_name,
    check_user_data,
    read_tags,
)
from simulator.nova.keypairs import caller_id
from simulator.state.guest import CHANGE_OS_SYMBOLS, digest, password_weakness
from simulator.state.quotas import amounts, room, usage
from simulator.state.server_states import RUNNING, Power
from simulator.state.servers import Server

MAX_PER_REQUEST = 100
TOKEN_LIFETIME = 8 * 3600.0
KEYS = (
    "imageRef flavorRef name vpcid nics root_volume data_volumes adminPass key_name availability_zone count"
    " security_groups server_tags metadata extendparam user_data description isAutoRename os:scheduler_hints"
    " auto_terminate_time publicip cpu_options security_options serial_console_options metadata_options enclave_options"
)
CREATE = Power("create", "create", frozenset(), "spawning", "active", RUNNING, "create")
#: The part of a server's creation time during which no call finds it.
_UNSEEN = 0.2


def register(router: Router) -> None:
    for version in ("v1", "v1.1"):
        router.add(
            PLATFORM, "POST", "/%s/<pid>/cloudservers" % version, create_servers, name="create servers", before=enter
        )


def create_servers(call: Call) -> Response:
    """POST /v1.1/{p}/cloudservers; under /v1 pay-per-use servers only."""
    body = json_body(call)
    token = _token(call)
    known = call.sim.client_tokens.get((current_project(call), token)) if token else None
    if known is not None:
        began, first, given = known
        if call.now > began + TOKEN_LIFETIME:
            raise refuse(400, "Ecs.0124", "The client token has expired.")
        if body != first:
            raise refuse(400, "Ecs.0122", "The client token was used with another request.")
        return answer(given)
    check_keys(body, "server dry_run", "body")
    wanted = body.get("server")
    if not isinstance(wanted, dict):
        raise refuse(400, "Ecs.0005", "server must be an object.")
    creation = _CreateRequest(call, wanted)
    if check_boolean(body.get("dry_run", False), "dry_run"):
        return answer(None, 202)
    given = creation.place()
    if token:
        call.sim.client_tokens[(current_project(call), token)] = (call.now, body, given)
    return answer(given)


def _token(call: Call) -> str | None:
    token = request.headers.get("X-Client-Token")
    if token is not None and not UUID.fullmatch(token):
        raise refuse(400, "Ecs.0123", "The client token is not a UUID.")
    return token


class _CreateRequest:
    """The body of a request, checked strictly. Raises Refusal."""

    def __init__(self, call: Call, wanted: dict[str, Any]) -> None:
        self.call, self.wanted = call, wanted
        self.builder = call.sim.builders[PLATFORM]
        check_keys(wanted, KEYS, "server")
        self.count = check_integer(wanted.get("count", 1), 1, MAX_PER_REQUEST, "count")
        self.name = check_name(wanted.get("name"), 128 if self.count == 1 else 123)
        self.image = self._image()
        self.zone = self._zone()
        self.flavor = self._flavor()
        self.nics = read_nics(call, wanted, self.count)
        self.extend = check_extendparam(wanted.get("extendparam", {}), call.path.split("/")[1])
        self.hints = self._hints()
        prepaid = self.extend.get("chargingMode") == "prePaid"
        check_disks(wanted, self.image, prepaid)
        self.password, self.key_name = self._login()
        self.tags = read_tags(wanted["server_tags"]) if "server_tags" in wanted else {}
        if len(self.tags) > MAX_TAGS:
            raise refuse(400, "Ecs.0908", "server_tags: at most 10.")
        check_metadata(wanted.get("metadata", {}))
        check_description(wanted.get("description", ""))
        if "user_data" in wanted:
            check_user_data(wanted["user_data"])
        groups = wanted.get("security_groups", [])
        if not isinstance(groups, list) or not all(
            isinstance(row, dict) and set(row) == {"id"} and UUID.fullmatch(str(row["id"])) for row in groups
        ):
            raise refuse(400, "Ecs.0005", "security_groups: objects with an id.")
        if prepaid and self.key_name and "op_svc_userid" not in wanted.get("metadata", {}):
            raise refuse(400, "Ecs.0005", "metadata.op_svc_userid must be given with prePaid and key_name.")
        self._quota()

    def place(self) -> dict[str, Any]:
        """The response has the ids at once; the servers are created later."""
        call = self.call
        prepaid = self.extend.get("chargingMode") == "prePaid"
        ids = [str(uuid.uuid4()) for _number in range(self.count)]
        job = Job(
            call.now,
            [],
            kind="createServer",
            sub_kind="createSingleServer",
            server_id=ids[0],
            payment=lambda now: [self._make(number, ids[number]) for number in range(self.count)],
        )
        given: dict[str, Any] = {"job_id": store_job(call, job).id, "serverIds": ids}
        if prepaid:
            given["order_id"] = "CS" + uuid.uuid4().hex[:15].upper()
        if not prepaid or self.extend.get("isAutoPay") == "true":
            job.pay(call.now)
        return given

    def _make(self, number: int, server_id: str) -> SubJob:
        call, wanted, image = self.call, self.wanted, self.image
        now = call.now
        name = self.name if self.count == 1 else "%s-%04d" % (self.name, number + 1)
        server = Server(
            id=server_id,
            name=name,
            region=call.region,
            project_id=current_project(call),
            user_id=caller_id(call),
            vm_state="building",
            task_state="spawning",
            power_state=0,
            flavor=dict(self.flavor),
            image=image,
            addresses=[],
            zone=self.zone,
            host="cmp%d" % (number % 3 + 1),
            created=now,
            updated=now,
            tags=["%s=%s" % pair for pair in self.tags.items()],
            metadata=dict(wanted.get("metadata") or {}),
            key_name=self.key_name,
            description=wanted.get("description"),
            security_groups=[row["id"] for row in wanted.get("security_groups") or ()] or ["default"],
            os_type=image["os_type"],
            enterprise_project_id=str(self.extend.get("enterprise_project_id", "0")),
            password=digest(self.password),
            user_data=wanted.get("user_data") or "",
            prepaid=self.extend.get("chargingMode") == "prePaid",
            spot=self.extend.get("marketType") == "spot",
            auto_recovery=self.extend.get("support_auto_recovery", False),
            hints=self.hints,
        )
        delay = call.sim.delay(PLATFORM, CREATE.delay)
        server.appears = now + delay * _UNSEEN
        call.fleet.add(server)
        for group_id in self.hints.get("group", ()):
            call.sim.groups[PLATFORM].add_member(group_id, server.id)
        error = injected_failure(call, server, "Ecs.0219")
        taken = {row["ip"] for each in call.fleet.servers.values() for row in each.addresses}
        outcome: dict[str, Any] = {
            "vm_state": "active",
            "power_state": RUNNING,
            "addresses": [row for nic in self.nics for row in nic.addresses(self.builder, server, taken)],
        }
        if error is not None:
            # ECS deletes a server that it could not create.
            outcome = {"vm_state": "deleted", "power_state": 0, "deleted_at": now + delay}
        else:
            self._add_disks(server)
        return SubJob(
            server.id,
            call.fleet.begin(
                server, CREATE, delay, error=error, outcome=outcome, never_ends=bool(call.fault.get("stuck"))
            ),
        )

    def _add_disks(self, server: Server) -> None:
        known = self.builder.volumes
        for number, row in enumerate(self.wanted.get("data_volumes", [])):
            disk = known.add({"name": "%s-volume-%04d" % (server.name, number + 1), "size": row["size"]})
            known.attach(disk, server, {"delete_on_termination": row.get("delete_on_termination", False)})

    def _image(self) -> dict[str, Any]:
        image_id = self.wanted.get("imageRef")
        image: dict[str, Any] | None = self.builder.images.get(image_id) if isinstance(image_id, str) else None
        if image is None:
            raise refuse(400, "Ecs.0031", "The image %s could not be found." % image_id)
        if image["status"] != "active":
            raise refuse(400, "Ecs.0032", "The image %s is not active." % image_id)
        return image

    def _zone(self) -> str:
        zones = all_zones(self.call)
        zone = self.wanted.get("availability_zone") or next(name for name, alive in zones.items() if alive)
        if not zones.get(zone):
            raise refuse(400, "Ecs.0005", "availability_zone: %s is not available." % zone)
        return str(zone)

    def _flavor(self) -> dict[str, Any]:
        return find_flavor(self.call, self.wanted.get("flavorRef"), self.zone)

    def _hints(self) -> dict[str, list[str]]:
        hints = check_hints(self.wanted.get("os:scheduler_hints", {}))
        groups = self.call.sim.groups[PLATFORM].rows
        for group_id in hints.get("group", ()):
            if group_id not in groups or groups[group_id].project_id != current_project(self.call):
                raise refuse(400, "Ecs.0005", "os:scheduler_hints: no server group %s." % group_id)
        return hints

    def _login(self) -> tuple[str | None, str | None]:
        password, key_name = self.wanted.get("adminPass"), self.wanted.get("key_name")
        if password and key_name:
            raise refuse(400, "Ecs.0005", "adminPass and key_name cannot both be set.")
        if password is not None:
            why = password_weakness(str(password), CHANGE_OS_SYMBOLS, self.image["os_type"])
            if why is not None:
                raise refuse(400, "Ecs.0011", "The password is not complex enough: %s." % why)
        if key_name and self.call.sim.keys[PLATFORM].find(caller_id(self.call), key_name) is None:
            raise refuse(400, "Ecs.0314", "The key pair %s could not be found." % key_name)
        return password, key_name

    def _quota(self) -> None:
        if self.extend.get("marketType") == "spot":
            # Spot servers have quotas of their own, which are not limited here.
            return
        servers = (server for server in self.call.fleet.servers.values() if not server.spot)
        quota, used = self.builder.quota, usage(servers, self.call.region, current_project(self.call))
        for name, count in room(quota, used, self.flavor).items():
            if count < self.count:
                needed = amounts(self.flavor)[name] * self.count
                message = "Quota exceeded for %s: requested %d, but already used %d of %d."
                raise refuse(403, "Ecs.0001", message % (name, needed, used[name], quota[name]))


def find_flavor(call: Call, flavor_id: Any, zone: str) -> dict[str, Any]:
    """The flavor, if it is on sale in the zone. Raises Refusal."""
    flavor: dict[str, Any] | None = call.sim.builders[PLATFORM].flavors.get(str(flavor_id))
    if flavor is None:
        raise refuse(400, "Ecs.0029", "The flavor %s could not be found." % flavor_id)
    state = flavor["zones"].get(zone, flavor["status"])
    if not re.fullmatch("normal|promotion|obt", state):
        raise refuse(400, "Ecs.0707", "The flavor %s is not on sale in %s (%s)." % (flavor_id, zone, state))
    return flavor
