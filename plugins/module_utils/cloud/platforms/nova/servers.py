# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers of a Nova cloud. Sources: the Nova API reference; behaviour of a real Nova 34."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ActionStatus,
    CreatedServer,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    ItemNotFound,
    NotFound,
    PermissionDenied,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import can_be_id, path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_PENDING,
    JOB_SUCCEEDED,
    Job,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.patterns import (
    escape_name,
    is_exact_tag,
    key_of_tag,
    name_expression,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    ERROR,
    Server,
    with_flavor_ids,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import mappings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import parse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    NovaAction,
    perform,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.status import needs_extra_check
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.servers import Servers

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.rules import NovaRules

#: For fewer servers than this, one GET each is cheaper for the cloud than a list: its database reads complete pages.
_FEW_TO_READ = 20
_FEW_TO_POLL = 4
#: The minimum seconds of a page for which it is worth to read the list from both ends concurrently.
_SLOW_PAGE = 0.1
#: The maximum number of addresses that are queried one by one; for more, the complete list is cheaper.
_FEW_ADDRESSES = 8


class NovaServers(Servers):
    """``/servers``: the common code of all platforms with Nova's API."""

    api: NovaApi

    #: The keys of a server and of its addresses; see parse.py.
    record_keys: Mapping[str, str] = parse.TEXTS
    address_keys: Mapping[str, str] = {}

    def __init__(self, api: NovaApi, rules: NovaRules) -> None:
        super().__init__(api)
        self.rules = rules

    @property
    def actions(self) -> Mapping[str, NovaAction]:
        """The actions of the platform by name, imported by tasks that use one."""
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.action_table import (
            ACTIONS,
        )

        return ACTIONS

    # -- reading -----------------------------------------------------------------------------------------------

    def list(self, query: ServerQuery) -> Iterator[Server]:
        self.api.all_projects = query.all_projects
        if query.deleted:
            self.rules.require("deleted")
        found = self._candidates(query)
        return with_flavor_ids(found, self._flavor_sizes()) if query.flavor else found

    def _flavor_sizes(self) -> Sequence[Flavor]:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.flavors import (
            NovaFlavors,
        )

        return NovaFlavors(self.api).list_sizes()

    def _candidates(self, query: ServerQuery) -> Iterator[Server]:
        # Only a list supports the recycle bin and the platform's own filters, of which few can be checked again.
        if query.ids and not query.deleted and not query.filters:
            yield from self._look(query.ids, None, query)[0].values()
        elif query.ips and len(query.ips) <= _FEW_ADDRESSES and not query.deleted:
            yield from self._by_address(query)
        else:
            yield from self._list(self._parameters(query), query)

    def _parameters(self, query: ServerQuery) -> dict[str, str]:
        """The filters that Nova supports. Its ``name`` is a regular expression; its ``tags`` exist from microversion
        2.26 on and are silently ignored below."""
        parameters: dict[str, str] = dict(query.filters)
        if query.all_projects:
            parameters["all_tenants"] = "1"
        if query.deleted:
            parameters.update(self._deleted_parameters())
        if len(query.names) == 1:
            parameters["name"] = "^%s$" % escape_name(query.names[0])
        elif not query.names and len(query.name_patterns) == 1:
            # Nova takes a vertical bar for an ordinary character, so there are no alternatives.
            parameters["name"] = "^%s$" % name_expression(query.name_patterns[0])
        if len(query.status) == 1 and query.status[0].isupper():
            parameters["status"] = query.status[0]
        if len(query.availability_zone) == 1:
            parameters["availability_zone"] = query.availability_zone[0]
        if self.api.version >= (2, 26):
            parameters.update(_tag_parameters(query))
        return parameters

    def _deleted_parameters(self) -> dict[str, str]:
        # Only servers that can be restored; for a user without the right, Nova returns an empty list.
        return {"deleted": "False", "soft_deleted": "1"}

    def _list(self, parameters: dict[str, str], query: ServerQuery | None = None) -> Iterator[Server]:
        # A short list fits on one page, and reading it from both ends would cost one request more.
        wide = not (set(parameters) - {"all_tenants", "availability_zone", "status", "not-tags-any"})
        sorts = self.rules.sort_keys.get(query.sort_key) if query else None
        if query and sorts:
            parameters = dict(parameters, sort_key=sorts, sort_dir="desc" if query.descending else "asc")
            wide = False
        pages = self.api.session.by_marker(
            self.api.endpoint + ("/servers" if query and query.brief else "/servers/detail"),
            "servers",
            params=parameters,
            limit=query.page_size if query else 1000,
            headers=self.api.headers(),
            what="list the servers",
            both_ends=_SLOW_PAGE if wide and self.rules.supports("sorting") else False,
        )
        for data in pages:
            yield self._record(data)

    def _by_address(self, query: ServerQuery) -> Iterator[Server]:
        """Nova's ``ip`` is a substring match of fixed addresses; a floating address needs the complete list."""
        missing = set(query.ips)
        found: dict[str, Server] = {}
        base = dict(query.filters)
        if query.all_projects:
            base["all_tenants"] = "1"

        def ask(ip: str) -> list[Server]:
            return list(self._list(dict(base, **{"ip6" if ":" in ip else "ip": ip})))

        # The version is read once, and not by each thread.
        self.api.headers()
        for servers in in_parallel(ask, query.ips, self.api.parallel):
            for server in servers:
                own = {address.ip for address in server.addresses}
                if own & set(query.ips):
                    found[server.id] = server
                    missing -= own
        if missing:
            for server in self._list(self._parameters(query), query):
                found[server.id] = server
        yield from found.values()

    def by_id(self, ids: Sequence[str], since: str | None = None) -> dict[str, Server]:
        return self._look(ids, since)[0]

    def _look(
        self, ids: Sequence[str], since: str | None, query: ServerQuery | None = None
    ) -> tuple[dict[str, Server], set[str]]:
        """The servers with these ids, and the ids that were queried: a queried id without a server does not exist."""
        wanted = set(ids)
        if len(wanted) <= (_FEW_TO_POLL if since else _FEW_TO_READ):
            return self._show_each(sorted(wanted)), wanted
        parameters = {"all_tenants": "1"} if self.api.all_projects else {}
        if since:
            parameters["changes-since"] = since
        found = {server.id: server for server in self._list(parameters, query) if server.id in wanted}
        # A list contains one project; a server of another project can only be read by its id. A changed server is in
        # the list of changes, so only such servers are missing, or all of them if the clouds' clocks differ much: a few
        # are read in each poll.
        rest = sorted(wanted - set(found))
        if since:
            rest = rest[:_FEW_TO_READ]
        looked_at = set(found).union(rest)
        found.update(self._show_each(rest))
        return found, looked_at

    def _show_each(self, ids: Sequence[str]) -> dict[str, Server]:
        def show(server_id: str) -> Server | None:
            if not can_be_id(server_id):
                return None
            try:
                path, what = "/servers/%s" % path_segment(server_id), "show the server %s" % server_id
                return self._record(self.api.read_part(path, "server", what))
            except ItemNotFound:
                return None

        if ids:
            self.api.headers()
        return {server.id: server for server in in_parallel(show, ids, self.api.parallel) if server}

    def mark(self) -> str | None:
        # Five seconds earlier: changes-since compares whole seconds, and the clocks of a cloud's hosts differ a little.
        return (self.api.session.server_time() - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _record(self, data: Any) -> Server:
        return parse.server(data, self.rules.platform, self.api.region, self.record_keys, self.address_keys)

    # -- acting ------------------------------------------------------------------------------------------------

    def perform(self, requests: Sequence[tuple[Server, Action]]) -> Sequence[PendingAction]:
        self.require_actions(requests)
        return perform(self.api, self.actions, requests)

    def create(self, new: NewServer, names: Sequence[str], client_token: str | None = None) -> Sequence[CreatedServer]:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.creation import (
            NovaCreation,
        )

        return NovaCreation(self.api, self.rules, self._reserved).create(new, names)

    def _reserved(self, reservation_id: str) -> Iterator[Server]:
        """The servers that one request created."""
        return self._list({"reservation_id": reservation_id})

    # -- the results of actions --------------------------------------------------------------------------------

    def status(self, pending_actions: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        """Nova sets ``task_state`` before it responds to an action, so the action of a stable server has ended. If the
        state alone does not show that it succeeded, the instance action of the request does."""
        seen, looked_at = self._look([pending.server_id for pending in pending_actions], since)

        def look(pending: PendingAction) -> tuple[str, ActionStatus] | None:
            server = seen.get(pending.server_id)
            if server is None:
                return (pending.server_id, ActionStatus(None)) if pending.server_id in looked_at else None
            if not server.is_stable or (server.is_deleted and not pending.expected_state):
                return pending.server_id, ActionStatus(server)
            if not pending.is_unobservable and pending.reached(server):
                return pending.server_id, ActionStatus(server, JOB_SUCCEEDED)
            proof = self._proof(pending)
            if pending.expected_state and pending.expected_state.needs_extra_check:
                return pending.server_id, needs_extra_check(self.api, pending.expected_state, server, proof)
            if proof is None:
                return pending.server_id, ActionStatus(server, JOB_SUCCEEDED if not pending.outcome_unknown else None)
            if proof.status == JOB_PENDING and _was_given_up(pending, server):
                return pending.server_id, ActionStatus(server)
            return pending.server_id, ActionStatus(server, proof.status, proof.code, proof.message)

        return dict(pair for pair in in_parallel(look, pending_actions, self.api.parallel) if pair)

    def _proof(self, pending: PendingAction) -> Job | None:
        """The result of the pending action's request; ``None`` if the cloud has or shows no record of it."""
        if not pending.request_id or not self.rules.supports("instance_actions"):
            return None
        path = "/servers/%s/os-instance-actions/%s" % (
            path_segment(pending.server_id),
            path_segment(pending.request_id),
        )
        what = "read the result of the %s of %s" % (pending.action, pending.label)
        try:
            data = self.api.read_part(path, "instanceAction", what)
        except (NotFound, PermissionDenied):
            return None
        return parse.instance_action(data, pending.server_id, settled=True)

    def recover_action(self, pending: PendingAction, since: str | None) -> PendingAction | None:
        recent = self._recorded(pending, since)
        return replace(pending, request_id=max(recent)[1], error=None, outcome_unknown=False) if recent else None

    def was_not_done(self, pending: PendingAction, before: Server, now: Server, since: str | None) -> bool:
        """Nova records an action before it does anything, so an action without a record was not carried out."""
        recent = self._recorded(pending, since)
        if recent is None:
            return super().was_not_done(pending, before, now, since)
        return not recent and now.is_stable

    def _recorded(self, pending: PendingAction, since: str | None) -> Sequence[tuple[str, str]] | None:
        """Times and request ids of Nova's records of the action since a time; ``None`` if they are not shown."""
        if since is None or not self.rules.supports("instance_actions"):
            return None
        path = "/servers/%s/os-instance-actions" % path_segment(pending.server_id)
        try:
            listed = self.api.read_part(path, "instanceActions", "list the actions of %s" % pending.label, list)
        except (NotFound, PermissionDenied):
            return None
        row = self.actions.get(pending.action)
        name = (row.recorded_as if row else None) or pending.action
        return [
            (entry["start_time"], entry["request_id"])
            for entry in mappings(listed)
            if entry.get("action") == name
            and entry.get("request_id")
            # Both are ISO 8601 in UTC, one of them without its Z: the order of the texts is the order of the times.
            and (entry.get("start_time") or "") >= since.rstrip("Z")
        ]


def _was_given_up(pending: PendingAction, server: Server) -> bool:
    """Whether Nova gave up a creation: after its last attempt, some events of the record never get a ``finish_time``
    (seen with Nova 34)."""
    return pending.action == "create" and server.power_state == ERROR and not server.task_state


def _tag_parameters(query: ServerQuery) -> dict[str, str]:
    """The tags that Nova can compare: it compares complete tags, so a key with any value is only checked here."""
    exact = [tag for tag in query.tags if is_exact_tag(tag)]
    empty = [tag for tag in query.tags if tag.endswith("=") and not is_exact_tag(tag)]
    excluded = [tag for tag in query.not_tags if is_exact_tag(tag)]
    for tag in query.not_tags:
        if tag.endswith("=") and not is_exact_tag(tag):
            excluded += [key_of_tag(tag), tag]
    found = {}
    if exact:
        found["tags"] = ",".join(exact)
    if empty:
        # The parameter exists once, so only one of several keys is compared there.
        found["tags-any"] = "%s,%s" % (key_of_tag(empty[0]), empty[0])
    if excluded:
        found["not-tags-any"] = ",".join(excluded)
    return found
