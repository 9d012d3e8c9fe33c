# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The strategy to attach key pairs to servers, and to detach them."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import plan_one


def keypair_strategy(cloud: Compute, state: str, names: Sequence[str]) -> Strategy:
    """Attaches key pairs to servers, or detaches them."""
    return Strategy(cloud, lambda server: plan_one(server, state, names), state)
