# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import difflib
import os
from typing import Any, Iterable, Mapping, Sequence

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

SPEC_FILES = ("argument_specs.yml", "argument_specs.yaml", "main.yml")


class ActionModule(ActionBase):
    """Compares the variables of a role's prefix with the role's argument spec; runs on the controller alone."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, params = self.validate_argument_spec(
            argument_spec={
                "allow": {"type": "list", "elements": "str", "default": []},
                "plan_file": {"type": "path"},
                "return_plan": {"type": "bool", "default": False},
                "own_changes": {
                    "type": "list",
                    "elements": "str",
                    "choices": ["metadata", "power_state", "updated"],
                    "default": [],
                },
            }
        )
        role = self._task._role
        if role is None:
            raise AnsibleActionFail("validate_role_variables can only be used in a role; this task is in a playbook")
        name = role.get_name().rsplit(".", 1)[-1]
        known = self._known(role._role_path) | set(params["allow"])
        unknown = unknown_variables(name, known, task_vars or {})
        result.update(changed=False, acting_host=self._acting_host(task_vars or {}))
        if unknown:
            result.update(failed=True, msg=complaint(name, unknown, known), unknown=unknown)
        elif params["plan_file"]:
            result.update(self._plan(params["plan_file"], params["own_changes"] if params["return_plan"] else None))
        return result

    def _plan(self, path: str, own_changes: Sequence[str] | None) -> dict[str, Any]:
        """Begins the plan of the role in check mode, and reads the approved one for a run, before anything is done.
        ``None`` does not return the plan itself."""
        from ansible_collections.cloudserver.compute.plugins.module_utils.plans import plan_document
        from ansible_collections.cloudserver.compute.plugins.plugin_utils import locked_file, plan_file

        try:
            if self._task.check_mode:
                plan_file.begin(path)
                return {}
            plan = plan_file.take(path)
            found: dict[str, Any] = {"planned": plan_file.contents(plan, path)}
            if own_changes is not None:
                found.update(approved_plan=plan, compared_plan=plan_document.without_comparing(plan, own_changes))
            return found
        except locked_file.FileError as error:
            return {"failed": True, "msg": "%s; nothing was done" % error}

    def _acting_host(self, variables: Mapping[str, Any]) -> str:
        """The host that acts for all in a role that acts once: strategies such as free run its tasks for every host.

        The name, for a task with run_once gives what it registers to every host.
        """
        play = self._task.get_play()
        strategy = str(play.strategy) if play is not None else "linear"
        batch = variables.get("ansible_play_batch") or ()
        runs_once = strategy.rpartition(".")[2] in ("linear", "debug")
        return str(variables["inventory_hostname"] if runs_once or not batch else batch[0])

    def _known(self, role_path: str) -> set[str]:
        """The variables that the role's argument specs declare, of all entry points."""
        for name in SPEC_FILES:
            path = os.path.join(role_path, "meta", name)
            if os.path.exists(path):
                specs = (self._loader.load_from_file(path) or {}).get("argument_specs")
                if specs is not None:
                    return {str(option) for entry in specs.values() for option in entry.get("options") or ()}
        raise AnsibleActionFail("%s has no argument specs in its folder meta" % role_path)


def unknown_variables(role: str, known: Iterable[str], variables: Iterable[Any]) -> list[str]:
    """The names among ``variables`` that begin with the role's name and an underscore and are none of ``known``."""
    names = {str(name) for name in variables if str(name).startswith(role + "_")}
    return sorted(names - set(known))


def complaint(role: str, unknown: Iterable[str], known: Iterable[str]) -> str:
    """One sentence that names the unknown variables, each with the known one that resembles it most."""
    texts = []
    # Without the prefix, which alone would make any two names resemble each other.
    endings = {name[len(role) + 1 :]: name for name in sorted(known)}
    for name in unknown:
        close = difflib.get_close_matches(name[len(role) + 1 :], endings, n=1)
        texts.append("%s (did you mean %s?)" % (name, endings[close[0]]) if close else name)
    return "the role %s has no variable %s; nothing was done" % (role, ", ".join(texts))
