# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recycle bin of Huawei Cloud ECS, which some regions have.

Sources: Elastic Cloud Server API Reference, "Recycle Bin Management", and the official SDK for Python, version 3
(``ServerDetail`` for the servers of the list). The documents do not say which status a server in it has, nor whether it
runs when it is restored.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    NotFound,
    PermissionDenied,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.recycle_bin import RecycleBin
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import parse as records
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    ActionRequest,
    Send,
    for_each_server,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    integer,
    mapping,
    part_of,
)

_SERVERS = "/recycle-bin/cloudservers"
#: The page size that the API reference recommends for long lists.
_PAGE = 200
_ALL_PROJECTS = "all_granted_eps"
_NO_BIN = "Only some regions have a recycle bin of servers: check the region."
_TIMES = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S")


class HuaweiRecycleBin:
    """``/recycle-bin``; its settings are read once."""

    def __init__(self, api: HuaweiApi) -> None:
        self.api = api

    @cached_property
    def settings(self) -> RecycleBin | None:
        """Its settings; ``None`` in a region without recycle bin. A user who may not read them gets those of an enabled
        one, because they may still be allowed to use it."""
        what = "show the recycle bin"
        try:
            answer = self.api.session.get(self.api.url("/recycle-bin"), what=what)
        except NotFound as error:
            if error.code is None:
                # It does not come from the cloud.
                raise
            return None
        except PermissionDenied as error:
            self.api.withhold("the settings of the recycle bin", error)
            return RecycleBin(True)
        body = mapping(answer.body)
        # The SDK has the fields at the top, and older definitions of the API below recycle_bin.
        found = mapping(body.get("recycle_bin")) or body
        policy = mapping(found.get("policy"))
        return RecycleBin(
            str(part_of(found, "switch", what, str)).lower() == "on",
            integer(policy.get("recycle_threshold_day")),
            integer(policy.get("retention_hour")),
        )

    def list(self, query: ServerQuery) -> Iterator[Server]:
        """The servers in it that may match the query. Its ``name`` is an expression found anywhere. The list has no
        parameter for an enterprise project."""
        parameters = list(query.filters)
        if len(query.names) == 1:
            parameters.append(("name", query.names[0]))
        if len(query.availability_zone) == 1:
            parameters.append(("availability_zone", query.availability_zone[0]))
        project = self.api.enterprise_project_id
        for server in self._listed(parameters):
            if project in ("", _ALL_PROJECTS) or server.enterprise_project_id in (None, project):
                yield server

    def by_id(self, ids: Sequence[str]) -> dict[str, Server]:
        """The servers with these ids that are in it; none in a region without recycle bin."""
        if self.settings is None:
            return {}
        wanted = set(ids)
        return {server.id: server for server in self._listed([]) if server.id in wanted}

    def _listed(self, parameters: Sequence[tuple[str, str]]) -> Iterator[Server]:
        pages = self.api.session.by_marker(
            self.api.url(_SERVERS), "servers", params=parameters, limit=_PAGE, what="list the recycle bin"
        )
        try:
            for data in pages:
                server = records.server(data, self.api.rules.platform, self.api.region)
                if server:
                    yield self._binned(server)
        except NotFound as error:
            error.add_hint(_NO_BIN)
            raise

    def _binned(self, server: Server) -> Server:
        ends = None
        if server.deleted_at and self.settings:
            ends = _later(server.deleted_at, self.settings.retention_hours)
        return replace(server, in_recycle_bin=True, estimated_deleted_at=ends)


def _later(time: str, hours: int | None) -> str | None:
    """The time that many hours later, in the same form; ``None`` if one of them is unknown."""
    for form in _TIMES:
        try:
            moment = datetime.strptime(time.rstrip("Z"), form)
        except ValueError:
            continue
        found = moment + timedelta(hours=hours) if hours is not None else None
        return found.strftime(form) + time[len(time.rstrip("Z")) :] if found else None
    return None


def _restore(api: HuaweiApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    return ActionRequest(None, "/actions/revert", base=_SERVERS)


def _purge(api: HuaweiApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    # It is not sent again while the server is being deleted: the state decides.
    return ActionRequest(None, method="DELETE", base=_SERVERS, is_retry_safe=False)


def _decided_by_state(send: Send) -> Send:
    """If the server is not in the recycle bin, another user restored or purged it: the state decides."""

    def checked(api: HuaweiApi, requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        return [
            replace(pending, outcome_unknown=pending.outcome_unknown or isinstance(pending.error, NotFound))
            for pending in send(api, requests)
        ]

    return checked


restore = _decided_by_state(for_each_server(_restore))
purge = _decided_by_state(for_each_server(_purge))
