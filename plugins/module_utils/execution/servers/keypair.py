# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key pairs that are put on servers, or taken off."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import action_of, plan_one


def keypair_strategy(cloud: Compute, state: str, names: Sequence[str]) -> Strategy:
    """Puts key pairs on servers, or takes them off."""
    return Strategy(cloud, lambda server: plan_one(server, state, names), state)


def ask_one(cloud: Compute, action: str, server: Server, name: str) -> None:
    """Puts one key pair on one server, or takes it off. Raises CloudError."""
    (pending,) = cloud.perform([(server, action_of(action, (name,)))])
    if pending.error:
        raise pending.error
