# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting passwords on Huawei Cloud ECS.

Source: Elastic Cloud Server API Reference, "Resetting the Passwords for Logging In to ECSs in a Batch"; operation
H06 of docs/operations.yml.
"""

from __future__ import annotations

from typing import Any, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    CHANGE_PASSWORD,
    Action,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    BadRequest,
    CloudError,
    InvalidResponse,
    RateLimited,
    ResponseLost,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.hints import BY_CODE
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import chunks, in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.concurrency import (
    raise_if_all_unauthorized,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    is_open,
    of_state,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    mappings,
)

#: The maximum number of servers in a batch call (Ecs.0118 above it).
_BATCH = 1000
#: The number of times that the servers of a batch are sent again because other servers made it fail.
_ROUNDS = 5
#: A throttled batch is repeated this number of times, with this pause in seconds.
_PATIENCE = (15, 15, 30)


def change_password(api: HuaweiApi, requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
    """Sets passwords; one call for up to 1,000 servers with the same password. A server applies it at its next
    start."""
    api.session.hide(action.arguments["password"] for _server, action in requests if action.arguments["password"])
    groups: dict[tuple[str | None, bool], list[Server]] = {}
    for server, action in requests:
        key = (action.arguments["password"], bool(action.arguments.get("dry_run")))
        groups.setdefault(key, []).append(server)
    order = list(groups)

    def ask(key: tuple[str | None, bool]) -> list[PendingAction]:
        try:
            return _reset_passwords(api, groups[key], *key)
        except CloudError as error:
            return [_pending(server, error=error) for server in groups[key]]

    # The first call alone: if the credentials are invalid, they are invalid for all others.
    pending = _reset_passwords(api, groups[order[0]], *order[0]) if order else []
    for some in in_parallel(ask, order[1:], api.parallel):
        pending.extend(some)
    return pending


def _reset_passwords(
    api: HuaweiApi, servers: Sequence[Server], password: str | None, dry_run: bool
) -> list[PendingAction]:
    pending_actions: list[PendingAction] = []
    for batch in chunks(servers, _BATCH):
        by_id = _reset_batch(api, batch, password, dry_run)
        pending_actions.extend(by_id[server.id] for server in batch)
        raise_if_all_unauthorized(pending_actions)
    return pending_actions


def _reset_batch(
    api: HuaweiApi, batch: Sequence[Server], password: str | None, dry_run: bool
) -> dict[str, PendingAction]:
    """If the response lists failed servers, it is not documented whether the others are done, so the others are
    sent again without the failed ones: it is safe to set the same password twice."""
    rest = list(batch)
    found: dict[str, PendingAction] = {}
    for _round in range(_ROUNDS):
        try:
            accepted, request_id = _put_reset(api, rest, password, dry_run)
        except CloudError as error:
            refused = _refused(error, rest)
            if refused and not isinstance(error, AuthenticationFailed):
                named = [server for server in rest if server.id in refused]
                found.update((server.id, _pending(server, error=refused[server.id])) for server in named)
                rest = [server for server in rest if server.id not in refused]
                if not rest:
                    return found
                continue
            return dict(found, **_all_failed(rest, error))
        for server in rest:
            found[server.id] = _pending(server, request_id=request_id)
            if server.id not in accepted:
                lost = ResponseLost("The cloud's response does not contain the server", request_id=request_id)
                found[server.id] = _pending(server, error=lost, outcome_unknown=True)
        return found
    left = ResponseLost("The cloud refused the batch repeatedly for one of its other servers")
    return dict(found, **_all_failed(rest, left))


def _put_reset(
    api: HuaweiApi, servers: Sequence[Server], password: str | None, dry_run: bool
) -> tuple[set[str], str | None]:
    """The ids of the servers that accepted it, and the request id."""
    body: dict[str, Any] = {"servers": [{"id": server.id} for server in servers]}
    if password is not None:
        # Only a dry run needs none.
        body["new_password"] = password
    if dry_run:
        body["dry_run"] = True
    what = "check the passwords of a batch of servers" if dry_run else "set the passwords of a batch of servers"
    answer = None
    for pause in _PATIENCE:
        try:
            answer = api.session.put(api.url("/cloudservers/os-reset-passwords"), json=body, what=what)
            break
        except RateLimited:
            api.session.sleep(pause)
    if answer is None:
        answer = api.session.put(api.url("/cloudservers/os-reset-passwords"), json=body, what=what)
    listed = answer.body.get("response") if isinstance(answer.body, dict) else None
    if not isinstance(listed, list):
        raise InvalidResponse(
            "Could not %s: the response has no list named response" % what, request_id=answer.request_id
        )
    return {str(entry.get("id")) for entry in mappings(listed)}, answer.request_id


def _all_failed(servers: Sequence[Server], error: CloudError) -> dict[str, PendingAction]:
    if isinstance(error, BadRequest) and len(servers) > 1:
        error.message = "%s (for one or more of %d servers)" % (error.message, len(servers))
    outcome_unknown = is_open(of_state(error))
    return {server.id: _pending(server, error=error, outcome_unknown=outcome_unknown) for server in servers}


def _pending(server: Server, **known: Any) -> PendingAction:
    return PendingAction(server.id, CHANGE_PASSWORD, server.name, **known)


def _refused(error: CloudError, servers: Sequence[Server]) -> dict[str, CloudError]:
    """The error of each server in the response; only the error format of the batch call contains the list."""
    asked = {server.id for server in servers}
    found = {}
    for item in error.details:
        if item["id"] in asked:
            of_server = type(error)(
                item["message"] or error.message,
                status=error.status,
                code=item["code"] or error.code,
                request_id=error.request_id,
                hint=BY_CODE.get(item["code"] or ""),
            )
            found[item["id"]] = of_state(of_server)
    return found
