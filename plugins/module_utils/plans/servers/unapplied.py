# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a task that cannot take effect for an existing server. Pure functions.

The options of a new server are compared with the record of an existing one, and with the note of its creation
(created_with.py). The task reports those that differ, and those that neither of the two shows.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.address import canonical_address
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import AUTO, NONE
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.created_with import was_created_with
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened

WARN, IGNORE, FAIL = "warn", "ignore", "fail"
CHOICES = (WARN, IGNORE, FAIL)
#: The options for new servers, and the module that changes an existing server.
NEW_ONLY: Mapping[str, str | None] = {
    "boot_volume": None,
    "volumes": "server_volume",
    "system_disk": None,
    "networks": "server_interface",
    "vpc_id": None,
    "security_groups": None,
    "host": "server_migrate",
    "hypervisor_hostname": "server_migrate",
    "group": None,
    "key_name": "server_os",
    "password": "server_password",
    "user_data": "server_os",
    "user_data_file": "server_os",
    "files": None,
    "config_drive": None,
    "disk_config": None,
    "access_ipv4": None,
    "access_ipv6": None,
    "tenancy": None,
    "dedicated_host_id": None,
    "spot": None,
    "auto_recovery": None,
    "extra": None,
    "client_token": None,
}
#: The options that are compared with an existing server, with an error if they differ.
_COMPARED = ("networks", "key_name")
#: The record shows only a part of them: not the size of the disk, for example.
_SHOWN_IN_PART = ("boot_volume",)
#: The capability that the module of an option needs.
_NEEDED = {
    "server_volume": "attach_volume",
    "server_interface": "attach_interface",
    "server_migrate": "migrate",
    "server_password": "change_password",
    "server_os": "rebuild",
}
#: Behaviour of a creation: nothing can be compared.
_BEHAVIOUR = ("client_token",)


def check_selected(params: Mapping[str, Any], rules: Rules) -> None:
    """Raises InvalidRequest for options of new servers in a task that creates no server."""
    if params["select"] is None or params["recreate"] or params["state"] != "present":
        return
    given = [
        option
        for option in NEW_ONLY
        if params[option] is not None and option not in _COMPARED and not _is_updated(option, rules)
    ]
    if given:
        raise InvalidRequest(
            "select: it selects existing servers, and %s only applies to new servers; leave it out%s"
            % (given[0], _instead(given[:1], rules))
        )


def unapplied(params: Mapping[str, Any], plan: Plan, rules: Rules, user_data: str | None) -> dict[str, list[Server]]:
    """The options that have no effect on existing servers of the plan, with these servers. ``user_data`` is base64."""
    if params["state"] != "present":
        return {}
    existing = [item.server for item in plan.items if item.server.id and "create" not in item.actions]
    found = {
        option: [server for server in existing if not has_option(server, option, value, rules)]
        for option, value in _given(params, rules, user_data)
    }
    return {option: servers for option, servers in found.items() if servers}


def unapplied_sentence(found: Mapping[str, Sequence[Server]], rules: Rules) -> str | None:
    """The options and their servers as a sentence; ``None`` if there are none."""
    if not found:
        return None
    options = list(found)
    servers = list(dict.fromkeys(server.label for option in options for server in found[option]))
    return (
        "These options do not change existing servers, and the record of the server does not show that it has them: %s"
        " (%s). Set unapplied_options: ignore if this is expected%s."
        % (", ".join(options), shortened(servers, 5), _instead(options, rules))
    )


def _given(params: Mapping[str, Any], rules: Rules, user_data: str | None) -> Iterator[tuple[str, Any]]:
    for option in NEW_ONLY:
        value = params[option]
        if value is None or value in ([], {}, "") or option in _BEHAVIOUR or _is_updated(option, rules):
            continue
        yield option, user_data if option in ("user_data", "user_data_file") else value
    if params["hostname"]:
        yield "hostname", params["hostname"]
    if params["locked"] and params["lock_reason"]:
        yield "lock_reason", params["lock_reason"]


def _is_updated(option: str, rules: Rules) -> bool:
    """Whether the platform changes it for an existing server."""
    if option == "security_groups":
        return rules.supports("add_security_group")
    return option in ("user_data", "user_data_file") and rules.supports("update_user_data")


def has_option(server: Server, option: str, value: Any, rules: Rules) -> bool:
    """Whether the record of the server, or the note of its creation, shows that it has this value of an option for new
    servers."""
    if option == "hostname":
        # Without a host name in the record, the plan cannot compare it.
        return server.hostname is not None
    if option == "lock_reason":
        return rules.supports("lock_reasons") and (not server.locked or bool(rules.shows(server, option, value)))
    if option == "key_name":
        return server.key_name is not None
    known = option if option != "user_data_file" else "user_data"
    shown = (
        _on_networks(server, value, rules.shows_network_names)
        if option == "networks"
        else rules.shows(server, known, value)
    )
    if shown is None or (shown and option in _SHOWN_IN_PART):
        noted = was_created_with(server, option, value)
        return bool(shown) if noted is None else noted
    return shown


def _on_networks(server: Server, wanted: Any, by_name: bool) -> bool | None:
    """Whether the addresses of the server show the networks; ``None`` if they do not show all of them. The plan
    compares networks that are given by name, if the record shows names (``by_name``)."""
    if wanted in (AUTO, NONE):
        return wanted == AUTO or not server.addresses
    addresses = {canonical_address(address.ip) for address in server.addresses}
    found = [_on_network(each, addresses, by_name) for each in wanted if each]
    return False if False in found else None if None in found else True


def _on_network(wanted: Any, addresses: set[str], by_name: bool) -> bool | None:
    if not isinstance(wanted, Mapping):
        return None if is_uuid(str(wanted)) or not by_name else True
    if wanted.get("fixed_ip"):
        return canonical_address(str(wanted["fixed_ip"])) in addresses
    named = by_name and wanted.get("network") and not is_uuid(str(wanted["network"]))
    return True if named and not any(wanted.get(key) for key in ("port", "subnet", "tag", "ipv6_enable")) else None


def _instead(options: Sequence[str], rules: Rules) -> str:
    """The modules that change these options of an existing server on this platform."""
    known = dict.fromkeys(module for module in map(NEW_ONLY.get, options) if module)
    found = [module for module in known if rules.supports(_NEEDED[module])]
    return ", or use %s" % " and ".join(found) if found else ""
