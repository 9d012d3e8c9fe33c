# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Huawei Cloud ECS and Flexus L: batch calls and jobs. Sources: Elastic Cloud Server API Reference
(support.huaweicloud.com), "APIs (Recommended)", and the official SDK for Python, version 3. docs/operations.yml lists
the calls."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ActionStatus, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ItemNotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import chunks, in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_AWAITING_PAYMENT,
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
    JOB_VANISHED,
    Job,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.patterns import (
    is_exact_tag,
    key_of_tag,
    longest_word,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import parse as records
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.action_table import (
    ACTIONS,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import BUSY
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.creation import (
    HuaweiCreation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.rebuild import key_owner
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.rules import HuaweiRules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    part_of,
)

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.consoles import (
        HuaweiConsoles,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.flavors import (
        HuaweiFlavors,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.images import (
        HuaweiImages,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.jobs import HuaweiJobs
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.server_groups import (
        HuaweiServerGroups,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import NovaKeypairs
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.zones import NovaZones


#: The maximum number of servers on a page of a list call, and of ids in a query.
_PAGE = 1000
_IDS = 100
#: Seconds after the end of its job until a new server is in the list.
_LISTED_WITHIN = 300.0


class HuaweiCloud(HuaweiCreation):
    """The ECS API; a Flexus L server is an ordinary server of it."""

    rules_class = HuaweiRules
    actions = ACTIONS

    def _make_api(self) -> HuaweiApi:
        return HuaweiApi(self.session, self.rules_class(), self.parallel)

    @cached_property
    def flavors(self) -> HuaweiFlavors:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.flavors import (
            HuaweiFlavors,
        )

        return HuaweiFlavors(self.api)

    @cached_property
    def keypairs(self) -> NovaKeypairs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import (
            NovaKeypairs,
        )

        return NovaKeypairs(self.api)

    @cached_property
    def zones(self) -> NovaZones:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.zones import NovaZones

        return NovaZones(self.api)

    @cached_property
    def server_groups(self) -> HuaweiServerGroups:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
            server_groups,
        )

        return server_groups.HuaweiServerGroups(self.api)

    @cached_property
    def consoles(self) -> HuaweiConsoles:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.consoles import (
            HuaweiConsoles,
        )

        return HuaweiConsoles(self.api)

    @cached_property
    def images(self) -> HuaweiImages:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.images import (
            HuaweiImages,
        )

        return HuaweiImages(self.api)

    @cached_property
    def jobs(self) -> HuaweiJobs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.jobs import (
            HuaweiJobs,
        )

        return HuaweiJobs(self.api)

    def key_owner(self, key_name: str) -> str | None:
        return key_owner(self.keypairs, self.settings, key_name)

    # -- reading servers ---------------------------------------------------------------------------------------

    def servers(self, query: ServerQuery) -> Iterator[Server]:
        if query.all_projects:
            self.require("all_projects")
        if query.deleted:
            self.require("deleted")
        # A list by id ignores all other filters, and the platform's own filters are not checked again.
        if query.ids and not query.filters:
            return iter(self.servers_by_id(query.ids).values())
        if query.ips:
            return self._by_address(query)
        return self._list(self._parameters(query), query.page_size)

    def _parameters(self, query: ServerQuery) -> list[tuple[str, str]]:
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

    def _list(self, parameters: list[tuple[str, str]], page_size: int = 1000) -> Iterator[Server]:
        pages = self.session.by_number(
            self.api.url("/cloudservers/detail"),
            "servers",
            params=parameters,
            limit=page_size,
            what="list the servers",
            parallel=self.parallel,
        )
        for data in pages:
            server = records.server(data, self.platform, self.region)
            if server:
                yield server

    def _by_address(self, query: ServerQuery) -> Iterator[Server]:
        """``ip_eq`` finds exact private addresses; a public address needs the complete list."""
        if len(query.ips) == 1 and ":" not in query.ips[0]:
            found = list(self._list(list(query.filters) + [("ip_eq", query.ips[0])]))
            if found:
                return iter(found)
        return self._list(list(query.filters), query.page_size)

    def servers_by_id(self, ids: Sequence[str], since: str | None = None) -> dict[str, Server]:
        wanted = set(ids)

        def ask(some: list[str]) -> list[Server]:
            return list(self._list([("server_id", server_id) for server_id in some], _PAGE))

        if len(wanted) == 1 and is_uuid(ids[0]):
            shown = self._show(ids[0])
            return {shown.id: shown} if shown else {}
        if len(wanted) <= _IDS:
            return {server.id: server for server in ask(sorted(wanted))} if wanted else {}
        found = {server.id: server for server in self._list([]) if server.id in wanted}
        for servers in in_parallel(ask, list(chunks(sorted(wanted - set(found)), _IDS)), self.parallel):
            found.update((server.id, server) for server in servers)
        return found

    def _show(self, server_id: str) -> Server | None:
        what = "show the server %s" % server_id
        try:
            answer = self.session.get(self.api.url("/cloudservers/%s" % path_segment(server_id)), what=what)
        except ItemNotFound:
            return None
        return records.server(part_of(answer.body, "server", what), self.platform, self.region)

    def observe(self, pending_actions: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        """A job is read before its servers: while it is running, the servers need not be read. A failed job may have
        succeeded for some servers, and SUCCESS is not the end: the servers may still be in a transition."""
        job_ids = sorted({pending.job_id for pending in pending_actions if pending.job_id})
        jobs = dict(zip(job_ids, in_parallel(self.jobs.get, job_ids, self.parallel)))
        verdicts = {pending.server_id: _verdict(pending, jobs.get(pending.job_id or "")) for pending in pending_actions}
        done = [server_id for server_id, verdict in verdicts.items() if verdict[0] != JOB_PENDING]
        seen = self.servers_by_id(done)
        # A new server may appear in the list some time after its job has ended. If the job ended long ago, it belongs
        # to an earlier request with the same client token, and its server has been deleted since.
        now = self.session.server_time()
        late = {
            pending.server_id
            for pending in pending_actions
            if pending.action == "create" and pending.server_id not in seen and _ended_just_now(jobs, pending, now)
        }
        return {
            server_id: ActionStatus(seen.get(server_id), *verdicts[server_id], is_busy=verdicts[server_id][1] == BUSY)
            for server_id in done
            if not (server_id in late and verdicts[server_id][0] == JOB_SUCCEEDED)
        }


def _ended_just_now(jobs: Mapping[str, Job], pending: PendingAction, now: datetime) -> bool:
    job = jobs.get(pending.job_id or "")
    try:
        ended = datetime.strptime((job.end_time if job else None) or "", "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        return True
    return (now - ended.replace(tzinfo=timezone.utc)).total_seconds() < _LISTED_WITHIN


def _verdict(pending: PendingAction, job: Job | None) -> tuple[str | None, str | None, str | None]:
    """The evidence of a job for one server: verdict, code, message."""
    if job is None or job.status == JOB_VANISHED:
        return None, None, job.message if job else None
    if job.status == JOB_AWAITING_PAYMENT:
        return JOB_AWAITING_PAYMENT, "PENDING_PAYMENT", "the job waits for the payment of its order"
    if not job.finished:
        return JOB_PENDING, None, None
    for part in job.parts:
        if part.server_id == pending.server_id and part.status != JOB_PENDING:
            return (
                part.status,
                part.code or (job.code if part.status == JOB_FAILED else None),
                part.message or (job.message if part.status == JOB_FAILED else None),
            )
    return job.status, job.code, job.message
