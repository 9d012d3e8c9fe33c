# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planned changes of a task, and the outcome of each server; pure data and functions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.host_state import refusal_of_host

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

DONE = "done"
UNCHANGED = "unchanged"
FAILED = "failed"
#: The result is unknown: the wait timed out, or the response was lost and the cloud has no record of the request.
UNKNOWN = "unknown"
#: Accepted by the cloud; the task did not wait for it.
PENDING = "pending"
PLANNED = "planned"
#: The cloud accepted the order and starts it after the payment.
AWAITING_PAYMENT = "awaiting_payment"
#: The results that make a task fail.
_FAILING = (FAILED, UNKNOWN, AWAITING_PAYMENT)


@dataclass(frozen=True)
class Change:
    """The planned actions of one server. Without ``actions`` nothing is done; with ``refusal`` nothing can be done."""

    server: Server
    actions: tuple[str, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    refusal: str | None = None
    #: The server is in a transition, and the executor waits for its end first.
    wait_until_stable: bool = False
    #: The actions with their arguments, for the executor.
    planned_actions: tuple[Action, ...] = ()
    #: The actions of the approved plan for this server; ``None`` without one. Others are not carried out.
    approved: tuple[str, ...] | None = None
    #: Why nothing is done, for a server that is left as it is.
    remark: str | None = None
    #: False for a server that an approved plan contains and that no longer exists.
    exists: bool = True

    @classmethod
    def of(
        cls, server: Server, planned_actions: Sequence[Action], before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Change:
        """The change that the actions make; without actions nothing is done."""
        moving = bool(planned_actions) and not server.is_stable
        return cls(
            server,
            tuple(action.action for action in planned_actions),
            before,
            after,
            None,
            moving,
            tuple(planned_actions),
        )

    @classmethod
    def refused(cls, server: Server, why: str, before: Mapping[str, Any] | None = None) -> Change:
        """The change of a server that cannot reach the target state, with the reason."""
        return cls(server, before=before or {}, after=before or {}, refusal=why)

    @property
    def changes(self) -> bool:
        return bool(self.actions) and not self.refusal

    def checked(self) -> Change:
        """The change, refused if its actions need a host that is down."""
        names = self.actions + tuple(action.action for action in self.planned_actions)
        why = None if self.refusal else refusal_of_host(self.server, names)
        return Change.refused(self.server, why, self.before) if why else self


@dataclass(frozen=True)
class Plan:
    """The changes of a task, one for each selected server. Actions on a host that is down are refused."""

    items: tuple[Change, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(item.checked() for item in self.items))

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
    """The outcome of one server: ``result`` is one of the constants above."""

    server_id: str
    name: str | None
    result: str
    actions: tuple[str, ...] = ()
    code: str | None = None
    message: str | None = None
    hint: str | None = None
    request_id: str | None = None
    #: With ``wait: false``: the actions that are not submitted yet, in order. The next run submits them.
    remaining: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return "%s (%s)" % (self.name, self.server_id) if self.name and self.server_id else self.name or self.server_id

    def as_dict(self) -> dict[str, Any]:
        """The outcome as in the result of a task; unknown values are omitted."""
        found: dict[str, Any] = {"outcome": self.result, "actions": list(self.actions)}
        if self.name is not None:
            found = {"name": self.name, **found}
        if self.server_id:
            found = {"id": self.server_id, **found}
        for key in ("code", "message", "hint", "request_id"):
            value = getattr(self, key)
            if value is not None:
                found[key] = value
        if self.remaining:
            found["remaining_actions"] = list(self.remaining)
        return found

    @classmethod
    def of_error(cls, server: Any, result: str, error: CloudError, actions: Sequence[str] = ()) -> Outcome:
        """The outcome for an error of the cloud; ``server`` is a Server or a PendingAction."""
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


def predicted(plan: Plan) -> list[Outcome]:
    """The outcomes that check mode shows: what the run would do to each server."""
    found = []
    for item in plan.items:
        result = FAILED if item.refusal else PLANNED if item.changes else UNCHANGED
        actions = item.actions if item.changes else ()
        found.append(Outcome(item.server.id, item.server.name, result, actions, message=item.refusal or item.remark))
    return found


def failures(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes that make a task fail."""
    return [outcome for outcome in outcomes if outcome.result in _FAILING]


def failed_first(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes that make a task fail come first, each group in the order of the task."""
    return sorted(outcomes, key=lambda outcome: outcome.result not in _FAILING)


#: The number of failed servers that a message names before it counts the rest, and the number of reasons.
_NAMED, _COUNTED = 10, 5
#: The number of characters of a reason in a message; the outcome contains the complete reason.
_LONGEST = 300


def summary(outcomes: Sequence[Outcome], participle: str) -> str:
    """One sentence that names the failed servers and the reasons: ``2 of 10 servers could not be stopped: …``."""
    bad = failures(outcomes)
    rows = [(outcome.label, outcome.server_id, outcome.message or outcome.result) for outcome in bad]
    plural = "" if len(outcomes) == 1 else "s"
    text = "%d of %d server%s could not be %s: %s" % (len(bad), len(outcomes), plural, participle, reasons(rows))
    return with_hints(text, [outcome.hint for outcome in bad])


def reasons(rows: Sequence[tuple[str, str, str]]) -> str:
    """The reasons of failures as one sentence, from the (label, id, message) of each. It names the first ten, grouped
    by reason, and counts the rest by reason. Messages that differ only in the server that they mention are one
    reason."""
    # The label precedes the message, so the message need not name the server again.
    found = [
        (label, _shortened(message.rstrip(".").replace("the server " + label, "it")), key)
        for label, key, message in rows
    ]
    together: dict[str, list[str]] = {}
    exact: dict[str, str] = {}
    for label, message, key in found[:_NAMED]:
        reason = _without(message, key)
        together.setdefault(reason, []).append(label)
        exact[reason] = message
    named = [
        "%s: %s" % (", ".join(labels), exact[reason] if len(labels) == 1 else reason)
        for reason, labels in together.items()
    ]
    rest = found[_NAMED:]
    if rest:
        counts = Counter(_without(message, key) for _label, message, key in rest).most_common()
        counted = ['%d "%s"' % (number, reason) for reason, number in counts[:_COUNTED]]
        others = sum(number for _reason, number in counts[_COUNTED:])
        if others:
            counted.append("%d for other reasons, see outcomes" % others)
        named.append("and %d more: %s" % (len(rest), ", ".join(counted)))
    return "; ".join(named)


def with_hints(text: str, hints: Sequence[str | None]) -> str:
    """The sentence with the first two different hints."""
    return " ".join([text + ".", *sorted({hint for hint in hints if hint})[:2]]) if any(hints) else text


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "\u2026"


def _without(message: str, key: str) -> str:
    return message.replace(key, "ID") if key else message
