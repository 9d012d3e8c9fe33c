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
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.tags import tag_texts


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
    """The tags of an option as ``key``, ``key=value``, ``key=*`` or ``key=``. Raises InvalidRequest."""
    given = options.get(name)
    return () if given in (None, "", [], {}, ()) else tuple(tag_texts(given, name, selects=True))


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


def expression(text: Any) -> Any:
    """The compiled JMESPath expression, ``None`` for an empty string. Raises InvalidRequest for an invalid
    expression."""
    if text is None or text == "":
        return None
    try:
        import jmespath
    except ImportError:
        raise InvalidRequest("query needs the Python library jmespath, which is not installed") from None
    try:
        return jmespath.compile(str(text))
    except jmespath.exceptions.JMESPathError as error:
        why = " ".join(str(error).split())
        raise InvalidRequest("query: %s is not a JMESPath expression: %s" % (text, why)) from None
