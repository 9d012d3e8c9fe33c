# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Notes in the metadata of a server, so that a run after an interruption can finish the work. The keys begin with
``cloudserver_``. ``purge_metadata`` never removes them."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules

#: The server_power state to restore after a reinstallation.
POWER_STATE_NOTE = "cloudserver_power_state"
#: ``migrate``: a cold migration of server_migrate that is not confirmed yet.
CONFIRM_NOTE = "cloudserver_confirm"
#: ``password``: the restart that applies a password of server_password is not done yet.
RESTART_NOTE = "cloudserver_restart"

REMOVE_METADATA = "remove_metadata"


def are_kept(rules: Rules) -> bool:
    """Whether the platform can store notes: it must be able to remove them."""
    return rules.supports(REMOVE_METADATA)
