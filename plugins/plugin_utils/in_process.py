# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs any module of the collection inside ansible-playbook's worker, where nothing asks for a process of its own.

A process costs about a third of a second before anything is asked of a cloud; the same work costs some hundredths
here. Everything that the first task needs is imported below, so that the controller imports it once, before it forks.
"""

from __future__ import annotations

import importlib
from typing import Any

from ansible import constants as C
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth import access_key, keystone
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config import clouds_yaml
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms import easystack, ustack
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    action_table as huaweicloud_actions,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    client as huaweicloud,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    consoles as huaweicloud_consoles,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    creation as huaweicloud_creation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    flavors as huaweicloud_flavors,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    images as huaweicloud_images,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    jobs as huaweicloud_jobs,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    keypairs as huaweicloud_keypairs,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    networks as huaweicloud_networks,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    quotas as huaweicloud_quotas,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    server_groups as huaweicloud_server_groups,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    servers as huaweicloud_servers,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    status as huaweicloud_status,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    volumes as huaweicloud_volumes,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    zones as huaweicloud_zones,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import (
    action_table,
    aggregates,
    consoles,
    creation,
    flavors,
    hosts,
    images,
    interfaces,
    keypairs,
    networks,
    new_server,
    public_ips,
    quotas,
    recorded,
    server_groups,
    servers,
    snapshots,
    volumes,
    zones,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import client as nova
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.printable import printable
from ansible_collections.cloudserver.compute.plugins.module_utils.execution import handle, selection, waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.runner import module as frame
from ansible_collections.cloudserver.compute.plugins.module_utils.runner import outcomes, secrets
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import without_nulls
from ansible_collections.cloudserver.compute.plugins.plugin_utils import run_folder

display = Display()

#: Named here so that the controller has imported them when it forks; a task uses the one it connects to.
PLATFORMS = (easystack, huaweicloud, nova, ustack)
RESOURCES = (
    action_table, aggregates, consoles, creation, flavors, hosts, images, interfaces, keypairs, networks,
    new_server, public_ips, quotas, recorded, server_groups, servers, snapshots, volumes, zones,
    huaweicloud_actions, huaweicloud_consoles, huaweicloud_creation, huaweicloud_flavors, huaweicloud_images,
    huaweicloud_jobs, huaweicloud_keypairs, huaweicloud_networks, huaweicloud_quotas, huaweicloud_server_groups,
    huaweicloud_servers, huaweicloud_status, huaweicloud_volumes, huaweicloud_zones,
)  # fmt: skip
COMMON = (access_key, clouds_yaml, keystone, handle, outcomes, selection, waiter)
MODULES = "ansible_collections.cloudserver.compute.plugins.modules."


class InProcessAction(ActionBase):
    """The action plugin of every module in plugins/action. There is one file for each module and no redirect in
    meta/runtime.yml: with a redirect, module_defaults of one module apply to all of them, and ansible-lint mistakes the
    name of the action for that of the module."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        name = self._task.action.rsplit(".", 1)[-1]
        module = importlib.import_module(MODULES + name)
        # A null counts as left out, in both ways to run.
        given = without_nulls(self._task.args, module.MODULE.argument_spec)
        if "plan_file" in given and "plan_file" in module.MODULE.argument_spec:
            found = self._with_plan_file(name, module, given, variables)
        else:
            found = self._anywhere(name, module, given, variables)
        if not _shows_invocation(variables):
            found.pop("invocation", None)
        result.update(found)
        return result

    def _anywhere(self, name: str, module: Any, given: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        return self._here(name, module, given) if self._may_run_here(variables) else self._there(variables, given)

    def _with_plan_file(
        self, name: str, module: Any, given: dict[str, Any], variables: dict[str, Any]
    ) -> dict[str, Any]:
        """Reads the approved plan for a run, and writes the plan of check mode. The module itself gets a mapping, and
        returns one: wherever it runs, the file is on the controller."""
        from ansible_collections.cloudserver.compute.plugins.plugin_utils import plan_file

        def run(options: dict[str, Any]) -> dict[str, Any]:
            return self._anywhere(name, module, options, variables)

        return plan_file.with_plan_file(run, given, bool(self._task.check_mode), bool(self._task.async_val))

    def _may_run_here(self, variables: dict[str, Any]) -> bool:
        """Whether the task wants nothing that only a process of its own can give."""
        if self._task.async_val or any(self._task.environment or ()):
            return False
        if getattr(self._connection, "transport", None) != "local" or self._connection.become:
            return False
        if not session.HAS_REQUESTS:
            # The interpreter of the target may have what ansible-playbook's own has not.
            return False
        wanted = variables.get("cloudserver_in_process", True)
        return bool(boolean(self._templar.template(wanted), strict=False))

    def _there(self, variables: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        """As Ansible runs every module: shipped to the target."""
        wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
        try:
            found = self._execute_module(module_args=given, task_vars=variables, wrap_async=wrap_async)
        finally:
            if not wrap_async:
                self._remove_tmp_path(self._connection._shell.tmpdir)
        return dict(found)

    def _here(self, name: str, module: Any, given: dict[str, Any]) -> dict[str, Any]:
        spec = module.MODULE
        validation = ArgumentSpecValidator(**spec.rules()).validate(_plain(given))
        params = validation.validated_parameters
        # Private by name in ansible-core, and the one way to the values; AnsibleModule itself reads them so.
        hidden = frozenset(validation._no_log_values)
        warnings = ["Both option %(option)s and its alias %(alias)s are set." % each for each in validation._warnings]
        context = frame.Context(
            params,
            bool(self._task.check_mode),
            warnings.append,
            self._report_progress,
            no_log_values=hidden,
            run_folder=run_folder.run_folder(),
            module=name,
            spec=spec,
        )
        if validation.error_messages:
            message = validation.errors.msg
            if isinstance(validation.errors[0], UnsupportedError):
                message = "Unsupported parameters for (%s) module: %s" % (self._task.action, message)
            clean = secrets.clean_message(message, hidden)
            return {"failed": True, "msg": clean, "invocation": frame.shown_call(spec, context)}
        if self._task.check_mode and not spec.supports_check_mode:
            return {"skipped": True, "msg": "module (%s) does not support check mode" % name}
        found = frame.execute(module.run, context, bool(self._task.diff))
        found["invocation"] = frame.shown_call(spec, context)
        for warning in warnings:
            display.warning(warning)
        if warnings:
            found["warnings"] = warnings
        return found

    def _report_progress(self, words: str) -> None:
        display.display("%s: %s" % (printable(self._task.get_name()), words))


def _shows_invocation(variables: dict[str, Any]) -> bool:
    """Whether results say how the module was called: always before ansible-core 2.21, by a setting from there on."""
    if "INJECT_INVOCATION" not in C.config.get_configuration_definitions():
        return True
    return bool(C.config.get_config_value("INJECT_INVOCATION", variables=variables))


def _plain(value: Any) -> Any:
    """The value without what ansible-core attaches to it, as a shipped module gets it through JSON."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_plain(entry) for entry in value]
    return str(value)
