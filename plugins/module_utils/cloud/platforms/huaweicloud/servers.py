# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers of Huawei Cloud ECS and Flexus L: batch calls and jobs. Sources: Elastic Cloud Server API Reference
(support.huaweicloud.com), "APIs (Recommended)", and the official SDK for Python, version 3. docs/operations.yml lists
the calls."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ItemNotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import chunks, in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.patterns import (
    is_exact_tag,
    key_of_tag,
    longest_word,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.recycle_bin import RecycleBin
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import parse as records
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    Send,
    perform,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import part_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.servers import Servers

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
        Action,
        ActionStatus,
        CreatedServer,
        PendingAction,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.recycle_bin import (
        HuaweiRecycleBin,
    )

#: The maximum number of servers on a page of a list call, and of ids in a query.
_PAGE = 1000
_IDS = 100


class HuaweiServers(Servers):
    """A Flexus L server is an ordinary server of ECS."""

    api: HuaweiApi

    @property
    def actions(self) -> Mapping[str, Send]:
        """The actions of the platform by name, imported by tasks that use one."""
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
            action_table,
        )

        return action_table.ACTIONS

    @cached_property
    def _bin(self) -> HuaweiRecycleBin:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import recycle_bin

        return recycle_bin.HuaweiRecycleBin(self.api)

    def recycle_bin(self) -> RecycleBin:
        return self._bin.settings or RecycleBin(False)

    # -- reading -------------------------------------------------------------------------------------------------

    def list(self, query: ServerQuery) -> Iterator[Server]:
        if query.all_projects:
            self.api.require("all_projects")
        if query.deleted:
            return self._bin.list(query)
        # A list by id ignores all other filters, and the platform's own filters are not checked again.
        if query.ids and not query.filters:
            return iter(self.by_id(query.ids).values())
        if query.ips:
            return self._by_address(query)
        return self._list(self._parameters(query), query.page_size)

    def _parameters(self, query: ServerQuery) -> Sequence[tuple[str, str]]:
        """The filters that ECS supports: its ``name`` is a regular expression found anywhere, its ``status`` also finds
        transitions to the next status. Its ``not-tags`` excludes every tag that contains the text, which may exclude
        too many servers, so it is not used."""
        parameters = list(query.filters)
        if len(query.names) == 1:
            parameters.append(("name", query.names[0]))
        elif not query.names and len(query.name_patterns) == 1 and longest_word(query.name_patterns[0]):
            parameters.append(("name", longest_word(query.name_patterns[0])))
        if len(query.status) == 1 and query.status[0].isupper():
            parameters.append(("status", query.status[0]))
        # A key finds all its values.
        parameters.extend(("tags", tag if is_exact_tag(tag) else key_of_tag(tag)) for tag in query.tags)
        return parameters

    def _list(self, parameters: Sequence[tuple[str, str]], page_size: int = 1000) -> Iterator[Server]:
        for data in self._pages(parameters, page_size):
            server = self._record(data)
            if server:
                yield server

    def _pages(self, parameters: Sequence[tuple[str, str]], page_size: int) -> Iterator[Any]:
        project = self.api.enterprise_project_id
        if project and "enterprise_project_id" not in [name for name, _value in parameters]:
            # Without it, the list is forbidden to users who are limited to an enterprise project.
            parameters = [*parameters, ("enterprise_project_id", project)]
        return self.api.session.by_number(
            self.api.url("/cloudservers/detail"),
            "servers",
            params=parameters,
            limit=page_size,
            what="list the servers",
            parallel=self.api.parallel,
        )

    def _record(self, data: Any) -> Server | None:
        return records.server(data, self.api.rules.platform, self.api.region)

    def _by_address(self, query: ServerQuery) -> Iterator[Server]:
        """``ip_eq`` finds exact private addresses; a public address needs the complete list."""
        if len(query.ips) == 1 and ":" not in query.ips[0]:
            found = list(self._list(list(query.filters) + [("ip_eq", query.ips[0])]))
            if found:
                return iter(found)
        return self._list(list(query.filters), query.page_size)

    def by_id(self, ids: Sequence[str], since: str | None = None) -> dict[str, Server]:
        """An id for which the list contains neither a server nor the empty record of an unknown one is read alone: the
        documents disagree on how several ids are sent, and only the cloud itself may say that a server is gone."""
        return self._find(ids, self.finds_deleted)

    def _find(self, ids: Sequence[str], deleted: bool) -> dict[str, Server]:
        """The servers with these ids; with ``deleted`` also those in the recycle bin."""
        found = self._active(ids)
        rest = [server_id for server_id in ids if server_id not in found]
        if rest and deleted:
            found.update(self._bin.by_id(rest))
        return found

    def _active(self, ids: Sequence[str]) -> dict[str, Server]:
        wanted = set(ids)
        if len(wanted) == 1 and is_uuid(ids[0]):
            shown = self._show(ids[0])
            return {shown.id: shown} if shown else {}
        found: dict[str, Server] = {}
        if len(wanted) > _IDS:
            found = {server.id: server for server in self._list([]) if server.id in wanted}
        unanswered = wanted - set(found)
        for records_of in in_parallel(self._records_of, list(chunks(sorted(unanswered), _IDS)), self.api.parallel):
            unanswered -= set(records_of)
            found.update((key, server) for key, server in records_of.items() if server)
        alone = [server_id for server_id in sorted(unanswered) if is_uuid(server_id)]
        for server in in_parallel(self._show, alone, self.api.parallel):
            if server:
                found[server.id] = server
        return found

    def _records_of(self, ids: Sequence[str]) -> dict[str, Server | None]:
        """The servers with these ids, ``None`` for an id that the cloud does not know; an id may be missing."""
        pages = self._pages([("server_id", server_id) for server_id in ids], _PAGE)
        return {str(data.get("id")): self._record(data) for data in pages}

    def _show(self, server_id: str) -> Server | None:
        what = "show the server %s" % server_id
        try:
            answer = self.api.session.get(self.api.url("/cloudservers/%s" % path_segment(server_id)), what=what)
        except ItemNotFound:
            return None
        return self._record(part_of(answer.body, "server", what))

    # -- acting ------------------------------------------------------------------------------------------------

    def perform(self, requests: Sequence[tuple[Server, Action]]) -> Sequence[PendingAction]:
        self.require_actions(requests)
        return perform(self.api, self.actions, requests)

    def create(self, new: NewServer, names: Sequence[str], client_token: str | None = None) -> Sequence[CreatedServer]:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.creation import (
            HuaweiCreation,
        )

        return HuaweiCreation(self.api, self.by_id).create(new, names, client_token)

    # -- the results of actions --------------------------------------------------------------------------------

    def status(self, pending_actions: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import status

        return status.status(self.api, self._find, pending_actions, self.finds_deleted)

    def recover_action(self, pending: PendingAction, since: str | None) -> PendingAction | None:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import status

        return status.recover_action(self.api, pending)
