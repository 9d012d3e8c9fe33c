# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    """server_fleet, in the worker where the task allows it."""
