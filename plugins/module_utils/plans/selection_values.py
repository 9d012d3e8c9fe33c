# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parses and validates the values of the options that select servers."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import POWER_STATES, STATUSES
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest


@dataclass(frozen=True)
class AddressRange:
    """All addresses from ``first`` to ``last``, as numbers."""

    version: int
    first: int
    last: int

    def contains(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return address.version == self.version and self.first <= int(address) <= self.last


def texts(options: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The values of a list option without duplicates. Raises InvalidRequest for an empty value."""
    values = [str(value).strip() for value in options.get(name) or ()]
    if any(not value for value in values):
        raise InvalidRequest("%s: an empty string selects nothing; leave it out" % name)
    return tuple(dict.fromkeys(values))


def tags(options: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The tags of an option as ``key``, ``key=value``, ``key=*`` or ``key=``: from a list, a string with commas, or a
    mapping. Raises InvalidRequest for other types, and for a tag that no cloud accepts."""
    given = options.get(name)
    if given in (None, "", [], {}, ()):
        return ()
    if isinstance(given, str):
        given = given.split(",")
    elif isinstance(given, (int, float, Mapping)) and not isinstance(given, bool):
        given = [given]
    if not isinstance(given, (list, tuple)):
        raise InvalidRequest("%s: %s is not a list of tags; write each as key or key=value" % (name, given))
    found: list[str] = []
    for item in given:
        found.extend(_pairs(name, item) if isinstance(item, Mapping) else [_tag(name, item)])
    if not found:
        # For example [{}]: it must not select every server.
        raise InvalidRequest("%s: an empty mapping selects nothing; leave it out" % name)
    return tuple(dict.fromkeys(found))


def _pairs(option: str, item: Mapping[Any, Any]) -> list[str]:
    """The entries of a mapping as tags; an entry without a value is a tag without a value."""
    found = []
    for key, value in item.items():
        if isinstance(value, (Mapping, list, tuple)):
            raise InvalidRequest("%s: the value of %s is not a string; a tag has one value" % (option, key))
        if isinstance(value, bool):
            value = str(value).lower()
        found.append(_tag(option, key if value is None else "%s=%s" % (key, value)))
    return found


def _tag(option: str, item: Any) -> str:
    if item is None or isinstance(item, (list, tuple)):
        shown = "nothing" if item is None else "a list"
        raise InvalidRequest("%s: one of the items is %s; write each tag as key or key=value" % (option, shown))
    text = str(item).strip()
    if not text:
        raise InvalidRequest("%s: an empty string selects nothing; leave it out" % option)
    if "," in text or text.startswith("="):
        raise InvalidRequest(
            "%s: %s is not a tag; write each tag as one item of the list, key or key=value, without a comma"
            % (option, text)
        )
    return text


def addresses(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[AddressRange, ...]]:
    """The normalized single addresses, and the networks and ranges. Raises InvalidRequest for invalid ones."""
    single = tuple(address(text) for text in texts if "/" not in text and "-" not in text)
    return single, tuple(_range(text) for text in texts if "/" in text or "-" in text)


def address(text: str) -> str:
    """The normalized form of an address. Raises InvalidRequest for an invalid address."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise InvalidRequest(
            "ips: %s is not an IP address; give an address, a network such as 10.0.0.0/24, or a range such as"
            " 10.0.0.5-10.0.0.9" % text
        ) from None


def _range(text: str) -> AddressRange:
    if "/" in text:
        try:
            network = ipaddress.ip_network(text)
        except ValueError as error:
            raise InvalidRequest("ips: %s is not a network: %s" % (text, error)) from None
        return AddressRange(network.version, int(network[0]), int(network[-1]))
    first, last = (ipaddress.ip_address(address(end.strip())) for end in text.split("-", 1))
    if first.version != last.version:
        raise InvalidRequest("ips: %s is not a range: one end is an IPv4 address and the other an IPv6 address" % text)
    if int(first) > int(last):
        raise InvalidRequest("ips: %s is not a range: its first address is higher than its last one" % text)
    return AddressRange(first.version, int(first), int(last))


def status(text: str) -> str:
    """A status in upper case as the clouds write it, or a power state in lower case as in the records. Raises
    InvalidRequest for other values: a cloud finds no server with such a status, and some clouds return no error."""
    if text.lower() in POWER_STATES and text.upper() != "ERROR":
        return text.lower()
    if text.upper() not in STATUSES:
        raise InvalidRequest(
            "status: no server has the status %s; the power states are %s, the statuses are %s"
            % (text, ", ".join(POWER_STATES), ", ".join(STATUSES))
        )
    return text.upper()


def filters(given: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """The platform's own filters, sorted. Raises InvalidRequest for a value that is empty or not a string."""
    for key, value in (given or {}).items():
        if value in (None, ""):
            raise InvalidRequest("filters: %s has no value; leave it out, or give it one" % key)
        if isinstance(value, (Mapping, list, tuple)):
            raise InvalidRequest("filters: the value of %s is not a string" % key)
    return tuple(sorted((str(key), str(value)) for key, value in (given or {}).items()))


def has_jmespath() -> bool:
    """Whether queries can be evaluated. The library is imported by tasks with a query only."""
    try:
        import jmespath  # noqa: F401
    except ImportError:
        return False
    return True


def expression(text: Any) -> Any:
    """The compiled JMESPath expression, ``None`` for an empty string. Raises InvalidRequest for an invalid
    expression."""
    if text is None or text == "":
        return None
    if not has_jmespath():
        raise InvalidRequest("query needs the Python library jmespath, which is not installed")
    import jmespath

    try:
        return jmespath.compile(str(text))
    except jmespath.exceptions.JMESPathError as error:
        why = " ".join(str(error).split())
        raise InvalidRequest("query: %s is not a JMESPath expression: %s" % (text, why)) from None
