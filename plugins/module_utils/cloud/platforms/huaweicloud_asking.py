# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking Huawei Cloud for something of a server: one request, and the ticket that tells what became of it.

Facts: huawei-facts 3 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import Compute, Ticket
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.deeds import Deed
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AnswerLost,
    CloudError,
    MalformedAnswer,
    ServiceFailed,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.paths import id_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.answers import mapping, text
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.each import ask_each
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import Server

#: Another command is running on the server; it comes with status 501 and speaks of the state, not of the service.
BUSY = "Ecs.0603"


@dataclass(frozen=True)
class Order:
    """The request of one deed on one server; ``path`` is below the server, which is below ``base``. ``job``: the answer
    names one."""

    body: Any
    path: str = ""
    method: str = "POST"
    version: str = "v1"
    job: bool = True
    repeatable: bool | None = None
    base: str = "/cloudservers"


class HuaweiAsking(Compute):
    """What is asked of one server at a time; what many servers are asked at once has calls of its own."""

    def _url(self, path: str, version: str = "v1") -> str:
        raise NotImplementedError

    def perform(self, orders: Sequence[tuple[Server, Deed]]) -> list[Ticket]:
        """A deed ``x`` is asked for by ``_perform_x(orders)`` where one call takes many servers, and otherwise by what
        ``_order_x(server, arguments)`` gives."""
        actions = {deed.action for _server, deed in orders}
        for action in actions:
            self.require(action)
        by_server: dict[str, Ticket] = {}
        for action in sorted(actions):
            some = [order for order in orders if order[1].action == action]
            together = getattr(self, "_perform_" + action, None)
            tickets = together(some) if together else ask_each(self._one, some, self.parallel)
            by_server.update((ticket.server_id, ticket) for ticket in tickets)
        return [by_server[server.id] for server, _deed in orders]

    def _one(self, pair: tuple[Server, Deed]) -> Ticket:
        server, deed = pair
        ticket = Ticket(server.id, deed.action, server.name, aim=deed.aim)
        try:
            order: Order = getattr(self, "_order_" + deed.action)(server, deed.arguments)
        except CloudError as error:
            return replace(ticket, error=error)
        return self._ask(ticket, order, "%s the server %s" % (deed.action.replace("_", " "), server.label))

    def _ask(self, ticket: Ticket, order: Order, what: str) -> Ticket:
        """Sends the order once. The ticket with what became of it: ``what`` is the deed as an infinitive."""
        try:
            url = self._url("%s/%s%s" % (order.base, id_segment(ticket.server_id), order.path), order.version)
            answer = self.session.request(
                order.method, url, json=order.body, what=what, expect="json" if order.job else "any",
                repeatable=order.repeatable,
            )  # fmt: skip
            body = mapping(answer.body)
            if order.job and not text(body.get("job_id")):
                raise AnswerLost("the cloud accepted the order and named no job")
        except CloudError as error:
            lost = isinstance(error, (AnswerLost, MalformedAnswer, ServiceFailed)) and error.code != BUSY
            return replace(ticket, error=error, uncertain=lost)
        return replace(
            ticket,
            job_id=text(body.get("job_id")),
            order_id=text(body.get("order_id")),
            request_id=answer.request_id,
        )
