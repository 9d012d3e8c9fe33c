# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking Huawei Cloud for something of a server: one request, and the ticket that tells what became of it.

Sources: Elastic Cloud Server API Reference, "Batch Operations" and "Error Codes".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, NotFound, ResponseLost
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import id_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import may_have_acted
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.concurrency import ask_each
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import DocumentedResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import mapping, text

#: What the calls of Nova's form answer.
ACCEPTED = DocumentedResponse((202,))
#: Another command is running on the server; it comes with status 501 and speaks of the state, not of the service.
BUSY = "Ecs.0603"
_NO_SERVER = "Ecs.0114"


@dataclass(frozen=True)
class ActionRequest:
    """The request of one deed on one server; ``path`` is below the server, which is below ``base``.

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


class HuaweiActions(Compute):
    """What is asked of one server at a time; what many servers are asked at once has calls of its own."""

    def _url(self, path: str, version: str = "v1") -> str:
        raise NotImplementedError

    def perform(self, orders: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        """A deed ``x`` is asked for by ``_perform_x(orders)`` where one call takes many servers, and otherwise by what
        ``_order_x(server, arguments)`` gives."""
        actions = {deed.action for _server, deed in orders}
        for action in actions:
            self.require(action)
        by_server: dict[str, PendingAction] = {}
        for action in sorted(actions):
            some = [order for order in orders if order[1].action == action]
            together = getattr(self, "_perform_" + action, None)
            tickets = together(some) if together else ask_each(self._one, some, self.parallel)
            by_server.update((ticket.server_id, ticket) for ticket in tickets)
        return [by_server[server.id] for server, _deed in orders]

    def _one(self, pair: tuple[Server, Action]) -> PendingAction:
        server, deed = pair
        ticket = PendingAction(server.id, deed.action, server.name, aim=deed.aim)
        try:
            order: ActionRequest = getattr(self, "_order_" + deed.action)(server, deed.arguments)
        except CloudError as error:
            return replace(ticket, error=error)
        return self._ask(ticket, order, "%s the server %s" % (deed.action.replace("_", " "), server.label))

    def _ask(self, ticket: PendingAction, order: ActionRequest, what: str) -> PendingAction:
        """Sends the order once. The ticket with what became of it: ``what`` is the deed as an infinitive."""
        try:
            url = self._url("%s/%s%s" % (order.base, id_segment(ticket.server_id), order.path), order.version)
            answer = self.session.request(
                order.method, url, json=order.body, what=what, expect="json" if order.job else "any",
                is_retry_safe=order.is_retry_safe,
            )  # fmt: skip
            body = mapping(answer.body)
            if not order.job:
                order.answer.read(answer, what, order.shows)
            elif not text(body.get("job_id")):
                raise ResponseLost("the cloud accepted the order and named no job", request_id=answer.request_id)
        except CloudError as error:
            if order.gone_is_done and is_of_part(error):
                return ticket
            return replace(ticket, error=error, outcome_unknown=is_open(error))
        return replace(
            ticket,
            job_id=text(body.get("job_id")),
            order_id=text(body.get("order_id")),
            request_id=answer.request_id,
        )


def is_open(error: CloudError) -> bool:
    """Whether the request may have been carried out though it ended with this error."""
    return error.code != BUSY and may_have_acted(error)


def is_of_part(error: CloudError) -> bool:
    """Whether ECS itself says that a part of a server is not there: a code of its own, and not that of a server."""
    code = error.code or ""
    return isinstance(error, NotFound) and bool(code) and code != _NO_SERVER and not code.startswith("APIG")
