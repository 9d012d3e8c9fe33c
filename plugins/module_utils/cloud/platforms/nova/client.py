# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain OpenStack: the capabilities of Nova's compute API v2.1, and the actions on its servers. Sources: the Nova API
reference; behaviour of a real Nova 34."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ActionStatus, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import NotFound, PermissionDenied
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_SUCCEEDED, Job
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    mappings,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import parse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.action_table import ACTIONS
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import NovaActions
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.creation import NovaCreation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.status import needs_extra_check

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.aggregates import (
        NovaAggregates,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.consoles import NovaConsoles
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.flavors import NovaFlavors
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.hosts import NovaHosts
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.images import NovaImages
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.interfaces import (
        NovaInterfaces,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import NovaKeypairs
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.networks import NovaNetworks
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.server_groups import (
        NovaServerGroups,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.snapshots import (
        NovaSnapshots,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.volumes import NovaVolumes
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.zones import NovaZones


class OpenStack(
    NovaActions,
    NovaCreation,
):
    """A Nova cloud, found through Keystone's catalog."""

    newest_tested = (2, 96)
    actions = ACTIONS

    @cached_property
    def flavors(self) -> NovaFlavors:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.flavors import (
            NovaFlavors,
        )

        return NovaFlavors(self.api)

    @cached_property
    def keypairs(self) -> NovaKeypairs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import (
            NovaKeypairs,
        )

        return NovaKeypairs(self.api)

    @cached_property
    def aggregates(self) -> NovaAggregates:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.aggregates import (
            NovaAggregates,
        )

        return NovaAggregates(self.api)

    @cached_property
    def zones(self) -> NovaZones:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.zones import NovaZones

        return NovaZones(self.api)

    @cached_property
    def hosts(self) -> NovaHosts:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.hosts import NovaHosts

        return NovaHosts(self.api)

    @cached_property
    def server_groups(self) -> NovaServerGroups:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.server_groups import (
            NovaServerGroups,
        )

        return NovaServerGroups(self.api)

    @cached_property
    def consoles(self) -> NovaConsoles:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.consoles import (
            NovaConsoles,
        )

        return NovaConsoles(self.api)

    @cached_property
    def images(self) -> NovaImages:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.images import NovaImages

        return NovaImages(self.api)

    @cached_property
    def snapshots(self) -> NovaSnapshots:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.snapshots import (
            NovaSnapshots,
        )

        return NovaSnapshots(self.api)

    @cached_property
    def volumes(self) -> NovaVolumes:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.volumes import (
            NovaVolumes,
        )

        return NovaVolumes(self.api)

    @cached_property
    def interfaces(self) -> NovaInterfaces:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.interfaces import (
            NovaInterfaces,
        )

        return NovaInterfaces(self.api)

    @cached_property
    def networks(self) -> NovaNetworks:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.networks import (
            NovaNetworks,
        )

        return NovaNetworks(self.api)

    def observe(self, pending_actions: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        """Nova sets ``task_state`` before it responds to an action, so the action of a stable server has ended. If the
        state alone does not show that it succeeded, the instance action of the request does."""
        seen, looked_at = self._look([pending.server_id for pending in pending_actions], since)

        def look(pending: PendingAction) -> tuple[str, ActionStatus] | None:
            server = seen.get(pending.server_id)
            if server is None:
                return (pending.server_id, ActionStatus(None)) if pending.server_id in looked_at else None
            if not server.is_stable or (server.is_deleted and not pending.expected_state):
                return pending.server_id, ActionStatus(server)
            if not pending.is_unobservable and pending.reached(server):
                return pending.server_id, ActionStatus(server, JOB_SUCCEEDED)
            proof = self._proof(pending)
            if pending.expected_state and pending.expected_state.needs_extra_check:
                return pending.server_id, needs_extra_check(self, pending.expected_state, server, proof)
            if proof is None:
                return pending.server_id, ActionStatus(server, JOB_SUCCEEDED if not pending.outcome_unknown else None)
            return pending.server_id, ActionStatus(server, proof.status, proof.code, proof.message)

        return dict(pair for pair in in_parallel(look, pending_actions, self.parallel) if pair)

    def _proof(self, pending: PendingAction) -> Job | None:
        """The result of the pending action's request; ``None`` if the cloud has or shows no record of it."""
        if not pending.request_id or not self.supports("instance_actions"):
            return None
        path = "/servers/%s/os-instance-actions/%s" % (
            path_segment(pending.server_id),
            path_segment(pending.request_id),
        )
        what = "read the result of the %s of %s" % (pending.action, pending.label)
        try:
            data = self._get(path, "instanceAction", what)
        except (NotFound, PermissionDenied):
            return None
        return parse.instance_action(data, pending.server_id, settled=True)

    def recover_action(self, pending: PendingAction, since: str | None) -> PendingAction | None:
        recent = self._recorded(pending, since)
        return replace(pending, request_id=max(recent)[1], error=None, outcome_unknown=False) if recent else None

    def was_not_done(self, pending: PendingAction, before: Server, now: Server, since: str | None) -> bool:
        """Nova records an action before it does anything, so an action without a record was not carried out."""
        recent = self._recorded(pending, since)
        if recent is None:
            return super().was_not_done(pending, before, now, since)
        return not recent and now.is_stable

    def _recorded(self, pending: PendingAction, since: str | None) -> list[tuple[str, str]] | None:
        """Times and request ids of Nova's records of the action since a time; ``None`` if they are not shown."""
        if since is None or not self.supports("instance_actions"):
            return None
        path = "/servers/%s/os-instance-actions" % path_segment(pending.server_id)
        try:
            listed = self._get(path, "instanceActions", "list the actions of %s" % pending.label, list)
        except (NotFound, PermissionDenied):
            return None
        row = self.actions.get(pending.action)
        name = (row.recorded_as if row else None) or pending.action
        return [
            (entry["start_time"], entry["request_id"])
            for entry in mappings(listed)
            if entry.get("action") == name
            and entry.get("request_id")
            # Both are ISO 8601 in UTC, one of them without its Z: the order of the texts is the order of the times.
            and (entry.get("start_time") or "") >= since.rstrip("Z")
        ]
