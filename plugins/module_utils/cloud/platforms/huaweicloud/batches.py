# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of Huawei Cloud ECS for up to 1,000 servers, which create one job. Sources: Elastic Cloud Server API Reference,
"Batch Operations" and "Responses (Batch Operation)"."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    Conflict,
    NotFound,
    ResponseLost,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import chunks
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.concurrency import (
    raise_if_all_unauthorized,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    of_state,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi

#: The maximum number of servers in a batch call (Ecs.0118 above it).
_BATCH = 1000
#: The maximum number of times that a rejected batch is halved to find the servers that caused it.
_HALVINGS = 40
#: Codes that concern one server, regardless of the HTTP status: another command is running, it is locked.
_OF_ONE_SERVER = ("Ecs.0603", "Ecs.0605")


def in_batches(
    api: HuaweiApi,
    action: str,
    servers: Sequence[Server],
    path: str,
    given: Mapping[str, Any],
    key: str | None = None,
) -> list[PendingAction]:
    """One pending action for each server, in their order. ``given`` is sent with the ids of the servers, under
    ``key`` if it is set. Raises AuthenticationFailed if it concerns all servers."""
    pending_actions: list[PendingAction] = []

    def body(some: Sequence[Server]) -> dict[str, Any]:
        found = dict(given, servers=[{"id": server.id} for server in some])
        return {key: found} if key else found

    for batch in chunks(servers, _BATCH):
        pending_actions.extend(_batch(api, action, batch, path, body, [_HALVINGS]))
        raise_if_all_unauthorized(pending_actions)
    return pending_actions


def _batch(
    api: HuaweiApi,
    action: str,
    servers: Sequence[Server],
    path: str,
    body: Callable[[Sequence[Server]], dict[str, Any]],
    halvings: list[int],
) -> list[PendingAction]:
    """One batch call. A rejected batch has changed nothing, so it is halved to find the servers that caused it."""
    try:
        job_id, request_id = _post_batch(api, path, body(servers), action)
    except CloudError as error:
        # Without a valid response, and after a failure of the service itself, the batch may be in progress.
        is_own = error.code in _OF_ONE_SERVER
        open_ = is_ambiguous(error) and not is_own
        of_some = (isinstance(error, (BadRequest, NotFound, Conflict)) and not open_) or is_own
        if of_some and len(servers) > 1 and halvings[0] > 0:
            halvings[0] -= 1
            middle = len(servers) // 2
            return _batch(api, action, servers[:middle], path, body, halvings) + _batch(
                api, action, servers[middle:], path, body, halvings
            )
        if of_some and len(servers) > 1:
            text = "%s (for one or more of %d servers; nothing was done to any of them)"
            error.message = text % (error.message, len(servers))
        of_state(error)
        return [PendingAction(server.id, action, server.name, error=error, outcome_unknown=open_) for server in servers]
    return [PendingAction(server.id, action, server.name, job_id=job_id, request_id=request_id) for server in servers]


def _post_batch(api: HuaweiApi, path: str, body: dict[str, Any], action: str) -> tuple[str, str | None]:
    """The ids of the job and of the request. Sent once: if the cloud asks to retry later, the states of the servers are
    read first, because a gateway may have responded after the service had acted."""
    answer = api.session.post(api.url(path), json=body, what="%s a batch of servers" % action)
    return _job_id(answer.body), answer.request_id


def _job_id(body: Any) -> str:
    if not isinstance(body, dict) or not body.get("job_id"):
        # The batch was accepted, so its actions are in progress: the states of the servers decide.
        raise ResponseLost("the cloud accepted the batch, but returned no job")
    return str(body["job_id"])
