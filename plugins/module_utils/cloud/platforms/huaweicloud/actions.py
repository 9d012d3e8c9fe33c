# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions on one server of Huawei Cloud: one request, and the pending action with its result. Sources: Elastic Cloud
Server API Reference, "Batch Operations" and "Error Codes"."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    NotFound,
    ResponseLost,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import id_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.concurrency import ask_each
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    mapping,
    text,
)

#: The documented response of changes of metadata.
METADATA = DocumentedResponse((200,), "metadata")
#: The response of the calls in Nova's form.
ACCEPTED = DocumentedResponse((202,))
#: Another command is running on the server; the code comes with status 501 and concerns the state, not the service.
BUSY = "Ecs.0603"
#: The state of the server does not allow it, although the HTTP status has another meaning.
_WRONG_STATE = "Ecs.0100"
_NO_SERVER = "Ecs.0114"


@dataclass(frozen=True)
class ActionRequest:
    """The request of one action on one server; ``path`` is below the server, which is below ``base``. ``job``: the
    response contains a job. Otherwise ``answer`` is the documented response of a success, and ``shows`` checks whether
    its value matches the request."""

    body: Any
    path: str = ""
    method: str = "POST"
    version: str = "v1"
    job: bool = True
    is_retry_safe: bool | None = None
    base: str = "/cloudservers"
    #: The complete URL, if the request is not sent to the server.
    url: str | None = None
    answer: DocumentedResponse = ACCEPTED
    shows: Callable[[Any], bool] | None = None
    #: A missing resource counts as deleted.
    gone_is_done: bool = False
    #: The codes of a refusal because the server is in the expected state already, or will be.
    done_codes: tuple[str, ...] = ()
    #: The operation as an infinitive, for error messages; ``None`` is the name of the action with the server.
    what: str | None = None
    #: The image of the server after the action.
    image_id: str | None = None
    #: The hint for a refusal with this code, or with this HTTP status.
    hints: Mapping[str, str] = field(default_factory=dict)
    #: Completes the error of a refusal, for example with what another service shows.
    explain: Callable[[CloudError], None] | None = None


#: A row of the table of actions: sends the action to several servers, and returns one pending action for each.
Send = Callable[[HuaweiApi, Sequence["tuple[Server, Action]"]], "list[PendingAction]"]


#: Returns the request of one action on one server from the action's arguments.
Build = Callable[[HuaweiApi, Server, Mapping[str, Any]], ActionRequest]


def perform(
    api: HuaweiApi, table: Mapping[str, Send], requests: Sequence[tuple[Server, Action]]
) -> list[PendingAction]:
    """Submits one action on each server, each kind of action together; ``table`` has the actions of the platform."""
    by_server: dict[str, PendingAction] = {}
    for name in sorted({action.action for _server, action in requests}):
        some = [request for request in requests if request[1].action == name]
        by_server.update((pending.server_id, pending) for pending in table[name](api, some))
    return [by_server[server.id] for server, _action in requests]


def for_each_server(build: Build) -> Send:
    """A row for an action with one call for each server."""

    def send(api: HuaweiApi, requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        return ask_each(lambda request: _perform_one(api, *request, build), requests, api.parallel)

    return send


def _perform_one(api: HuaweiApi, server: Server, action: Action, build: Build) -> PendingAction:
    pending = action.pending(server)
    try:
        request = build(api, server, action.arguments)
    except CloudError as error:
        return replace(pending, error=error)
    what = request.what or action.infinitive(server)
    return _send(api, replace(pending, image_id=request.image_id), request, what)


def _send(api: HuaweiApi, pending: PendingAction, request: ActionRequest, what: str) -> PendingAction:
    """Sends the request once. Returns the pending action with its result: ``what`` is the action as an infinitive."""
    try:
        own = api.url("%s/%s%s" % (request.base, id_segment(pending.server_id), request.path), request.version)
        url = request.url or own
        answer = api.session.request(
            request.method, url, json=request.body, what=what, expect="json" if request.job else "any",
            is_retry_safe=request.is_retry_safe,
        )  # fmt: skip
        body = mapping(answer.body)
        if not request.job:
            request.answer.read(answer, what, request.shows)
        elif not text(body.get("job_id")):
            raise ResponseLost("the cloud accepted the request, but returned no job", request_id=answer.request_id)
    except CloudError as error:
        codes = codes_of(error)
        if (request.gone_is_done and is_of_part(error)) or codes.intersection(request.done_codes):
            return pending
        hint = next((hint for code, hint in request.hints.items() if code in codes), error.hint)
        error.hint = request.hints.get(str(error.status), hint)
        of_state(error)
        if request.explain:
            request.explain(error)
        return replace(pending, error=error, outcome_unknown=is_open(error))
    return replace(
        pending,
        job_id=text(body.get("job_id")),
        order_id=text(body.get("order_id")),
        request_id=answer.request_id,
    )


def codes_of(error: CloudError) -> frozenset[str]:
    """The codes of an error; a general code may have the exact one in its details."""
    return frozenset(filter(None, [error.code, *(item.get("code") for item in error.details)]))


def of_state(error: CloudError) -> CloudError:
    """The error, marked if its code concerns the state of the server."""
    error.is_busy = error.code == BUSY
    error.is_state_conflict = error.is_state_conflict or error.code == _WRONG_STATE
    return error


def is_open(error: CloudError) -> bool:
    """Whether the request may have been carried out although it ended with this error."""
    return error.code != BUSY and is_ambiguous(error)


def is_of_part(error: CloudError) -> bool:
    """Whether ECS itself reports that a part of a server does not exist: a code of its own, and not that of a
    server."""
    code = error.code or ""
    return isinstance(error, NotFound) and bool(code) and code != _NO_SERVER and not code.startswith("APIG")
