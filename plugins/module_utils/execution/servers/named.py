# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replaces the names of networks, subnets, ports, VPCs and volumes in the options of a task by their ids."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import Any, Callable, Iterator, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    CloudError,
    DeadlineExceeded,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.reads import Reads
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.lookup import only
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened

NETWORKS, SUBNETS, PORTS, VPCS, VOLUMES = "networks", "subnets", "ports", "vpcs", "volumes"
_SINGULAR = {NETWORKS: "network", SUBNETS: "subnet", PORTS: "port", VPCS: "VPC", VOLUMES: "volume"}
_PLURAL = {VPCS: "VPCs"}
#: The maximum number of resources to read for a message: those of one page.
_FIRST_PAGE = 1000


class NamedIds:
    """Finds ids by name. An id needs no request, and a name one list for all servers of the task."""

    def __init__(self, cloud: Compute, reads: Reads, warn: Callable[[str], None]) -> None:
        self.cloud = cloud
        self.reads = reads
        self.warn = warn

    def id_of(self, kind: str, wanted: str, option: str, within: str | None = None) -> str:
        """The id of the only resource with that id or name. ``within`` is the id of the network or VPC of subnets.
        Raises InvalidRequest for a missing or an ambiguous name, and CloudError if the cloud does not list them."""
        found = self.id_or_none(kind, wanted, option, within)
        if found is None:
            raise InvalidRequest(self.missing(kind, wanted, option, within))
        return found

    def id_or_none(self, kind: str, wanted: str, option: str, within: str | None = None) -> str | None:
        """The same, but ``None`` for a missing name."""
        if is_uuid(wanted):
            return wanted
        listed = self.reads.once((kind, wanted, within), lambda: self._named(kind, wanted, option, within))
        found = only(listed, wanted, _PLURAL.get(kind, kind), option=option)
        if found is None:
            return None
        if kind != VOLUMES:
            self.cloud.networks.found_by_name |= {found.id}
        return str(found.id)

    def id_to_detach(self, kind: str, wanted: str, option: str, within: str | None = None) -> str:
        """The same for what is only detached: a missing name is returned with a warning, because no server has it."""
        found = self.id_or_none(kind, wanted, option, within)
        if found is None:
            self.warn(self.missing(kind, wanted, option, within))
        return found or wanted

    def network(self, wanted: str, option: str, within: str | None = None) -> str:
        """The id of what servers are attached to: a network, or a subnet on a cloud with VPCs."""
        return self.id_of(self.cloud.networks.network_kind, wanted, option, within)

    def missing(self, kind: str, wanted: str, option: str, within: str | None = None) -> str:
        """The sentence for a name that no resource has. It names those that exist, if they can be read."""
        known: list[str] = []
        with suppress(CloudError):
            rows = islice(self._rows(kind, None, within), _FIRST_PAGE)
            known = sorted({row.name for row in rows if row.name})
        names = "; there %s %s" % ("is" if len(known) == 1 else "are", shortened(known, 10)) if known else ""
        return "%s: no %s that this project may use is named %s; check its spelling, project and region%s" % (
            option, _SINGULAR[kind], wanted, names,
        )  # fmt: skip

    def _named(self, kind: str, wanted: str, option: str, within: str | None) -> Sequence[Any]:
        try:
            return list(self._rows(kind, wanted, within))
        except (AuthenticationFailed, DeadlineExceeded):
            raise
        except CloudError as error:
            error.add_hint(
                "Or give the id of the %s %s in %s, which needs no list." % (_SINGULAR[kind], wanted, option)
            )
            raise

    def _rows(self, kind: str, name: str | None, within: str | None) -> Iterator[Any]:
        return self.cloud.volumes.find(name) if kind == VOLUMES else self.cloud.networks.find(kind, name, within)
