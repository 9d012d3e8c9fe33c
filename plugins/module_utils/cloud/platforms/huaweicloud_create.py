# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making servers on Huawei Cloud ECS.

Facts: huawei-facts 3.8 (create, X-Client-Token). One call makes servers of the names ``web-0001`` and so on, in an
order of ids that is not documented; names that a task gives need one call each. Every call has a token of its own, made
of the task's and the name, so that it may be repeated: the same token brings the first answer again.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import Any, Iterator, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import CreatedServer, Ticket
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AnswerLost,
    AuthenticationFailed,
    BadRequest,
    CloudError,
    DeadlineExceeded,
    MalformedAnswer,
    PermissionDenied,
    ServiceFailed,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.new_server import (
    BUILT,
    BlockDevice,
    NewServer,
    Nic,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.parallel import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms import huaweicloud_rules as rules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.answers import (
    integer,
    mapping,
    text,
    texts,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud_asking import (
    HuaweiAsking,
)

#: Tokens of several servers of one task, and of a task run again, are made from its token within this space.
_TOKENS = uuid.UUID("0b8d0f5c-6a0e-4a39-9d0c-7f4f1b7c2e55")
#: What is refused for one server is refused for all that are alike.
_FOR_ALL = (BadRequest, PermissionDenied, AuthenticationFailed)
_MAY_BE_DONE = (AnswerLost, MalformedAnswer, ServiceFailed, DeadlineExceeded)
_UUID = re.compile(r"[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\Z")
#: What ``extra`` may hold, by the names of the document: what belongs into extendparam, and what beside it.
_EXTEND = (
    "chargingMode", "periodType", "periodNum", "isAutoRenew", "isAutoPay", "enterprise_project_id",
)  # fmt: skip
_BESIDE = ("publicip", "auto_terminate_time")
_CHARGING = ("postPaid", "prePaid")
_PERIODS = {"month": 9, "year": 3}


class HuaweiCreate(HuaweiAsking):
    """``POST /v1.1/{project}/cloudservers``."""

    def name_problem(self, name: str) -> str | None:
        return rules.name_problem(name)

    def tags_problem(self, tags: Sequence[str]) -> str | None:
        return rules.tags_problem(tags) or rules.too_many_tags(tags)

    def server_problem(self, new: NewServer) -> str | None:
        return next((problem for problem in _problems(new, self.platform) if problem), None)

    def create_servers(
        self, new: NewServer, names: Sequence[str], client_token: str | None = None
    ) -> list[CreatedServer]:
        self.require("create")
        token = client_token or str(uuid.uuid4())
        made: dict[str, CreatedServer] = {}
        for name in names:
            problem = rules.name_problem(name)
            if problem:
                made[name] = CreatedServer(name, error=BadRequest("Could not create the server: %s." % problem))
        good = [name for name in names if name not in made]
        for name in good[:1]:
            made[name] = first = self._create(new, name, token)
            if isinstance(first.error, _FOR_ALL):
                made.update((each, replace(first, name=each)) for each in good)
        left = [name for name in good if name not in made]
        made.update(zip(left, in_parallel(lambda name: self._create(new, name, token), left, self.parallel)))
        return [made[name] for name in names]

    def _create(self, new: NewServer, name: str, token: str) -> CreatedServer:
        what = "create the server %s" % name
        try:
            answer = self.session.post(
                self._url("/cloudservers", "v1.1"),
                json={"server": _body(new, name)},
                headers={"X-Client-Token": token_of(token, name)},
                what=what,
                # With the same token and body a second one brings the first one's answer.
                repeatable=True,
            )
            body = mapping(answer.body)
            job_id, order_id = text(body.get("job_id")), text(body.get("order_id"))
            server_id = next(iter(texts(body.get("serverIds"))), None) or self._made(job_id)
            if not server_id:
                order = " (order %s)" % order_id if order_id else ""
                raise AnswerLost("Could not %s: the cloud accepted it%s and named no server" % (what, order))
        except CloudError as error:
            return CreatedServer(name, error=error, uncertain=isinstance(error, _MAY_BE_DONE))
        ticket = Ticket(
            server_id, "create", name, job_id=job_id, order_id=order_id, request_id=answer.request_id, aim=BUILT
        )
        return CreatedServer(name, ticket)

    def _made(self, job_id: str | None) -> str | None:
        """The server that a job speaks of, where the answer names none."""
        parts = self.job(job_id).parts if job_id else ()
        return next((part.server_id for part in parts if part.server_id), None)


def token_of(token: str, name: str) -> str:
    """The X-Client-Token of one server: a UUID, whatever text the task gives, and the same when the task runs again."""
    return str(uuid.uuid5(_TOKENS, "%s/%s" % (token, name)))


def _problems(new: NewServer, platform: str) -> Iterator[str | None]:
    for option, value in (
        ("host", new.host),
        ("hypervisor_hostname", new.hypervisor_hostname),
        ("config_drive", new.config_drive),
        ("files", new.files),
        ("disk_config", new.disk_config),
        ("access_ipv4", new.access_ipv4),
        ("access_ipv6", new.access_ipv6),
    ):
        if value:
            yield "%s: %s does not know it for a new server; leave it out" % (option, platform)
    if not new.image_id:
        yield "image: %s makes the system disk from an image; give one" % platform
    if not new.vpc_id:
        yield "vpc_id: %s needs the id of the VPC that the server is to be in" % platform
    yield _networks_problem(new, platform)
    if not new.system_disk or not new.system_disk.type:
        yield "system_disk: %s needs its type, such as GPSSD" % platform
    elif new.system_disk.size_gb is not None and not 1 <= new.system_disk.size_gb <= 1024:
        yield "system_disk: size_gb is 1 to 1024, and not %d" % new.system_disk.size_gb
    for device in new.volumes:
        yield _volume_problem(device, platform)
    if new.password and new.key_name:
        yield "password and key_name exclude each other on %s; give one of them" % platform
    names = [group for group in new.security_groups if not _UUID.match(group)]
    if names:
        yield "security_groups: %s takes ids, and %s is none" % (platform, names[0])
    if new.hostname:
        # Not part of the call: it is set when the server is there.
        yield rules.hostname_problem(new.hostname)
    if new.description:
        yield rules.description_problem(new.description)
    yield rules.metadata_problem(new.metadata, new=True)
    yield rules.tags_problem(new.tags)
    yield rules.too_many_tags(new.tags)
    yield _charging_problem(new, platform)


def _networks_problem(new: NewServer, platform: str) -> str | None:
    if not new.networks or not isinstance(new.networks, tuple):
        return "networks: %s needs at least one subnet of the VPC, each with its id as subnet" % platform
    for nic in new.networks:
        if nic.port_id or nic.tag or not (nic.subnet_id or nic.network_id):
            return "networks: %s takes subnet and fixed_ip; it makes the ports itself" % platform
    return None


def _volume_problem(device: BlockDevice, platform: str) -> str | None:
    """Of a data disk: the system disk is not among the volumes."""
    if device.source == "volume":
        return "volumes: %s makes new data disks here; attach one that exists with server_volume" % platform
    if device.boot_index not in (None, -1) or device.destination != "volume" or device.device_type == "cdrom":
        return "volumes: on %s they are data disks; the server boots from image, on system_disk" % platform
    if device.disk_bus or device.tag:
        return "volumes: %s does not know disk_bus and tag; leave them out" % platform
    if not device.volume_type or not device.size_gb:
        return "volumes: %s needs volume_type and size_gb of each" % platform
    return None


def _charging_problem(new: NewServer, platform: str) -> str | None:
    extra = new.extra
    known = _EXTEND + _BESIDE
    unknown = sorted(key for key in extra if key not in known)
    if unknown:
        return "extra: %s is not known to %s; known: %s" % (unknown[0], platform, ", ".join(known))
    mode = extra.get("chargingMode") or "postPaid"
    if mode not in _CHARGING:
        return "extra: chargingMode is %s, and not %s" % (" or ".join(_CHARGING), mode)
    term = [key for key in ("periodType", "periodNum", "isAutoRenew", "isAutoPay") if extra.get(key)]
    if mode == "postPaid":
        return "extra: %s goes with chargingMode: prePaid only" % term[0] if term else None
    most = _PERIODS.get(str(extra.get("periodType")))
    number = integer(extra.get("periodNum"))
    if most is None or number is None or not 1 <= number <= most:
        return "extra: chargingMode: prePaid needs periodType: month and periodNum 1 to 9, or year and 1 to 3"
    if new.key_name and "op_svc_userid" not in new.metadata:
        return "key_name: with prePaid, metadata needs op_svc_userid, the id of the IAM user whose key pair it is"
    return None


def _body(new: NewServer, name: str) -> dict[str, Any]:
    """The part under ``server``."""
    disk = new.system_disk
    found: dict[str, Any] = {
        "name": name,
        "imageRef": new.image_id,
        "flavorRef": new.flavor_id,
        "vpcid": new.vpc_id,
        "nics": [_nic(nic) for nic in new.networks or () if isinstance(nic, Nic)],
        "root_volume": {"volumetype": disk.type if disk else None},
    }
    if disk and disk.size_gb:
        found["root_volume"]["size"] = disk.size_gb
    plain = {
        "data_volumes": [_data_volume(device) for device in new.volumes],
        "adminPass": new.password,
        "key_name": new.key_name,
        "availability_zone": new.availability_zone,
        "security_groups": [{"id": group} for group in new.security_groups],
        "server_tags": [rules.tag_of(tag) for tag in sorted(new.tags)],
        "metadata": dict(new.metadata),
        "user_data": new.user_data,
        "description": new.description,
        "extendparam": _extendparam(new),
        "os:scheduler_hints": {"group": new.group_id} if new.group_id else None,
        **{key: new.extra.get(key) for key in _BESIDE},
    }
    found.update((key, value) for key, value in plain.items() if value)
    return found


def _nic(nic: Nic) -> dict[str, str]:
    # The network of the API reference is the one that each subnet has.
    found = {"subnet_id": nic.subnet_id or nic.network_id or ""}
    if nic.fixed_ip:
        found["ip_address"] = nic.fixed_ip
    return found


def _data_volume(device: BlockDevice) -> dict[str, Any]:
    found: dict[str, Any] = {"volumetype": device.volume_type, "size": device.size_gb}
    if device.source == "image":
        found["data_image_id"] = device.id
    if device.source == "snapshot":
        found["extendparam"] = {"snapshotId": device.id}
    if device.delete_on_termination:
        found["delete_on_termination"] = True
    return found


def _extendparam(new: NewServer) -> dict[str, Any]:
    """Booleans are texts there, and one number is none."""
    found: dict[str, Any] = {}
    for key in _EXTEND:
        value = new.extra.get(key)
        if key == "periodNum":
            value = integer(value)
        if value is not None:
            found[key] = ("true" if value else "false") if isinstance(value, bool) else value
    return found
