# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking a Nova cloud for something of a server: one request, and the ticket that tells what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import Ticket
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.deeds import Deed
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AnswerLost,
    CloudError,
    ItemNotFound,
    MalformedAnswer,
    NotFound,
    ServiceFailed,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.paths import id_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.each import ask_each
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova_servers import NovaServers
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova_version import Version
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import Server

#: The hypervisor cannot, now or later.
_CANNOT = 501


@dataclass(frozen=True)
class Order:
    """The request of one deed. ``path`` is below the server, ``version`` the newest microversion that knows it so."""

    body: Any = None
    path: str = "/action"
    method: str = "POST"
    version: Version | None = None
    #: Whether the session may send it again by itself; ``None`` is the verb's own habit.
    repeatable: bool | None = None
    #: The deed as an infinitive that the server completes, ``attach a volume to``; ``None`` is the action's name.
    what: str | None = None
    #: Where it is not sent to the server: the whole address.
    url: str | None = None
    #: What is to be deleted and is not there is deleted.
    gone_is_done: bool = False
    #: What the ticket is to know of the answer, an id for example.
    learn: Callable[[Ticket, Any], Ticket] | None = None
    #: A word of the refusal in small letters, and what to try then.
    hints: tuple[tuple[str, str], ...] = ()


class NovaAsking(NovaServers):
    """What everything that is asked of one server has in common."""

    def _ask(self, ticket: Ticket, order: Order, what: str) -> Ticket:
        """Sends the order once. The ticket with what became of it: ``what`` is the deed as an infinitive."""
        version = min(order.version, self.version) if order.version else None
        try:
            answer = self.session.request(
                order.method,
                order.url or "%s/servers/%s%s" % (self.endpoint, id_segment(ticket.server_id), order.path),
                json=order.body,
                headers=self.headers(version),
                what=what,
                expect="any",
                repeatable=order.repeatable,
            )
        except (AnswerLost, ServiceFailed) as error:
            # A gateway that gives up, or a service that stumbles, may do so after the action was taken.
            return replace(ticket, error=error, uncertain=error.status != _CANNOT)
        except CloudError as error:
            if order.gone_is_done and isinstance(error, NotFound):
                # A 404 that is not Nova's own says nothing of the thing: the state decides.
                return ticket if isinstance(error, ItemNotFound) else replace(ticket, error=error, uncertain=True)
            for word, hint in order.hints:
                if word in error.message.lower():
                    error.hint = hint
                    break
            return replace(ticket, error=error, image_id=None)
        if answer.status != 202 and isinstance(answer.body, str) and answer.body:
            # A page in place of an answer: something between here and the service has answered.
            strange = MalformedAnswer("Could not %s: the answer is not the compute service's." % what)
            return replace(ticket, error=strange, uncertain=True)
        # What an answer holds may be a password that Nova made up; only who ordered looks at it.
        found = replace(ticket, request_id=answer.request_id)
        return order.learn(found, answer) if order.learn else found

    def perform(self, orders: Sequence[tuple[Server, Deed]]) -> list[Ticket]:
        """A deed ``x`` is asked for by what ``_order_x(server, arguments)`` gives."""
        for action in {deed.action for _server, deed in orders}:
            self.require(action)
        # The version is found out once, and not by each of the threads.
        self.headers()

        def ask(pair: tuple[Server, Deed]) -> Ticket:
            server, deed = pair
            ticket = Ticket(server.id, deed.action, server.name, aim=deed.aim)
            try:
                order: Order = getattr(self, "_order_" + deed.action)(server, deed.arguments)
            except CloudError as error:
                return replace(ticket, error=error)
            what = order.what or deed.action.replace("_", " ")
            return self._ask(ticket, order, "%s the server %s" % (what, server.label))

        return ask_each(ask, orders, self.parallel)
