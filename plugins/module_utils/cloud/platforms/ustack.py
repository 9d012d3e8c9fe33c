# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""UnitedStack UOS: Nova v2 of 2014 with extensions of the vendor, according to its documentation (ustack.* of the
operations list).

No microversions. A server has no tags, so its metadata is used as tags of the form ``key=value``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import AbstractSet, Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse, ResponseLost
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import DocumentedResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.action_table import ACTIONS
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
    NovaAction,
    sends,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.client import OpenStack
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.rules import NovaRules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.servers import NovaServers
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import split_endpoint
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import capability_set

#: The documented response to attachKeypairs and detachKeypairs.
_ACCEPTED = DocumentedResponse((202,))


def _keypairs(verb: str, word: str) -> NovaAction:
    """Operations U18 and U19, for several key pairs at once. They are safe to repeat."""

    def request(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
        names = list(arguments["key_names"])
        what = "%s key pair %s %s the server %s" % (verb, ", ".join(names), word, server.label)
        return ActionRequest({verb + "Keypairs": {"key_names": names}}, what=what, is_retry_safe=True, learn=_accepted)

    return NovaAction(request)


def _accepted(pending: PendingAction, answer: Any) -> PendingAction:
    """The pending action; its outcome is unknown unless the response is the documented 202 without a body: a server
    shows only one of its key pairs, so the response is the only evidence."""
    try:
        _ACCEPTED.read(answer, "%s of the server %s" % (pending.action.replace("_", " "), pending.label))
    except InvalidResponse as error:
        return replace(
            pending, error=ResponseLost(error.message, status=error.status, hint=error.hint), outcome_unknown=True
        )
    return pending


#: ``os-shutdown`` shuts down the guest, ``os-stop`` powers it off.
_ACTIONS = {
    **ACTIONS,
    "stop": sends({"os-shutdown": None}, forced={"os-stop": None}, what="stop the server"),
    "attach_keypairs": _keypairs("attach", "to"),
    "detach_keypairs": _keypairs("detach", "from"),
}


class UStackRules(NovaRules):
    """No microversions, and no operations for administrators."""

    platform = "ustack"
    #: Several servers of one request are named by their ids there.
    numbers_names = False
    sends_counts = True
    capabilities: AbstractSet[str] = capability_set(
        "start stop reboot change_password response_passwords act_on_locked all_projects keypairs attach_keypairs"
        " create_image delete_image attach_volume detach_volume attach_interface detach_interface interface_subnets"
        " interface_addresses"
        " create update set_metadata remove_metadata replace_metadata tags_in_metadata delete networks"
        " detach_keypairs console quotas"
    )
    #: Its documentation has no order of lists.
    sort_keys: Mapping[str, str] = {}
    alternatives = {
        "pause": "state: stopped",
        "suspend": "state: stopped",
        "unpause": "the cloud's own console",
        "resume": "the cloud's own console",
        "deleted": "server_info without deleted",
        "rebuild": "the cloud's own console",
        "keypair_types": "key pairs of type ssh",
        "bind_keypair": "server_keypair without password, private_key, disable_password and port",
        "unbind_keypair": "server_keypair without password, private_key, disable_password and port",
        "keypair_users": "the credentials of that user",
        "flavor_access": "flavor_info without access",
        "resize_flavors": "flavor_info without resizable_from; a resize needs a host with room for the flavor",
        "flavor_admin": "the cloud's own administration; flavor_info lists its flavors",
        "aggregates": "the cloud's own administration",
        "services": "the cloud's own administration",
        "migrate": "the cloud's own administration",
        "hypervisors": "the cloud's own administration",
        "zones": "the availability zones that server_info shows",
        "zone_hosts": "the availability zones that server_info shows",
        "descriptions": "metadata",
        "hostnames": "user_data",
        "volume_tags": "a volume without tag",
        "force_detach_volume": "state: absent without force, after the guest has unmounted the volume",
        "volume_termination": "a volume without delete_on_termination",
        "shared_volumes": "a volume for each server",
        "interface_tags": "an interface without tag",
        "set_tags": "metadata, which is used for tags",
        "lock": "the cloud's own console",
        "unlock": "the cloud's own console",
        "reset_state": "the cloud's own administration",
        "resize": "recreate: true, which deletes the server and creates it again",
        "live_resize": "recreate: true, which deletes the server and creates it again",
        "confirm_resize": "the cloud's own console",
        "revert_resize": "the cloud's own console",
        "restore": "nothing: the cloud cannot restore a deleted server",
        "purge": "state: absent, which deletes a server permanently",
        "boot_order": "boot_index of volumes",
        "bind_public_ip": "the network service, which binds floating IP addresses",
        "make_public_ip": "the network service, which makes floating IP addresses",
        "release_public_ip": "the network service, which releases floating IP addresses",
        "unbind_public_ip": "the network service, which unbinds floating IP addresses",
        "add_security_group": "the security groups of its ports in the network service",
        "remove_security_group": "the security groups of its ports in the network service",
        "interface_security_groups": "a port with these security groups by port_id",
        "delete_attached": "server_volume to detach volumes first",
        "server_groups": "availability zones, which also keep servers on separate hosts",
        "console_types": "type: novnc",
        "console_output": "the console itself, whose address is in url",
        "project_quotas": "the credentials of that project",
    }


class UStackApi(NovaApi):
    """The compute endpoint needs the id of the project."""

    #: The UOS API reference gives the swap of a flavor in GB.
    swap_unit_mb = 1024

    @property
    def endpoint(self) -> str:
        """The compute endpoint with the id of the project, which the catalog contains and the documented list of
        endpoints does not."""
        found = str(self.session.auth.endpoint("compute"))
        root, project = split_endpoint(found)
        if project:
            return found
        return "%s/%s" % (root or found + "/v2", path_segment(self.session.auth.project_id))


class UStackServers(NovaServers):
    """``os-shutdown`` shuts down the guest, ``os-stop`` powers it off."""

    actions = _ACTIONS
    address_keys = {
        "subnet_id": "UOS-EXT-IPS:subnet_id",
        "subnet_name": "UOS-EXT-IPS:subnet_name",
        "subnet_shared": "UOS-EXT-IPS:subnet_shared",
    }


class UStack(OpenStack):
    """The documented UOS."""

    newest_tested = (2, 1)
    rules_class = UStackRules
    api_class = UStackApi

    @cached_property
    def servers(self) -> UStackServers:
        return UStackServers(self.api, self.rules)
