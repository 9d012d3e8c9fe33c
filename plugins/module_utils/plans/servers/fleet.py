# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A declared list of servers: its entries, the groups of entries that differ only in their names, the servers that no
entry declares, and the limits of a plan. Pure data and functions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.patterns import has_tag, key_of_tag
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declaration import Declaration
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.public_ip import parse_wish
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.server_spec import ServerSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.spec import names_of
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.update import plan_servers
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.tags import mapped_keys, tag_texts
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened

#: The options of an entry that define the names of its servers.
NAMING = ("name", "names", "name_pattern", "count")
#: The bounds of ``count`` of an entry: 0 declares no server.
_COUNT = (0, 10000)
#: The number of problems in a message.
_MOST_PROBLEMS = 5


@dataclass(frozen=True)
class Entry:
    """One entry: its place in the list, from 1, and its names."""

    number: int
    names: tuple[str, ...]
    new_name: str | None = None

    @property
    def label(self) -> str:
        return "entry %d%s" % (self.number, " (%s)" % shortened(self.names, 1) if self.names else "")

    @property
    def claims(self) -> tuple[str, ...]:
        """The names that only this entry may have."""
        return self.names + ((self.new_name,) if self.new_name else ())


@dataclass
class EntryGroup:
    """Entries with the same ``options``, beside their names."""

    options: Mapping[str, Any] = field(repr=False)
    entries: list[Entry] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for entry in self.entries for name in entry.names)

    @property
    def state(self) -> str:
        return str(self.options.get("state") or "present")

    @property
    def label(self) -> str:
        first, rest = self.entries[0], len(self.entries) - 1
        return first.label + (" and %d more" % rest if rest else "")


class Problems:
    """Collects what is wrong with several entries, so that a message has all of it."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}

    def add(self, label: str, problem: str) -> None:
        self._found.setdefault(problem, []).append(label)

    def raise_if_any(self) -> None:
        """Raises InvalidRequest with the problems."""
        found = ["%s: %s" % (shortened(labels, 3), problem) for problem, labels in self._found.items()]
        if found:
            rest = len(found) - _MOST_PROBLEMS
            more = "; and %d more problems" % rest if rest > 0 else ""
            raise InvalidRequest("servers: %s%s" % ("; ".join(found[:_MOST_PROBLEMS]), more))


def group_entries(
    entries: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any], tag: str | None
) -> list[EntryGroup]:
    """The entries over the ``defaults``, in groups that differ only in their names, in the order of the list. ``tag``
    is added to the tags of each. Raises InvalidRequest for invalid names, and for names that two entries have."""
    groups: dict[str, EntryGroup] = {}
    problems = Problems()
    for number, given in enumerate(entries, 1):
        try:
            entry, options = _entry(number, given), _options(given, defaults, tag)
        except InvalidRequest as error:
            problems.add("entry %d" % number, str(error))
            continue
        key = json.dumps(options, sort_keys=True, default=str)
        groups.setdefault(key, EntryGroup(options)).entries.append(entry)
    problems.raise_if_any()
    found = list(groups.values())
    _check_claims(entry for group in found for entry in group.entries)
    return found


def _entry(number: int, given: Mapping[str, Any]) -> Entry:
    named = {name: given.get(name) for name in (*NAMING, "new_name")}
    ways = [name for name in ("name", "names", "name_pattern") if named[name] is not None]
    if len(ways) != 1:
        why = "it has %s" % " and ".join(ways) if ways else "it has no name, no names and no name_pattern with count"
        raise InvalidRequest("%s; give one of them" % why if ways else why)
    if named["names"] is not None and named["count"] is not None:
        raise InvalidRequest("names and count are mutually exclusive")
    names = names_of({**named, "state": given.get("state") or "present"}, _COUNT)
    return Entry(number, names, named["new_name"])


def _options(given: Mapping[str, Any], defaults: Mapping[str, Any], tag: str | None) -> dict[str, Any]:
    """The options of an entry without its names. Its tags and metadata are added to the defaults."""
    own = {name: value for name, value in given.items() if value is not None and name not in NAMING}
    usual = {name: value for name, value in defaults.items() if value is not None}
    options = {**usual, **own}
    if "metadata" in usual and "metadata" in own:
        options["metadata"] = {**usual["metadata"], **own["metadata"]}
    mapped = mapped_keys(own.get("tags"))
    tags = [each for each in tag_texts(usual.get("tags") or []) if key_of_tag(each) not in mapped]
    tags += tag_texts(own.get("tags") or []) + ([tag] if tag else [])
    if tags or "tags" in options:
        options["tags"] = list(dict.fromkeys(tags))
        options["tag_keys"] = sorted(mapped | mapped_keys(usual.get("tags")))
    return options


def _check_claims(entries: Iterable[Entry]) -> None:
    """Raises InvalidRequest for names that two entries declare."""
    claimed: dict[str, Entry] = {}
    twice = []
    for entry in entries:
        for name in entry.claims:
            other = claimed.setdefault(name, entry)
            if other is not entry:
                twice.append(
                    "%s by the entries %d and %d"
                    % (name, min(other.number, entry.number), max(other.number, entry.number))
                )
    if twice:
        raise InvalidRequest("servers: two entries declare the same server: %s" % shortened(twice, _MOST_PROBLEMS))


# -- the servers that no entry declares ------------------------------------------------------------------------------


def check_tag(tag: str | None, purge: bool) -> str | None:
    """The tag of the fleet, ``None`` without one. Raises InvalidRequest."""
    found = tag_texts([tag], "tag") if tag else []
    if purge and not found:
        raise InvalidRequest("purge: it deletes servers with the tag of the fleet, so it needs tag")
    return found[0] if found else None


def undeclared_servers(
    listed: Iterable[Server], tag: str, declarations: Iterable[Declaration]
) -> tuple[list[Server], int]:
    """The servers with the tag that no declaration has, by name, and the number of all servers with the tag."""
    declared = {change.server.id for declaration in declarations for change in declaration.plan.items}
    tagged = [server for server in listed if has_tag(server.tags, tag)]
    found = [server for server in tagged if server.id not in declared]
    return sorted(found, key=lambda server: (server.name or "", server.id)), len(tagged)


def purge_of(undeclared: Sequence[Server], total: int, most: int, rules: Rules) -> Declaration:
    """The deletion of the undeclared servers. Raises InvalidRequest if they are too many, or the whole fleet."""
    count = len(undeclared)
    if count > most or (count and count == total):
        raise InvalidRequest(
            "purge: %d of %d servers of the fleet are not declared (%s). It deletes at most max_deletions (%d) and"
            " never all of them; nothing was done. Declare those to delete with state: absent"
            % (count, total, shortened([server.label for server in undeclared], 5), most)
        )
    spec = ServerSpec("absent")
    return Declaration(spec, plan_servers(undeclared, (), spec, rules))


# -- limits ----------------------------------------------------------------------------------------------------------


def check_limits(params: Mapping[str, Any]) -> None:
    """Raises InvalidRequest for a limit that is not a number of servers."""
    for name in ("max_deletions", "max_changes", "min_targets", "max_targets"):
        if params[name] is not None and params[name] < 0:
            raise InvalidRequest("%s: %d is out of range; use 0 or more" % (name, params[name]))


def check_number(groups: Iterable[EntryGroup], least: int | None, most: int | None) -> None:
    """Raises InvalidRequest if too few or too many servers are declared."""
    count = sum(len(group.names) for group in groups if group.state in ("present", "restored"))
    if least is not None and count < least:
        raise InvalidRequest("min_targets: %d servers are declared, and at least %d are expected" % (count, least))
    if most is not None and count > most:
        raise InvalidRequest("max_targets: %d servers are declared, and at most %d are allowed" % (count, most))


def check_changes(plan: Plan, most: int | None) -> None:
    """Raises InvalidRequest if the plan changes too many servers."""
    changing = [item.server.label for item in plan.items if item.changes]
    if most is not None and len(changing) > most:
        raise InvalidRequest(
            "max_changes: the task would create, change or delete %d servers, and at most %d are allowed (%s)"
            % (len(changing), most, shortened(changing, 5))
        )


def check_public_ips(groups: Iterable[EntryGroup]) -> None:
    """Raises InvalidRequest for a public address of several servers."""
    claimed: dict[str, Entry] = {}
    for group in groups:
        given = group.options.get("public_ip")
        address = parse_wish(given).get("address", "") if given is not None else ""
        for entry in group.entries if address else ():
            other = claimed.setdefault(address, entry)
            if other is not entry or len(entry.names) > 1:
                both = dict.fromkeys((other.label, entry.label))
                raise InvalidRequest(
                    "servers: one server can have the public_ip %s, and several are declared with it: %s"
                    % (address, ", ".join(both))
                )


# -- the order -------------------------------------------------------------------------------------------------------


def phases(declarations: Sequence[Declaration]) -> Iterator[list[Declaration]]:
    """The declarations in the order of their execution: deletions at the beginning of the list, so that others can use
    what they free; all that is created or changed; then the other deletions."""
    first = next((place for place, each in enumerate(declarations) if not each.spec.ends), len(declarations))
    begin, rest = list(declarations[:first]), declarations[first:]
    for part in (begin, [each for each in rest if not each.spec.ends], [each for each in rest if each.spec.ends]):
        if any(each.plan.items for each in part):
            yield part
