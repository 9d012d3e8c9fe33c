# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking a Nova cloud for something of a server: one request, and the pending action that tells what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    CHANGE_PASSWORD,
    REBUILD,
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
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.servers import NovaServers
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import Version

#: What Nova answers to nearly all actions: it has accepted them.
ACCEPTED = DocumentedResponse((202,))
#: Of these the server's state tells nothing; and an evacuation is answered with an empty 200 from microversion 2.14 on,
#: which anything may give.
_NEEDS_RECORD = ("reboot", "evacuate", CHANGE_PASSWORD, REBUILD)


@dataclass(frozen=True)
class ActionRequest:
    """The request of one action. ``path`` is below the server, ``version`` the newest microversion that knows it so.

    ``answer`` is the documented form of a success, and ``shows`` tells whether what it holds is as it was asked for.
    Where the form is one of several, ``answer`` is ``None`` and ``learn`` raises InvalidResponse for any other.
    """

    body: Any = None
    path: str = "/action"
    answer: DocumentedResponse | None = ACCEPTED
    shows: Callable[[Any], bool] | None = None
    method: str = "POST"
    version: Version | None = None
    #: Whether the session may send it again by itself; ``None`` is the verb's own habit.
    is_retry_safe: bool | None = None
    #: The whole as an infinitive, for error messages; ``None`` is the action's name with the server.
    what: str | None = None
    #: The image that the server runs when it is done.
    image_id: str | None = None
    #: Where it is not sent to the server: the whole address.
    url: str | None = None
    #: What is to be deleted and is not there is deleted.
    gone_is_done: bool = False
    #: What the pending action is to know of the answer, an id for example.
    learn: Callable[[PendingAction, Any], PendingAction] | None = None
    #: A word of the refusal in small letters, and what to try then.
    hints: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class NovaAction:
    """A row of the table of actions: what makes the request of one action on one server.

    ``recorded_as`` is Nova's word for the action in its record of them, where it is not the collection's.
    """

    request: Callable[[NovaActions, Server, Mapping[str, Any]], ActionRequest]
    recorded_as: str | None = None


def sends(body: Any, recorded_as: str | None = None, forced: Any = None, **known: Any) -> NovaAction:
    """A row whose body is always the same, but for ``force``; ``known`` are further facts of the request."""

    def request(cloud: NovaActions, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
        return ActionRequest(forced if forced and arguments.get("force") else body, **known)

    return NovaAction(request, recorded_as)


class NovaActions(NovaServers):
    """What everything that is asked of one server has in common."""

    #: The actions of the platform, by name.
    actions: Mapping[str, NovaAction] = {}

    def _ask(self, pending: PendingAction, order: ActionRequest, what: str) -> PendingAction:
        """Sends the order once. The pending action with what became of it: ``what`` is the action as an infinitive."""
        version = min(order.version, self.version) if order.version else None
        try:
            answer = self.session.request(
                order.method,
                order.url or "%s/servers/%s%s" % (self.endpoint, id_segment(pending.server_id), order.path),
                json=order.body,
                headers=self.headers(version),
                what=what,
                expect="any",
                is_retry_safe=order.is_retry_safe,
            )
            found = self._proven(replace(pending, request_id=answer.request_id), order, answer, what)
        except CloudError as error:
            # A 404 that is not Nova's own may come from anything in between.
            if order.gone_is_done and isinstance(error, ItemNotFound):
                return pending
            for word, hint in order.hints:
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
        return found

    @staticmethod
    def _proven(pending: PendingAction, order: ActionRequest, answer: Any, what: str) -> PendingAction:
        """The pending action with what the answer tells. Raises InvalidResponse for a success that proves nothing.

        What an answer holds may be a password that Nova made up; only who ordered looks at it.
        """
        if order.answer:
            order.answer.read(answer, what, order.shows)
        found = order.learn(pending, answer) if order.learn else pending
        if pending.action in _NEEDS_RECORD and not answer.request_id:
            # Nova gives every answer one, and only the record of that request tells what became of it.
            raise unproven(answer, what, "the response has no request id")
        return found

    def perform(self, requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        for operation in sorted({name for _server, action in requests for name in action.requires}):
            self.require(operation)
        self.hide(action.arguments["password"] for _server, action in requests if action.arguments.get("password"))
        # The version is found out once, and not by each of the threads.
        self.headers()
        return ask_each(self._perform_one, requests, self.parallel)

    def _perform_one(self, pair: tuple[Server, Action]) -> PendingAction:
        server, action = pair
        pending = PendingAction(server.id, action.action, server.name, expected_state=action.expected_state)
        try:
            request = self.actions[action.action].request(self, server, action.arguments)
        except CloudError as error:
            return replace(pending, error=error)
        what = request.what or "%s the server %s" % (action.action.replace("_", " "), server.label)
        return self._ask(replace(pending, image_id=request.image_id), request, what)
