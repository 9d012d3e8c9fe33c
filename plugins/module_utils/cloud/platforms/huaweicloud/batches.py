# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of Huawei Cloud ECS that take up to 1,000 servers and become one job.

Sources: Elastic Cloud Server API Reference, "Batch Operations" and "Responses (Batch Operation)".
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    BadRequest,
    CloudError,
    Conflict,
    NotFound,
    ResponseLost,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import chunks
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import of_state

#: Servers a batch call takes (Ecs.0118 above it).
_BATCH = 1000
#: A refused batch is halved until the servers at fault are found, at most so often.
_HALVINGS = 40
#: Codes that speak of one server, whatever the HTTP status they come with: another command is running, it is locked.
_OF_ONE_SERVER = ("Ecs.0603", "Ecs.0605")


class HuaweiBatches(Compute):
    """Sends batches, and finds the servers at fault in one that is refused."""

    def _url(self, path: str, version: str = "v1") -> str:
        raise NotImplementedError

    def in_batches(
        self, action: str, servers: Sequence[Server], path: str, given: Mapping[str, Any], key: str | None = None
    ) -> list[PendingAction]:
        """One pending action a server, in their order. ``given`` goes along with the servers' ids, under ``key`` where
        there is one.

        Raises AuthenticationFailed where all are refused with it.
        """
        pending_actions: list[PendingAction] = []

        def body(some: Sequence[Server]) -> dict[str, Any]:
            found = dict(given, servers=[{"id": server.id} for server in some])
            return {key: found} if key else found

        for batch in chunks(servers, _BATCH):
            pending_actions.extend(self._batch(action, batch, path, body, [_HALVINGS]))
            refused = [pending.error for pending in pending_actions if isinstance(pending.error, AuthenticationFailed)]
            if refused and len(refused) == len(pending_actions):
                raise refused[0]
        return pending_actions

    def _batch(
        self,
        action: str,
        servers: Sequence[Server],
        path: str,
        body: Callable[[Sequence[Server]], dict[str, Any]],
        halvings: list[int],
    ) -> list[PendingAction]:
        """One batch call. A batch that is refused has done nothing, so it is halved to find the servers at fault."""
        try:
            job_id = self._post_batch(path, body(servers), action)
        except CloudError as error:
            # Without an answer that can be read, and after the service's own failure, the batch may be under way.
            is_own = error.code in _OF_ONE_SERVER
            open_ = is_ambiguous(error) and not is_own
            of_some = isinstance(error, (BadRequest, NotFound, Conflict)) and not open_ or is_own
            if of_some and len(servers) > 1 and halvings[0] > 0:
                halvings[0] -= 1
                middle = len(servers) // 2
                return self._batch(action, servers[:middle], path, body, halvings) + self._batch(
                    action, servers[middle:], path, body, halvings
                )
            if of_some and len(servers) > 1:
                text = "%s (for one or more of %d servers; nothing was done to any of them)"
                error.message = text % (error.message, len(servers))
            of_state(error)
            return [
                PendingAction(server.id, action, server.name, error=error, outcome_unknown=open_) for server in servers
            ]
        return [PendingAction(server.id, action, server.name, job_id=job_id) for server in servers]

    def _post_batch(self, path: str, body: dict[str, Any], action: str) -> str:
        """The job's id. Sent once: where the cloud asks to come back later, the states of the servers decide first
        whether a gateway has said so after the service had acted."""
        return _job_id(self.session.post(self._url(path), json=body, what="%s a batch of servers" % action).body)


def _job_id(body: Any) -> str:
    if not isinstance(body, dict) or not body.get("job_id"):
        # The batch was accepted, so whatever it does is under way: the servers' states decide.
        raise ResponseLost("the cloud accepted the batch, but returned no job")
    return str(body["job_id"])
