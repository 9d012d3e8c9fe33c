# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The strategies to attach key pairs to servers and to detach them, and to bind the one key pair of a server."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.notes import remove_notes, write_notes
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, Outcome, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import (
    NOTE,
    note_after,
    plan_one,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair_binding import BindingSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair_binding import (
    plan_one as plan_binding_of_one,
)


def note_keypairs(work: Executor, plan: Plan, state: str) -> None:
    """Stores the key pairs that were attached or detached in the metadata of each server, for the next task."""
    done = [item for item in plan.items if work.outcomes[item.server.id].result == DONE and item.after.get(state)]
    after = {item.server.id: note_after(work.servers[item.server.id], state, item.after[state]) for item in done}
    errors = write_notes(work.cloud, [(work.servers[key], {NOTE: note}) for key, note in after.items() if note])
    errors.update(remove_notes(work.cloud, [work.servers[key] for key, note in after.items() if not note], (NOTE,)))
    for key, note in after.items():
        server, outcome = work.servers[key], work.outcomes[key]
        if key not in errors:
            metadata = {name: value for name, value in server.metadata.items() if name != NOTE}
            work.servers[key] = replace(server, metadata={**metadata, **({NOTE: note} if note else {})})
            continue
        failed = Outcome.of_error(server, FAILED, errors[key], outcome.actions)
        text = "the key pairs were %s, but this could not be stored in its metadata: %s"
        message = text % (state, errors[key].message)
        work.outcomes[key] = replace(failed, message=message)


def keypair_strategy(cloud: Compute, state: str, names: Sequence[str]) -> Strategy:
    """Attaches key pairs to servers, or detaches them."""
    return Strategy(cloud, lambda server: plan_one(server, state, names), state)


def binding_strategy(cloud: Compute, spec: BindingSpec) -> Strategy:
    """Binds the key pair of servers, replaces it or unbinds it."""
    return Strategy(cloud, lambda server: plan_binding_of_one(server, spec), spec.state)


def require_keypairs(cloud: Compute, names: Sequence[str]) -> None:
    """Raises InvalidRequest if the user has no key pair of one of the names. One is read alone, several by the list."""
    if len(names) == 1:
        unknown = [] if cloud.keypairs.get(names[0]) else list(names)
    else:
        unknown = sorted(set(names) - {each.name for each in cloud.keypairs.list()}) if names else []
    if unknown:
        raise InvalidRequest(
            "key_names: the user has no key pair %s; create it with the module keypair" % ", ".join(unknown)
        )
