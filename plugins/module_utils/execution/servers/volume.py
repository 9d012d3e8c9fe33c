# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The strategy to attach and detach volumes."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    Conflict,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.volume import NO_VOLUMES
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.named import VOLUMES, NamedIds
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.reads import Reads
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.volume import (
    DETACH,
    VolumeSpec,
    moves_shared_volume,
    plan_one,
)


def with_volume_ids(
    cloud: Compute, spec: VolumeSpec, servers: Sequence[Server], warn: Callable[[str], None]
) -> VolumeSpec:
    """The same with ids in place of names. A name that no volume has is kept if volumes are only detached: no server
    has such a volume. Raises InvalidRequest and CloudError."""
    if not servers:
        return spec
    names = NamedIds(cloud, Reads(), warn)
    find = names.id_to_detach if spec.state == "absent" else names.id_of
    found = [find(VOLUMES, wanted, "volumes") for wanted in spec.volumes]
    return replace(spec, volumes=tuple(dict.fromkeys(found)))


class VolumeStrategy(Strategy):
    """Attaches and detaches one volume of a server after the other."""

    # ``changes-since`` does not list a server when a volume is attached or detached.
    shown_by_changes = False

    def __init__(self, cloud: Compute, spec: VolumeSpec, plan: Plan) -> None:
        super().__init__(cloud)
        self.spec = spec
        if cloud.rules.shared_volumes_in_turn and (spec.multiattach or moves_shared_volume(plan)):
            self.max_concurrent = 1

    def replan(self, progress: Progress, server: Server) -> Change:
        attached = self.cloud.volumes.list([server.id]).get(server.id, NO_VOLUMES)
        return plan_one(server, attached, self.spec, self.cloud.rules)

    def repetition_errors(self, action: str) -> tuple[type[CloudError], ...]:
        if self.cloud.supports("jobs"):
            # A job attaches and detaches volumes, so the list of volumes shows it later.
            return (BadRequest, Conflict, ServerError)
        # A volume that is being detached cannot be detached again.
        return (BadRequest,) if action == DETACH else ()
