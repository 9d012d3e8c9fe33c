# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Mapping

from ansible.utils.display import Display

from ansible_collections.cloudserver.compute.plugins.plugin_utils import password_history as histories
from ansible_collections.cloudserver.compute.plugins.plugin_utils.password_history import History, HistoryError
from ansible_collections.cloudserver.compute.plugins.plugin_utils.password_places import Place, StoreError
from ansible_collections.cloudserver.compute.plugins.plugin_utils.password_store import (
    STORE,
    PasswordStoreAction,
    new_password,
    now,
    on_execution_node,
    server_names,
    unknown_passwords,
)

OPTIONS: dict[str, Any] = {
    "store": {"type": "dict", "options": STORE},
    "state": {"type": "str", "choices": ["issued", "in_force", "read", "checked"], "required": True},
    "servers": {"type": "list", "elements": "dict", "default": []},
    "revision": {"type": "str"},
    "length": {"type": "int", "default": 20},
    # The names of variables, and how many.
    "password_variable": {"type": "str", "no_log": False},
    "keep_last": {"type": "int", "default": 1},
    "return_passwords": {"type": "bool", "default": False, "no_log": False},
    "durable": {"type": "bool", "default": False},
}


display = Display()


class ActionModule(PasswordStoreAction):
    """password_store: it runs on the controller alone, so that no password leaves the process."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        _validated, params = self.validate_argument_spec(
            argument_spec=OPTIONS,
            required_if=[("state", "issued", ("revision",)), ("state", "in_force", ("revision",))],
        )
        try:
            result.update(self._carry_out(params, variables))
        except (StoreError, HistoryError) as error:
            result.update(failed=True, changed=False, msg=str(error))
        # The passwords are in the registered result only, and are not printed.
        if params["return_passwords"]:
            result["_ansible_no_log"] = not result.get("failed", False)
        return result

    def _carry_out(self, params: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        place = self.open_place(params["store"], variables)
        if params["state"] == "checked":
            return self._check(params, variables, place)
        if params["keep_last"] < 0:
            raise StoreError("keep_last: it must be a number of passwords, 0 or more")
        names = server_names(params["servers"])
        if params["state"] == "issued":
            return self._issue(params, names, self.secret_variable(params["password_variable"], variables), place)
        if place is None:
            raise StoreError("store: set path or hashi_vault")
        if params["state"] == "in_force":
            return self._confirm(params, names, place)
        found = place.read(list(names) or None)
        return dict(_described(found, params["return_passwords"]), changed=False)

    def _check(self, params: Mapping[str, Any], variables: Mapping[str, Any], place: Place | None) -> dict[str, Any]:
        """Whether the store can be read, is kept after the job, and has the passwords of the servers."""
        is_durable = params["durable"] or (place is not None and place.is_durable)
        on_awx = on_execution_node(variables, os.environ)
        if on_awx and not is_durable:
            raise StoreError(
                "this job runs on an execution node of AWX, and its container is removed with all its files after"
                " the job, but the password store is not durable; use HashiCorp Vault, or a file on a persistent"
                " volume, and declare it durable; nothing was done"
            )
        result: dict[str, Any] = {"changed": False, "durable": is_durable, "execution_node": on_awx}
        if place is None:
            return result
        names, revision = server_names(params["servers"]), params["revision"]
        found = place.read(list(names) or ["0"])
        if revision and names:
            unknown = [key for key in names if found.get(key, History()).find(revision) is None]
            result["unknown_passwords"] = [{"id": key, "name": names[key]} for key in unknown]
            if unknown:
                display.warning(unknown_passwords(revision, [names[key] or key for key in unknown]))
        return result

    def _issue(
        self, params: Mapping[str, Any], names: Mapping[str, str | None], given: Any, place: Place | None
    ) -> dict[str, Any]:
        length, revision = params["length"], params["revision"]
        new_password(length)  # so that a length out of range fails without servers too
        added: set[str] = set()
        chosen = None if given in (None, "") else str(given)

        def issue(key: str, history: History) -> History:
            found, _entry = histories.issue(history, revision, lambda: new_password(length), now(), chosen)
            if len(found.entries) > len(history.entries):
                added.add(key)
            return replace(found, name=names[key] or history.name)

        if place is None or self._task.check_mode:
            before = {key: History() for key in names} if place is None else place.read(list(names))
            found = {key: issue(key, history) for key, history in before.items()}
        else:
            found = place.update(list(names), issue) if names else {}
        result = dict(_described(found, False), changed=bool(added))
        if params["return_passwords"]:
            result["passwords"] = {key: history.entries[-1].password for key, history in found.items()}
        return result

    def _confirm(self, params: Mapping[str, Any], names: Mapping[str, str | None], place: Place) -> dict[str, Any]:
        revision, keep_last = params["revision"], params["keep_last"]

        def confirm(key: str, history: History) -> History:
            try:
                return histories.confirm(history, revision, now(), keep_last)
            except HistoryError as error:
                raise StoreError("server %s: %s" % (names[key] or key, error)) from None

        before = place.read(list(names))
        is_new = any(not _is_in_force(before[key], revision) for key in names)
        if self._task.check_mode or not is_new:
            for key in names:
                confirm(key, before[key])
            return dict(_described(before, False), changed=is_new)
        return dict(_described(place.update(list(names), confirm), False), changed=True)


def _is_in_force(history: History, revision: str) -> bool:
    entry = history.find(revision)
    return entry is not None and entry.state == histories.IN_FORCE


def _described(found: Mapping[str, History], with_passwords: bool) -> dict[str, Any]:
    servers = {}
    for key, history in found.items():
        rows = []
        for entry in history.entries:
            row = {"revision": entry.revision, "state": entry.state, "times": dict(entry.times)}
            rows.append(dict(row, password=entry.password) if with_passwords else row)
        servers[key] = {"name": history.name, "history": rows}
    return {"servers": servers}
