# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task means to change, and what became of it; pure data and functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.deeds import Deed
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import Server

DONE = "done"
UNCHANGED = "unchanged"
FAILED = "failed"
#: Nobody can say what happened: the time ran out, or the answer was lost and the cloud keeps no record.
UNKNOWN = "unknown"
#: Accepted by the cloud and not waited for.
PENDING = "pending"
PLANNED = "planned"
#: The cloud took the order and begins when it is paid.
AWAITING_PAYMENT = "awaiting_payment"


@dataclass(frozen=True)
class Change:
    """What is to happen to one server. Without ``actions`` nothing is; with ``refusal`` nothing can."""

    server: Server
    actions: tuple[str, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    refusal: str | None = None
    #: The server is on its way somewhere and is waited for first.
    settle_first: bool = False
    #: The actions with what the cloud needs to be told of them, for what DeedRun carries out.
    deeds: tuple[Deed, ...] = ()

    @classmethod
    def of(
        cls, server: Server, deeds: Sequence[Deed], before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Change:
        """The change that the deeds make; without deeds nothing is to happen."""
        moving = bool(deeds) and not server.settled
        return cls(server, tuple(deed.action for deed in deeds), before, after, None, moving, tuple(deeds))

    @classmethod
    def refused(cls, server: Server, why: str, before: Mapping[str, Any] | None = None) -> Change:
        """What is wanted cannot be had of this server."""
        return cls(server, before=before or {}, after=before or {}, refusal=why)

    @property
    def changes(self) -> bool:
        return bool(self.actions) and not self.refusal


@dataclass(frozen=True)
class Plan:
    """The changes of a task, one for each server that it chose."""

    items: tuple[Change, ...]

    @property
    def changed(self) -> bool:
        return any(item.changes for item in self.items)

    def diff(self) -> dict[str, dict[str, Any]]:
        """Before and after, by server, in the form that ``--diff`` shows."""
        changing = [item for item in self.items if item.changes]
        return {
            "before": {item.server.label: dict(item.before) for item in changing},
            "after": {item.server.label: dict(item.after) for item in changing},
        }


@dataclass(frozen=True)
class Outcome:
    """What became of one server: ``result`` is one of the words above."""

    server_id: str
    name: str | None
    result: str
    actions: tuple[str, ...] = ()
    code: str | None = None
    message: str | None = None
    hint: str | None = None
    request_id: str | None = None
    #: With ``wait: false``: the actions that were not asked for yet, in order; another run asks for them.
    remaining: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return "%s (%s)" % (self.name, self.server_id) if self.name and self.server_id else self.name or self.server_id

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": self.server_id or None,
            "name": self.name,
            "outcome": self.result,
            "actions": list(self.actions),
        }
        for key in ("code", "message", "hint", "request_id"):
            value = getattr(self, key)
            if value is not None:
                found[key] = value
        if self.remaining:
            found["remaining_actions"] = list(self.remaining)
        return found

    @classmethod
    def of_error(cls, server: Any, result: str, error: CloudError, actions: Sequence[str] = ()) -> Outcome:
        """The outcome that an error of the cloud makes; ``server`` is a Server or a Ticket."""
        return cls(
            getattr(server, "server_id", None) or server.id,
            server.name,
            result,
            tuple(actions),
            code=str(error.code) if error.code is not None else None,
            message=error.message,
            hint=error.hint,
            request_id=error.request_id,
        )


def predicted(todo: Plan) -> list[Outcome]:
    """The outcomes that check mode shows: what the run would do to each server."""
    found = []
    for item in todo.items:
        result = FAILED if item.refusal else PLANNED if item.changes else UNCHANGED
        actions = item.actions if item.changes else ()
        found.append(Outcome(item.server.id, item.server.name, result, actions, message=item.refusal))
    return found


def failures(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes that make a task fail."""
    return [outcome for outcome in outcomes if outcome.result in (FAILED, UNKNOWN, AWAITING_PAYMENT)]


#: How many servers a sentence names before it counts the rest.
_NAMED = 5


def summary(outcomes: Sequence[Outcome], deed: str) -> str:
    """One sentence that names who failed and why: ``2 of 10 servers could not be stopped: …``."""
    bad = failures(outcomes)
    named = ["%s: %s" % (outcome.label, (outcome.message or outcome.result).rstrip(".")) for outcome in bad[:_NAMED]]
    rest = len(bad) - len(named)
    if rest:
        named.append("and %d more, see outcomes" % rest)
    hints = sorted({outcome.hint for outcome in bad if outcome.hint})
    text = "%d of %d server%s could not be %s: %s" % (
        len(bad),
        len(outcomes),
        "" if len(outcomes) == 1 else "s",
        deed,
        "; ".join(named),
    )
    return text + (". " + " ".join(hints[:2]) if hints else "")
