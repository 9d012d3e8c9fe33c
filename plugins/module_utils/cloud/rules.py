# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The capabilities of a platform, and alternatives for missing ones. Plans may use them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, AbstractSet, Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import SecurityGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.password_policy import ANY_PASSWORD

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.filters import FilterCheck
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor, FlavorDetails
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server


class Capability(str, Enum):
    """A capability that not all platforms have. A member equals its value, the word in messages."""

    # Power actions; see GOALS in actions.py.
    START = "start"
    STOP = "stop"
    REBOOT = "reboot"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    SUSPEND = "suspend"
    RESUME = "resume"

    # -- servers: the actions of new_server.py, and how they are listed ------------------------------------------
    CREATE = "create"
    UPDATE = "update"
    SET_METADATA = "set_metadata"
    REMOVE_METADATA = "remove_metadata"
    REPLACE_METADATA = "replace_metadata"
    SET_TAGS = "set_tags"
    #: Metadata is used as tags, as ``key=value``.
    TAGS_IN_METADATA = "tags_in_metadata"
    LOCK = "lock"
    UNLOCK = "unlock"
    #: A locked server accepts actions; the lock only excludes other users.
    ACT_ON_LOCKED = "act_on_locked"
    RESET_STATE = "reset_state"
    RESIZE = "resize"
    #: The flavor of a running server can be changed without a stop.
    LIVE_RESIZE = "live_resize"
    #: The flavors to which a server can be resized can be listed.
    RESIZE_FLAVORS = "resize_flavors"
    CONFIRM_RESIZE = "confirm_resize"
    REVERT_RESIZE = "revert_resize"
    DELETE = "delete"
    #: The recycle bin can be listed.
    DELETED = "deleted"
    RESTORE = "restore"
    PURGE = "purge"
    #: Only a server in the recycle bin can be purged: another one is deleted first, which moves it there.
    PURGE_BINNED = "purge_binned"
    #: A server has a description.
    DESCRIPTIONS = "descriptions"
    #: A server has its own host name in addition to its name.
    HOSTNAMES = "hostnames"
    #: A changed host name takes effect at the next restart.
    HOSTNAME_AT_BOOT = "hostname_at_boot"
    #: The request that deletes a server can delete its volumes and its public address, too.
    DELETE_ATTACHED = "delete_attached"
    #: The security groups of an existing server can be changed.
    ADD_SECURITY_GROUP = "add_security_group"
    REMOVE_SECURITY_GROUP = "remove_security_group"
    #: A public address of the project can be bound to a server.
    BIND_PUBLIC_IP = "bind_public_ip"
    UNBIND_PUBLIC_IP = "unbind_public_ip"
    #: A public address can be made for a server, and released again.
    MAKE_PUBLIC_IP = "make_public_ip"
    RELEASE_PUBLIC_IP = "release_public_ip"
    #: The user data of an existing server can be changed.
    UPDATE_USER_DATA = "update_user_data"
    #: A lock has a reason.
    LOCK_REASONS = "lock_reasons"
    #: Metadata sets the order of boot devices.
    BOOT_ORDER = "boot_order"
    #: An administrator can read the servers of all projects.
    ALL_PROJECTS = "all_projects"
    #: A list can be sorted, so it can be read from both ends.
    SORTING = "sorting"
    #: The API has microversions.
    MICROVERSIONS = "microversions"
    #: The cloud records the actions on a server.
    INSTANCE_ACTIONS = "instance_actions"
    #: An action starts a job, which can be read.
    JOBS = "jobs"

    # -- operating system and passwords ----------------------------------------------------------------------------
    REBUILD = "rebuild"
    #: A rebuild needs no stop, and does not change the power state.
    REBUILD_RUNNING = "rebuild_running"
    CHANGE_PASSWORD = "change_password"
    #: The response to a creation, a rebuild or an evacuation contains the administrator's password.
    RESPONSE_PASSWORDS = "response_passwords"
    #: A password takes effect at the next start, also on a stopped server. Without it, a password takes effect
    #: immediately, and only on a running server.
    PASSWORD_AT_BOOT = "password_at_boot"
    #: The cloud can check a change without making it.
    PASSWORD_DRY_RUN = "password_dry_run"

    # -- key pairs ---------------------------------------------------------------------------------------------------
    KEYPAIRS = "keypairs"
    #: Key pairs of type x509.
    KEYPAIR_TYPES = "keypair_types"
    #: An administrator can select the user of a key pair.
    KEYPAIR_USERS = "keypair_users"
    #: Key pairs can be attached to a server, and detached.
    ATTACH_KEYPAIRS = "attach_keypairs"
    DETACH_KEYPAIRS = "detach_keypairs"
    #: A server has one key pair, which a task of the cloud binds, replaces or unbinds in the guest.
    BIND_KEYPAIR = "bind_keypair"
    UNBIND_KEYPAIR = "unbind_keypair"
    #: A key pair can belong to the account, and the cloud can keep its private key.
    KEYPAIR_SCOPES = "keypair_scopes"

    # -- flavors, aggregates, zones, hosts ---------------------------------------------------------------------------
    #: An administrator makes and changes flavors.
    FLAVOR_ADMIN = "flavor_admin"
    #: A private flavor has a list of projects with access.
    FLAVOR_ACCESS = "flavor_access"
    FLAVOR_DESCRIPTIONS = "flavor_descriptions"
    AGGREGATES = "aggregates"
    ZONES = "zones"
    #: An administrator can read the hosts of a zone.
    ZONE_HOSTS = "zone_hosts"
    #: Compute services can be listed, disabled and enabled.
    SERVICES = "services"
    #: A compute service can be forced down.
    FORCED_DOWN = "forced_down"
    HYPERVISORS = "hypervisors"

    # -- quotas ------------------------------------------------------------------------------------------------------
    QUOTAS = "quotas"
    #: An administrator can read the quotas of another project.
    PROJECT_QUOTAS = "project_quotas"

    # -- servers and hosts -------------------------------------------------------------------------------------------
    MIGRATE = "migrate"
    LIVE_MIGRATE = "live_migrate"
    EVACUATE = "evacuate"
    #: A cold migration can set the host.
    MIGRATE_TO_HOST = "migrate_to_host"
    #: The host is used even if the scheduler would reject it.
    FORCE_HOST = "force_host"

    # -- images, volumes, interfaces, networks -----------------------------------------------------------------------
    CREATE_IMAGE = "create_image"
    DELETE_IMAGE = "delete_image"
    ATTACH_VOLUME = "attach_volume"
    DETACH_VOLUME = "detach_volume"
    #: A volume can be detached although the guest does not respond.
    FORCE_DETACH_VOLUME = "force_detach_volume"
    #: delete_on_termination of an attached volume can be changed.
    UPDATE_VOLUME = "update_volume"
    VOLUME_TAGS = "volume_tags"
    #: delete_on_termination of a volume can be set.
    VOLUME_TERMINATION = "volume_termination"
    #: Several servers can have one volume.
    SHARED_VOLUMES = "shared_volumes"
    ATTACH_INTERFACE = "attach_interface"
    DETACH_INTERFACE = "detach_interface"
    INTERFACE_TAGS = "interface_tags"
    #: An interface can be attached by its subnet.
    INTERFACE_SUBNETS = "interface_subnets"
    #: An interface can be attached with several addresses.
    INTERFACE_ADDRESSES = "interface_addresses"
    #: An interface can be attached with security groups of its own.
    INTERFACE_SECURITY_GROUPS = "interface_security_groups"
    #: Networks can be listed.
    NETWORKS = "networks"

    # -- server groups -----------------------------------------------------------------------------------------------
    SERVER_GROUPS = "server_groups"
    #: Policies other than anti-affinity.
    SERVER_GROUP_POLICIES = "server_group_policies"
    #: The soft policies.
    SERVER_GROUP_SOFT = "server_group_soft"
    SERVER_GROUP_RULES = "server_group_rules"
    #: Existing servers can join a group, and leave it.
    SERVER_GROUP_MEMBERS = "server_group_members"

    # -- consoles ----------------------------------------------------------------------------------------------------
    CONSOLE = "console"
    #: Types other than novnc.
    CONSOLE_TYPES = "console_types"
    CONSOLE_MKS = "console_mks"
    #: The serial console of a server can be read.
    CONSOLE_OUTPUT = "console_output"

    # An Enum with a mixed-in str hashes its name; a member must be found in a set of words, and the other way round.
    __hash__ = str.__hash__
    __str__ = str.__str__


def capability_set(words: str) -> frozenset[str]:
    """The capabilities of these words. Raises ValueError for an unknown word."""
    return frozenset(Capability(word) for word in words.split())


#: The alternative on every platform without it.
_ALTERNATIVES = {
    "job": "the handle that a task with wait: false returns",
    "keypair_scopes": "a key pair of the user, without scope and key_protection",
}


#: The maximum number of characters of a metadata key and of its value.
_LONGEST_METADATA = 255


class Rules:
    """The capabilities and limits of one platform. Each ``..._problem`` says why the platform would reject something,
    with a hint; ``None`` if it would not."""

    platform = ""
    capabilities: AbstractSet[str] = frozenset()
    #: The alternative for a capability that the platform lacks.
    alternatives: Mapping[str, str] = {}
    #: Whether the addresses in the record of a server are grouped by the names of networks.
    shows_network_names = True
    #: Whether a new server is in the list as soon as its creation has been answered.
    lists_new_servers_at_once = True
    #: Whether delete_on_termination belongs to the attachment: it is a part of the request that attaches the volume,
    #: and the boot volume has one too.
    attaches_with_termination = False
    #: Whether a shared volume can be attached to one server at a time only.
    shared_volumes_in_turn = False
    #: The vendor's statement on setting the host name: a sentence for a warning.
    hostname_note = ""
    #: The options of a rebuild, by the names of RebuildSpec, that only some platforms have, and that this one has.
    rebuild_options: AbstractSet[str] = frozenset()
    #: The options of a resize that only some platforms have, and that this one has.
    resize_options: AbstractSet[str] = frozenset()
    #: The maximum number of bytes of user_data.
    max_user_data_bytes = 0
    #: The passwords that it takes for an existing server, and for a new one or a new OS.
    password_policy = ANY_PASSWORD
    os_password_policy = ANY_PASSWORD
    #: The platform's own list filters that can be checked with the records; see filters.py.
    filter_checks: Mapping[str, FilterCheck] = {}
    #: The fields of a server by which the cloud can sort its list, with the cloud's names of them. Names are not among
    #: them: each database sorts upper and lower case in its own way.
    sort_keys: Mapping[str, str] = {}

    def supports(self, capability: str) -> bool:
        """Whether the platform supports it."""
        return capability in self.capabilities

    def require(self, capability: str) -> None:
        """Raises UnsupportedOperation, which names an alternative."""
        if not self.supports(capability):
            raise self.unsupported(capability)

    def unsupported(self, capability: str) -> UnsupportedOperation:
        """The error of a platform that lacks the capability."""
        instead = self.alternatives.get(capability) or _ALTERNATIVES.get(capability)
        return UnsupportedOperation(str(capability), self.platform, instead)

    # -- checks ------------------------------------------------------------------------------------------------

    def server_problem(self, new: NewServer) -> str | None:
        """Why the platform would reject such a server, with a hint; ``None`` if it would not. Sends no request."""
        return None

    def shows(self, server: Server, option: str, value: Any) -> bool | None:
        """Whether the record of a server shows this value of an option for new servers, by the name of the option;
        ``None`` if it does not show the option."""
        return None

    def security_groups(self, server: Server) -> Sequence[SecurityGroup]:
        """The security groups in the record of a server, each once."""
        return [SecurityGroup(None, name) for name in server.security_groups or ()]

    def user_data_disables_password(self, os_type: str | None) -> bool:
        """Whether a server with user data, and with an operating system of this type, ignores its password."""
        return False

    def name_problem(self, name: str) -> str | None:
        """Why the platform would reject such a name of a new server; ``None`` if it would not. Sends no request."""
        return None

    def action_problem(self, server: Server, action: Action) -> str | None:
        """Why the platform would reject the action in any state of the server, with a hint; sends no request."""
        return None

    def keypair_name_problem(self, name: str) -> str | None:
        """Why the platform would reject such a name of a new key pair; ``None`` if it would not. Sends no request."""
        return None

    def flavor_problem(self, flavor: Flavor | FlavorDetails, zone: str | None) -> str | None:
        """Why the platform does not sell servers of the flavor in the zone; ``None`` if it does, or if the flavor does
        not show it. Sends no request."""
        return None

    def tags_after(self, observed: Sequence[str], wanted: Sequence[str], purge: bool) -> set[str]:
        """The resulting tags of a server with the wanted tags; with ``purge`` no others."""
        return set(wanted) if purge else set(observed) | set(wanted)

    def keeps_metadata(self, key: str) -> bool:
        """Whether a metadata key is reserved by the platform, so that no task removes it."""
        return False

    def metadata_problem(self, metadata: Mapping[str, str]) -> str | None:
        """Why the platform would reject such metadata of a server, with a hint; ``None`` if it would not. Sends no
        request."""
        return self.pairs_problem(metadata)

    def pairs_problem(self, pairs: Mapping[str, str], option: str = "metadata") -> str | None:
        """Why the platform would reject such keys and values of any resource, given by this option; ``None`` if it
        would not. Sends no request."""
        for key, value in pairs.items():
            if not 1 <= len(key) <= _LONGEST_METADATA or len(value) > _LONGEST_METADATA:
                return "%s: %s: keys and values have %d characters at most" % (option, key[:40], _LONGEST_METADATA)
        return None

    def tags_problem(self, tags: Sequence[str]) -> str | None:
        """Why the platform would reject such tags, with a hint; ``None`` if it would not. Sends no request."""
        return None

    def missing_options(self, new: NewServer) -> Sequence[str]:
        """The missing properties of such a server, a sentence each; sends no request."""
        return ()

    def os_problem(self, order: RebuildSpec, server: Server | None = None) -> str | None:
        """Why the platform would reject such a rebuild, with a hint; ``None`` if it would not. Without a server,
        problems that apply to every server."""
        return None
