# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan that check mode returns, and the approved plan that a run carries out; imported only by tasks with one of
these options."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Callable, Collection, Iterable, Mapping, Protocol, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RunFolder
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans import approval, plan_document
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.approval import PlannedChange, Verdict
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.plan_document import PlannedTask, RunningTask
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened
from ansible_collections.cloudserver.compute.plugins.module_utils.runner import arguments
from ansible_collections.cloudserver.compute.plugins.module_utils.runner import secrets as module_secrets

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import SelectedServers, Selection

#: Options of a selection that do not say which servers it matches.
_LIMITS = frozenset(("missing", "duplicates", "min_targets", "max_targets", "page_size"))
#: Options that do not change what a task does.
_FREE = _LIMITS.union(
    arguments.CONNECTION, arguments.WAITING, arguments.REPORT, arguments.PLANNING,
    ("return_passwords", "max_concurrent", "unapplied_options", "client_token"),
)  # fmt: skip
#: Options that name a file whose content the task sends.
_CONTENTS = ("user_data_file",)
#: A digest is slow on purpose, because a password could be guessed from a fast one.
_ROUNDS = 600_000


class Task(Protocol):
    """The context of a task, as far as a plan uses it."""

    params: Mapping[str, Any]
    check_mode: bool
    run_folder: RunFolder | None
    module: str
    spec: Any

    @property
    def warn(self) -> Callable[[str], None]: ...

    @property
    def argument_spec(self) -> Mapping[str, Any]: ...

    @property
    def selecting(self) -> Collection[str]: ...

    @property
    def cloud(self) -> Compute: ...

    def message_secrets(self) -> set[str]: ...


class Approval:
    """``sections`` are the parts of the approved plan for this task; without one, check mode only records the plan."""

    def __init__(self, context: Task) -> None:
        self.context = context
        self._digests: dict[tuple[str, str], str] = {}
        self._salt = _salt(context)
        self._record: tuple[PlannedChange, ...] = ()
        self._selected: set[str] = set()
        self._left: set[str] = set()
        self._named: set[str] = set()
        self.unplanned: list[dict[str, Any]] = []
        self.sections = self._read()
        self._known = {change.key: change for section in self.sections for change in section.changes}
        alike = [section for section in self.sections if section.selection == self._selection()]
        #: The changes of the servers that the selection of the task matched when the plan was made.
        self._expected = {change.key: change for section in alike for change in section.changes}
        self.now: datetime = self.sections[0].time if self.sections else _seconds(context.cloud.session.clock.now())
        #: The time at which the plan of a server was made: the batches of a role have parts of different times.
        self.times = {change.key: section.time for section in self.sections for change in section.changes}

    # -- reading -----------------------------------------------------------------------------------------------

    @property
    def label(self) -> str:
        path = self.context.params.get("plan_file")
        return "plan_file: %s" % path if path else "plan"

    def _read(self) -> list[PlannedTask]:
        """The sections of the approved plan; none if the task makes a plan. Raises InvalidRequest."""
        context, params = self.context, self.context.params
        if params.get("plan") is None:
            if not context.check_mode and params.get("plan_file"):
                raise InvalidRequest(
                    "plan_file: only an action plugin of this collection reads it; use the module by name"
                )
            return []
        running = RunningTask(
            context.module, self._identity(), self._options, context.spec.unset_in_check if context.spec else ()
        )
        tasks = plan_document.parse(params["plan"], self.label)
        found = plan_document.sections_of(tasks, running, self.label)
        plan_document.check_age(found, context.cloud.session.clock.now(), params.get("plan_max_age"), self.label)
        return found

    def _identity(self) -> dict[str, Any]:
        """The cloud and the project of the task, without the user: another one may approve and run."""
        cloud = self.context.cloud
        auth = cloud.session.auth
        endpoint = auth.endpoint("compute").rstrip("/")
        return {
            "platform": cloud.platform,
            "region": cloud.region,
            "endpoint": endpoint,
            "project_id": auth.project_id,
        }

    def _selection(self) -> dict[str, Any]:
        """The options that select the servers of the task."""
        return self._given(lambda name: name in self.context.selecting and name not in _LIMITS, self._salt)

    def _options(self, salt: str) -> dict[str, Any]:
        """The options that must be equal in check mode and in the run, with the digests of a salt."""
        free = _FREE.union(self.context.selecting, self.context.spec.uncompared if self.context.spec else ())
        return self._given(lambda name: name not in free, salt)

    def _given(self, is_wanted: Any, salt: str) -> dict[str, Any]:
        params, spec = self.context.params, self.context.argument_spec
        found = {}
        for name, value in params.items():
            if value is None or not is_wanted(name):
                continue
            if name in _CONTENTS:
                value, option = _content(value), {"no_log": True}
            else:
                option = spec.get(name, {})
            found[name] = self._shown(name, value, option, salt)
        return found

    def _shown(self, name: str, value: Any, option: Mapping[str, Any], salt: str) -> Any:
        """An option as the plan shows it: a secret one by its digest."""
        if value is None:
            return None
        if option.get("no_log"):
            return {"digest": self._digest(approval.canonical(value), salt)}
        nested = option.get("options")
        if nested and isinstance(value, Mapping):
            return {key: self._shown(key, each, nested.get(key, {}), salt) for key, each in value.items()}
        if nested and isinstance(value, (list, tuple)):
            return [self._shown(name, each, {"options": nested}, salt) for each in value]
        return self._clean(value)

    def _digest(self, text: str, salt: str) -> str:
        found = self._digests.get((salt, text))
        if found is None:
            found = hashlib.pbkdf2_hmac("sha256", text.encode("utf-8"), salt.encode("ascii"), _ROUNDS).hex()
            self._digests[salt, text] = found
        return found

    def _clean(self, value: Any) -> Any:
        """The value in types of JSON, without secrets."""
        return module_secrets.mask(approval.plain(value), {text for text in self.context.message_secrets() if text})

    # -- selecting ---------------------------------------------------------------------------------------------

    def relaxed(self, selection: Selection) -> Selection:
        """The selection, which a server of the plan that no longer exists does not stop."""
        return replace(selection, missing="ignore") if self.sections else selection

    def complete(self, selection: Selection, chosen: SelectedServers) -> SelectedServers:
        """The selected servers, and those of the plan that the selection no longer matches: they may be as planned
        already, or must be reported. Raises InvalidRequest for what neither the cloud nor the plan knows."""
        if not self.sections:
            return chosen
        self._selected.update(server.id for server in chosen.servers)
        absent = {option: list(values) for option, values in chosen.missing.items()}
        self._named = {
            key
            for key, change in self._known.items()
            if change.id in absent.get("ids", ()) or change.name in absent.get("names", ())
        }
        if not self._expected:
            self._refuse_unknown(selection, absent)
        wanted = [change.id for change in self._awaited() if change.id not in self._selected]
        found = self.context.cloud.servers.by_id(wanted) if wanted else {}
        self._left.update(found)
        return replace(chosen, servers=(*chosen.servers, *found.values()))

    def _refuse_unknown(self, selection: Selection, absent: Mapping[str, Sequence[str]]) -> None:
        known = {text for change in self._known.values() for text in (change.id, change.name)}
        unknown = {option: [each for each in values if each not in known] for option, values in absent.items()}
        selection.refuse_missing({option: values for option, values in unknown.items() if values})

    def _awaited(self) -> Iterable[PlannedChange]:
        """The changes of the plan that this task has to carry out: those of its selection, and of servers that it
        names."""
        keys = dict.fromkeys([*self._expected, *sorted(self._named)])
        return [self._known[key] for key in keys if self._known[key].id and self._known[key].actions]

    # -- comparing ---------------------------------------------------------------------------------------------

    def verdict(self, now: PlannedChange) -> Verdict | None:
        """Compare one change with the plan; ``None`` if it may be carried out."""
        now = self._cleaned(now)
        approved = self._known.get(now.key)
        if approved is None and not now.id and now.actions:
            former = [change for change in self._known.values() if change.id and change.name == now.name]
            if former:
                return approval.replaced(former[0])
        return approval.evaluate(now, approved, now.id not in self._left)

    def verdicts(self, entries: Sequence[PlannedChange]) -> dict[str, Verdict]:
        """The changes that are not carried out, by their key. Records the plan, and warns of what it does not
        contain."""
        self._record = tuple(self._cleaned(entry) for entry in entries)
        if not self.sections:
            return {}
        found = {entry.key: self.verdict(entry) for entry in entries}
        refused = {key: each for key, each in found.items() if each is not None}
        left = [entry for entry in entries if entry.key in refused and not refused[entry.key].failed]
        if left and not self.unplanned:
            self.context.warn(
                "The approved plan does not contain %s; nothing was done to them."
                % shortened([entry.name or entry.id for entry in left])
            )
        self.unplanned = self.unplanned or [{"id": entry.id, "name": entry.name} for entry in left]
        self._record = tuple(
            replace(entry, refusal=refused[entry.key].text) if entry.key in refused else entry for entry in self._record
        )
        return refused

    def _cleaned(self, entry: PlannedChange) -> PlannedChange:
        return replace(
            entry, before=self._clean(entry.before), after=self._clean(entry.after), refusal=self._clean(entry.refusal)
        )

    def servers(self, plan: Plan) -> Plan:
        """The part of a plan for servers that is approved; the others are refused or left as they are."""
        refused = self.verdicts([approval.of_server(item) for item in plan.items])
        items = [self._approved(item, refused.get(approval.of_server(item).key)) for item in plan.items]
        present = {item.server.id for item in plan.items}
        # The verdict on a server that replaces another one names both.
        new = {item.server.name for item in plan.items if not item.server.id}
        platform = self.context.cloud.platform
        for change in self._awaited():
            if change.id not in present and change.name not in new and not change.is_ending:
                stub = Server(change.id, platform, name=change.name)
                items.append(replace(Change.refused(stub, approval.gone(change).text), exists=False))
        return Plan(tuple(items)) if self.sections else plan

    def _approved(self, item: Change, verdict: Verdict | None) -> Change:
        if verdict is None:
            known = self._known.get(item.server.id or "new:%s" % item.server.name)
            return replace(item, approved=known.actions if known else ())
        if verdict.failed:
            return Change.refused(item.server, verdict.text, item.before)
        return Change(item.server, before=item.before, after=item.before, remark=verdict.text)

    def resource(self, plan: ResourcePlan) -> ResourcePlan:
        """The plan for one resource. Raises InvalidRequest if it is not the approved one."""
        entry = of_resource(plan)
        verdict = self.verdicts([entry]).get(entry.key)
        if verdict:
            what = "%s (%s)" % (entry.name, entry.id) if entry.id else entry.name
            text = verdict.text if verdict.failed else "the approved plan does not contain it; make a new plan"
            raise InvalidRequest("%s: %s: %s; nothing was done" % (self.label, what, text))
        return plan

    # -- reporting ---------------------------------------------------------------------------------------------

    def result(self) -> dict[str, Any]:
        """The values about the plan in the result of the task."""
        context = self.context
        data: dict[str, Any] = {}
        if context.check_mode and context.params.get("return_plan"):
            task = PlannedTask(
                context.module,
                plan_document.text_of(self.now),
                self._identity(),
                self._salt,
                self._options(self._salt),
                self._selection(),
                self._record,
            )
            data["plan"] = plan_document.document([task.as_dict()])
        if self.sections:
            seen = self._selected | {entry.key for entry in self._record}
            rest = [key for key, change in self._known.items() if change.actions and key not in seen]
            awaited = {change.key for change in self._awaited()}
            data.update(unplanned=self.unplanned, not_selected=len([key for key in rest if key not in awaited]))
        return data


def of_resource(plan: ResourcePlan) -> PlannedChange:
    """The entry of a resource that exists or not, such as a flavor."""
    before, after = plan.before or {}, plan.after or {}
    name = before.get("name") or after.get("name")
    actions = tuple(step.action for step in plan.steps)
    identity = before.get("id")
    return PlannedChange(
        "" if identity is None else str(identity), name, actions, approval.plain(before), approval.plain(after)
    )


def _salt(context: Task) -> str:
    """One salt for all tasks of a run, so that a plan of many tasks needs one digest of a password."""
    if context.run_folder is None:
        return os.urandom(16).hex()
    return hashlib.sha256(b"plan" + context.run_folder.key).hexdigest()[:32]


def _seconds(time: datetime) -> datetime:
    return time.replace(microsecond=0)


def _content(path: str) -> str:
    """The content of a file, which the module has read without an error."""
    try:
        with open(os.path.expanduser(path), "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()
    except OSError as error:
        raise InvalidRequest("%s cannot be read: %s" % (path, error.strerror)) from None
