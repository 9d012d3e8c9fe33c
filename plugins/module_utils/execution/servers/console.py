# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the consoles of several servers concurrently."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    CloudError,
    PermissionDenied,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.console import PROTOCOLS
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, Outcome
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.host_state import hint_of_host, is_host_dead


@dataclass(frozen=True)
class ConsoleResult:
    """The outcome of one server: ``shown`` is what was read before an error, including addresses."""

    server: Server
    shown: dict[str, Any] = field(repr=False)
    error: CloudError | None = None

    @property
    def outcome(self) -> Outcome:
        if self.error:
            return Outcome.of_error(self.server, FAILED, self.error)
        return Outcome(self.server.id, self.server.name, DONE)


def read_consoles(
    cloud: Compute, servers: Sequence[Server], kind: str | None, output: bool, lines: int | None
) -> list[ConsoleResult]:
    """Read a console of type ``kind`` of each server (``None``: no address), and with ``output`` its last lines. If the
    user may read only one of the two, the other is null, with a warning. Raises AuthenticationFailed; any other error
    is the outcome of its server."""

    def read(server: Server) -> ConsoleResult:
        shown: dict[str, Any] = {"id": server.id, "name": server.name}
        try:
            forbidden = _read_url(cloud, server, kind, shown, output) if kind is not None else None
            if output:
                _read_output(cloud, server, lines, shown, kind is not None and not forbidden)
        except AuthenticationFailed:
            raise
        except CloudError as error:
            if is_host_dead(server):
                error.hint = hint_of_host(server)
            return ConsoleResult(server, shown, error)
        return ConsoleResult(server, shown)

    # The first server alone: if the credentials are invalid, they are invalid for all others.
    return [read(server) for server in servers[:1]] + in_parallel(read, servers[1:], cloud.parallel)


def _read_url(cloud: Compute, server: Server, kind: str, shown: dict[str, Any], others: bool) -> bool:
    """Adds the console to ``shown``. ``others``: more is read of the server, so a refusal is returned, not raised."""
    try:
        console = cloud.consoles.create(server, kind)
    except PermissionDenied as error:
        if not others:
            raise
        cloud.withhold("the addresses of consoles", error)
        shown.update(type=kind, protocol=PROTOCOLS[kind], url=None)
        return True
    shown.update(type=console.type, protocol=console.protocol, url=console.url)
    return False


def _read_output(cloud: Compute, server: Server, lines: int | None, shown: dict[str, Any], others: bool) -> None:
    """Adds the output to ``shown``. ``others``: the address of the server was read, so a refusal is no error."""
    try:
        shown["output"] = cloud.consoles.get_output(server, lines)
    except PermissionDenied as error:
        if not others:
            raise
        cloud.withhold("the output of consoles", error)
        shown["output"] = None
