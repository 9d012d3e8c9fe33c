# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain OpenStack: Nova's compute API v2.1 with microversions.

Facts: the Nova API reference; behaviour seen on a real Nova 34.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Dict, FrozenSet, Iterable, Iterator, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import (
    Compute,
    Observation,
    ServerQuery,
    Ticket,
    with_flavor_ids,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AnswerLost,
    AuthenticationFailed,
    CloudError,
    MalformedAnswer,
    NotFound,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.parallel import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms import nova_records
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import (
    FAILED,
    SUCCEEDED,
    Flavor,
    Job,
    Server,
)

Version = "tuple[int, int]"

#: Below this many servers one GET each is cheaper for the cloud than a listing: its database reads whole pages.
_FEW_TO_READ = 20
_FEW_TO_POLL = 4
#: How many addresses are asked for one by one before the whole list is cheaper.
_FEW_ADDRESSES = 8


class OpenStack(Compute):
    """A Nova cloud, found through Keystone's catalog."""

    platform = "openstack"
    operations: FrozenSet[str] = frozenset(
        (
            "start stop reboot pause unpause suspend resume act_on_locked deleted all_projects instance_actions"
            " microversions sorting"
        ).split()
    )
    #: The newest microversion that the tests ran with; a newer cloud is spoken to in this one.
    newest_tested = (2, 96)
    #: What each power action sends, soft and hard. Nova has one stop: the guest is asked, and cut off when its
    #: shutdown time is over.
    actions: Dict[str, Any] = {
        "start": {"os-start": None},
        "stop": {"os-stop": None},
        "pause": {"pause": None},
        "unpause": {"unpause": None},
        "suspend": {"suspend": None},
        "resume": {"resume": None},
        "reboot": {"reboot": {"type": "SOFT"}},
    }
    forced: Dict[str, Any] = {"reboot": {"reboot": {"type": "HARD"}}}

    _version: "Version | None" = None

    # -- requests ----------------------------------------------------------------------------------------------

    @property
    def endpoint(self) -> str:
        """The compute endpoint, without a trailing slash; it may or may not hold the project's id."""
        found = self.session.auth.endpoint("compute")
        return found if re.search(r"/v2(\.\d+)?(/|$)", found) else found + "/v2.1"

    @property
    def version(self) -> "Version":
        """The highest microversion that both sides know, (2, 1) where the cloud has none; found once."""
        if self._version is None:
            self._version = min(self._newest_of_cloud(), self.newest_tested)
        return self._version

    def _newest_of_cloud(self) -> "Version":
        if not self.supports("microversions"):
            return (2, 1)
        endpoint = self.endpoint
        known = self.session.auth.get_fact("microversion " + endpoint)
        if known:
            return _parse_version(known)
        root = re.sub(r"(/v2(?:\.\d+)?)(/.*)?$", r"\1/", endpoint)
        answer = self.session.get(root, what="find out the versions of the compute service")
        document = answer.body.get("version") if isinstance(answer.body, dict) else None
        if not isinstance(document, dict):
            raise MalformedAnswer(
                "%s is not a compute service: its version document is missing" % root,
                hint="check the option endpoint, or the catalog's compute entry",
            )
        newest = document.get("version") or "2.1"
        self.session.auth.set_fact("microversion " + endpoint, newest)
        return _parse_version(newest)

    def headers(self, version: "Version | None" = None) -> dict[str, str]:
        """The headers that ask for a microversion, in both spellings: clouds before 2.27 know only the second."""
        if not self.supports("microversions"):
            return {}
        text = "%d.%d" % (version or self.version)
        return {"OpenStack-API-Version": "compute " + text, "X-OpenStack-Nova-API-Version": text}

    def _get(self, path: str, what: str, version: "Version | None" = None) -> Any:
        return self.session.get(self.endpoint + path, headers=self.headers(version), what=what).body

    def _record(self, data: Any) -> Server:
        return nova_records.server(data, self.platform, self.region)

    # -- reading servers ---------------------------------------------------------------------------------------

    def servers(self, query: ServerQuery) -> Iterator[Server]:
        self.all_projects = query.all_projects
        if query.deleted:
            self.require("deleted")
        found = self._candidates(query)
        return with_flavor_ids(found, self.flavors()) if query.flavor else found

    def _candidates(self, query: ServerQuery) -> Iterator[Server]:
        if query.ids and not query.deleted:
            yield from self.servers_by_id(query.ids).values()
        elif query.ips and len(query.ips) <= _FEW_ADDRESSES and not query.deleted:
            yield from self._by_address(query)
        else:
            yield from self._list(self._parameters(query), query)

    def _parameters(self, query: ServerQuery) -> dict[str, str]:
        """What of the query Nova filters by itself. Its ``name`` is a regular expression, its ``tags`` exist from
        microversion 2.26 on and are ignored without a word below."""
        parameters: dict[str, str] = dict(query.filters)
        if query.all_projects:
            parameters["all_tenants"] = "1"
        if query.deleted:
            parameters.update(self._deleted_parameters())
        if len(query.names) == 1:
            parameters["name"] = "^%s$" % re.escape(query.names[0]).replace("\\-", "-").replace("\\ ", " ")
        if len(query.status) == 1 and query.status[0].isupper():
            parameters["status"] = query.status[0]
        if len(query.availability_zone) == 1:
            parameters["availability_zone"] = query.availability_zone[0]
        if self.version >= (2, 26):
            if query.tags:
                parameters["tags"] = ",".join(query.tags)
            if query.not_tags:
                parameters["not-tags-any"] = ",".join(query.not_tags)
        return parameters

    def _deleted_parameters(self) -> dict[str, str]:
        # Only servers that can be restored; to a reader without the right, Nova answers as if there were none.
        return {"deleted": "False", "soft_deleted": "1"}

    def _list(self, parameters: dict[str, str], query: ServerQuery | None = None) -> Iterator[Server]:
        # A narrow answer fits one page, and a list by both ends costs one request more than it needs then.
        wide = not (set(parameters) - {"all_tenants", "availability_zone", "status", "not-tags-any"})
        pages = self.session.by_marker(
            self.endpoint + "/servers/detail",
            "servers",
            params=parameters,
            limit=query.page_size if query else 1000,
            headers=self.headers(),
            what="list the servers",
            both_ends=wide and self.supports("sorting"),
        )
        for data in pages:
            yield self._record(data)

    def _by_address(self, query: ServerQuery) -> Iterator[Server]:
        """Nova's ``ip`` is a substring match over fixed addresses; a floating address needs the whole list."""
        missing = set(query.ips)
        found: dict[str, Server] = {}
        base = {"all_tenants": "1"} if query.all_projects else {}
        base.update(query.filters)

        def ask(ip: str) -> list[Server]:
            return list(self._list(dict(base, **{"ip6" if ":" in ip else "ip": ip})))

        for servers in in_parallel(ask, query.ips, self.parallel):
            for server in servers:
                own = {address.ip for address in server.addresses}
                if own & set(query.ips):
                    found[server.id] = server
                    missing -= own
        if missing:
            for server in self._list(self._parameters(query), query):
                found[server.id] = server
        yield from found.values()

    def servers_by_id(self, ids: Sequence[str], since: str | None = None) -> dict[str, Server]:
        wanted = set(ids)
        if len(wanted) <= (_FEW_TO_POLL if since else _FEW_TO_READ):
            return self._show_each(sorted(wanted))
        parameters = {"all_tenants": "1"} if self.all_projects else {}
        if since:
            parameters["changes-since"] = since
        found = {server.id: server for server in self._list(parameters) if server.id in wanted}
        if since is None:
            # A listing shows one project; a server of another one, asked for by its id, is only shown by itself.
            found.update(self._show_each(sorted(wanted - set(found))))
        return found

    def _show_each(self, ids: Sequence[str]) -> dict[str, Server]:
        self.headers()

        def show(server_id: str) -> Server | None:
            try:
                body = self._get("/servers/%s" % server_id, "show the server %s" % server_id)
            except NotFound:
                return None
            return self._record(body["server"])

        return {server.id: server for server in in_parallel(show, ids, self.parallel) if server}

    def mark(self) -> str | None:
        # Five seconds earlier: changes-since compares whole seconds, and the clouds' hosts differ a little.
        return (self.session.server_time() - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def flavors(self) -> Iterable[Flavor]:
        pages = self.session.by_marker(
            self.endpoint + "/flavors/detail",
            "flavors",
            params={},
            limit=1000,
            headers=self.headers(),
            what="list the flavors",
        )
        return [nova_records.flavor(data) for data in pages]

    # -- acting on servers -------------------------------------------------------------------------------------

    def act(self, action: str, servers: Sequence[Server], force: bool = False) -> list[Ticket]:
        self.require(action)
        body = (self.forced.get(action) if force else None) or self.actions[action]
        headers = self.headers()

        def ask(server: Server) -> Ticket:
            url = "%s/servers/%s/action" % (self.endpoint, server.id)
            what = "%s the server %s" % (action, server.label)
            try:
                answer = self.session.post(url, json=body, headers=headers, what=what, expect="any")
            except AnswerLost as error:
                return Ticket(server.id, action, server.name, error=error, uncertain=True)
            except CloudError as error:
                return Ticket(server.id, action, server.name, error=error)
            return Ticket(server.id, action, server.name, request_id=answer.request_id)

        # The first one alone: where the credentials or the endpoint are wrong, they are wrong for all the others too.
        tickets = [ask(servers[0])]
        if isinstance(tickets[0].error, AuthenticationFailed):
            raise tickets[0].error
        return tickets + in_parallel(ask, servers[1:], self.parallel)

    def observe(self, tickets: Sequence[Ticket], since: str | None = None) -> dict[str, Observation]:
        """Nova sets ``task_state`` before it answers an action, so a settled server is done with it, one way or the
        other. Where the state alone does not show that it went well, the instance action of the request does."""
        seen = self.servers_by_id([ticket.server_id for ticket in tickets], since)
        complete = since is None or len(tickets) <= _FEW_TO_POLL

        def look(ticket: Ticket) -> tuple[str, Observation] | None:
            server = seen.get(ticket.server_id)
            if server is None:
                return (ticket.server_id, Observation(None)) if complete else None
            if not server.settled or server.gone:
                return ticket.server_id, Observation(server)
            if ticket.action != "reboot" and server.power_state == ticket.goal:
                return ticket.server_id, Observation(server, SUCCEEDED)
            proof = self._proof(ticket)
            if proof is None:
                return ticket.server_id, Observation(server, SUCCEEDED if not ticket.uncertain else None)
            return ticket.server_id, Observation(server, proof.status, proof.code, proof.message)

        return dict(pair for pair in in_parallel(look, tickets, self.parallel) if pair)

    def _proof(self, ticket: Ticket) -> Job | None:
        if not ticket.request_id or not self.supports("instance_actions"):
            return None
        path = "/servers/%s/os-instance-actions/%s" % (ticket.server_id, ticket.request_id)
        try:
            body = self._get(path, "read what became of the %s of %s" % (ticket.action, ticket.label))
        except NotFound:
            return None
        return nova_records.instance_action(body["instanceAction"], ticket.server_id, settled=True)

    def adopt(self, ticket: Ticket, since: str | None) -> Ticket | None:
        if not self.supports("instance_actions"):
            return None
        path = "/servers/%s/os-instance-actions" % ticket.server_id
        try:
            body = self._get(path, "list what was done to %s" % ticket.label)
        except NotFound:
            return None
        recent = [
            entry
            for entry in body.get("instanceActions") or ()
            if entry.get("action") == ticket.action and (entry.get("start_time") or "") >= (since or "").rstrip("Z")
        ]
        if not recent:
            return None
        newest = max(recent, key=lambda entry: entry.get("start_time") or "")
        return Ticket(ticket.server_id, ticket.action, ticket.name, request_id=newest["request_id"])


def _parse_version(text: str) -> "Version":
    """``2.96`` as (2, 96); also the JSON list that a cache keeps. Raises MalformedAnswer for anything else."""
    found = re.match(r"^(\d+)\.(\d+)$", str(text))
    if not found:
        raise MalformedAnswer("the compute service's version document gives %r as its newest version" % (text,))
    return int(found.group(1)), int(found.group(2))


__all__ = ["FAILED", "OpenStack"]
