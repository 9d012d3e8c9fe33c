# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new server, in one form for all platforms. Pure data.

Existing servers are changed by actions with arguments. The names are also the names of capabilities: ``update`` name,
description, hostname (the changed ones); ``set_metadata`` metadata (is added); ``replace_metadata`` metadata (the
complete result), set, remove (the differences); ``set_tags`` tags (the complete result), add, remove; ``lock`` reason;
``unlock``; ``reset_state`` state (active, error); ``resize`` and ``live_resize`` flavor_id, flavor_name;
``confirm_resize``; ``revert_resize``; ``delete``; ``restore``; ``purge``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

#: The cloud selects the networks, or the server has none.
AUTO = "auto"
NONE = "none"


@dataclass(frozen=True)
class Nic:
    """One interface: on a network, on subnets of one, or an existing port. Several subnets give the interface an
    address of each, such as IPv4 and IPv6. ``fixed_ip`` is one address. ``ipv6_enable`` adds an IPv6 address of the
    subnet, and ``ipv6_bandwidth`` is the id of the shared bandwidth for it."""

    network_id: str | None = None
    port_id: str | None = None
    subnet_ids: tuple[str, ...] = ()
    fixed_ip: str | None = None
    tag: str | None = None
    ipv6_enable: bool = False
    ipv6_bandwidth: str | None = None


@dataclass(frozen=True)
class BlockDevice:
    """One disk or CD drive. ``source`` is ``image``, ``volume``, ``snapshot`` or ``blank``, and ``id`` is the id of the
    source; ``destination`` is ``volume`` or ``local``, ``device_type`` ``disk`` or ``cdrom``; ``size_gb`` is in GiB.
    ``boot_index`` 0 boots first, ``None`` and -1 never. A blank local disk is ephemeral, or swap with the
    ``guest_format`` ``swap``. ``no_device`` removes the device ``device_name`` that the image maps. ``throughput`` is
    in MiB/s; ``kms_key_id`` encrypts the disk; several servers can have a disk with ``multiattach``."""

    source: str
    id: str | None = None
    size_gb: int | None = None
    boot_index: int | None = None
    volume_type: str | None = None
    destination: str = "volume"
    delete_on_termination: bool = False
    device_type: str | None = None
    disk_bus: str | None = None
    tag: str | None = None
    guest_format: str | None = None
    device_name: str | None = None
    no_device: bool = False
    iops: int | None = None
    throughput: int | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None
    multiattach: bool = False


@dataclass(frozen=True)
class SystemDisk:
    """The disk that huaweicloud creates from the image; ``size_gb`` is in GiB, ``throughput`` in MiB/s."""

    type: str | None = None
    size_gb: int | None = None
    iops: int | None = None
    throughput: int | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None


@dataclass(frozen=True)
class Spot:
    """A server that is billed by the market price, and that the cloud may stop. ``price`` is the maximum price per
    hour; without it the cloud uses the pay-per-use price. The cloud does not stop the server within
    ``duration_count`` times ``duration_hours``."""

    price: str | None = None
    duration_hours: int | None = None
    duration_count: int | None = None


@dataclass(frozen=True)
class NewServer:
    """The properties of a new server; for ``None`` and empty values the cloud decides. ``user_data`` is base64, and so
    are the values of ``files`` (path → content). ``networks`` can be AUTO or NONE."""

    flavor_id: str
    image_id: str | None = None
    networks: tuple[Nic, ...] | str | None = None
    volumes: tuple[BlockDevice, ...] = ()
    availability_zone: str | None = None
    key_name: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    user_data: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    #: Whether the task needs the password that the cloud generates.
    return_password: bool = False
    description: str | None = None
    hostname: str | None = None
    host: str | None = None
    hypervisor_hostname: str | None = None
    config_drive: bool | None = None
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    disk_config: str | None = None
    access_ipv4: str | None = None
    access_ipv6: str | None = None
    #: The server group of the server.
    group_id: str | None = None
    #: huaweicloud.
    vpc_id: str | None = None
    system_disk: SystemDisk | None = None
    #: ``shared`` or ``dedicated`` hosts, and the dedicated host.
    tenancy: str | None = None
    dedicated_host_id: str | None = None
    spot: Spot | None = None
    #: Whether the cloud starts the server on another host if its host fails.
    auto_recovery: bool | None = None
    #: Options of one platform, by the names of its API reference: the key is the option of the task.
    extra: Mapping[str, Any] = field(default_factory=dict)
