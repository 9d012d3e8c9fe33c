# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes and removes the notes of plans/notes.py in the metadata of servers."""

from __future__ import annotations

from typing import Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.notes import REMOVE_METADATA


def set_metadata(cloud: Compute, server: Server, metadata: Mapping[str, str]) -> None:
    """Sets metadata keys of a server. If the response proves nothing, the server is read. Raises CloudError if the
    metadata is not set, or if that is unknown."""
    try:
        cloud.servers.set_metadata(server, metadata)
    except CloudError as error:
        if not is_ambiguous(error):
            raise
        now = _read(cloud, server)
        if now is None or any(now.metadata.get(key) != value for key, value in metadata.items()):
            raise error


def write_notes(cloud: Compute, wanted: Sequence[tuple[Server, Mapping[str, str]]]) -> dict[str, CloudError]:
    """Sets metadata of several servers. Returns the errors by server id."""

    def one(pair: tuple[Server, Mapping[str, str]]) -> CloudError | None:
        try:
            set_metadata(cloud, *pair)
        except CloudError as error:
            return error
        return None

    errors = in_parallel(one, wanted, cloud.parallel)
    return {server.id: error for (server, _metadata), error in zip(wanted, errors) if error}


def remove_notes(cloud: Compute, servers: Iterable[Server], keys: Sequence[str]) -> dict[str, CloudError]:
    """Removes the keys from the metadata of the servers that have them. Returns the errors by server id."""
    errors: dict[str, CloudError] = {}
    for key in keys:
        having = [server for server in servers if key in server.metadata]
        if not having:
            continue
        try:
            pending_actions = cloud.servers.perform(
                [(server, Action(REMOVE_METADATA, {"key": key}, watched=False)) for server in having]
            )
        except CloudError as error:
            errors.update((server.id, error) for server in having)
            continue
        for server, pending in zip(having, pending_actions):
            if pending.error is None:
                continue
            now = _read(cloud, server) if pending.outcome_unknown else server
            if now is not None and key in now.metadata:
                errors[server.id] = pending.error
    return errors


def _read(cloud: Compute, server: Server) -> Server | None:
    """The present record of the server, or the given one if it cannot be read."""
    try:
        return cloud.servers.by_id([server.id]).get(server.id)
    except CloudError:
        return server
