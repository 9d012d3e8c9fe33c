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
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest, PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan, UpdateStep

CREATE, DELETE = "create", "delete"


def describe_step(step: UpdateStep) -> str:
    """The step as ``completed_steps`` shows it."""
    shown = getattr(step.value, "label", step.value)
    return "%s %s" % (step.action, shown) if isinstance(shown, str) else step.action


@dataclass(frozen=True)
class StepDefinition:
    """How one action is carried out. ``send`` and ``is_done`` take the value of the step.

    ``is_done`` reads the state: it returns what proves the change, something false if the change was not made, and
    raises CloudError if the state cannot tell; ``None`` if ``send`` itself decides that. ``refusals`` are the errors
    after which it is called too. ``store`` takes what a step has created, and raises InvalidRequest if it cannot be
    stored. ``left`` is what the user has to know about the completed step if a later one fails.
    """

    send: Callable[[Any], Any]
    is_done: Callable[[Any], Any] | None
    refusals: tuple[type[CloudError], ...] = OF_STATE
    store: Callable[[Any], None] | None = None
    left: str | None = None

    def take(self, cloud: Compute, value: Any = None) -> None:
        """Carries out one step. Raises CloudError unless the change is proven."""
        is_done = self.is_done
        if is_done is None:
            found = self.send(value)
        else:
            found = apply_and_verify(cloud, lambda: self.send(value), lambda: is_done(value), self.refusals)
        if self.store:
            self.store(found)


@dataclass(frozen=True)
class Rollback:
    """How a deleted resource is restored. ``steps`` recreate it; ``record`` describes it, should they fail.

    ``restored`` is the sentence for the user. ``same_id``: the resource is as it was, so that nothing has changed.
    ``keeps_replacement``: a replacement stays, if it was created and a later step fails.
    """

    name: str
    steps: Sequence[UpdateStep]
    record: str
    restored: Callable[[], str]
    same_id: bool = True
    keeps_replacement: bool = False


class StepEngine:
    """Carries out plans by their definitions, one for each action."""

    def __init__(
        self, cloud: Compute, definitions: Mapping[str, StepDefinition], rollback: Rollback | None = None
    ) -> None:
        self.cloud = cloud
        self.definitions = definitions
        self.rollback = rollback

    def run(self, plan: ResourcePlan) -> None:
        """Raises PartialFailure if a step fails, and InvalidRequest if what it has created could not be stored. A
        resource that was deleted to be recreated is restored then."""
        completed: list[UpdateStep] = []
        for step in plan.steps:
            try:
                self._take(step)
            except (CloudError, InvalidRequest) as error:
                raise self._failure(plan, completed, error) from None
            completed.append(step)

    def _take(self, step: UpdateStep) -> None:
        self.definitions[step.action].take(self.cloud, step.value)

    def _failure(
        self, plan: ResourcePlan, completed: Sequence[UpdateStep], error: CloudError | InvalidRequest
    ) -> Exception:
        words, actions = [describe_step(step) for step in completed], [step.action for step in completed]
        recreates = [step.action for step in plan.steps[:2]] == [DELETE, CREATE]
        rollback, replaced = self.rollback, CREATE in actions
        if rollback and recreates and DELETE in actions and not (replaced and rollback.keeps_replacement):
            return self._restore(rollback, replaced, words, error)
        if isinstance(error, InvalidRequest):
            return error
        for left in filter(None, (self.definitions[action].left for action in actions)):
            error.add_hint(left)
        return PartialFailure(error, words)

    def _restore(
        self, rollback: Rollback, replaced: bool, words: Sequence[str], error: CloudError | InvalidRequest
    ) -> Exception:
        try:
            # The replacement has the old one's name, so it goes first.
            for step in ([UpdateStep(DELETE)] if replaced else []) + list(rollback.steps):
                self._take(step)
        except CloudError as trouble:
            text = "%s; restoring the old %s failed: %s" % (error, rollback.name, trouble)
            return PartialFailure(CloudError(text, hint=rollback.record), words)
        if isinstance(error, InvalidRequest):
            return InvalidRequest("%s. %s" % (error, rollback.restored()))
        error.add_hint(rollback.restored())
        return PartialFailure(error, [] if rollback.same_id else words)
