# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits of ECS for names, descriptions, metadata and tags, and the reserved ones. Pure functions.

Sources: Elastic Cloud Server API Reference, "Querying Details About ECSs" (system keys) and "Lifecycle Management"
(limits); H07 of docs/operations.yml. Each ``…_problem`` returns one clause without a period, or ``None``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Iterable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import mapping, mappings

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

#: The maximum number of tags of a server, and of metadata keys of a new server.
MOST_TAGS = 10
MOST_METADATA = 10
_LONGEST_NAME = 128
_LONGEST_DESCRIPTION = 85
_LONGEST_HOSTNAME = 64
_LONGEST_KEY, _LONGEST_VALUE = 36, 43
_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z0-9_.-]+\Z")
_KEYPAIR_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")
_HOSTNAME = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*\Z")
_METADATA_KEY = re.compile(r"[A-Za-z0-9_:.-]{1,255}\Z")
_NOT_IN_A_TAG = re.compile(r"[\x00-\x1f=*<>\\,|/]")
#: Metadata keys that the cloud writes, and prefixes of such keys.
_SYSTEM_KEYS = frozenset(
    (
        "charging_mode vpc_id image_name os_type os_bit os_version EcmResStatus virtual_env_type agency_name"
        " cascaded.instance_extrainfo lockSource lockSourceId lockScene lockCheckEndpoint op_svc_userid BYOL"
    ).split()
)
_SYSTEM_PREFIXES = ("metering.", "__")
_SYSTEM_TAGS = "_sys_"
#: How a flavor is not sold, by its state of sale. The others are: normal, promotion (recommended), obt (open beta).
_NOT_SOLD = {"sellout": "is sold out", "abandon": "is no longer sold"}
_SOLD = ("normal", "promotion", "obt")
_SALE_IN_ZONE = re.compile(r"([^,()\s]+)\s*\(\s*(\w+)\s*\)")


def system_key(key: str) -> bool:
    """Whether a metadata key is reserved by the cloud."""
    return key in _SYSTEM_KEYS or key.startswith(_SYSTEM_PREFIXES)


def system_tag(tag: str) -> bool:
    return tag.startswith(_SYSTEM_TAGS)


def key_of(tag: str) -> str:
    return tag.partition("=")[0]


def tag_of(tag: str) -> dict[str, str]:
    """The tag as the calls expect it; a list shows a tag with an empty value by its key alone."""
    key, _equals, value = tag.partition("=")
    return {"key": key, "value": value}


def prepaid(server: Server) -> bool:
    """Whether a server is billed yearly/monthly."""
    return server.metadata.get("charging_mode") == "1"


def name_problem(name: str) -> str | None:
    if not _NAME.match(name):
        return "the name %r: it takes Chinese characters, letters, digits, '_', '-' and '.' only" % name
    # A Chinese character counts as two.
    if sum(1 if char.isascii() else 2 for char in name) > _LONGEST_NAME:
        return "the name %s... has more than 128 characters (64 Chinese ones)" % name[:20]
    return None


def keypair_name_problem(name: str) -> str | None:
    """Data Encryption Workshop API Reference, "Creating and Importing an SSH Key Pair"."""
    if not _KEYPAIR_NAME.match(name):
        return "the name %r: a key pair's name has up to 255 letters, digits, '_' and '-'" % name[:64]
    return None


def description_problem(description: str) -> str | None:
    if len(description) > _LONGEST_DESCRIPTION:
        return "description: it has %d characters, and the maximum is 85" % len(description)
    if "<" in description or ">" in description:
        return "description: it must not contain '<' or '>'"
    return None


def hostname_problem(hostname: str) -> str | None:
    if len(hostname) > _LONGEST_HOSTNAME or not _HOSTNAME.match(hostname):
        return "hostname %r: up to 64 letters, digits and hyphens in parts with '.' between them" % hostname
    return None


def metadata_problem(metadata: Mapping[str, str], new: bool = False) -> str | None:
    """``new``: for a new server."""
    for key, value in metadata.items():
        if not _METADATA_KEY.match(key):
            return "metadata: the key %r takes letters, digits, '-', '_', ':' and '.' only, 255 at most" % key
        if len(value) > 255:
            return "metadata: the value of %s has %d characters, and the maximum is 255" % (key, len(value))
        if system_key(key) and not (new and key in ("agency_name", "op_svc_userid", "__support_agent_list")):
            return "metadata: the key %s is reserved by the cloud; leave it out" % key
    if new and len(metadata) > MOST_METADATA:
        return "metadata: a new server can have at most %d keys, and the task sets %d" % (MOST_METADATA, len(metadata))
    return None


def tags_problem(tags: Iterable[str]) -> str | None:
    """For tags to set: their form, and a key with two values."""
    seen: dict[str, str] = {}
    for tag in tags:
        key, _equals, value = tag.partition("=")
        if not 1 <= len(key) <= _LONGEST_KEY:
            return "tags: the key of %r must have 1 to %d characters" % (tag, _LONGEST_KEY)
        if len(value) > _LONGEST_VALUE:
            return "tags: the value of %s has %d characters, and the maximum is %d" % (key, len(value), _LONGEST_VALUE)
        if _NOT_IN_A_TAG.search(key + value):
            return "tags: %r must not contain any of = * < > \\ , | / in its key or value" % tag
        if system_tag(tag):
            return "tags: %s is reserved by the cloud; leave it out" % key
        if seen.get(key, value) != value:
            return "tags: the key %s has two values, %r and %r" % (key, seen[key], value)
        seen[key] = value
    return None


def tags_after(observed: Iterable[str], wanted: Iterable[str], purge: bool) -> set[str]:
    """The resulting tags: a key has one value, and reserved tags are kept."""
    asked = {tag[:-1] if tag.endswith("=") else tag for tag in wanted}
    keys = {key_of(tag) for tag in asked}
    return asked | {tag for tag in observed if system_tag(tag) or (not purge and key_of(tag) not in keys)}


def too_many_tags(tags: Iterable[str]) -> str | None:
    """For all resulting tags of a server."""
    own = {key_of(tag) for tag in tags if not system_tag(tag)}
    if len(own) > MOST_TAGS:
        return "tags: a server can have at most %d, and it would have %d" % (MOST_TAGS, len(own))
    return None


def update_problem(arguments: Mapping[str, Any]) -> str | None:
    """For the action ``update``."""
    checks = (("name", name_problem), ("description", description_problem), ("hostname", hostname_problem))
    found = (check(arguments[key]) for key, check in checks if key in arguments)
    return next((problem for problem in found if problem), None)


def own_metadata(metadata: Mapping[str, Any]) -> dict[str, str]:
    """The keys that are not reserved."""
    return {str(key): str(value) for key, value in metadata.items() if not system_key(str(key))}


def interface_problem(server: Server, arguments: Mapping[str, Any], platform: str) -> str | None:
    """Why ECS would reject an interface with these arguments, or its removal: the primary interface of a server has
    its routes ("Deleting NICs from an ECS in a Batch")."""
    if "network_id" not in arguments:
        if _is_primary(server, str(arguments["port_id"])):
            return "%s is its primary interface, which %s never detaches" % (arguments["port_id"], platform)
        return None
    names = [group for group in arguments.get("security_groups") or () if not is_uuid(group)]
    if names:
        return "security_groups: %s needs ids, and %s is not an id" % (platform, names[0])
    fixed = [str(each["ip_address"]) for each in arguments.get("fixed_ips") or () if each.get("ip_address")]
    if fixed and ":" in fixed[0]:
        return "fixed_ips: %s takes an IPv4 address, and %s is none" % (platform, fixed[0])
    return None


def _is_primary(server: Server, port_id: str) -> bool:
    """Whether the port is the primary interface; the record of the server shows it on newer regions only, but the only
    interface of a server is always the primary one."""
    listed = [each for rows in mapping(server.raw.get("addresses")).values() for each in mappings(rows)]
    primary = {str(each.get("OS-EXT-IPS:port_id")) for each in listed if each.get("primary") in (True, "true", "True")}
    return port_id in primary or {address.port_id for address in server.addresses} == {port_id}


def sale_problem(name: str, extra_specs: Mapping[str, str], zone: str | None) -> str | None:
    """Why a flavor is not sold in the zone; ``None`` if it is, or if its state is unknown.

    ``cond:operation:az`` has the states of single zones, such as ``zone-a(normal), zone-b(sellout)``;
    ``cond:operation:status`` applies to all others, and is ``normal`` if it is missing (Elastic Cloud Server API
    Reference, "Querying Details About Flavors and Extended Flavor Information").
    """
    everywhere = str(extra_specs.get("cond:operation:status") or "normal").lower()
    by_zone = dict(_SALE_IN_ZONE.findall(str(extra_specs.get("cond:operation:az") or "").lower()))
    state = _NOT_SOLD.get(by_zone.get(zone.lower(), everywhere) if zone else everywhere)
    if state is None:
        return None
    others = sorted(other for other, sale in by_zone.items() if sale in _SOLD)
    where = " in %s" % zone if zone else ""
    return "the flavor %s %s%s%s" % (name, state, where, "; it is sold in %s" % ", ".join(others) if others else "")
