# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter host_failures; its documentation is in host_failures.yml."""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.cloudserver.compute.plugins.plugin_utils import host_failures
from ansible_collections.cloudserver.compute.plugins.plugin_utils.untrusted import as_data


def find(observations: Any, **options: Any) -> dict[str, Any]:
    try:
        return dict(as_data(host_failures.find_failures(observations, **options)))
    except host_failures.FailureError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """Ansible's entry to the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"host_failures": find}
