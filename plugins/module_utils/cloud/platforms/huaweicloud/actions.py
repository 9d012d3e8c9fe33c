# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking Huawei Cloud for something of a server: one request, and the pending action that tells what became of it.

Sources: Elastic Cloud Server API Reference, "Batch Operations" and "Error Codes".
"""

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

#: What the calls of Nova's form answer.
ACCEPTED = DocumentedResponse((202,))
#: Another command is running on the server; it comes with status 501 and speaks of the state, not of the service.
BUSY = "Ecs.0603"
#: The server's state does not allow it, though the HTTP status says something else.
_WRONG_STATE = "Ecs.0100"
_NO_SERVER = "Ecs.0114"


@dataclass(frozen=True)
class ActionRequest:
    """The request of one action on one server; ``path`` is below the server, which is below ``base``.

    ``job``: the answer names one. Where it does not, ``answer`` is the documented form of a success, and ``shows``
    tells whether what it holds is as it was asked for.
    """

    body: Any
    path: str = ""
    method: str = "POST"
    version: str = "v1"
    job: bool = True
    is_retry_safe: bool | None = None
    base: str = "/cloudservers"
    answer: DocumentedResponse = ACCEPTED
    shows: Callable[[Any], bool] | None = None
    #: What is to be deleted and is not there is deleted.
    gone_is_done: bool = False
    #: The whole as an infinitive, for error messages; ``None`` is the action's name with the server.
    what: str | None = None
    #: The image that the server runs when it is done.
    image_id: str | None = None
    #: What to try after a refusal of this code.
    hints: Mapping[str, str] = field(default_factory=dict)


class HuaweiActions(Compute):
    """What is asked of one server at a time; what many servers are asked at once has calls of its own."""

    def _url(self, path: str, version: str = "v1") -> str:
        raise NotImplementedError

    def perform(self, requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        """An action ``x`` is asked for by ``_perform_x(requests)`` where one call takes many servers, and otherwise by
        what ``_order_x(server, arguments)`` gives."""
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
        """Sends the order once. The pending action with what became of it: ``what`` is the action as an infinitive."""
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
    """The error, marked where its code speaks of the server's state."""
    error.is_busy = error.code == BUSY
    error.is_state_conflict = error.is_state_conflict or error.code == _WRONG_STATE
    return error


def is_open(error: CloudError) -> bool:
    """Whether the request may have been carried out though it ended with this error."""
    return error.code != BUSY and is_ambiguous(error)


def is_of_part(error: CloudError) -> bool:
    """Whether ECS itself says that a part of a server is not there: a code of its own, and not that of a server."""
    code = error.code or ""
    return isinstance(error, NotFound) and bool(code) and code != _NO_SERVER and not code.startswith("APIG")
