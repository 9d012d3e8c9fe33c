# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Huawei Cloud ECS can do, and what it takes.

Sources: Elastic Cloud Server API Reference, "Lifecycle Management", "Error Codes" and "Resetting the
Passwords for Logging In to ECSs in a Batch".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, AbstractSet, Any, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import SecurityGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.password_policy import (
    PasswordPolicy,
    is_windows,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import validation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.filters import (
    FILTER_CHECKS,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    mapping,
    mappings,
    text,
    texts,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules, capability_set

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor, FlavorDetails
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

_PREPAID = (
    "it is billed yearly/monthly, and %s can delete pay-per-use servers only; unsubscribe from it in the billing"
    " center of the console, which deletes it"
)
#: Types of images that may contain a password, so that the request needs none.
_OWN = ("private", "shared", "market")


class HuaweiRules(Rules):
    """Checks the limits of the ECS API before a request is sent."""

    platform = "huaweicloud"
    # They are grouped by the ids of VPCs.
    shows_network_names = False
    lists_new_servers_at_once = False
    shared_volumes_in_turn = True
    hostname_note = "The vendor has deprecated hostname in its API, and recommends to set the host name in the guest."
    rebuild_options = frozenset(("cloud_init", "user_id", "auto_pay"))
    resize_options = frozenset(("auto_pay",))
    max_user_data_bytes = 32 * 1024
    filter_checks = FILTER_CHECKS
    # The sets of special characters differ from one call to the other.
    password_policy = PasswordPolicy(8, 26, 3, "!@%-_=+[]:./?")
    os_password_policy = PasswordPolicy(8, 26, 3, "!@$%^-_=+[{}]:,./?~#*")
    capabilities: AbstractSet[str] = capability_set(
        "start stop reboot rebuild jobs keypairs zones change_password password_at_boot password_dry_run"
        " create update set_metadata remove_metadata replace_metadata set_tags lock unlock resize delete"
        " descriptions hostnames hostname_at_boot update_user_data delete_attached server_groups console"
        " quotas"
        " attach_volume detach_volume force_detach_volume volume_termination update_volume shared_volumes"
        " attach_interface detach_interface interface_security_groups add_security_group remove_security_group"
        " bind_public_ip unbind_public_ip"
        " bind_keypair unbind_keypair keypair_scopes"
        " resize_flavors deleted restore purge purge_binned console_output server_group_members"
    )
    alternatives = {
        "pause": "state: stopped",
        "suspend": "state: stopped",
        "unpause": "the console",
        "resume": "the console",
        "all_projects": "one task a project",
        "response_passwords": "password, or server_password with generate and return_passwords",
        "keypair_types": "key pairs of type ssh",
        "keypair_users": "the credentials of that user",
        "attach_keypairs": "server_keypair, which binds a key pair to servers",
        "flavor_access": "flavor_info without access",
        "flavor_admin": "flavor_info; the vendor manages the flavors",
        "aggregates": "server groups; the vendor owns the hosts",
        "create_image": "the console's image service, which creates images of servers",
        "delete_image": "the console's image service",
        "volume_tags": "a volume without tag",
        "interface_tags": "a tag of the server",
        "interface_subnets": "network_id, which is the id of the subnet",
        "interface_addresses": "one IPv4 address",
        "services": "server groups; the vendor owns the hosts",
        "migrate": "availability zones and server groups; the vendor places servers",
        "hypervisors": "flavor_info; the vendor owns the hosts",
        "zone_hosts": "availability_zone_info without hosts",
        "live_resize": "resize: offline, which stops a running server and starts it again",
        "confirm_resize": "resize: offline; ECS confirms a resize automatically",
        "revert_resize": "the old flavor, with resize: offline",
        "reset_state": "server_power or server_os, which recover a server from ERROR, or recreate: true",
        "make_public_ip": "an elastic IP address that exists already",
        "release_public_ip": "delete_public_ip with state: absent, or the EIP service",
        "networks": "networks with subnet, and vpc_id",
        "detach_keypairs": "server_keypair, which unbinds the key pair of servers",
        "bind_keypair": "server_os, which sets the key pair of a server; this cloud has no key pair service (KPS)",
        "unbind_keypair": "server_os, which sets the key pair of a server; this cloud has no key pair service (KPS)",
        "server_group_policies": "policy: anti-affinity, the only policy of the vendor",
        "server_group_soft": "policy: anti-affinity, the only policy of the vendor",
        "server_group_rules": "the policy without rules; a host has one server of a group",
        "console_types": "type: novnc",
        "project_quotas": "auth.project_id, or the credentials of that project",
    }

    def shows(self, server: Server, option: str, value: Any) -> bool | None:
        if option == "vpc_id":
            return bool(server.metadata.get("vpc_id") == value) if is_uuid(str(value)) else None
        if option == "extra":
            known = {
                "enterprise_project_id": server.enterprise_project_id,
                "chargingMode": "prePaid" if validation.prepaid(server) else "postPaid",
            }
            return all(known.get(key) == each for key, each in value.items()) or None
        if option in ("tenancy", "dedicated_host_id"):
            hints = texts(mapping(server.raw.get("os:scheduler_hints")).get(option))
            return value in hints if hints else None
        if option == "spot":
            # The record does not contain the price and the duration.
            is_spot = server.metadata.get("charging_mode") == "2"
            return is_spot and not any(each is not None for each in value.values())
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import recorded

        return recorded.shows(server, option, value)

    def security_groups(self, server: Server) -> Sequence[SecurityGroup]:
        listed = mappings(server.raw.get("security_groups"))
        return list(dict.fromkeys(SecurityGroup(text(each.get("id")), text(each.get("name"))) for each in listed))

    def user_data_disables_password(self, os_type: str | None) -> bool:
        # The API reference says so of Linux, where cloud-init applies the user data.
        return not is_windows(os_type)

    def name_problem(self, name: str) -> str | None:
        return validation.name_problem(name)

    def keypair_name_problem(self, name: str) -> str | None:
        return validation.keypair_name_problem(name)

    def tags_problem(self, tags: Sequence[str]) -> str | None:
        return validation.tags_problem(tags) or validation.too_many_tags(tags)

    def missing_options(self, new: NewServer) -> Sequence[str]:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
            new_server,
        )

        return tuple(new_server.missing_options(new, self.platform))

    def server_problem(self, new: NewServer) -> str | None:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
            new_server,
        )

        return next((problem for problem in new_server.problems(new, self.platform) if problem), None)

    def action_problem(self, server: Server, action: Action) -> str | None:
        arguments = action.arguments
        if action.action == "delete" and validation.prepaid(server):
            return _PREPAID % self.platform
        if action.action == "update":
            return validation.update_problem(arguments)
        if action.action == "set_metadata":
            return validation.metadata_problem(arguments["metadata"])
        if action.action == "replace_metadata":
            return validation.metadata_problem(validation.own_metadata(arguments["metadata"]))
        if action.action in ("attach_interface", "detach_interface"):
            return validation.interface_problem(server, arguments, self.platform)
        if action.action == "set_tags":
            return validation.tags_problem(arguments["add"]) or validation.too_many_tags(arguments["tags"])
        return None

    def flavor_problem(self, flavor: Flavor | FlavorDetails, zone: str | None) -> str | None:
        return validation.sale_problem(flavor.name or flavor.id or "", flavor.extra_specs or {}, zone)

    def tags_after(self, observed: Sequence[str], wanted: Sequence[str], purge: bool) -> set[str]:
        return validation.tags_after(observed, wanted, purge)

    def keeps_metadata(self, key: str) -> bool:
        return validation.system_key(key)

    def os_problem(self, order: RebuildSpec, server: Server | None = None) -> str | None:
        if server is not None:
            kind = order.image.kind if order.image else text(server.metadata.get("metering.imagetype"))
            if not (order.password or order.key_name or order.user_data) and kind not in _OWN:
                return "a public image needs a password, a key_name, or user_data"
            return None
        if order.name:
            return "new_name: %s does not rename a server here; use new_name of server" % self.platform
        if order.password and order.key_name:
            return "password and key_name are mutually exclusive on %s; give one of them" % self.platform
        if order.user_data and not order.cloud_init:
            return "user_data: an image without cloud-init does not read it; leave it out, or set cloud_init: true"
        if bool(order.encrypted) != bool(order.kms_key_id):
            return "encrypted: true and kms_key_id go together: the key encrypts the system disk"
        return None
