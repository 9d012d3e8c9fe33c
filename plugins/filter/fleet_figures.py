# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter fleet_figures; its documentation is in fleet_figures.yml."""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.cloudserver.compute.plugins.plugin_utils.fleet_figures import (
    FiguresError,
    figures,
    parse_day,
)
from ansible_collections.cloudserver.compute.plugins.plugin_utils.untrusted import as_data


def fleet_figures(servers: Any, date: Any = None, **options: Any) -> dict[str, Any]:
    try:
        return dict(as_data(figures(servers, parse_day(date), **options)))
    except FiguresError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """Ansible's entry to the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"fleet_figures": fleet_figures}
