# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A power state planned and carried out on a cloud of the tests' own."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.power import PowerStrategy
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import plan_power
from ansible_collections.cloudserver.compute.tests.unit.fakes import FakeCloud


def carry_out(
    cloud: FakeCloud, want: str, force: bool = False, wait: bool = True, timeout: float = 60.0
) -> tuple[Plan, Executor]:
    plan = plan_power(list(cloud.servers.list(None)), want, force, cloud.rules)  # type: ignore[arg-type]
    said: list[str] = []
    power = Executor(cloud, PowerStrategy(cloud, want, force), wait, Waiter(cloud, timeout, 5.0, said.append))
    power.run(plan)
    power.said = said  # type: ignore[attr-defined]
    return plan, power
