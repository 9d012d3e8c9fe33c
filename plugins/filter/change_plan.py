# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter change_plan; its documentation is in change_plan.yml."""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.cloudserver.compute.plugins.plugin_utils import change_plan as plans
from ansible_collections.cloudserver.compute.plugins.plugin_utils.untrusted import as_data


def change_plan(clouds: Any, revision: Any, **options: Any) -> dict[str, Any]:
    try:
        return dict(as_data(plans.change_plan(clouds, revision, **options)))
    except plans.ChangeError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """Ansible's entry to the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"change_plan": change_plan}
