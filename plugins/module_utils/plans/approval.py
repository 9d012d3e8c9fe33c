# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An approved plan against the present one: what is still as it was approved, and what has changed since. Pure data and
functions; imported only by tasks with an option for a plan."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change

#: Actions after which a server may look as before. The time of its last change shows that another task, or an earlier
#: run of the plan, has changed it since.
UNREPEATABLE = frozenset(("reboot", "rebuild", "change_password"))
#: Actions after which a server that no longer exists is as planned.
_ENDING = frozenset(("delete", "purge"))
UNPLANNED = "the approved plan does not contain it; nothing was done to it"
NOT_SELECTED = "the selection of the task no longer matches it, although the approved plan contains it"
_AGAIN = "make a new plan"
#: The number of characters of a value in a message.
_LONGEST = 80


def plain(value: Any) -> Any:
    """The value in types of JSON, so that a plan reads back as it was written."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(each) for each in value), key=canonical)
    return str(value)


def canonical(value: Any) -> str:
    """One text for equal values, whatever the order of their keys."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"))


def fingerprint(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode("utf-8")).hexdigest()[:32]


@dataclass(frozen=True)
class PlannedChange:
    """The change of one server, image, host or other resource. ``id`` is empty for one that does not exist yet.

    ``observed`` are further values that the plan depends on, besides the name and the changed values (``before``).
    ``uncompared`` are the names of those that a run does not compare, because its role changes them itself; a name that
    is not observed is one of the changed values.
    """

    id: str
    name: str | None
    actions: tuple[str, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    observed: Mapping[str, Any] = field(default_factory=dict)
    refusal: str | None = None
    uncompared: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.id or "new:%s" % self.name

    @property
    def is_ending(self) -> bool:
        """Whether the resource does not exist after the actions."""
        return bool(_ENDING.intersection(self.actions)) and "create" not in self.actions

    def fingerprint(self) -> str:
        """Equal if everything that the plan depends on is equal."""
        parts = (self.id, self.name, self.actions, self.before, self.after, self.observed)
        return fingerprint(parts)

    def as_dict(self) -> dict[str, Any]:
        """The entry of a plan; one that changes nothing is short."""
        found: dict[str, Any] = {"id": self.id, "name": self.name}
        if self.refusal:
            found["refusal"] = self.refusal
        elif self.actions:
            found.update(
                actions=list(self.actions),
                before=dict(self.before),
                after=dict(self.after),
                observed=dict(self.observed),
                fingerprint=self.fingerprint(),
            )
            if self.uncompared:
                found["uncompared"] = list(self.uncompared)
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PlannedChange:
        """Raises ValueError for an entry that ``as_dict`` did not write."""
        mappings = [data.get(name, {}) for name in ("before", "after", "observed")]
        actions, uncompared = data.get("actions", []), data.get("uncompared", [])
        texts = [data["id"], *(actions if isinstance(actions, list) else [None])]
        texts += uncompared if isinstance(uncompared, list) else [None]
        optional = [data["name"], data.get("refusal")]
        if not all(isinstance(text, str) for text in texts + [text for text in optional if text is not None]):
            raise ValueError("a change has an entry of the wrong type")
        if not all(isinstance(each, Mapping) for each in mappings):
            raise ValueError("a change has an entry that is not a mapping")
        before, after, observed = mappings
        parts = (tuple(actions), before, after, observed, data.get("refusal"), tuple(uncompared))
        found = cls(data["id"], data["name"], *parts)
        if found.actions and data.get("fingerprint") != found.fingerprint():
            raise ValueError("a change does not match its fingerprint")
        return found


def of_server(change: Change) -> PlannedChange:
    """The entry of a server. Its power state counts: the approval relied on it."""
    server = change.server
    actions = change.actions if change.changes else ()
    observed: dict[str, Any] = {"power_state": server.target_power_state} if server.id else {}
    if UNREPEATABLE.intersection(actions):
        observed["updated"] = server.updated
    before, after = plain(change.before), plain(change.after)
    return PlannedChange(server.id, server.name, actions, before, after, observed, change.refusal)


@dataclass(frozen=True)
class Verdict:
    """Why a change is not carried out. ``failed``: it was approved, or would have to be; otherwise it is left as it
    is."""

    failed: bool
    text: str


def evaluate(now: PlannedChange, approved: PlannedChange | None, is_selected: bool = True) -> Verdict | None:
    """Compare a change with the approved one; ``None`` if it may be carried out, or needs nothing.

    ``is_selected``: the selection of the task still matches it.
    """
    if now.refusal or not now.actions:
        return None
    if approved is None:
        return Verdict(False, UNPLANNED)
    if not is_selected:
        return Verdict(True, "%s; %s" % (NOT_SELECTED, _AGAIN))
    if not approved.actions:
        why = "it could not be changed then" if approved.refusal else "it needed no change then"
        text = "the approved plan does nothing to it, because %s, and it needs %s now; %s"
        return Verdict(True, text % (why, ", ".join(now.actions), _AGAIN))
    now, approved = _compared(now, approved), _compared(approved, approved)
    if now.fingerprint() != approved.fingerprint():
        return Verdict(True, "it has changed since the plan was made: %s; %s" % (difference(approved, now), _AGAIN))
    return None


def _compared(change: PlannedChange, approved: PlannedChange) -> PlannedChange:
    """The change without the values that the approved one does not compare."""
    changed = set(approved.uncompared) - set(approved.observed)
    before, after = ({key: each[key] for key in each if key not in changed} for each in (change.before, change.after))
    observed = {key: value for key, value in change.observed.items() if key not in approved.uncompared}
    return replace(change, before=before, after=after, observed=observed)


def gone(approved: PlannedChange) -> Verdict:
    """The verdict on a resource of the plan that no longer exists."""
    return Verdict(True, "it no longer exists, and the approved plan contains it (%s)" % ", ".join(approved.actions))


def replaced(approved: PlannedChange) -> Verdict:
    """The verdict on a resource to create whose name the plan has for one that existed."""
    return Verdict(
        True, "it had the id %s when the plan was made, and no longer exists with it; %s" % (approved.id, _AGAIN)
    )


def difference(approved: PlannedChange, now: PlannedChange) -> str:
    """The first difference, as a clause: ``power_state was running and is stopped``."""
    if approved.name != now.name:
        return _was("its name", approved.name, now.name)
    for then, present in ((approved.observed, now.observed), (approved.before, now.before)):
        for key in sorted(set(then) | set(present)):
            if key != "updated" and canonical(then.get(key)) != canonical(present.get(key)):
                return _was(key, then.get(key), present.get(key))
    if approved.actions != now.actions:
        return "it needed %s and needs %s" % (", ".join(approved.actions), ", ".join(now.actions))
    for key in sorted(set(approved.after) | set(now.after)):
        if canonical(approved.after.get(key)) != canonical(now.after.get(key)):
            return "%s would become %s and not %s" % (
                key,
                _shown(now.after.get(key)),
                _shown(approved.after.get(key)),
            )
    return "it was last changed at %s, and at %s when the plan was made" % (
        now.observed.get("updated"),
        approved.observed.get("updated"),
    )


def _was(key: str, then: Any, present: Any) -> str:
    return "%s was %s and is %s" % (key, _shown(then), _shown(present))


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else "unset" if value is None else canonical(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\u2026"


def exceeded(approved: Sequence[str] | None, actions: Sequence[str]) -> str | None:
    """Why actions cannot be carried out under an approved plan, ``None`` if they can; ``approved`` is ``None`` without
    a plan."""
    more = [] if approved is None else [action for action in actions if action not in approved]
    if not more:
        return None
    return "it needs %s now, which the approved plan does not contain for it; %s" % (", ".join(more), _AGAIN)
