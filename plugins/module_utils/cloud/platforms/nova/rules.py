# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The capabilities of a Nova cloud by microversion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, AbstractSet, Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.filters import FILTER_CHECKS
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.limits import (
    description_problem,
    files_problem,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules, capability_set

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import Version

#: The microversion of a capability, and its name in a message.
SINCE: Mapping[str, tuple[Version, str]] = {
    "keypair_types": ((2, 2), "the type of a key pair"),
    "keypair_users": ((2, 10), "naming the user of a key pair"),
    "migrate_to_host": ((2, 56), "choosing the host of a cold migration"),
    "force_host": ((2, 30), "force"),
    "forced_down": ((2, 11), "forcing a compute service down"),
    "flavor_descriptions": ((2, 55), "the description of a flavor"),
    "volume_tags": ((2, 49), "the tag of a volume"),
    "interface_tags": ((2, 49), "the tag of an interface"),
    "shared_volumes": ((2, 60), "a volume on several servers"),
    "volume_termination": ((2, 79), "delete_on_termination of a volume"),
    "update_volume": ((2, 85), "changing delete_on_termination of an attached volume"),
    "set_tags": ((2, 26), "tags"),
    "descriptions": ((2, 19), "the description of a server"),
    "hostnames": ((2, 90), "the host name of a server"),
    "lock_reasons": ((2, 73), "the reason of a lock"),
    "server_group_soft": ((2, 15), "a soft policy of a server group"),
    "server_group_rules": ((2, 64), "a rule of a server group"),
    "console_mks": ((2, 8), "a console of type webmks"),
}
_LONGEST_TAG = 60
_METADATA_KEY = re.compile(r"[a-zA-Z0-9\-_:. ]+\Z")
_MOST_TAGS = 50


class NovaRules(Rules):
    """Some capabilities need a microversion, which is read when the first of them is requested."""

    platform = "openstack"
    capabilities: AbstractSet[str] = capability_set(
        "start stop reboot pause unpause suspend resume change_password act_on_locked deleted all_projects"
        " response_passwords"
        " rebuild rebuild_running instance_actions microversions sorting keypairs keypair_types keypair_users"
        " flavor_admin flavor_access flavor_descriptions aggregates zones zone_hosts"
        " create_image delete_image attach_volume detach_volume volume_tags volume_termination update_volume"
        " shared_volumes"
        " attach_interface detach_interface interface_tags"
        " create update set_metadata remove_metadata replace_metadata set_tags lock unlock reset_state resize"
        " add_security_group remove_security_group bind_public_ip unbind_public_ip"
        " make_public_ip release_public_ip"
        " confirm_resize revert_resize delete restore purge networks descriptions hostnames lock_reasons"
        " services forced_down hypervisors migrate live_migrate evacuate migrate_to_host force_host"
        " server_groups server_group_policies server_group_soft server_group_rules"
        " console console_types console_mks console_output"
        " quotas project_quotas"
    )
    alternatives: Mapping[str, str] = {
        "attach_keypairs": "server_os, which sets the key pair of a server",
        "bind_keypair": "server_os, which sets the key pair of a server",
        "unbind_keypair": "server_os, which sets the key pair of a server",
        "interface_subnets": "ip_address, or a port of that subnet by port_id",
        "interface_addresses": "one address, or a port with these addresses by port_id",
        "interface_security_groups": "a port with these security groups by port_id",
        "live_resize": "resize: offline",
        "bind_public_ip": "the network service, which binds floating IP addresses",
        "make_public_ip": "the network service, which makes floating IP addresses",
        "release_public_ip": "the network service, which releases floating IP addresses",
        "unbind_public_ip": "the network service, which unbinds floating IP addresses",
        "add_security_group": "the security groups of its ports in the network service",
        "remove_security_group": "the security groups of its ports in the network service",
        "server_group_members": "group of server, because a server joins a group when it is created",
        "resize_flavors": "flavor_info without resizable_from; a resize needs a host with room for the flavor",
        "delete_attached": "delete_on_termination of each volume",
        "force_detach_volume": "state: absent without force, after the guest has unmounted the volume",
        "boot_order": "boot_index of volumes",
        "detach_keypairs": "server_os, which sets the key pair of a server",
    }
    #: The newest microversion that supports files for a new server.
    newest_files: Version = (2, 56)
    #: The microversion from which on a request may name the host of a new server.
    hosts_since: Version = (2, 74)
    #: Whether several servers of one request are named ``name-1`` to ``name-N``.
    numbers_names = True
    #: Whether a request for one server contains ``min_count`` and ``max_count``, too.
    sends_counts = False
    #: Whether an interface of a new server can be attached by its subnet.
    takes_subnets = False
    attaches_with_termination = True
    #: Cinder refuses to reserve a volume that is being attached to another server.
    shared_volumes_in_turn = True
    #: Nova's limit is 65535 characters of base64.
    max_user_data_bytes = 49149
    filter_checks = FILTER_CHECKS
    sort_keys: Mapping[str, str] = {"created": "created_at", "id": "uuid"}

    def __init__(self, version: Callable[[], Version] = lambda: (2, 1)) -> None:
        self._version = version

    @property
    def version(self) -> Version:
        """The microversion of the requests."""
        return self._version()

    def supports(self, capability: str) -> bool:
        known = super().supports(capability)
        return known and (capability not in SINCE or self.version >= SINCE[capability][0])

    def require(self, capability: str) -> None:
        if super().supports(capability) and not self.supports(capability):
            needed, thing = SINCE[capability]
            error = UnsupportedOperation(capability, self.platform)
            error.message = "The cloud supports microversion %d.%d, and %s needs %d.%d" % (
                *self.version,
                thing,
                *needed,
            )
            error.hint = "Leave it out, or use a cloud that has it."
            raise error
        super().require(capability)

    def server_problem(self, new: NewServer) -> str | None:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.new_server import (
            needed_versions,
            option_problems,
        )

        has = self.version_for(new)
        for option, needed in needed_versions(new, self.hosts_since):
            if has < needed:
                if self.version >= needed:
                    return "%s: it cannot be combined with files, which Nova supports up to microversion %d.%d only" % (
                        (option,) + self.newest_files
                    )
                if not self.supports("microversions"):
                    return "%s: %s does not support it; leave it out" % (option, self.platform)
                return "%s: it needs microversion %d.%d, and this cloud has %d.%d; leave it out" % (
                    (option,) + needed + self.version
                )
        problem = description_problem(new.description) or files_problem(new.files)
        if problem:
            return problem
        nics = new.networks if isinstance(new.networks, tuple) else ()
        if not self.takes_subnets and any(nic.subnet_ids for nic in nics):
            return (
                "networks: subnet: %s attaches servers to networks and ports; create a port on the subnet"
                % self.platform
            )
        problem = next(option_problems(new, self.platform, self.supports("evacuate")), None)
        return problem or next(iter(self.missing_options(new)), None)

    def missing_options(self, new: NewServer) -> Sequence[str]:
        if not new.image_id and not any(device.boot_index == 0 for device in new.volumes):
            return ("image: the server has nothing to boot from; set image, or add a volume with boot_index: 0",)
        return ()

    def action_problem(self, server: Server, action: Action) -> str | None:
        if action.action == "update":
            return description_problem(action.arguments.get("description"))
        return None

    def pairs_problem(self, pairs: Mapping[str, str], option: str = "metadata") -> str | None:
        problem = super().pairs_problem(pairs, option)
        # Nova's schema; an API without microversions has none.
        other = next((key for key in pairs if not _METADATA_KEY.match(key)), None)
        if problem or other is None or not self.supports("microversions"):
            return problem
        text = "%s: the key %r contains a character that the cloud rejects; use letters, digits, spaces and any of -_:."
        return text % (option, other)

    def shows(self, server: Server, option: str, value: Any) -> bool | None:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import recorded

        return recorded.shows(server, option, value)

    def tags_problem(self, tags: Sequence[str]) -> str | None:
        if self.supports("tags_in_metadata"):
            return None
        for tag in tags:
            if len(tag) > _LONGEST_TAG or "/" in tag:
                return "tags: %s is not a valid tag: Nova allows at most %d characters and no slash" % (
                    tag,
                    _LONGEST_TAG,
                )
        if len(tags) > _MOST_TAGS:
            return "tags: a server can have at most %d tags, and not %d" % (_MOST_TAGS, len(tags))
        return None

    def version_for(self, new: NewServer) -> Version:
        return min(self.version, self.newest_files) if new.files else self.version

    def os_problem(self, order: RebuildSpec, server: Server | None = None) -> str | None:
        if server is not None:
            from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import IMAGE_RECORD

            recorded = server.metadata.get(IMAGE_RECORD)
            other = not server.image.id and recorded and recorded != order.image_id
            if other and self.version < (2, 93):
                return (
                    "it boots from a volume, and this cloud cannot change the image of such a server (it needs"
                    " microversion 2.93)"
                )
            return None
        given = {"encrypted": order.encrypted is not None, "kms_key_id": bool(order.kms_key_id)}
        if any(given.values()):
            text_of = "%s: %s keeps the disk's encryption in a rebuild; use an encrypted volume type"
            return text_of % (", ".join(name for name, is_given in given.items() if is_given), self.platform)
        for option, value, needed in (("key_name", order.key_name, (2, 54)), ("user_data", order.user_data, (2, 57))):
            if value and self.version < needed:
                return "%s: a rebuild supports it from microversion %d.%d on, and this cloud has %d.%d" % (
                    (option,) + needed + self.version
                )
        return None
