# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module: spec, connection, run, errors, result.

A module is a ``ModuleSpec`` and a function ``run(context) -> Result``. It runs in its own process (``run_as_module``,
on a remote target or with become) or in the worker of ansible-playbook (plugins/action/in_process.py); both use
``execute``, so both return the same result.
"""

from __future__ import annotations

import os
import traceback
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Callable, Collection, Mapping, NoReturn, Sequence, TypeVar

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config import settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.connect import connect
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest, PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.runner import secrets as module_secrets
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import (
    CONNECTION,
    SELECTION,
    text_problem,
    without_nulls,
)

if TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RunFolder
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
    from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Plan
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import (
        SelectedServers,
        Selection,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.runner.approval import Approval

T = TypeVar("T")


@dataclass(frozen=True)
class ModuleSpec:
    """The properties of a module's options for ``AnsibleModule`` and ``ArgumentSpecValidator``."""

    argument_spec: Mapping[str, Any]
    mutually_exclusive: Any = None
    required_together: Any = None
    required_one_of: Any = None
    required_if: Any = None
    required_by: Any = None
    supports_check_mode: bool = True
    #: The options that select what the task changes, besides the module's properties of it; ``None`` for those of
    #: SELECTION. A run may select a part of an approved plan.
    selecting: Collection[str] | None = None
    #: Options that check mode may do without, and that a run with its plan may set.
    unset_in_check: Sequence[str] = ()
    #: Options that may differ in a run, because check mode cannot know them.
    uncompared: Collection[str] = ()

    def rules(self) -> dict[str, Any]:
        return {
            "argument_spec": dict(self.argument_spec),
            "mutually_exclusive": self.mutually_exclusive,
            "required_together": self.required_together,
            "required_one_of": self.required_one_of,
            "required_if": self.required_if,
            "required_by": self.required_by or {},
        }


@dataclass
class Result:
    """The result of a run: ``data`` are the keys of the task's result."""

    changed: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    diff: dict[str, Any] | None = None
    failure: str | None = None


@dataclass
class Context:
    """The context of a run. ``report_progress`` reports the progress of a long wait, ``warn`` adds a warning to the
    result."""

    params: Mapping[str, Any]
    check_mode: bool
    warn: Callable[[str], None]
    report_progress: Callable[[str], None]
    _cloud: Compute | None = None
    #: The secrets according to the argument spec: the values of all options with ``no_log``.
    no_log_values: frozenset[str] = frozenset()
    #: The folder of the run, if the module runs in its worker.
    run_folder: RunFolder | None = None
    #: The name of the module, without the collection.
    module: str = ""
    spec: ModuleSpec | None = None
    #: None or one; a list, because the context of a module with other ``params`` shares it.
    _approvals: list[Approval] = field(default_factory=list)
    _met: set[str] = field(default_factory=set)
    _unsaid: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        warn, progress = self.warn, self.report_progress
        self.warn = lambda words: warn(self._clean(words))
        self.report_progress = lambda words: progress(self._clean(words))

    def warn_if(self, words: str | None) -> None:
        """Adds a warning, if there is one."""
        if words:
            self.warn(words)

    def register_secret(self, text: str, returned: bool = False) -> None:
        """Register a secret of the task, which is removed from the result, as a whole and line by line. ``returned``:
        the result contains the secret, so it is removed only from messages."""
        if returned:
            self._unsaid.add(text)
        else:
            self._met.add(text)
            self._met.update(line for line in text.splitlines() if len(line) > 20)
        if self._cloud:
            self._cloud.hide((text,))

    def _clean(self, words: str) -> str:
        return module_secrets.clean_message(words, self.message_secrets())

    @property
    def cloud(self) -> Compute:
        """The cloud of the connection options; raises SettingsError if they are not sufficient."""
        if self._cloud is None:
            options = {name: self.params.get(name) for name in CONNECTION}
            found = replace(settings.resolve(options, os.environ), run_folder=self.run_folder)
            for warning in found.warnings:
                self.warn(warning)
            self._cloud = connect(found, parallel=self._parallel(), warn=self.warn)
            self._cloud.hide(self.no_log_values | self._met | self._unsaid)
        return self._cloud

    def _parallel(self) -> int:
        wanted = self.params.get("parallel")
        if wanted is None:
            return 8
        if not 1 <= wanted <= 64:
            raise InvalidRequest("parallel: %s is out of range; use 1 to 64" % wanted)
        return int(wanted)

    def waiter(self) -> Waiter:
        """The wait of the task, starting now."""
        timeout, interval = self.params["wait_timeout"], self.params["wait_interval"]
        if timeout < 0 or interval <= 0:
            raise InvalidRequest("wait_timeout and wait_interval must be more than 0 seconds")
        from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter

        return Waiter(self.cloud, timeout, interval, self.report_progress)

    def select_servers(self, selection: Selection) -> SelectedServers:
        """The servers of the task. Raises InvalidRequest."""
        from ansible_collections.cloudserver.compute.plugins.module_utils.execution.selection import find

        chosen = self.with_planned(selection, find(self.cloud, self.relaxed(selection)))
        self.warn_of_no_servers(self.params, chosen.servers, chosen.missing)
        return chosen

    # -- an approved plan --------------------------------------------------------------------------------------

    @property
    def argument_spec(self) -> Mapping[str, Any]:
        return self.spec.argument_spec if self.spec else {}

    @property
    def selecting(self) -> Collection[str]:
        """The options that select what the task changes."""
        own = self.spec.selecting if self.spec else None
        return own if own is not None else SELECTION if "ids" in self.argument_spec else ()

    @property
    def approval(self) -> Approval | None:
        """The approved plan, or the record of the plan that check mode makes; ``None`` without these options. Raises
        InvalidRequest for a plan that this task cannot carry out."""
        if not self._approvals and any(self.params.get(name) is not None for name in ("plan", "plan_file")):
            self._make_approval()
        if not self._approvals and self.params.get("return_plan") and self.check_mode:
            self._make_approval()
        return self._approvals[0] if self._approvals else None

    def _make_approval(self) -> None:
        from ansible_collections.cloudserver.compute.plugins.module_utils.runner.approval import Approval

        self._approvals.append(Approval(self))

    def relaxed(self, selection: Selection) -> Selection:
        """The selection for a task with an approved plan, in which servers may be missing."""
        return self.approval.relaxed(selection) if self.approval else selection

    def with_planned(self, selection: Selection, chosen: SelectedServers) -> SelectedServers:
        """The selected servers, and those of the approved plan that the selection no longer matches."""
        return self.approval.complete(selection, chosen) if self.approval else chosen

    def approve(self, plan: Plan) -> Plan:
        """The part of the plan that is approved; all of it without an approved plan."""
        return self.approval.servers(plan) if self.approval else plan

    def approve_resource(self, plan: ResourcePlan) -> ResourcePlan:
        """The same for one resource. Raises InvalidRequest if its plan is not the approved one."""
        return self.approval.resource(plan) if self.approval else plan

    def now(self) -> datetime:
        """The present time; with an approved plan, the time at which it was made."""
        return self.approval.now if self.approval else self.cloud.session.clock.now()

    def planned_times(self) -> Mapping[str, datetime]:
        """The times at which the approved plan was made, by the server; empty without one."""
        return self.approval.times if self.approval else {}

    def warn_of_no_servers(
        self, options: Mapping[str, Any], servers: Sequence[Server], missing: Mapping[str, Any] | None
    ) -> None:
        """Warns if a selection matches nothing, for example because of a typo. ``options`` are those of the selection.
        No warning for servers that are named individually with ``missing``, and for ``min_targets: 0``, which allows an
        empty selection."""
        if not servers and not missing and options.get("min_targets") is None:
            from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import described

            self.warn(
                "The selection (%s) matches no server, so there is nothing to do. Set min_targets: 1 to fail in that"
                " case, or min_targets: 0 where it is expected." % described(options)
            )

    def read_back_or(self, read: Callable[[], T], before: T, what: str) -> T:
        """Read the resources after the change; return them as they were, with a warning, if they cannot be read, so
        that the outcome of each server is still reported. ``what`` begins the warning."""
        try:
            return read()
        except CloudError as error:
            self.warn("%s could not be read afterwards and are shown as they were: %s" % (what, error))
            return before

    def secrets(self) -> set[str]:
        """The secrets that the result must not contain."""
        return self._met.union(self.no_log_values, self._cloud.secrets() if self._cloud else ())

    def message_secrets(self) -> set[str]:
        """The secrets that no message must contain."""
        return self.secrets() | self._unsaid

    def close(self) -> None:
        if self._cloud:
            self._cloud.close()


def execute(run: Callable[[Context], Result], context: Context, want_diff: bool) -> dict[str, Any]:
    """Runs a module and returns the task's result, with every registered secret removed."""
    try:
        found = _run(run, context, want_diff)
        secrets, message_secrets = context.secrets(), context.message_secrets()
    finally:
        context.close()
    return module_secrets.clean_result(found, secrets, message_secrets)


def _run(run: Callable[[Context], Result], context: Context, want_diff: bool) -> dict[str, Any]:
    if not session.HAS_REQUESTS:
        return {"failed": True, "msg": missing_required_lib("requests")}
    if context.params.get("query") and not _has_jmespath():
        return {"failed": True, "msg": missing_required_lib("jmespath", reason="for the option query")}
    problem = text_problem(context.params)
    if problem:
        return {"failed": True, "changed": False, "msg": problem}
    try:
        result = run(context)
    except InvalidRequest as error:
        return {"failed": True, "changed": False, "msg": str(error)}
    except CloudError as error:
        return {"failed": True, "changed": False, "msg": str(error), "error": error.as_dict()}
    except PartialFailure as halt:
        done = list(halt.completed_steps)
        completed = " Done before that: %s." % ", ".join(done) if done else ""
        return {
            "failed": True,
            "changed": halt.changed,
            "msg": str(halt) + completed,
            "error": halt.error.as_dict(),
            "completed_steps": done,
        }
    except Exception as error:
        return {
            "failed": True,
            "msg": "Internal error; please report it with the exception below: %s: %s" % (type(error).__name__, error),
            "exception": traceback.format_exc(),
        }
    found = dict(result.data, changed=result.changed)
    if context.approval:
        found.update(context.approval.result())
    if want_diff and result.diff is not None:
        found["diff"] = result.diff
    if result.failure:
        found.update(failed=True, msg=result.failure)
    return found


def _has_jmespath() -> bool:
    # Imported by tasks with a query only.
    try:
        import jmespath  # noqa: F401
    except ImportError:
        return False
    return True


class ShippedModule(AnsibleModule):  # type: ignore[misc]
    """AnsibleModule, which shows the options of a task that it refuses, but not the value of a misspelt password."""

    def fail_json(self, msg: str, **more: Any) -> NoReturn:
        """As AnsibleModule has it."""
        if "invocation" not in more:
            shown = module_secrets.invocation(self.params, self.argument_spec, getattr(self, "no_log_values", ()))
            more["invocation"] = {"module_args": shown}
        super().fail_json(msg, **more)
        raise SystemExit(1)


def run_as_module(spec: ModuleSpec, run: Callable[[Context], Result]) -> None:
    """The module in its own process."""
    module = ShippedModule(supports_check_mode=spec.supports_check_mode, **spec.rules())
    hidden = frozenset(module.no_log_values)
    # Nulls are treated as not set. The action plugin has already removed them, unless the module runs without it.
    checked = ArgumentSpecValidator(**spec.rules()).validate(without_nulls(module.params, spec.argument_spec))
    if checked.error_messages:
        module.fail_json(msg=module_secrets.clean_message(checked.errors.msg, hidden))
    context = Context(
        checked.validated_parameters,
        module.check_mode,
        module.warn,
        lambda words: None,
        no_log_values=hidden,
        module=str(module._name).rpartition(".")[2],
        spec=spec,
    )
    result = execute(run, context, module._diff)
    result["invocation"] = shown_call(spec, context)
    # The result is already redacted. AnsibleModule redacts by value, and would mask the platform of a handle that
    # equals the password.
    module.no_log_values = set()
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


def shown_call(spec: ModuleSpec, context: Context) -> dict[str, Any]:
    """The invocation of the module, without secrets, for the result."""
    shown = module_secrets.invocation(context.params, spec.argument_spec, context.secrets())
    if isinstance(shown.get("plan"), Mapping):
        # It can have thousands of entries.
        shown["plan"] = {key: value for key, value in shown["plan"].items() if key in ("format", "checksum")}
    return {"module_args": shown}
