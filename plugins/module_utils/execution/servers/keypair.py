# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The strategy to attach key pairs to servers, and to detach them."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.notes import write_notes
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, Outcome, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import (
    NOTE,
    note_after,
    plan_one,
)


def note_keypairs(work: Executor, plan: Plan, state: str) -> None:
    """Stores the key pairs that were attached or detached in the metadata of each server, for the next task."""
    wanted = {}
    for change in plan.items:
        key = change.server.id
        if work.outcomes[key].result == DONE and change.after.get(state):
            wanted[key] = {NOTE: note_after(work.servers[key], state, change.after[state])}
    errors = write_notes(work.cloud, [(work.servers[key], metadata) for key, metadata in wanted.items()])
    for key, metadata in wanted.items():
        server, outcome = work.servers[key], work.outcomes[key]
        if key not in errors:
            work.servers[key] = replace(server, metadata={**server.metadata, **metadata})
            continue
        failed = Outcome.of_error(server, FAILED, errors[key], outcome.actions)
        text = "the key pairs were %s, but this could not be stored in its metadata: %s"
        message = text % (state, errors[key].message)
        work.outcomes[key] = replace(failed, message=message)


def keypair_strategy(cloud: Compute, state: str, names: Sequence[str]) -> Strategy:
    """Attaches key pairs to servers, or detaches them."""
    return Strategy(cloud, lambda server: plan_one(server, state, names), state)
