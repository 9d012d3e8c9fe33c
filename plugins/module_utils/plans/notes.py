# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task keeps in a server's metadata, so that a run after an interrupted one knows what it has to finish.

The keys begin with ``cloudserver_``. No ``purge_metadata`` removes them.
"""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules

#: The state of server_power that a server is to have again after its reinstallation.
POWER_STATE_NOTE = "cloudserver_power_state"
#: ``migrate``: the cold migration of server_migrate that is still to be confirmed.
CONFIRM_NOTE = "cloudserver_confirm"
#: ``password``: the restart that makes a password of server_password take effect is still to come.
RESTART_NOTE = "cloudserver_restart"

REMOVE_METADATA = "remove_metadata"


def are_kept(rules: Rules) -> bool:
    """Whether the platform can keep notes: it has to be able to remove them again."""
    return rules.supports(REMOVE_METADATA)
