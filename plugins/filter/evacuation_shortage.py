# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter evacuation_shortage; its documentation is in evacuation_shortage.yml."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.cloudserver.compute.plugins.plugin_utils.host_failures import find_shortage
from ansible_collections.cloudserver.compute.plugins.plugin_utils.untrusted import as_data


def shortage(servers: Any, hypervisors: Any, **options: Any) -> str:
    return str(as_data(find_shortage(servers, hypervisors, **options)))


class FilterModule:
    """Ansible's entry to the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"evacuation_shortage": shortage}
