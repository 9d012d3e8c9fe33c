# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions on one server of a Nova cloud: one request, and the pending action with its result."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    ItemNotFound,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import id_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.concurrency import ask_each
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    unproven,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import Version

#: Nova's response to nearly all actions: it has accepted them.
ACCEPTED = DocumentedResponse((202,))


@dataclass(frozen=True)
class ActionRequest:
    """The request of one action. ``path`` is below the server, ``version`` the newest microversion with this form.

    ``answer`` is the documented response of a success, and ``shows`` checks whether its value matches the request. If
    several responses are documented, ``answer`` is ``None`` and ``learn`` raises InvalidResponse for any other.
    """

    body: Any = None
    path: str = "/action"
    answer: DocumentedResponse | None = ACCEPTED
    shows: Callable[[Any], bool] | None = None
    method: str = "POST"
    version: Version | None = None
    #: Headers besides those of each request.
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Whether the session may repeat it automatically; ``None`` is the default of the verb.
    is_retry_safe: bool | None = None
    #: The operation as an infinitive, for error messages; ``None`` is the name of the action with the server.
    what: str | None = None
    #: The image of the server after the action.
    image_id: str | None = None
    #: The complete URL, if the request is not sent to the server.
    url: str | None = None
    #: A missing resource counts as deleted.
    gone_is_done: bool = False
    #: Adds facts of the response to the pending action, an id for example.
    learn: Callable[[PendingAction, Any], PendingAction] | None = None
    #: Words of a refusal in lower case, and the hint for it.
    hints: tuple[tuple[str, str], ...] = ()
    #: Completes a refusal that does not say enough.
    explain: Callable[[CloudError], None] | None = None


@dataclass(frozen=True)
class NovaAction:
    """A row of the table of actions: creates the request of one action on one server. ``recorded_as`` is the name of
    the instance action in Nova, if it differs."""

    request: Callable[[NovaApi, Server, Mapping[str, Any]], ActionRequest]
    recorded_as: str | None = None
    #: Only the instance action with the request's id shows the result, so a response without one proves nothing. An
    #: evacuation is answered with an empty 200 from microversion 2.14 on, which a proxy may return too.
    only_record_shows: bool = False


def sends(
    body: Any, recorded_as: str | None = None, forced: Any = None, only_record_shows: bool = False, **known: Any
) -> NovaAction:
    """A row whose body is always the same, except for ``force``; ``known`` are further properties of the request."""

    def request(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
        return ActionRequest(forced if forced and arguments.get("force") else body, **known)

    return NovaAction(request, recorded_as, only_record_shows)


def perform(
    api: NovaApi, table: Mapping[str, NovaAction], requests: Sequence[tuple[Server, Action]]
) -> list[PendingAction]:
    """Submits one action on each server, concurrently; ``table`` has the actions of the platform."""
    api.session.hide(action.arguments["password"] for _server, action in requests if action.arguments.get("password"))
    # The version is read once, and not by each thread.
    api.headers()
    return ask_each(lambda request: _perform_one(api, table, *request), requests, api.parallel)


def _perform_one(api: NovaApi, table: Mapping[str, NovaAction], server: Server, action: Action) -> PendingAction:
    row = table[action.action]
    pending = action.pending(server)
    try:
        request = row.request(api, server, action.arguments)
    except CloudError as error:
        return replace(pending, error=error)
    what = request.what or action.infinitive(server)
    return _send(api, row, replace(pending, image_id=request.image_id), request, what)


def _send(api: NovaApi, row: NovaAction, pending: PendingAction, request: ActionRequest, what: str) -> PendingAction:
    """Sends the request once. Gives the pending action with its result; ``what`` is the action as an infinitive."""
    version = min(request.version, api.version) if request.version else None
    try:
        answer = api.session.request(
            request.method,
            request.url or "%s/servers/%s%s" % (api.endpoint, id_segment(pending.server_id), request.path),
            json=request.body,
            headers={**(api.headers(version) or {}), **request.headers},
            what=what,
            expect="any",
            is_retry_safe=request.is_retry_safe,
        )
        return _proven(api, row, replace(pending, request_id=answer.request_id), request, answer, what)
    except CloudError as error:
        # A 404 that is not Nova's own may come from a proxy or gateway.
        if request.gone_is_done and isinstance(error, ItemNotFound):
            return pending
        if request.explain:
            request.explain(error)
        for word, hint in request.hints:
            if word in error.message.lower():
                error.hint = hint
                break
        outcome_unknown = is_ambiguous(error)
        return replace(
            pending,
            error=error,
            outcome_unknown=outcome_unknown,
            image_id=pending.image_id if outcome_unknown else None,
        )


def _proven(
    api: NovaApi, row: NovaAction, pending: PendingAction, request: ActionRequest, answer: Any, what: str
) -> PendingAction:
    """The pending action with the facts of the response. Raises InvalidResponse for a success that proves nothing.
    A password in the response is hidden in all messages."""
    if request.answer:
        request.answer.read(answer, what, request.shows)
    found = request.learn(pending, answer) if request.learn else pending
    if row.only_record_shows and not answer.request_id:
        # Every response of Nova has a request id.
        raise unproven(answer, what, "the response has no request id")
    if found.password:
        api.session.hide((found.password,))
    return found
