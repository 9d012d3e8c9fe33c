# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of the options of a new server: those that Nova does not have, with alternatives, and the microversions of the
others. Pure functions. Source: the Nova API reference, "Create Server"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NONE

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import Version

#: Fields of the request that an option of the task covers, and this option.
_COVERED: Mapping[str, str] = {
    "name": "name",
    "imageRef": "image",
    "flavorRef": "flavor",
    "adminPass": "password",
    "key_name": "key_name",
    "user_data": "user_data",
    "networks": "networks",
    "security_groups": "security_groups",
    "availability_zone": "availability_zone",
    "block_device_mapping_v2": "volumes or boot_volume",
    "personality": "files",
    "config_drive": "config_drive",
    "metadata": "metadata",
    "tags": "tags",
    "description": "description",
    "hostname": "hostname",
    "host": "host",
    "hypervisor_hostname": "hypervisor_hostname",
    "OS-DCF:diskConfig": "disk_config",
    "accessIPv4": "access_ipv4",
    "accessIPv6": "access_ipv6",
    "min_count": "count",
    "max_count": "count",
    "os:scheduler_hints": "group",
}


def option_problems(new: NewServer, platform: str, evacuates: bool) -> Iterator[str]:
    """The options that Nova does not have, a sentence each, with what to use instead. ``evacuates``: the platform can
    evacuate servers from a failed host."""
    if new.extra:
        known = [
            "%s is covered by the option %s" % (key, _COVERED[key]) for key in sorted(new.extra) if key in _COVERED
        ]
        yield "extra: %s does not support it; leave it out%s" % (platform, "".join("; " + each for each in known))
    by_hand = "; server_migrate evacuates servers from a failed host" if evacuates else ""
    instead = (
        ("vpc_id", new.vpc_id, "use networks"),
        ("system_disk", new.system_disk, "use boot_volume"),
        ("tenancy", new.tenancy, "use availability_zone, or a flavor of an aggregate with its own hosts"),
        ("dedicated_host_id", new.dedicated_host_id, "use host or availability_zone"),
        ("spot", new.spot, "leave it out"),
        ("auto_recovery", new.auto_recovery, "leave it out" + by_hand),
    )
    for option, value, alternative in instead:
        if value:
            yield "%s: %s does not support it; %s" % (option, platform, alternative)
    nics = new.networks if isinstance(new.networks, tuple) else ()
    if any(nic.ipv6_enable or nic.ipv6_bandwidth for nic in nics):
        yield (
            "networks: ipv6_enable and ipv6_bandwidth: %s does not support them; use a network or a port with an IPv6"
            " subnet" % platform
        )
    for option in ("iops", "throughput", "encrypted", "kms_key_id", "multiattach"):
        if any(getattr(device, option) for device in new.volumes):
            yield "volumes: %s: on %s it belongs to the volume type; use volume_type" % (option, platform)


def needed_versions(new: NewServer, hosts_since: Version) -> Iterator[tuple[str, Version]]:
    """The options that are set, with the microversions that they need."""
    nics = new.networks if isinstance(new.networks, tuple) else ()
    given: tuple[tuple[str, Any, Version], ...] = (
        ("description", new.description, (2, 19)),
        ("tags", new.tags, (2, 26)),
        ("networks: none", new.networks == NONE, (2, 37)),
        ("networks: tag", any(nic.tag for nic in nics), (2, 42)),
        ("volumes: tag", any(device.tag for device in new.volumes), (2, 42)),
        ("volumes: volume_type", any(device.volume_type for device in new.volumes), (2, 67)),
        ("host", new.host, hosts_since),
        ("hypervisor_hostname", new.hypervisor_hostname, hosts_since),
        ("hostname", new.hostname, (2, 90)),
    )
    return ((option, needed) for option, value, needed in given if value)
