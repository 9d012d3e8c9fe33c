# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates servers on a Nova cloud.

Sources: the Nova API reference (``networks`` required from microversion 2.37, description from 2.19, tags from 2.52,
volume types from 2.67, hosts from 2.74 (EasyStack: 2.67), hostname from 2.90, files up to 2.56; several servers of one
request are named ``name-1`` to ``name-N``), the Networking API v2 reference; E04 and U01 of docs/operations.yml.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Iterable, Iterator, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    BUILT,
    CreatedServer,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    ResponseLost,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import may_be_created
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import (
    AUTO,
    BlockDevice,
    NewServer,
    Nic,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    mapping,
    part_of,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.rules import NovaRules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import Version

#: The maximum number of servers of one request: Nova creates them before it responds, and gateways time out.
_MOST_AT_ONCE = 100
#: Errors that apply to all servers with the same properties.
_FOR_ALL = (BadRequest, PermissionDenied, NotFound)


class NovaCreation:
    """``POST /servers``. ``reserved`` returns the servers of a reservation id."""

    def __init__(self, api: NovaApi, rules: NovaRules, reserved: Callable[[str], Iterable[Server]]) -> None:
        self.api = api
        self.rules = rules
        self._reserved = reserved

    def create(self, new: NewServer, names: Sequence[str]) -> list[CreatedServer]:
        """As ``Servers.create``."""
        self.rules.require("create")
        stem = _stem(new, names) if self.rules.numbers_names else None
        if stem:
            return self._create_together(new, stem, names)
        first = self._create(new, names[0])
        if isinstance(first.error, _FOR_ALL) and not first.outcome_unknown:
            return [replace(first, name=name) for name in names]
        return [first] + list(in_parallel(lambda name: self._create(new, name), names[1:], self.api.parallel))

    def _create(self, new: NewServer, name: str) -> CreatedServer:
        what = "create the server %s" % name
        try:
            answer = self._post(self._body(new, name), what, new)
            found = part_of(answer.body, "server", what)
            server_id, password = id_in(found, "a server"), text(found.get("adminPass"))
        except CloudError as error:
            return CreatedServer(name, error=error, outcome_unknown=may_be_created(error))
        if password:
            self.api.session.hide((password,))
        pending = PendingAction(
            server_id, "create", name, request_id=answer.request_id, expected_state=BUILT, password=password
        )
        return CreatedServer(name, pending)

    def _create_together(self, new: NewServer, stem: str, names: Sequence[str]) -> list[CreatedServer]:
        """Creates all servers by one request, or none. The response contains the reservation, and the list of its
        servers contains the ids: another task may have created servers with the same names at the same time."""
        body = self._body(new, stem)
        body["server"].update(min_count=len(names), max_count=len(names), return_reservation_id=True)
        what = "create the servers %s to %s" % (names[0], names[-1])
        try:
            answer = self._post(body, what, new)
        except CloudError as error:
            return [CreatedServer(name, error=error, outcome_unknown=may_be_created(error)) for name in names]
        reservation = text(mapping(answer.body).get("reservation_id"))
        if not reservation:
            lost: CloudError = InvalidResponse("Could not %s: the response has no reservation_id" % what)
            return [CreatedServer(name, error=lost, outcome_unknown=True) for name in names]
        try:
            listed = list(self._reserved(reservation))
        except CloudError as error:
            lost = ResponseLost(
                "The cloud accepted the request to %s (reservation %s), but their ids could not be read: %s"
                % (what, reservation, error.message),
                status=error.status,
                code=error.code,
                request_id=error.request_id,
                hint=error.hint,
            )
            return [CreatedServer(name, error=lost, outcome_unknown=True) for name in names]
        made = {server.name: server.id for server in listed}
        lost = InvalidResponse("Could not %s: the list of the reservation does not show all of them" % what)
        return [
            CreatedServer(
                name, PendingAction(made[name], "create", name, request_id=answer.request_id, expected_state=BUILT)
            )
            if name in made
            else CreatedServer(name, error=lost, outcome_unknown=True)
            for name in names
        ]

    def _post(self, body: dict[str, Any], what: str, new: NewServer) -> Any:
        return self.api.session.post(
            self.api.endpoint + "/servers",
            json=body,
            headers=self.api.headers(self.rules.version_for(new)),
            what=what,
            is_retry_safe=False,
        )

    def _body(self, new: NewServer, name: str) -> dict[str, Any]:
        version = self.rules.version_for(new)
        server: dict[str, Any] = {"name": name, "flavorRef": new.flavor_id}
        if new.image_id:
            server["imageRef"] = new.image_id
        networks = _networks(new.networks, version)
        if networks is not None:
            server["networks"] = networks
        devices = list(_devices(new))
        if devices:
            server["block_device_mapping_v2"] = devices
        plain = {
            "availability_zone": new.availability_zone,
            "key_name": new.key_name,
            "metadata": dict(new.metadata),
            "security_groups": [{"name": group} for group in new.security_groups],
            "user_data": new.user_data,
            "adminPass": new.password,
            "description": new.description,
            "hostname": new.hostname,
            "host": new.host,
            "hypervisor_hostname": new.hypervisor_hostname,
            "personality": [{"path": path, "contents": held} for path, held in new.files.items()],
            "OS-DCF:diskConfig": new.disk_config,
            "accessIPv4": new.access_ipv4,
            "accessIPv6": new.access_ipv6,
        }
        server.update((key, value) for key, value in plain.items() if value)
        if new.config_drive is not None:
            server["config_drive"] = new.config_drive
        if new.tags and version >= (2, 52):
            server["tags"] = list(new.tags)
        if self.rules.sends_counts:
            server.update(min_count=1, max_count=1)
        body: dict[str, Any] = {"server": server}
        if new.group_id:
            body["os:scheduler_hints"] = {"group": new.group_id}
        return body


def _stem(new: NewServer, names: Sequence[str]) -> str | None:
    """The name with which one request creates all servers, if Nova then uses these names. Only one server can have a
    port, an address or a host name."""
    nics = new.networks if isinstance(new.networks, tuple) else ()
    # The response to a request for several servers contains no passwords.
    own = new.return_password or new.hostname or any(nic.port_id or nic.fixed_ip for nic in nics)
    own = own or any(device.source == "volume" for device in new.volumes)
    if own or not 1 < len(names) <= _MOST_AT_ONCE or not names[0].endswith("-1"):
        return None
    stem = names[0][:-2]
    return stem if list(names) == ["%s-%d" % (stem, number + 1) for number in range(len(names))] else None


def _networks(networks: tuple[Nic, ...] | str | None, version: Version) -> Any:
    if isinstance(networks, tuple):
        return [_nic(nic) for nic in networks]
    if version >= (2, 37):
        # Required from this version on; below it, omitting it is the same as auto.
        return networks or AUTO
    return None


def _nic(nic: Nic) -> dict[str, Any]:
    named: dict[str, Any] = {
        "uuid": nic.network_id,
        "port": nic.port_id,
        # The type of the parameter is an array; the example of the document has a string for one subnet.
        "subnet_id": list(nic.subnet_ids) if len(nic.subnet_ids) > 1 else next(iter(nic.subnet_ids), None),
        "fixed_ip": nic.fixed_ip,
        "tag": nic.tag,
    }
    return {key: value for key, value in named.items() if value}


def _devices(new: NewServer) -> Iterator[dict[str, Any]]:
    if new.volumes and new.image_id and not any(device.boot_index == 0 for device in new.volumes):
        # If the server has other disks, Nova requires the image as the first of them.
        yield _device(BlockDevice("image", new.image_id, None, 0, destination="local", delete_on_termination=True))
    for device in new.volumes:
        yield _device(device)


def _device(device: BlockDevice) -> dict[str, Any]:
    if device.no_device:
        return {"device_name": device.device_name, "no_device": True}
    named = {
        "uuid": device.id,
        "volume_size": device.size_gb,
        "volume_type": device.volume_type,
        "device_type": device.device_type,
        "disk_bus": device.disk_bus,
        "tag": device.tag,
        "guest_format": device.guest_format,
        "device_name": device.device_name,
    }
    found: dict[str, Any] = {"source_type": device.source, "destination_type": device.destination}
    found.update((key, value) for key, value in named.items() if value is not None)
    found["boot_index"] = -1 if device.boot_index is None else device.boot_index
    found["delete_on_termination"] = device.delete_on_termination
    return found
