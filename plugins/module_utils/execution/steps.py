# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out the plan for a resource step by step, and restores a deleted one if its replacement cannot be created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.apply import OF_STATE, apply_and_verify
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan, UpdateStep

CREATE, DELETE = "create", "delete"


def describe_step(step: UpdateStep) -> str:
    """The step as ``completed_steps`` shows it."""
    return "%s %s" % (step.action, step.value) if isinstance(step.value, str) else step.action


@dataclass(frozen=True)
class StepDefinition:
    """How one action is carried out. All functions but ``describe`` take the value of the step.

    ``is_done`` reads the state: it returns what proves the change, something false if the change was not made, and
    raises CloudError if the state cannot tell. ``refusals`` are the errors after which it is asked too. ``store`` takes
    what a step has created.
    """

    send: Callable[[Any], Any]
    is_done: Callable[[Any], Any]
    refusals: tuple[type[CloudError], ...] = OF_STATE
    store: Callable[[Any], None] | None = None
    describe: Callable[[UpdateStep], str] = describe_step


@dataclass(frozen=True)
class Rollback:
    """How a deleted resource is restored. ``steps`` recreate it; ``record`` describes it, should they fail.

    ``restored`` is the sentence for the user. ``same_id``: the resource is as it was, so that nothing has changed.
    """

    name: str
    steps: Sequence[UpdateStep]
    record: str
    restored: Callable[[], str]
    same_id: bool = True


class StepEngine:
    """Carries out plans by their definitions, one for each action."""

    def __init__(
        self, cloud: Compute, definitions: Mapping[str, StepDefinition], rollback: Rollback | None = None
    ) -> None:
        self.cloud = cloud
        self.definitions = definitions
        self.rollback = rollback

    def run(self, plan: ResourcePlan) -> None:
        """Raises PartialFailure if a step fails. A resource that was deleted to be recreated is restored then."""
        completed: list[UpdateStep] = []
        for step in plan.steps:
            try:
                self._take(step)
            except CloudError as error:
                raise self._failure(plan, completed, error) from None
            completed.append(step)

    def _take(self, step: UpdateStep) -> None:
        definition, value = self.definitions[step.action], step.value

        def send() -> Any:
            answer = definition.send(value)
            return True if answer is None else answer

        found = apply_and_verify(self.cloud, send, lambda: definition.is_done(value), definition.refusals)
        if definition.store:
            definition.store(found)

    def _failure(self, plan: ResourcePlan, completed: Sequence[UpdateStep], error: CloudError) -> PartialFailure:
        words = [self.definitions[step.action].describe(step) for step in completed]
        actions = [step.action for step in completed]
        recreates = [step.action for step in plan.steps[:2]] == [DELETE, CREATE]
        if not (self.rollback and recreates and DELETE in actions):
            return PartialFailure(error, words)
        return self._restore(self.rollback, CREATE in actions, words, error)

    def _restore(self, rollback: Rollback, replaced: bool, words: Sequence[str], error: CloudError) -> PartialFailure:
        try:
            # The replacement has the old one's name, so it goes first.
            for step in ([UpdateStep(DELETE)] if replaced else []) + list(rollback.steps):
                self._take(step)
        except CloudError as trouble:
            text = "%s; restoring the old %s failed: %s %s" % (error, rollback.name, trouble, rollback.record)
            return PartialFailure(CloudError(text), words)
        error.hint = " ".join(filter(None, (error.hint, rollback.restored())))
        return PartialFailure(error, [] if rollback.same_id else words)
