# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter fleet_groups; its documentation is in fleet_groups.yml."""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.cloudserver.compute.plugins.plugin_utils.fleet_declaration import (
    DeclarationError,
    group_entries,
)


def fleet_groups(entries: Any, default_tags: Any = None) -> list[dict[str, Any]]:
    try:
        return group_entries(entries, default_tags)
    except DeclarationError as error:
        raise AnsibleFilterError("declared servers: %s" % error) from None


class FilterModule:
    """Ansible's entry to the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"fleet_groups": fleet_groups}
