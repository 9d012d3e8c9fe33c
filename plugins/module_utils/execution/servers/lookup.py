# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the image, the flavor and the networks in the options of a task. A comparison with existing servers needs
them only where the records of the servers do not suffice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import UnknownEndpoint
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import DELETED, ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import AUTO, NONE, Nic
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import image_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.named import (
    PORTS,
    SUBNETS,
    VOLUMES,
    VPCS,
    NamedIds,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.resizable import ResizableFlavors
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.lookup import id_or_name, only
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declared_image import (
    DeclaredImage,
    has_flavor,
    image_name,
    is_image_id,
    same_id,
    shows_flavor,
    shows_image,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened

_NIC_KEYS = ("network", "port", "subnet", "fixed_ip", "tag", "ipv6_enable", "ipv6_bandwidth")


def _images(cloud: Compute, wanted: str) -> Sequence[ImageDetails]:
    """The image with that id, or all images with that name.

    An id needs no image service: if its endpoint is unknown, only the id is returned, and the cloud checks it.
    """
    try:
        by_id = cloud.images.get(wanted) if is_image_id(wanted) else None
        return (by_id,) if by_id else cloud.images.find(wanted)
    except UnknownEndpoint:
        if not is_image_id(wanted):
            raise
        return (ImageDetails(wanted),)


def _only_image(images: Sequence[ImageDetails], wanted: str, option: str = "image") -> ImageDetails:
    found = only(images, wanted, "images", option=option)
    if not found:
        raise InvalidRequest(
            "%s: no image that this project may use has the id or name %s; check its spelling, region and project"
            % (option, wanted)
        )
    return found


def find_image_to_install(cloud: Compute, wanted: str, servers: Sequence[Server]) -> ImageDetails:
    """The image with that id or name. An image that no longer exists is found by its id, which is all that a server
    needs that already runs it. Raises InvalidRequest if there is none, or more than one."""
    found = _images(cloud, wanted)
    running = [image_id for image_id in map(image_of, servers) if image_id and same_id(image_id, wanted)]
    if not found and running:
        return ImageDetails(running[0], status=DELETED)
    return _only_image(found, wanted)


class DeclaredLookup:
    """Finds the image and the flavor of a task that compares them with existing servers.

    They are looked up only if a record does not show them, and if another task of the run has not just found that the
    servers have them. If one of them no longer exists, a server that could have
    been created from it is not changed, and ``warn`` gets the reason. Each list is read once at most.
    """

    def __init__(self, cloud: Compute, warn: Callable[[str], None]) -> None:
        self.cloud = cloud
        self.warn = warn
        self._images: dict[str, Sequence[ImageDetails]] = {}
        self._flavors: Sequence[Flavor] | None = None
        self._resizable = ResizableFlavors(cloud)

    # -- the image ---------------------------------------------------------------------------------------------

    def image(self, wanted: str | None, servers: Sequence[Server]) -> DeclaredImage | None:
        """The image to compare with the servers. Raises InvalidRequest if a server is certain to run another one, and
        no such image exists."""
        if wanted is None:
            return None
        declared = DeclaredImage(wanted)
        unclear = [server for server in servers if not shows_image(server, wanted)]
        if not unclear:
            return declared
        known = replace(declared, found=tuple(self.cloud.images.found_before(wanted)))
        if all(known.runs_on(server) for server in unclear):
            return known
        found = self._images_of(wanted)
        if not found and (is_image_id(wanted) or any(image_name(server) for server in unclear)):
            _only_image(found, wanted)
        if not found:
            self.warn(
                "image: no image that this project may use is named %s. It may have been deleted or hidden, so it was"
                " not compared with the image of %s." % (wanted, _labels(unclear))
            )
        declared = replace(declared, found=tuple(found))
        if len(found) > 1 and any(declared.differs(server) for server in unclear):
            _only_image(found, wanted)
        return declared

    def image_to_use(self, declared: DeclaredImage | None) -> DeclaredImage | None:
        """The image for a new server. Raises InvalidRequest if there is none, or more than one."""
        if declared is None:
            return None
        return replace(declared, found=(_only_image(self._images_of(declared.text), declared.text),))

    def image_id(self, name: str, option: str) -> str:
        """The id of the only image with that name. Raises InvalidRequest."""
        return _only_image(self._images_of(name), name, option).id

    def _images_of(self, wanted: str) -> Sequence[ImageDetails]:
        if wanted not in self._images:
            self._images[wanted] = _images(self.cloud, wanted)
        return self._images[wanted]

    # -- the flavor --------------------------------------------------------------------------------------------

    def flavor(self, wanted: str | None, servers: Sequence[Server]) -> Flavor | None:
        """The flavor to compare with the servers; ``None`` if nothing can be compared. Raises InvalidRequest if a
        server has another flavor, and no such flavor exists."""
        if wanted is None or not servers:
            return None
        unclear = [server for server in servers if not shows_flavor(server, wanted)]
        if not unclear:
            return Flavor(servers[0].flavor.id, servers[0].flavor.name)
        known = id_or_name(self.cloud.flavors.sizes_found_before(), wanted, "flavors", "flavor")
        if known and all(has_flavor(server, known) for server in unclear):
            return known
        found = id_or_name(self._listed(), wanted, "flavors", "flavor")
        if found:
            return found
        other = [server for server in unclear if not self._may_have_had(server)]
        if other:
            words = (_no_flavor(wanted), self._resizable.sentence(other[0]).rstrip("."))
            raise InvalidRequest(". ".join(filter(None, words)))
        self.warn(
            "flavor: no flavor that this project may use has the id or name %s. It may have been deleted or hidden, so"
            " it was not compared with the flavor of %s." % (wanted, _labels(unclear))
        )
        return None

    def _may_have_had(self, server: Server) -> bool:
        """Whether the flavor of the server is not listed either: then only one of its id and name is known."""
        shown = (server.flavor.id, server.flavor.name)
        return None in shown and not any(
            known in (each.id, each.name) for each in self._listed() for known in shown if known
        )

    def flavor_to_use(self, wanted: str | None) -> Flavor | None:
        """The flavor for a new server. Raises InvalidRequest if there is none, or more than one."""
        if wanted is None:
            return None
        found = id_or_name(self._listed(), wanted, "flavors", "flavor")
        if not found:
            raise InvalidRequest(_no_flavor(wanted))
        return found

    def _listed(self) -> Sequence[Flavor]:
        if self._flavors is None:
            self._flavors = self.cloud.flavors.find_sizes()
        return self._flavors


def _no_flavor(wanted: str) -> str:
    return "flavor: no flavor that this project may use has the id or name %s; flavor_info lists them" % wanted


def _labels(servers: Sequence[Server]) -> str:
    return shortened([server.label for server in servers], 5)


def network_ids(names: NamedIds, wanted: Any, vpc_id: str | None = None) -> tuple[Nic, ...] | str | None:
    """The interfaces, with ids in place of the names of networks, subnets and ports. ``vpc_id``: the VPC of the
    subnets. Raises InvalidRequest for invalid, missing and ambiguous ones."""
    if wanted is None or wanted in (AUTO, NONE):
        return None if wanted is None else str(wanted)
    if not isinstance(wanted, list) or not wanted:
        raise InvalidRequest("networks: it is auto, none, or a list of networks by name or id, or of mappings")
    return tuple(_nic(names, each, vpc_id) for each in wanted)


def _nic(names: NamedIds, wanted: Any, vpc_id: str | None) -> Nic:
    given = wanted if isinstance(wanted, dict) else {"network": wanted}
    unknown = sorted(set(map(str, given)) - set(_NIC_KEYS))
    if unknown:
        raise InvalidRequest("networks: an entry has no key %s; its keys are %s" % (unknown[0], ", ".join(_NIC_KEYS)))
    values = {key: str(value) for key, value in given.items() if key != "subnet" and value not in (None, "")}
    for key, value in given.items():
        if key != "subnet" and isinstance(value, (list, dict)):
            raise InvalidRequest("networks: %s of an entry is one string, not a list or a mapping" % key)
    subnets = _subnets(given.get("subnet"))
    if not any(values.get(key) for key in ("network", "port")) and not subnets:
        raise InvalidRequest("networks: an entry needs a network, a port or a subnet")
    ipv6 = _boolean("ipv6_enable", values.get("ipv6_enable", "false"))
    fixed_ip, tag, bandwidth = (values.get(key) for key in ("fixed_ip", "tag", "ipv6_bandwidth"))
    network, port = values.get("network"), values.get("port")
    if network:
        network = names.network(network, "networks", vpc_id)
    if port:
        port = names.id_of(PORTS, port, "networks")
    subnets = tuple(names.id_of(SUBNETS, each, "networks", vpc_id or network) for each in subnets)
    return Nic(network, port, subnets, fixed_ip, tag, ipv6, bandwidth)


def _boolean(key: str, value: str) -> bool:
    """A boolean of an entry, which a template may have made a string."""
    words = {"true": True, "yes": True, "false": False, "no": False}
    if value.lower() not in words:
        raise InvalidRequest("networks: %s of an entry is true or false, and not %s" % (key, value))
    return words[value.lower()]


def _subnets(wanted: Any) -> tuple[str, ...]:
    """The subnets of an interface: one, or a list for an address of each."""
    listed = wanted if isinstance(wanted, list) else [] if wanted in (None, "") else [wanted]
    if any(isinstance(each, (list, dict)) or each in (None, "") for each in listed):
        raise InvalidRequest("networks: subnet is the id or name of a subnet, or a list of them")
    found = tuple(str(each) for each in listed)
    if len(set(found)) != len(found):
        raise InvalidRequest("networks: a subnet is listed twice in subnet")
    return found


def disks_with_ids(names: NamedIds, found: DeclaredLookup, params: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the disks of a new server, with ids in place of the names of volumes and images. Raises
    InvalidRequest and CloudError."""
    boot, rows = params["boot_volume"], []
    if boot and boot["volume"]:
        boot = {**boot, "volume": names.id_of(VOLUMES, boot["volume"], "boot_volume")}
    for row in params["volumes"] or ():
        identity = row["id"]
        if identity and row["source"] == "volume":
            identity = names.id_of(VOLUMES, identity, "volumes")
        elif identity and row["source"] == "image" and not is_image_id(identity):
            identity = found.image_id(identity, "volumes")
        rows.append({**row, "id": identity})
    return {"boot_volume": boot, "volumes": rows or params["volumes"]}


def vpc_with_id(names: NamedIds, wanted: str | None) -> str | None:
    """The id of the VPC of a new server, on a cloud with VPCs."""
    if not wanted or names.cloud.networks.network_kind != SUBNETS:
        return wanted
    return names.id_of(VPCS, wanted, "vpc_id")
