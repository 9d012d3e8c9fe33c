# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import uuid
from dataclasses import replace
from typing import Any, Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.utils.display import Display

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import CHANGE_PASSWORD
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, PENDING, UNCHANGED
from ansible_collections.cloudserver.compute.plugins.module_utils.runner import module as frame
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import CONNECTION, PLANNING
from ansible_collections.cloudserver.compute.plugins.modules import server_password
from ansible_collections.cloudserver.compute.plugins.plugin_utils import password_history as histories
from ansible_collections.cloudserver.compute.plugins.plugin_utils import run_folder
from ansible_collections.cloudserver.compute.plugins.plugin_utils.in_process import _plain
from ansible_collections.cloudserver.compute.plugins.plugin_utils.password_history import History, HistoryError
from ansible_collections.cloudserver.compute.plugins.plugin_utils.password_places import Place, StoreError
from ansible_collections.cloudserver.compute.plugins.plugin_utils.password_store import (
    STORE,
    PasswordStoreAction,
    new_password,
    now,
    server_names,
    unknown_passwords,
)

display = Display()

#: Options that are passed to server_password unchanged.
_PASSED_ON = ("revision", "apply", "force", "user", "wait_timeout", "wait_interval", "parallel", *PLANNING)
#: Check mode cannot know the passwords that a run makes, or finds in the store.
_SPEC = replace(server_password.MODULE, uncompared=("passwords",))
OPTIONS: dict[str, Any] = {
    **CONNECTION,
    **{name: server_password.MODULE.argument_spec[name] for name in _PASSED_ON},
    "revision": {"type": "str", "required": True},
    "servers": {"type": "list", "elements": "dict", "required": True},
    "store": {"type": "dict", "options": STORE},
    # The names of variables, and how many.
    "password_variable": {"type": "str", "no_log": False},
    "passwords_variable": {"type": "str", "no_log": False},
    "keep_last": {"type": "int", "default": 1},
    "length": {"type": "int", "default": 20},
}
#: The part of the result of server_password that is returned: everything except the records, which are long.
_RETURNED = ("changed", "failed", "msg", "outcomes", "diff", "error", "exception", "missing", "plan",
             "unplanned", "not_selected")  # fmt: skip


class ActionModule(PasswordStoreAction):
    """server_password_rotation: stores passwords, sets them and stores the result, all in the playbook's own worker.

    The module server_password is called as a function, so that a password is in no argument of a task, no file of a
    shipped module and no line of syslog, whatever the task's connection, ``become`` and ``environment`` are.
    """

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        given = _plain(self._task.args)
        if given.get("plan_file") is not None:
            from ansible_collections.cloudserver.compute.plugins.plugin_utils import plan_file

            result.update(
                plan_file.with_plan_file(lambda options: self._run(options, variables), given, self._task.check_mode)
            )
        else:
            result.update(self._run(given, variables))
        return result

    def _run(self, given: dict[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        validation = ArgumentSpecValidator(
            OPTIONS, mutually_exclusive=[("password_variable", "passwords_variable")]
        ).validate(given)
        hidden = set(validation._no_log_values)
        if validation.error_messages:
            return {"failed": True, "msg": remove_values(validation.errors.msg, hidden)}
        self._enter_environment()
        try:
            return self._rotate(validation.validated_parameters, variables, hidden)
        except (StoreError, HistoryError) as error:
            return {"failed": True, "changed": False, "msg": "%s; nothing was done" % error}

    def _enter_environment(self) -> None:
        """The task's ``environment``, such as a proxy or credentials: this process runs nothing but this task."""
        environments = self._task.environment or []
        for environment in environments if isinstance(environments, list) else [environments]:
            for key, value in (self._templar.template(environment) or {}).items():
                os.environ[str(key)] = str(value)

    def _rotate(self, params: Mapping[str, Any], variables: Mapping[str, Any], hidden: set[str]) -> dict[str, Any]:
        names = server_names(params["servers"])
        if params["keep_last"] < 0:
            raise StoreError("keep_last: it must be a number of passwords, 0 or more")
        place = self.open_place(params["store"], variables)
        chosen = self._chosen(params, variables, names)
        if place is None and chosen is None:
            raise StoreError("store: set path or hashi_vault, or give the passwords in a variable")
        attempt = uuid.uuid4().hex
        passwords, made = self._begin(params, names, chosen, place, attempt)
        found, at_boot = self._set(params, passwords, hidden)
        result = {key: found[key] for key in _RETURNED if key in found}
        unchanged = {each["id"] for each in found.get("outcomes") or () if each.get("outcome") == UNCHANGED}
        unknown = [names[key] or key for key in passwords if key in made and key in unchanged]
        if place is not None and unknown:
            display.warning(unknown_passwords(params["revision"], unknown))
        if place is None or self._task.check_mode:
            return result
        ends = ends_of(found.get("outcomes") or (), at_boot)
        try:
            result["states"] = self._conclude(params, passwords, ends, place, attempt)
        except (StoreError, HistoryError) as error:
            said = "; %s" % result["msg"] if result.get("failed") else ""
            text = "the passwords were stored before they were set, but their states cannot be stored: %s%s"
            result.update(failed=True, msg=text % (error, said))
        return result

    def _chosen(
        self, params: Mapping[str, Any], variables: Mapping[str, Any], names: Mapping[str, str | None]
    ) -> dict[str, str] | None:
        """The passwords that the user has chosen, by server id; ``None`` where they come from the store."""
        one = self.secret_variable(params["password_variable"], variables)
        if one not in (None, ""):
            return {key: str(one) for key in names}
        several = self.secret_variable(params["passwords_variable"], variables)
        if several is None:
            return None
        absent = [names[key] or key for key in names if key not in several]
        if absent:
            raise StoreError("%s: no password for %s" % (params["passwords_variable"], ", ".join(absent)))
        return {key: str(several[key]) for key in names}

    def _begin(
        self,
        params: Mapping[str, Any],
        names: Mapping[str, str | None],
        chosen: Mapping[str, str] | None,
        place: Place | None,
        attempt: str,
    ) -> tuple[dict[str, str], set[str]]:
        """Stores the passwords of the servers before the cloud is asked. Returns them by server id, and the ids of the
        servers of which the store had no password of the revision."""
        length, revision = params["length"], params["revision"]
        new_password(length)

        made: set[str] = set()

        def begin(key: str, history: History) -> History:
            if history.find(revision) is None:
                made.add(key)
            given = None if chosen is None else chosen[key]
            found, entry = histories.issue(history, revision, lambda: new_password(length), now(), given)
            found = replace(found, name=names[key] or history.name)
            return histories.begin(found, entry, attempt, now())

        if place is None:
            return dict(chosen or {}), made
        if self._task.check_mode:
            found = {key: begin(key, history) for key, history in place.read(list(names)).items()}
        else:
            found = place.update(list(names), begin)
        return {key: history.entries[-1].password for key, history in found.items()}, made

    def _set(
        self, params: Mapping[str, Any], passwords: Mapping[str, str], hidden: set[str]
    ) -> tuple[dict[str, Any], bool]:
        """The result of server_password, and whether a password takes effect at the next start of a server."""
        given = {key: params[key] for key in (*CONNECTION, *_PASSED_ON) if params.get(key) is not None}
        given.update(ids=list(passwords), passwords=dict(passwords))
        validation = ArgumentSpecValidator(**server_password.MODULE.rules()).validate(given)
        if validation.error_messages:
            return {"failed": True, "msg": remove_values(validation.errors.msg, hidden | set(passwords.values()))}, True
        warnings: list[str] = []
        secrets = frozenset(hidden | set(validation._no_log_values) | set(passwords.values()))
        context = frame.Context(
            validation.validated_parameters,
            bool(self._task.check_mode),
            warnings.append,
            self._report_progress,
            no_log_values=secrets,
            run_folder=run_folder.run_folder(),
            module="server_password",
            spec=_SPEC,
        )
        found = frame.execute(server_password.run, context, bool(self._task.diff))
        for warning in warnings:
            display.warning(warning)
        # Without a connection no request was sent, so the response does not matter.
        return found, context._cloud is None or bool(context._cloud.supports("password_at_boot"))

    def _report_progress(self, words: str) -> None:
        display.display("%s: %s" % (self._task.get_name(), words))

    def _conclude(
        self,
        params: Mapping[str, Any],
        passwords: Mapping[str, str],
        ends: Mapping[str, str | None],
        place: Place,
        attempt: str,
    ) -> dict[str, str]:
        """Stores the results of the attempts, and returns the state of each server's password."""
        revision, keep_last = params["revision"], params["keep_last"]

        def conclude(key: str, history: History) -> History:
            return histories.conclude(history, revision, passwords[key], attempt, ends[key], now(), keep_last)

        found = place.update(list(ends), conclude) if ends else {}
        states = {}
        for key, history in found.items():
            entry = history.find(revision, passwords[key])
            if entry is not None:
                states[key] = entry.state
        return states


def ends_of(outcomes: Any, at_boot: bool) -> dict[str, str | None]:
    """How the attempt of each server has ended, by its id: the new state, ``None`` where the cloud has not accepted the
    password. A server is absent where it may have the password and nobody knows.

    ``at_boot``: the password holds from the next start on, and nothing proves that the guest takes it then.
    """
    ends: dict[str, str | None] = {}
    for outcome in outcomes:
        result, actions = outcome.get("outcome"), outcome.get("actions") or ()
        if result == DONE:
            ends[outcome["id"]] = histories.SET if at_boot else histories.IN_FORCE
        elif result == PENDING or (result == FAILED and at_boot and CHANGE_PASSWORD in actions):
            ends[outcome["id"]] = histories.SET
        elif result == UNCHANGED or (result == FAILED and CHANGE_PASSWORD not in actions):
            ends[outcome["id"]] = None
    return ends
