# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads servers of a Nova cloud. Sources: the Nova API reference; behaviour of a real Nova 34."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Iterator, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ItemNotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import can_be_id, path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.patterns import (
    escape_name,
    is_exact_tag,
    key_of_tag,
    name_expression,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server, with_flavor_ids
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import parse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.rules import NovaRules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import (
    Version,
)

#: For fewer servers than this, one GET each is cheaper for the cloud than a list: its database reads complete pages.
_FEW_TO_READ = 20
_FEW_TO_POLL = 4
#: The minimum seconds of a page for which it is worth to read the list from both ends concurrently.
_SLOW_PAGE = 0.1
#: The maximum number of name patterns in one query.
_FEW_PATTERNS = 10
#: The maximum number of addresses that are queried one by one; for more, the complete list is cheaper.
_FEW_ADDRESSES = 8


class NovaServers(Compute):
    """Common code of all platforms with Nova's API."""

    #: The newest microversion in the tests; a newer cloud is used with this one.
    newest_tested: Version = (2, 1)

    #: The API of this platform; a platform with other URLs replaces it.
    api_class: type[NovaApi] = NovaApi
    api: NovaApi
    rules_class: type[NovaRules] = NovaRules
    rules: NovaRules

    def _make_api(self) -> NovaApi:
        rules = self.rules_class(lambda: self.api.version)
        return self.api_class(self.session, rules, self.parallel, self.newest_tested)

    # -- requests ----------------------------------------------------------------------------------------------

    @property
    def endpoint(self) -> str:
        return self.api.endpoint

    @property
    def version(self) -> Version:
        return self.api.version

    def headers(self, version: Version | None = None) -> dict[str, str]:
        return self.api.headers(version)

    def _get(self, path: str, key: str, what: str, kind: type = dict) -> Any:
        return self.api.read_part(path, key, what, kind)

    def _record(self, data: Any) -> Server:
        return parse.server(data, self.platform, self.region)

    # -- servers -----------------------------------------------------------------------------------------------

    def servers(self, query: ServerQuery) -> Iterator[Server]:
        self.all_projects = query.all_projects
        if query.deleted:
            self.require("deleted")
        found = self._candidates(query)
        return with_flavor_ids(found, self.flavors.list_sizes()) if query.flavor else found

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
        elif not query.names and 0 < len(query.name_patterns) <= _FEW_PATTERNS:
            expressions = [name_expression(pattern) for pattern in query.name_patterns]
            parameters["name"] = "^%s$" % (expressions[0] if len(expressions) == 1 else "(%s)" % "|".join(expressions))
        if len(query.status) == 1 and query.status[0].isupper():
            parameters["status"] = query.status[0]
        if len(query.availability_zone) == 1:
            parameters["availability_zone"] = query.availability_zone[0]
        if self.version >= (2, 26):
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
        pages = self.session.by_marker(
            self.endpoint + ("/servers" if query and query.brief else "/servers/detail"),
            "servers",
            params=parameters,
            limit=query.page_size if query else 1000,
            headers=self.headers(),
            what="list the servers",
            both_ends=_SLOW_PAGE if wide and self.supports("sorting") else False,
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
        self.headers()
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
        return self._look(ids, since)[0]

    def _look(
        self, ids: Sequence[str], since: str | None, query: ServerQuery | None = None
    ) -> tuple[dict[str, Server], set[str]]:
        """The servers with these ids, and the ids that were queried: a queried id without a server does not exist."""
        wanted = set(ids)
        if len(wanted) <= (_FEW_TO_POLL if since else _FEW_TO_READ):
            return self._show_each(sorted(wanted)), wanted
        parameters = {"all_tenants": "1"} if self.all_projects else {}
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
                return self._record(
                    self._get("/servers/%s" % path_segment(server_id), "server", "show the server %s" % server_id)
                )
            except ItemNotFound:
                return None

        if ids:
            self.headers()
        return {server.id: server for server in in_parallel(show, ids, self.parallel) if server}

    def mark(self) -> str | None:
        # Five seconds earlier: changes-since compares whole seconds, and the clocks of a cloud's hosts differ a little.
        return (self.session.server_time() - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")


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
