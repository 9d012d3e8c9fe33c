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
from simulator.state.ids import stable_id
from simulator.state.networks import Network, Subnet
from simulator.state.server_states import RUNNING, Power
from simulator.state.servers import Server

MAX_PER_REQUEST = 100
TOKEN_LIFETIME = 8 * 3600.0
DISKS = ("SATA", "SAS", "GPSSD", "SSD", "ESSD", "GPSSD2", "ESSD2")
KEYS = (
    "imageRef flavorRef name vpcid nics root_volume data_volumes adminPass key_name availability_zone count"
    " security_groups server_tags metadata extendparam user_data description isAutoRename os:scheduler_hints"
    " auto_terminate_time publicip"
)
EXTEND = "chargingMode regionID periodType periodNum isAutoRenew isAutoPay enterprise_project_id marketType spotPrice"
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
        self.nics = self._nics()
        self._disks()
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
        self.extend = self._extendparam()
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
            os_type=image["os_type"],
            enterprise_project_id=str(self.extend.get("enterprise_project_id", "0")),
            password=digest(self.password),
            user_data=wanted.get("user_data") or "",
            prepaid=self.extend.get("chargingMode") == "prePaid",
        )
        delay = call.sim.delay(PLATFORM, CREATE.delay)
        server.appears = now + delay * _UNSEEN
        call.fleet.add(server)
        error = injected_failure(call, server, "Ecs.0219")
        taken = {row["ip"] for each in call.fleet.servers.values() for row in each.addresses}
        outcome: dict[str, Any] = {
            "vm_state": "active",
            "power_state": RUNNING,
            "addresses": [self._address(network, subnet, ip, taken) for network, subnet, ip in self.nics],
        }
        if error is not None:
            # ECS deletes a server that it could not create.
            outcome = {"vm_state": "deleted", "power_state": 0, "deleted_at": now + delay}
        return SubJob(
            server.id,
            call.fleet.begin(
                server, CREATE, delay, error=error, outcome=outcome, never_ends=bool(call.fault.get("stuck"))
            ),
        )

    def _address(self, network: Network, subnet: Subnet, ip: str | None, taken: set[str]) -> dict[str, Any]:
        networks = self.builder.networks
        found = ip or networks.address(network, taken, subnet.id)
        taken.add(found)
        return {
            "network": network.name,
            "ip": found,
            "version": 4,
            "kind": "fixed",
            "mac": networks.mac(),
            "typed": True,
        }

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

    def _nics(self) -> list[tuple[Network, Subnet, str | None]]:
        vpc_id, rows = self.wanted.get("vpcid"), self.wanted.get("nics")
        vpc = next((row for row in self.builder.networks.rows.values() if stable_id("vpc", row.name) == vpc_id), None)
        if vpc is None:
            raise refuse(400, "Ecs.0005", "vpcid: the VPC %s could not be found." % vpc_id)
        if not isinstance(rows, list) or not 1 <= len(rows) <= 12 or not all(isinstance(row, dict) for row in rows):
            raise refuse(400, "Ecs.0005", "nics: a list of 1 to 12 objects.")
        found = []
        for row in rows:
            check_keys(row, "subnet_id ip_address", "nics")
            subnet = next((each for each in vpc.subnets if each.id == row.get("subnet_id")), None)
            if subnet is None:
                raise refuse(400, "Ecs.0005", "nics: the subnet %s could not be found." % row.get("subnet_id"))
            ip = row.get("ip_address")
            used = {
                each["ip"]
                for server in self.call.fleet.servers.values()
                if not server.hidden
                for each in server.addresses
            }
            if ip is not None and (self.count > 1 or ip in used):
                raise refuse(400, "Ecs.0005", "nics: the address %s is in use." % ip)
            found.append((vpc, subnet, ip))
        return found

    def _disks(self) -> None:
        root = self.wanted.get("root_volume")
        rows = self.wanted.get("data_volumes", [])
        if not isinstance(root, dict) or not isinstance(rows, list) or len(rows) > 23:
            raise refuse(400, "Ecs.0005", "root_volume is an object, data_volumes a list of at most 23.")
        check_keys(root, "volumetype size", "root_volume")
        if "size" in root and check_integer(root["size"], 1, 1024, "root_volume.size") < self.image["min_disk"]:
            raise refuse(400, "Ecs.0044", "root_volume: the image needs %d GB." % self.image["min_disk"])
        for row in rows:
            if not isinstance(row, dict):
                raise refuse(400, "Ecs.0005", "data_volumes: a list of objects.")
            check_keys(row, "volumetype size data_image_id extendparam delete_on_termination", "data_volumes")
            check_integer(row.get("size"), 10, 32768, "data_volumes.size")
            check_boolean(row.get("delete_on_termination", False), "data_volumes.delete_on_termination")
        for row in [root, *rows]:
            if row.get("volumetype") not in DISKS:
                raise refuse(
                    400, "Ecs.0041", "volumetype: %s is none of %s." % (row.get("volumetype"), ", ".join(DISKS))
                )

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

    def _extendparam(self) -> dict[str, Any]:
        part = self.wanted.get("extendparam", {})
        if not isinstance(part, dict):
            raise refuse(400, "Ecs.0005", "extendparam must be an object.")
        check_keys(part, EXTEND, "extendparam")
        for key, value in part.items():
            if key != "periodNum" and not isinstance(value, str):
                raise refuse(400, "Ecs.0005", "extendparam.%s must be a text." % key)
        if part.get("chargingMode", "postPaid") not in ("postPaid", "prePaid"):
            raise refuse(400, "Ecs.0005", "chargingMode is postPaid or prePaid.")
        if part.get("chargingMode") == "prePaid":
            if self.call.path.startswith("/v1/"):
                raise refuse(400, "Ecs.0005", "chargingMode: prePaid needs the call of version 1.1.")
            if part.get("periodType") not in ("month", "year"):
                raise refuse(400, "Ecs.0005", "periodType is month or year.")
            check_integer(part.get("periodNum"), 1, 9 if part["periodType"] == "month" else 3, "periodNum")
            if self.key_name and "op_svc_userid" not in self.wanted.get("metadata", {}):
                raise refuse(400, "Ecs.0005", "metadata.op_svc_userid must be given with prePaid and key_name.")
        return part

    def _quota(self) -> None:
        quota = self.builder.quota.get("instances", -1)
        used = sum(
            1
            for row in self.call.fleet.servers.values()
            if row.project_id == current_project(self.call) and not row.hidden
        )
        if 0 <= quota < used + self.count:
            raise refuse(
                403,
                "Ecs.0001",
                "Quota exceeded for instances: requested %d, but already used %d of %d." % (self.count, used, quota),
            )


def find_flavor(call: Call, flavor_id: Any, zone: str) -> dict[str, Any]:
    """The flavor, if it is on sale in the zone. Raises Refusal."""
    flavor: dict[str, Any] | None = call.sim.builders[PLATFORM].flavors.get(str(flavor_id))
    if flavor is None:
        raise refuse(400, "Ecs.0029", "The flavor %s could not be found." % flavor_id)
    state = flavor["zones"].get(zone, flavor["status"])
    if not re.fullmatch("normal|promotion|obt", state):
        raise refuse(400, "Ecs.0707", "The flavor %s is not on sale in %s (%s)." % (flavor_id, zone, state))
    return flavor
