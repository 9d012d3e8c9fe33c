# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter power_tiers; its documentation is in power_tiers.yml."""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.cloudserver.compute.plugins.plugin_utils import power_tiers as tiers
from ansible_collections.cloudserver.compute.plugins.plugin_utils.untrusted import as_data


def power_tiers(clouds: Any, state: Any, **options: Any) -> list[dict[str, Any]]:
    try:
        return list(as_data(tiers.power_tiers(clouds, state, **options)))
    except tiers.TierError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """Ansible's entry to the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"power_tiers": power_tiers}
