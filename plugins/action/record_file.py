# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any, Mapping

from ansible.plugins.action import ActionBase

from ansible_collections.cloudserver.compute.plugins.plugin_utils import locked_file
from ansible_collections.cloudserver.compute.plugins.plugin_utils.in_process import _plain
from ansible_collections.cloudserver.compute.plugins.plugin_utils.locked_file import FileError

OPTIONS: dict[str, Any] = {
    "path": {"type": "str", "required": True},
    # The name of an entry.
    "key": {"type": "str", "required": True, "no_log": False},
    "state": {"type": "str", "choices": ["present", "absent", "read"], "default": "present"},
    "value": {"type": "dict", "default": {}},
    "purge": {"type": "bool", "default": False},
    "lock_timeout": {"type": "float", "default": 60},
}


class ActionModule(ActionBase):
    """record_file: a mapping in a JSON file on the controller, changed under a lock."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, params = self.validate_argument_spec(argument_spec=OPTIONS)
        params = _plain(params)
        path = locked_file.resolve_path(params["path"])
        try:
            if params["state"] == "read" or self._task.check_mode:
                before = _load(path)
                after = changed_records(before, params)
            else:
                with locked_file.locked(path, params["lock_timeout"]):
                    before = _load(path)
                    after = changed_records(before, params)
                    if after != before:
                        text = json.dumps(after, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
                        locked_file.write(path, text.encode("utf-8"))
        except FileError as error:
            result.update(failed=True, changed=False, msg=str(error))
            return result
        value = after.get(params["key"])
        result.update(changed=after != before, path=path, exists=value is not None, value=value or {})
        return result


def changed_records(records: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """The records as the options ask for them."""
    key = params["key"]
    if params["state"] == "present":
        value = {} if params["purge"] else dict(records.get(key) or {})
        return dict(records, **{key: dict(value, **params["value"])})
    if params["state"] == "absent":
        return {name: value for name, value in records.items() if name != key}
    return dict(records)


def _load(path: str) -> dict[str, Any]:
    """Raises FileError."""
    text = locked_file.read(path)
    if text is None:
        return {}
    try:
        found = json.loads(text.decode("utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, dict) for value in found.values()):
        raise FileError("%s does not contain a mapping of records in JSON; move it away, or set another file" % path)
    return found
