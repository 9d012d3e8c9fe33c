# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the image, the flavor and the networks in the options of a task."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import UnknownEndpoint
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import AUTO, NONE, Nic
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.lookup import id_or_name, only

#: Glance takes a UUID with hyphens and without.
_IMAGE_ID = re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_NIC_KEYS = ("network", "port", "subnet", "fixed_ip", "tag")


def find_image(cloud: Compute, wanted: str) -> ImageDetails:
    """The image with that id or name. Raises InvalidRequest if there is none, or more than one.

    An id needs no image service: if its endpoint is unknown, only the id is returned, and the cloud checks it.
    """
    try:
        by_id = cloud.images.get(wanted) if _IMAGE_ID.fullmatch(wanted) else None
    except UnknownEndpoint:
        return ImageDetails(wanted)
    found = by_id or only(cloud.images.list(name=wanted), wanted, "images", option="image")
    if not found:
        raise InvalidRequest(
            "image: no image that this project may use has the id or name %s; check its spelling, region and project"
            % wanted
        )
    return found


def find_flavor(cloud: Compute, wanted: str) -> Flavor:
    """The flavor with that id or name. Raises InvalidRequest if there is none, or more than one."""
    found = id_or_name(cloud.flavors.list_sizes(), wanted, "flavors", "flavor")
    if not found:
        raise InvalidRequest(
            "flavor: no flavor that this project may use has the id or name %s; flavor_info lists them" % wanted
        )
    return found


def network_ids(cloud: Compute, wanted: Any) -> tuple[Nic, ...] | str | None:
    """The interfaces, with network names replaced by ids. Raises InvalidRequest for invalid, missing and ambiguous
    ones."""
    if wanted is None or wanted in (AUTO, NONE):
        return None if wanted is None else str(wanted)
    if not isinstance(wanted, list) or not wanted:
        raise InvalidRequest("networks: it is auto, none, or a list of networks by name or id, or of mappings")
    known: dict[str, str] = {}
    return tuple(_nic(cloud, each, known) for each in wanted)


def _nic(cloud: Compute, wanted: Any, known: dict[str, str]) -> Nic:
    given = wanted if isinstance(wanted, dict) else {"network": wanted}
    unknown = sorted(set(map(str, given)) - set(_NIC_KEYS))
    if unknown:
        raise InvalidRequest("networks: an entry has no key %s; its keys are %s" % (unknown[0], ", ".join(_NIC_KEYS)))
    values = {key: str(value) for key, value in given.items() if value not in (None, "")}
    if not any(values.get(key) for key in ("network", "port", "subnet")):
        raise InvalidRequest("networks: an entry needs a network, a port or a subnet")
    network = values.get("network")
    if network and not is_uuid(network):
        network = known[network] = known.get(network) or _network_id(cloud, network)
    return Nic(network, values.get("port"), values.get("subnet"), values.get("fixed_ip"), values.get("tag"))


def _network_id(cloud: Compute, name: str) -> str:
    found = only(cloud.networks.list(name), name, "networks", option="networks")
    if not found:
        raise InvalidRequest(
            "networks: no network that this project may use is named %s; check its spelling and project" % name
        )
    return found.id
