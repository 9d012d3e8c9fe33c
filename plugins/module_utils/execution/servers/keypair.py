# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The strategy to attach key pairs to servers, and to detach them."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import action_of, plan_one


def keypair_strategy(cloud: Compute, state: str, names: Sequence[str]) -> Strategy:
    """Attaches key pairs to servers, or detaches them."""
    return Strategy(cloud, lambda server: plan_one(server, state, names), state)


def ask_one(cloud: Compute, action: str, server: Server, name: str) -> None:
    """Attaches one key pair to one server, or detaches it. Raises CloudError."""
    (pending,) = cloud.perform([(server, action_of(action, (name,)))])
    if pending.error:
        raise pending.error
