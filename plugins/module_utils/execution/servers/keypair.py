# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attaches key pairs to servers and detaches them."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import deed_of, plan_one


class KeypairRun(Executor):
    """Puts key pairs on servers, or takes them off."""

    def __init__(self, cloud: Compute, state: str, names: Sequence[str], waiter: Waiter) -> None:
        super().__init__(cloud, lambda server: plan_one(server, state, names), state, True, waiter)


def ask_one(cloud: Compute, action: str, server: Server, name: str) -> None:
    """Puts one key pair on one server, or takes it off. Raises CloudError."""
    (ticket,) = cloud.perform([(server, deed_of(action, (name,)))])
    if ticket.error:
        raise ticket.error
