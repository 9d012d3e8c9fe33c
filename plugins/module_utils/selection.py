# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choosing servers: what the options ask for, what of it the cloud can filter, and the check of every answer.

Everything is checked here again, for no filter of a cloud can be trusted alone: Nova's ``ip`` is a substring match,
its ``name`` a regular expression, its ``tags`` are ignored below microversion 2.26; Huawei Cloud's ``status`` also
finds servers on their way.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import Compute, ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import POWER_STATES, Server

try:
    import jmespath
except ImportError:
    HAS_JMESPATH = False
else:
    HAS_JMESPATH = True

#: The options that choose, each enough alone.
CHOOSERS = (
    "ids",
    "names",
    "ips",
    "tags",
    "not_tags",
    "status",
    "flavor",
    "availability_zone",
    "query",
    "filters",
    "all",
)
_FAIL = "fail"


class SelectionError(Exception):
    """The selection cannot be used, or does not fit what is there; the text says why and what to do."""


@dataclass(frozen=True)
class Chosen:
    """The servers that were chosen, and the ids, names and addresses that no server has."""

    servers: tuple[Server, ...]
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """The options that choose servers.

    They combine with AND; the values of one combine with OR, those of ``tags`` with AND.
    """

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
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
    missing: str = _FAIL
    duplicates: str = _FAIL
    max_targets: int | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, Any], missing: str = _FAIL) -> Selection:
        """The selection that the options ask for; ``missing`` is what happens where the option does not say.

        Raises SelectionError for no selection, and for a value that cannot be used.
        """
        if not any(options.get(name) for name in CHOOSERS):
            raise SelectionError("nothing chooses a server: set one of %s" % ", ".join(CHOOSERS))
        if options.get("all"):
            others = [name for name in CHOOSERS if name != "all" and options.get(name)]
            if others:
                raise SelectionError("all: true chooses every server and contradicts %s" % " and ".join(others))
        limit = options.get("max_targets")
        if limit is not None and limit < 0:
            raise SelectionError("max_targets: %s is not a number of servers; use 0 or more" % limit)
        page_size = options.get("page_size")
        if page_size is not None and not 1 <= page_size <= 1000:
            raise SelectionError("page_size: %s is out of range; use 1 to 1000" % page_size)
        return cls(
            ids=_texts(options, "ids"),
            names=_texts(options, "names"),
            ips=tuple(_address(text) for text in _texts(options, "ips")),
            tags=tuple(_tag("tags", text) for text in _texts(options, "tags")),
            not_tags=tuple(_tag("not_tags", text) for text in _texts(options, "not_tags")),
            status=tuple(_status(text) for text in _texts(options, "status")),
            flavor=_texts(options, "flavor"),
            availability_zone=_texts(options, "availability_zone"),
            query=_expression(options.get("query")),
            filters=tuple(sorted((key, str(value)) for key, value in (options.get("filters") or {}).items())),
            all_projects=bool(options.get("all_projects")),
            deleted=bool(options.get("deleted")),
            page_size=page_size or 1000,
            missing=options.get("missing") or missing,
            duplicates=options.get("duplicates") or _FAIL,
            max_targets=limit,
        )

    @property
    def by_name_alone(self) -> bool:
        """Whether nothing of a server but its id and name is looked at."""
        return not (
            self.ips
            or self.tags
            or self.not_tags
            or self.status
            or self.flavor
            or self.availability_zone
            or self.query is not None
            or self.filters
            or self.deleted
        )

    def ask(self, brief: bool = False) -> ServerQuery:
        """What the cloud is asked for; ``brief`` where the caller needs no more than ids and names.

        Where servers are named one by one, only by what names them: a server that exists and does not match the
        rest must not be taken for one that does not exist.
        """
        common: dict[str, Any] = {
            "filters": self.filters,
            "all_projects": self.all_projects,
            "deleted": self.deleted,
            "page_size": self.page_size,
            "brief": brief and self.by_name_alone,
        }
        for name in ("ids", "names", "ips"):
            if getattr(self, name):
                return ServerQuery(flavor=self.flavor, **{name: getattr(self, name)}, **common)
        return ServerQuery(
            tags=self.tags,
            not_tags=self.not_tags,
            status=self.status,
            flavor=self.flavor,
            availability_zone=self.availability_zone,
            **common,
        )

    def matches(self, server: Server) -> bool:
        """Whether a server is what the options ask for; all but ``query``, which is asked of all servers at once."""
        return (
            _among(server.id, self.ids)
            and _among(server.name, self.names)
            and (not self.ips or any(_canonical(address.ip) in self.ips for address in server.addresses))
            and all(tag in server.tags for tag in self.tags)
            and not any(tag in server.tags for tag in self.not_tags)
            and (not self.status or (server.status or "").upper() in self.status or server.power_state in self.status)
            and (not self.flavor or server.flavor.id in self.flavor or server.flavor.name in self.flavor)
            and _among(server.availability_zone, self.availability_zone)
            and server.gone == self.deleted
        )

    def choose(self, servers: Iterable[Server]) -> Chosen:
        """The servers of the list that match, in the order of name and id.

        Raises SelectionError for a name that two servers share, for more servers than ``max_targets``, and with
        ``missing: fail`` for an id, name or address that no server has.
        """
        known = list({server.id: server for server in servers}.values())
        missing = self._missing(known)
        if missing and self.missing == _FAIL:
            parts = ["%s %s" % (name, ", ".join(values)) for name, values in missing.items()]
            raise SelectionError(
                "no server has %s; check the selection, region and project, or set missing: ignore"
                % " and ".join(parts)
            )
        chosen = self._filtered([server for server in known if self.matches(server)])
        self._refuse_shared_names(chosen)
        if self.max_targets is not None and len(chosen) > self.max_targets:
            raise SelectionError(
                "the selection finds %d servers and max_targets allows %d; nothing was done"
                % (len(chosen), self.max_targets)
            )
        return Chosen(tuple(sorted(chosen, key=lambda server: (server.name or "", server.id))), missing)

    def _missing(self, servers: Sequence[Server]) -> dict[str, list[str]]:
        seen: dict[str, set[Any]] = {
            "ids": {server.id for server in servers},
            "names": {server.name for server in servers},
            "ips": {_canonical(address.ip) for server in servers for address in server.addresses},
        }
        # The cloud was asked by the first of them that is given, so only that one tells who does not exist.
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
                raise SelectionError(
                    "%d servers are named %s (%s); choose by ids, or set duplicates: allow"
                    % (len(ids), name, ", ".join(sorted(ids)))
                )

    def _filtered(self, servers: list[Server]) -> list[Server]:
        if self.query is None:
            return servers
        try:
            found = self.query.search([server.as_dict() for server in servers])
        except jmespath.exceptions.JMESPathError as error:
            raise SelectionError("query: the JMESPath expression does not fit the servers: %s" % error) from None
        if isinstance(found, dict):
            found = [found]
        ids = (
            [entry.get("id") if isinstance(entry, dict) else entry for entry in (found or ())]
            if isinstance(found, (list, type(None)))
            else [None]
        )
        by_id = {server.id: server for server in servers}
        if any(server_id not in by_id for server_id in ids):
            raise SelectionError(
                "query: the JMESPath expression must give a list of server records or ids, such as"
                " \"[?power_state=='running']\""
            )
        return [by_id[server_id] for server_id in dict.fromkeys(ids)]


def find(cloud: Compute, selection: Selection, brief: bool = False) -> Chosen:
    """Observes: the servers that the selection chooses, with as few requests as the platform allows.

    ``brief``: the caller needs no more than their ids and names, and the rest of the records may be empty.
    """
    return selection.choose(cloud.servers(selection.ask(brief)))


def _texts(options: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = [str(value).strip() for value in options.get(name) or ()]
    if any(not value for value in values):
        raise SelectionError("%s: an empty text chooses nothing; leave it out" % name)
    return tuple(dict.fromkeys(values))


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise SelectionError("ips: %s is not an IP address; give whole addresses, without a netmask" % text) from None


def _canonical(text: str) -> str:
    """An address in the one spelling that two equal ones share; a cloud may write IPv6 in another."""
    if ":" not in text:
        return text
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text


def _tag(option: str, text: str) -> str:
    if "," in text or text.startswith("="):
        raise SelectionError(
            "%s: %s is not a tag; a tag is written key or key=value and has no comma, each one an item of the list"
            % (option, text)
        )
    return text


def _status(text: str) -> str:
    """A status in capitals as the clouds write it, or a power state in small letters as the records do."""
    return text.lower() if text.lower() in POWER_STATES and text.upper() != "ERROR" else text.upper()


def _expression(text: Any) -> Any:
    if text is None or text == "":
        return None
    if not HAS_JMESPATH:
        raise SelectionError("query needs the Python library jmespath, which is not installed")
    try:
        return jmespath.compile(str(text))
    except jmespath.exceptions.JMESPathError as error:
        why = " ".join(str(error).split())
        raise SelectionError("query: %s is not a JMESPath expression: %s" % (text, why)) from None


def _among(value: Any, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted
