# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument spec of a declared fleet, and the complete options of its entries."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.fleet import (
    NAMING,
    EntryGroup,
    Problems,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.networks import declared_networks
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.server_options import EXCLUSIVE, SERVER


def _leaf(option: Mapping[str, Any]) -> dict[str, Any]:
    """The option of an entry: without its default, because ``defaults`` comes first, and without suboptions, because
    the options of an entry are checked again when they are complete."""
    return {key: value for key, value in option.items() if key not in ("default", "options")}


#: The module server leaves it to server_power.
_POWER = {"power_state": {"type": "str", "choices": ["started", "stopped"]}}
#: An entry.
ENTRY = {**{name: _leaf(option) for name, option in SERVER.items()}, **_POWER}
#: The options for all entries.
DEFAULTS = {name: option for name, option in ENTRY.items() if name not in (*NAMING, "new_name")}

_COMPLETE = ArgumentSpecValidator(
    {**{name: option for name, option in SERVER.items() if name not in NAMING},
     **_POWER, "tag_keys": {"type": "list", "elements": "str", "no_log": False}},
    mutually_exclusive=[names for names in EXCLUSIVE if not set(names) & set(NAMING)],
)  # fmt: skip
#: Options of the module server that no entry has.
_ALONE = {"name": None, "names": None, "name_pattern": None, "count": None, "select": None, "client_token": None,
          "return_passwords": False}  # fmt: skip


def complete_options(groups: Sequence[EntryGroup]) -> list[dict[str, Any]]:
    """The options of each group as the module server has them. Raises InvalidRequest."""
    problems = Problems()
    found = []
    for group in groups:
        checked = _COMPLETE.validate(dict(group.options))
        if checked.error_messages:
            problems.add(group.label, checked.errors.msg)
        params = {**_ALONE, **checked.validated_parameters}
        params["networks"] = declared_networks(params["networks"])
        params["tag_keys"] = frozenset(params["tag_keys"] or ())
        found.append(params)
    problems.raise_if_any()
    return found
