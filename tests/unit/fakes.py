"""A cloud without wires, for tests of what is decided rather than of what is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    GOALS,
    Action,
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_SUCCEEDED
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.servers import Servers
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules

STATUS = {"running": "ACTIVE", "stopped": "SHUTOFF", "paused": "PAUSED", "suspended": "SUSPENDED", "error": "ERROR"}
TASK = {
    "start": "powering-on",
    "stop": "powering-off",
    "reboot": "rebooting",
    "pause": "pausing",
    "unpause": "unpausing",
    "suspend": "suspending",
    "resume": "resuming",
}


class FakeClock:
    """Time that passes only by sleep(); counts how often and how long."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.sleeps.append(seconds)
        self.now += seconds


def server(name: str, state: str = "running", **more: Any) -> Server:
    """A server in a power state; its id is made of its name."""
    return Server(id="id-" + name, name=name, platform="fake", status=STATUS.get(state, state), **more)


class FakeRules(Rules):
    """What the fake cloud can do."""

    platform = "fake"
    capabilities = frozenset([*GOALS, "act_on_locked", "all_projects", "deleted"])


class FakeCloud(Compute):
    """Servers that take ``delay`` seconds from state to state, and refuse what Nova would refuse."""

    rules_class = FakeRules

    def __init__(self, servers: Iterable[Server], delay: float = 1.0, without: Sequence[str] = ()) -> None:
        self.clock = FakeClock()
        session = SimpleNamespace(clock=self.clock, deadline=None, now=lambda: datetime(2026, 3, 1, tzinfo=UTC))
        super().__init__(session, SimpleNamespace(region=None))  # type: ignore[arg-type]
        self.rules.capabilities -= set(without)
        self.here = {each.id: each for each in servers}
        self.delay = delay
        self.arrival: dict[str, tuple[float, str]] = {}
        self.asked: list[tuple[str, str, bool]] = []
        self.looks = 0
        #: action refused with this error before it is taken / after it was taken, for a server's name
        self.refuse: dict[str, Callable[[PendingAction], PendingAction | None]] = {}
        self.on_poll: Callable[[FakeCloud], None] = lambda cloud: None

    def _apply_and_verify(self) -> None:
        for key, (when, status) in list(self.arrival.items()):
            if self.clock.now >= when and key in self.here:
                self.here[key] = replace(self.here[key], status=status, task_state=None)
                del self.arrival[key]

    @cached_property
    def servers(self) -> FakeServers:
        return FakeServers(self)

    def listed(self, query: ServerQuery) -> Iterator[Server]:
        self._apply_and_verify()
        return iter(list(self.here.values()))

    def by_id(self, ids: Sequence[str], since: str | None = None) -> dict[str, Server]:
        self.looks += 1
        self.on_poll(self)
        self._apply_and_verify()
        return {key: self.here[key] for key in ids if key in self.here}

    def perform(self, requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        return [self.perform_one(each, action) for each, action in requests]

    def perform_one(self, each: Server, action: Action) -> PendingAction:
        pending = PendingAction(each.id, action.action, each.name, request_id="req-" + str(each.name))
        refusal = self.refuse.get(str(each.name))
        changed = refusal(pending) if refusal else None
        self.asked.append((action.action, str(each.name), bool(action.arguments.get("force"))))
        if changed is None or (changed.outcome_unknown and changed.request_id == "taken"):
            self.begin(each.id, action.action)
        return changed or pending

    def begin(self, server_id: str, action: str) -> None:
        self.here[server_id] = replace(self.here[server_id], task_state=TASK[action])
        self.arrival[server_id] = (self.clock.now + self.delay, STATUS[GOALS[action]])

    def recover_action(self, pending: PendingAction, since: str | None) -> PendingAction | None:
        return None

    def was_not_done(self, *given: Any) -> bool:
        return Servers.was_not_done(self.servers, *given)

    def set_metadata(self, server: Server, metadata: Any) -> None:
        Servers.set_metadata(self.servers, server, metadata)

    def observe(self, pending_actions: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        found = self.by_id([pending.server_id for pending in pending_actions])
        looks = {}
        for pending in pending_actions:
            seen = found.get(pending.server_id)
            verdict = JOB_SUCCEEDED if seen and seen.is_stable and not pending.outcome_unknown else None
            looks[pending.server_id] = ActionStatus(seen, verdict)
        return looks


class FakeServers(Servers):
    """The servers of a fake cloud, whose methods tests replace."""

    def __init__(self, cloud: FakeCloud) -> None:
        super().__init__(cloud.api)
        self.cloud = cloud

    def list(self, query: ServerQuery) -> Iterator[Server]:
        return self.cloud.listed(query)

    def by_id(self, ids: Sequence[str], since: str | None = None) -> dict[str, Server]:
        return self.cloud.by_id(ids, since)

    def perform(self, requests: Sequence[tuple[Server, Action]]) -> Sequence[PendingAction]:
        return self.cloud.perform(requests)

    def status(self, pending_actions: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        return self.cloud.observe(pending_actions, since)

    def recover_action(self, pending: PendingAction, since: str | None) -> PendingAction | None:
        return self.cloud.recover_action(pending, since)

    def was_not_done(self, *given: Any) -> bool:
        return self.cloud.was_not_done(*given)

    def set_metadata(self, server: Server, metadata: Mapping[str, str]) -> None:
        self.cloud.set_metadata(server, metadata)


def refused(error: CloudError) -> Callable[[PendingAction], PendingAction]:
    return lambda pending: replace(pending, error=error)


def lost(error: CloudError, taken: bool, times: int = 1) -> Callable[[PendingAction], PendingAction | None]:
    """The response is lost ``times`` times; ``taken`` says whether the action had taken effect."""
    left = [times]

    def decide(pending: PendingAction) -> PendingAction | None:
        if left[0] <= 0:
            return None
        left[0] -= 1
        return replace(pending, error=error, outcome_unknown=True, request_id="taken" if taken else "untaken")

    return decide
