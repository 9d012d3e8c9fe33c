# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status of actions that the record of a server does not show, or shows before they are done: images, ports,
volumes."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ActionStatus, ExpectedState
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
    Job,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import RUNNING, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi

_LOST = ("killed", "deleted", "pending_delete")


def needs_extra_check(api: NovaApi, expected_state: ExpectedState, server: Server, proof: Job | None) -> ActionStatus:
    """Poll the resources in the expected state once; ``proof`` is the cloud's record of the action, if it keeps one."""
    if proof is not None and proof.status in (JOB_FAILED, JOB_PENDING):
        return ActionStatus(server, proof.status, proof.code, proof.message)
    if expected_state.image:
        return _image(api, expected_state.image, server)
    if expected_state.ports or expected_state.no_ports:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.interfaces import (
            NovaInterfaces,
        )

        states = {port.port_id: port.state for port in NovaInterfaces(api).list([server.id]).get(server.id, ())}
        # The ports of a server that is not running are down.
        up = ("ACTIVE", None) if server.power_state == RUNNING else tuple(states.values())
        attached = all(port in states and states[port] in up for port in expected_state.ports)
        return ActionStatus(
            server, JOB_SUCCEEDED if attached and not states.keys() & set(expected_state.no_ports) else JOB_PENDING
        )
    return ActionStatus(server, JOB_SUCCEEDED if expected_state.met(server) else JOB_PENDING)


def _image(api: NovaApi, image_id: str, server: Server) -> ActionStatus:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.snapshots import (
        NovaSnapshots,
    )

    found = NovaSnapshots(api).get(image_id)
    status = (found.status or "").lower() if found else "deleted"
    if status in _LOST:
        return ActionStatus(
            server, JOB_FAILED, None, "the image %s is in status %s: it was not created" % (image_id, status)
        )
    return ActionStatus(server, JOB_SUCCEEDED if status == "active" else JOB_PENDING)
