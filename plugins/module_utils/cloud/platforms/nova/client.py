# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain OpenStack: what Nova's compute API v2.1 can do, and acting on its servers.

Facts: the Nova API reference; behaviour seen on a real Nova 34.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ActionStatus, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    NotFound,
    PermissionDenied,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_SUCCEEDED, Job
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import mappings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import parse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.action_table import ACTIONS
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.aggregates import (
    NovaAggregates,
    NovaZones,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.consoles import NovaConsoles
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.creation import NovaCreation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.flavors import NovaFlavors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.hosts import NovaHosts
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.interfaces import NovaInterfaces
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import NovaKeypairs
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.passwords import NovaPasswords
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.server_groups import (
    NovaServerGroups,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.snapshots import NovaSnapshots
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.status import needs_extra_check
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.volumes import NovaVolumes


class OpenStack(
    # What asks of a server comes first, for it knows the endpoint and the version; what calls for resources next.
    NovaSnapshots,
    NovaVolumes,
    NovaInterfaces,
    NovaPasswords,
    NovaCreation,
    NovaKeypairs,
    NovaFlavors,
    NovaAggregates,
    NovaZones,
    NovaHosts,
    NovaServerGroups,
    NovaConsoles,
):
    """A Nova cloud, found through Keystone's catalog."""

    platform = "openstack"
    operations: frozenset[str] = frozenset(
        (
            "start stop reboot pause unpause suspend resume change_password act_on_locked deleted all_projects"
            " rebuild rebuild_running instance_actions microversions sorting keypairs keypair_types keypair_users"
            " flavor_admin flavor_access flavor_descriptions aggregates zones zone_hosts"
            " create_image delete_image attach_volume detach_volume volume_tags volume_termination shared_volumes"
            " attach_interface detach_interface interface_tags"
            " create update set_metadata remove_metadata replace_metadata set_tags lock unlock reset_state resize"
            " confirm_resize revert_resize delete restore purge networks descriptions hostnames"
            " services forced_down hypervisors migrate live_migrate evacuate migrate_to_host force_host"
            " server_groups server_group_policies server_group_soft server_group_rules"
            " console console_types console_mks console_output"
        ).split()
    )
    #: What an older cloud has not, the microversion that brought it, and how a task names it.
    since: dict[str, tuple[tuple[int, int], str]] = {
        "keypair_types": ((2, 2), "the type of a key pair"),
        "keypair_users": ((2, 10), "naming the user of a key pair"),
        "migrate_to_host": ((2, 56), "choosing the host of a cold migration"),
        "force_host": ((2, 30), "force"),
        "forced_down": ((2, 11), "forcing a compute service down"),
        "flavor_descriptions": ((2, 55), "the description of a flavor"),
        "volume_tags": ((2, 49), "the tag of a volume"),
        "interface_tags": ((2, 49), "the tag of an interface"),
        "shared_volumes": ((2, 60), "a volume on several servers"),
        "volume_termination": ((2, 79), "delete_on_termination of a volume"),
        "set_tags": ((2, 26), "tags"),
        "descriptions": ((2, 19), "the description of a server"),
        "hostnames": ((2, 90), "the host name of a server"),
        "server_group_soft": ((2, 15), "a soft policy of a server group"),
        "server_group_rules": ((2, 64), "a rule of a server group"),
        "console_mks": ((2, 8), "a console of type webmks"),
    }
    alternatives: dict[str, str] = {
        "attach_keypairs": "server_os, which gives a server its key pair",
        "interface_subnets": "ip_address, or a port of that subnet by port_id",
        "live_resize": "resize: offline",
        "boot_order": "boot_index of volumes",
        "detach_keypairs": "server_os, which gives a server its key pair",
    }
    newest_tested = (2, 96)
    actions = ACTIONS

    def supports(self, operation: str) -> bool:
        known = super().supports(operation)
        return known and (operation not in self.since or self.version >= self.since[operation][0])

    def require(self, operation: str) -> None:
        if super().supports(operation) and not self.supports(operation):
            needed, thing = self.since[operation]
            error = UnsupportedOperation(operation, self.platform)
            error.message = "The cloud speaks microversion %d.%d, and %s needs %d.%d" % (*self.version, thing, *needed)
            error.hint = "Leave the option out."
            raise error
        super().require(operation)

    def observe(self, tickets: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        """Nova sets ``task_state`` before it answers an action, so a settled server is done with it, one way or the
        other. Where the state alone does not show that it went well, the instance action of the request does."""
        seen, looked_at = self._look([ticket.server_id for ticket in tickets], since)

        def look(ticket: PendingAction) -> tuple[str, ActionStatus] | None:
            server = seen.get(ticket.server_id)
            if server is None:
                return (ticket.server_id, ActionStatus(None)) if ticket.server_id in looked_at else None
            if not server.is_stable or (server.is_deleted and not ticket.aim):
                return ticket.server_id, ActionStatus(server)
            if not ticket.is_unobservable and ticket.reached(server):
                return ticket.server_id, ActionStatus(server, JOB_SUCCEEDED)
            proof = self._proof(ticket)
            if ticket.aim and ticket.aim.needs_extra_check:
                return ticket.server_id, needs_extra_check(self, ticket.aim, server, proof)
            if proof is None:
                return ticket.server_id, ActionStatus(server, JOB_SUCCEEDED if not ticket.outcome_unknown else None)
            return ticket.server_id, ActionStatus(server, proof.status, proof.code, proof.message)

        return dict(pair for pair in in_parallel(look, tickets, self.parallel) if pair)

    def _proof(self, ticket: PendingAction) -> Job | None:
        """What became of the ticket's request; ``None`` where the cloud has or shows no record of it."""
        if not ticket.request_id or not self.supports("instance_actions"):
            return None
        path = "/servers/%s/os-instance-actions/%s" % (path_segment(ticket.server_id), path_segment(ticket.request_id))
        what = "read what became of the %s of %s" % (ticket.action, ticket.label)
        try:
            data = self._get(path, "instanceAction", what)
        except (NotFound, PermissionDenied):
            return None
        return parse.instance_action(data, ticket.server_id, settled=True)

    def recover_action(self, ticket: PendingAction, since: str | None) -> PendingAction | None:
        recent = self._recorded(ticket, since)
        return replace(ticket, request_id=max(recent)[1], error=None, outcome_unknown=False) if recent else None

    def was_not_done(self, ticket: PendingAction, before: Server, now: Server, since: str | None) -> bool:
        """Nova records an action before it does anything, so one without a record was not carried out."""
        recent = self._recorded(ticket, since)
        if recent is None:
            return super().was_not_done(ticket, before, now, since)
        return not recent and now.is_stable

    def _recorded(self, ticket: PendingAction, since: str | None) -> list[tuple[str, str]] | None:
        """Times and request ids of Nova's records of the action since an instant; ``None`` where they are not shown."""
        if since is None or not self.supports("instance_actions"):
            return None
        path = "/servers/%s/os-instance-actions" % path_segment(ticket.server_id)
        try:
            listed = self._get(path, "instanceActions", "list what was done to %s" % ticket.label, list)
        except (NotFound, PermissionDenied):
            return None
        row = self.actions.get(ticket.action)
        name = (row.recorded_as if row else None) or ticket.action
        return [
            (entry["start_time"], entry["request_id"])
            for entry in mappings(listed)
            if entry.get("action") == name
            and entry.get("request_id")
            # Both are ISO 8601 in UTC, one of them without its Z: the texts are in the order of the times.
            and (entry.get("start_time") or "") >= since.rstrip("Z")
        ]
