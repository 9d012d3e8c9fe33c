# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions on one server of Huawei Cloud: one request, and the pending action with its result. Sources: Elastic Cloud
Server API Reference, "Batch Operations" and "Error Codes"."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    NotFound,
    ResponseLost,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import id_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.concurrency import ask_each
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import DocumentedResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    mapping,
    text,
)

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
    answer: DocumentedResponse = ACCEPTED
    shows: Callable[[Any], bool] | None = None
    #: A missing resource counts as deleted.
    gone_is_done: bool = False
    #: The operation as an infinitive, for error messages; ``None`` is the name of the action with the server.
    what: str | None = None
    #: The image of the server after the action.
    image_id: str | None = None
    #: The hint for a refusal with this code.
    hints: Mapping[str, str] = field(default_factory=dict)


class HuaweiActions(Compute):
    """Actions on one server at a time; calls for several servers are in other files."""

    def _url(self, path: str, version: str = "v1") -> str:
        raise NotImplementedError

    def perform(self, requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        """An action ``x`` is submitted by ``_perform_x(requests)`` if one call accepts several servers, and otherwise
        with the request that ``_order_x(server, arguments)`` returns."""
        for operation in sorted({name for _server, action in requests for name in action.requires}):
            self.require(operation)
        by_server: dict[str, PendingAction] = {}
        for action in sorted({action.action for _server, action in requests}):
            some = [request for request in requests if request[1].action == action]
            together = getattr(self, "_perform_" + action, None)
            pending = together(some) if together else ask_each(self._one, some, self.parallel)
            by_server.update((each.server_id, each) for each in pending)
        return [by_server[server.id] for server, _action in requests]

    def _one(self, pair: tuple[Server, Action]) -> PendingAction:
        server, action = pair
        pending = PendingAction(server.id, action.action, server.name, expected_state=action.expected_state)
        try:
            order: ActionRequest = getattr(self, "_order_" + action.action)(server, action.arguments)
        except CloudError as error:
            return replace(pending, error=error)
        what = order.what or "%s the server %s" % (action.action.replace("_", " "), server.label)
        return self._ask(replace(pending, image_id=order.image_id), order, what)

    def _ask(self, pending: PendingAction, order: ActionRequest, what: str) -> PendingAction:
        """Sends the request once. Returns the pending action with its result: ``what`` is the action as an
        infinitive."""
        try:
            url = self._url("%s/%s%s" % (order.base, id_segment(pending.server_id), order.path), order.version)
            answer = self.session.request(
                order.method, url, json=order.body, what=what, expect="json" if order.job else "any",
                is_retry_safe=order.is_retry_safe,
            )  # fmt: skip
            body = mapping(answer.body)
            if not order.job:
                order.answer.read(answer, what, order.shows)
            elif not text(body.get("job_id")):
                raise ResponseLost("the cloud accepted the request, but returned no job", request_id=answer.request_id)
        except CloudError as error:
            if order.gone_is_done and is_of_part(error):
                return pending
            error.hint = order.hints.get(error.code or "", error.hint)
            of_state(error)
            return replace(pending, error=error, outcome_unknown=is_open(error))
        return replace(
            pending,
            job_id=text(body.get("job_id")),
            order_id=text(body.get("order_id")),
            request_id=answer.request_id,
        )


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
