# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selects servers: the options, the filters that the cloud can apply, and the check of every record.

Every filter is checked again here, because the filters of a cloud are not reliable: Nova's ``ip`` matches substrings,
its ``name`` is a regular expression, its ``tags`` are ignored below microversion 2.26. Huawei Cloud's ``status`` also
finds servers in a transition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Collection, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.address import canonical_address
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.patterns import has_tag
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    REQUESTED_FIELDS,
    SERVER_FIELDS,
    Server,
    as_dicts,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.plans import selection_values as values
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.ordering import Order
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened

#: Options that only narrow a selection: a typo in one of them selects more servers, not fewer.
NARROWING = ("not_tags", "filters")
#: Options that select servers, each sufficient alone.
CHOOSING = (
    "ids", "names", "name_patterns", "ips", "tags", "status", "flavor", "availability_zone", "query", "all",
)  # fmt: skip
CHOOSERS = CHOOSING + NARROWING
_FAIL = "fail"


@dataclass(frozen=True)
class SelectedServers:
    """The selected servers, and the ids, names and addresses without a server."""

    servers: tuple[Server, ...]
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """The options that select servers. They are combined with AND, the values of one with OR, those of ``tags`` with
    AND. ``listing``: the task does not change the servers."""

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    name_patterns: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    ip_ranges: tuple[values.AddressRange, ...] = ()
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    flavor: tuple[str, ...] = ()
    availability_zone: tuple[str, ...] = ()
    query: Any = None
    filters: tuple[tuple[str, str], ...] = ()
    all_projects: bool = False
    deleted: bool = False
    page_size: int = 1000
    order: Order = Order()
    missing: str = _FAIL
    duplicates: str = _FAIL
    min_targets: int | None = None
    max_targets: int | None = None
    listing: bool = False

    @classmethod
    def from_options(cls, options: Mapping[str, Any], missing: str = _FAIL, listing: bool = False) -> Selection:
        """Return the selection of the options; ``missing`` is the default of the option with this name.

        Only a ``listing`` can be narrowed without an option that selects servers. A task that changes servers needs
        ``all: true`` to select all servers of a project, so that a typo in ``not_tags`` or an ignored filter cannot
        select them. Raises InvalidRequest for an empty selection and for invalid values.
        """
        _check_choice(options, listing)
        page_size = options.get("page_size")
        if page_size is not None and not 1 <= page_size <= 1000:
            raise InvalidRequest("page_size: %s is out of range; use 1 to 1000" % page_size)
        ips, ip_ranges = values.addresses(values.texts(options, "ips"))
        return cls(
            ids=values.texts(options, "ids"),
            names=values.texts(options, "names"),
            name_patterns=values.texts(options, "name_patterns"),
            ips=ips,
            ip_ranges=ip_ranges,
            tags=values.tags(options, "tags"),
            not_tags=values.tags(options, "not_tags"),
            status=tuple(values.status(text) for text in values.texts(options, "status")),
            flavor=values.texts(options, "flavor"),
            availability_zone=values.texts(options, "availability_zone"),
            query=values.expression(options.get("query")),
            filters=values.filters(options.get("filters")),
            all_projects=bool(options.get("all_projects")),
            deleted=bool(options.get("deleted")),
            page_size=page_size or 1000,
            order=Order.of(options.get("sort_key"), options.get("sort_dir"), options.get("limit")),
            missing=options.get("missing") or missing,
            duplicates=options.get("duplicates") or _FAIL,
            min_targets=options.get("min_targets"),
            max_targets=options.get("max_targets"),
            listing=listing,
        )

    @property
    def needs_image_names(self) -> bool:
        """Whether the query contains more of an image than its id."""
        return self.query is not None and names_image(self.query.expression)

    @property
    def by_name_alone(self) -> bool:
        """Whether only the id and the name of a server are needed."""
        return not (
            self.ips
            or self.ip_ranges
            or self.tags
            or self.not_tags
            or self.status
            or self.flavor
            or self.availability_zone
            or self.query is not None
            or self.filters
            or self.deleted
            or self.order.key not in ("name", "id")
        )

    def ends_early(self, sort_keys: Collection[str]) -> bool:
        """Whether the first matching servers of the list are the result, if the cloud sorts by these fields."""
        return (
            self.order.limit is not None
            and self.order.key in sort_keys
            and not (self.ids or self.names or self.ips)
            and self.query is None
            and self.min_targets is None
            and self.max_targets is None
        )

    def ask(self, brief: bool = False) -> ServerQuery:
        """Return the query for the cloud; with ``brief`` the caller needs only ids and names. If servers are named
        individually, the query contains only ids, names or addresses: a server that exists but does not match the other
        options must not be reported as missing."""
        common: dict[str, Any] = {
            "filters": self.filters,
            "all_projects": self.all_projects,
            "deleted": self.deleted,
            "page_size": self.page_size,
            "brief": brief and self.by_name_alone,
            "sort_key": self.order.key,
            "descending": self.order.descending,
        }
        for name in ("ids", "names", "ips"):
            if getattr(self, name):
                # No list finds the servers of a range: Nova and ECS compare private addresses only.
                only = {} if name == "ips" and self.ip_ranges else {name: getattr(self, name)}
                return ServerQuery(flavor=self.flavor, **only, **common)
        return ServerQuery(
            name_patterns=self.name_patterns,
            tags=self.tags,
            not_tags=self.not_tags,
            status=self.status,
            flavor=self.flavor,
            availability_zone=self.availability_zone,
            **common,
        )

    def matches(self, server: Server) -> bool:
        """Whether a server matches the options, except ``query``, which is evaluated for all servers at once."""
        return (
            _among(server.id, self.ids)
            and _among(server.name, self.names)
            and (not self.name_patterns or any(fnmatchcase(server.name or "", each) for each in self.name_patterns))
            and (not (self.ips or self.ip_ranges) or any(self._has_address(each.ip) for each in server.addresses))
            and all(has_tag(server.tags, tag) for tag in self.tags)
            and not any(has_tag(server.tags, tag) for tag in self.not_tags)
            and (not self.status or (server.status or "").upper() in self.status or server.power_state in self.status)
            and (not self.flavor or server.flavor.id in self.flavor or server.flavor.name in self.flavor)
            and _among(server.availability_zone, self.availability_zone)
            and server.is_deleted == self.deleted
        )

    def _has_address(self, ip: str) -> bool:
        return canonical_address(ip) in self.ips or any(each.contains(ip) for each in self.ip_ranges)

    def choose(self, servers: Iterable[Server]) -> SelectedServers:
        """Return the matching servers of the list in their order, at most the limit. Raises InvalidRequest for an
        ambiguous name, for fewer servers than ``min_targets`` or more than ``max_targets``, and with ``missing: fail``
        for an id, name or address without a server."""
        known = list({server.id: server for server in servers}.values())
        missing = self._missing(known)
        self.refuse_missing(missing)
        chosen = self._filtered([server for server in known if self.matches(server)])
        self._refuse_shared_names(chosen)
        self.check_number(len(chosen))
        first = self.order.applied(chosen, lambda server: (server.name or "", server.id))
        return SelectedServers(tuple(first), missing)

    def refuse_missing(self, missing: Mapping[str, Sequence[str]]) -> None:
        """Raises InvalidRequest for ids, names or addresses without a server, with ``missing: fail``."""
        if missing and self.missing == _FAIL:
            parts = ["%s %s" % (name, shortened(absent)) for name, absent in missing.items()]
            raise InvalidRequest(
                "no server has %s; check the selection, region and project, or set missing: ignore"
                % " and ".join(parts)
            )

    def check_number(self, found: int) -> None:
        """Raises InvalidRequest if the number of servers is not between ``min_targets`` and ``max_targets``."""
        if self.max_targets is not None and found > self.max_targets:
            limit = "max_targets allows %d" % self.max_targets
        elif self.min_targets is not None and found < self.min_targets:
            limit = "min_targets requires at least %d" % self.min_targets
        else:
            return
        number = "%d server%s" % (found, "" if found == 1 else "s")
        raise InvalidRequest("the selection matches %s, but %s; nothing was done" % (number, limit))

    def _missing(self, servers: Sequence[Server]) -> dict[str, list[str]]:
        seen: dict[str, set[Any]] = {
            "ids": {server.id for server in servers},
            "names": {server.name for server in servers},
            "ips": {canonical_address(address.ip) for server in servers for address in server.addresses},
        }
        # The query used only the first of these options, so only this option shows which servers do not exist.
        for name in ("ids", "names", "ips"):
            wanted = getattr(self, name)
            if wanted:
                absent = [value for value in wanted if value not in seen[name]]
                return {name: absent} if absent else {}
        return {}

    def _refuse_shared_names(self, chosen: Sequence[Server]) -> None:
        if self.duplicates != _FAIL:
            return
        by_name: dict[str, list[str]] = {}
        for server in chosen:
            if server.name in self.names:
                by_name.setdefault(str(server.name), []).append(server.id)
        for name, ids in sorted(by_name.items()):
            if len(ids) > 1:
                raise InvalidRequest(
                    "%d servers are named %s (%s); select them by ids, or set duplicates: allow"
                    % (len(ids), name, shortened(sorted(ids)))
                )

    def _filtered(self, servers: list[Server]) -> list[Server]:
        if self.query is None:
            return servers
        import jmespath

        try:
            found = self.query.search(as_dicts(servers, SERVER_FIELDS + REQUESTED_FIELDS))
        except jmespath.exceptions.JMESPathError as error:
            raise InvalidRequest(
                "query: the JMESPath expression cannot be evaluated for the servers: %s" % error
            ) from None
        if isinstance(found, dict):
            found = [found]
        ids = (
            [entry.get("id") if isinstance(entry, dict) else entry for entry in (found or ())]
            if isinstance(found, (list, type(None)))
            else [None]
        )
        by_id: dict[Any, Server] = {server.id: server for server in servers}
        if any(server_id not in by_id for server_id in ids):
            raise InvalidRequest(
                "query: the JMESPath expression must give a list of server records or ids, such as"
                " \"[?power_state=='running']\""
            )
        return [by_id[server_id] for server_id in dict.fromkeys(ids)]


def described(options: Mapping[str, Any]) -> str:
    """The options that select servers, as the user set them, for a message."""
    given = []
    for name in CHOOSERS:
        value = options.get(name)
        if value:
            if isinstance(value, Mapping):
                value = ["%s=%s" % pair for pair in value.items()]
            shown = shortened([str(each) for each in value]) if isinstance(value, (list, tuple)) else str(value)
            given.append("%s: %s" % (name, "true" if value is True else shown))
    return "; ".join(given)


def _check_choice(options: Mapping[str, Any], listing: bool) -> None:
    choosing = [name for name in CHOOSING if name != "all" and options.get(name)]
    narrowing = [name for name in NARROWING if options.get(name)]
    if options.get("all") and choosing:
        raise InvalidRequest("all: true selects all servers and cannot be combined with %s" % " and ".join(choosing))
    if not (options.get("all") or choosing or (narrowing and listing)):
        if narrowing:
            raise InvalidRequest(
                "no option selects servers: %s only narrows the selection; add all: true to select all other servers"
                " of the project, or set one of %s" % (" and ".join(narrowing), ", ".join(CHOOSING[:-1]))
            )
        raise InvalidRequest("no option selects servers: set one of %s" % ", ".join(CHOOSERS if listing else CHOOSING))
    lowest, highest = options.get("min_targets"), options.get("max_targets")
    for name, limit in (("min_targets", lowest), ("max_targets", highest)):
        if limit is not None and limit < 0:
            raise InvalidRequest("%s: %s is not a number of servers; use 0 or more" % (name, limit))
    if lowest is not None and highest is not None and lowest > highest:
        raise InvalidRequest("min_targets: %s is more than max_targets: %s" % (lowest, highest))


def names_image(expression: str, variable: str = "image") -> bool:
    """Whether an expression contains the variable, and not only its id."""
    return re.search(r"\b%s\b(?!\s*\.\s*id\b)" % re.escape(variable), expression) is not None


def _among(value: Any, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted
