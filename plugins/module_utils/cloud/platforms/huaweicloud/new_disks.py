# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disks of a new server on Huawei Cloud ECS. Pure functions.

Source: the models of root_volume and data_volumes of the vendor's SDK, and the page "Creating an ECS". Sizes are in GB:
1 to 1024 of the system disk, 10 to 32768 of a data disk. ``throughput`` is in MiB/s.
"""

from __future__ import annotations

from typing import Any, Iterator

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import (
    BlockDevice,
    NewServer,
    SystemDisk,
)

#: The types whose performance the task sets, and no others: ``iops``, and ``throughput``.
_WITH_IOPS = ("GPSSD2", "ESSD2")
_WITH_THROUGHPUT = ("GPSSD2",)
_SYSTEM_GB, _DATA_GB = (1, 1024), (10, 32768)


def missing(new: NewServer, platform: str) -> Iterator[str]:
    """The missing properties of the disks, a sentence for each disk."""
    disk = new.system_disk
    if not disk or not disk.type:
        yield "system_disk: %s needs its type, such as GPSSD" % platform
    if disk:
        needed = list(_needed(disk, disk.type))
        if needed:
            yield "system_disk: it needs %s" % _listed(needed)
    for number, device in enumerate(new.volumes, 1):
        if device.source == "volume" or device.no_device:
            continue
        needed = [
            option for option, value in (("volume_type", device.volume_type), ("size_gb", device.size_gb)) if not value
        ]
        needed += _needed(device, device.volume_type)
        if needed:
            yield "volumes: disk %d on %s needs %s" % (number, platform, _listed(needed))


def problems(new: NewServer, platform: str) -> Iterator[str | None]:
    """Why the cloud would reject a disk, a sentence each; ``None`` for each check without a problem."""
    if new.system_disk:
        yield _size_problem("system_disk", new.system_disk.size_gb, _SYSTEM_GB)
        yield from _performance_problems("system_disk", new.system_disk, new.system_disk.type, new)
    for device in new.volumes:
        yield _kind_problem(device, platform)
        yield _size_problem("volumes", device.size_gb, _DATA_GB)
        yield from _performance_problems("volumes", device, device.volume_type, new)


def _needed(disk: SystemDisk | BlockDevice, disk_type: str | None) -> Iterator[str]:
    """The options that the others of the disk need."""
    if disk_type in _WITH_IOPS and disk.iops is None:
        yield "iops with type %s" % disk_type
    if disk_type in _WITH_THROUGHPUT and disk.throughput is None:
        yield "throughput with type %s" % disk_type
    if disk.encrypted and not disk.kms_key_id:
        yield "kms_key_id with encrypted"
    if disk.kms_key_id and not disk.encrypted:
        yield "encrypted: true with kms_key_id"


def _listed(needed: list[str]) -> str:
    return ", ".join(needed[:-1]) + " and " + needed[-1] if needed[1:] else needed[0]


def _size_problem(option: str, size: int | None, limits: tuple[int, int]) -> str | None:
    if size is None or limits[0] <= size <= limits[1]:
        return None
    return "%s: size_gb must be %d to %d, and is %d" % (option, *limits, size)


def _performance_problems(
    option: str, disk: SystemDisk | BlockDevice, disk_type: str | None, new: NewServer
) -> Iterator[str | None]:
    for key, value, types in (("iops", disk.iops, _WITH_IOPS), ("throughput", disk.throughput, _WITH_THROUGHPUT)):
        if value is None:
            continue
        if disk_type not in types:
            yield "%s: %s is only for disks of type %s, and not of %s" % (option, key, " and ".join(types), disk_type)
        if value < 1:
            yield "%s: %s must be 1 or more, and is %d" % (option, key, value)
    if disk_type in _WITH_IOPS and new.extra.get("chargingMode") == "prePaid":
        yield "%s: a disk of type %s is billed by use only; leave out chargingMode: prePaid" % (option, disk_type)
    if disk.kms_key_id and not is_uuid(disk.kms_key_id):
        yield "%s: kms_key_id is the id of a KMS key of 36 characters, and %s is not" % (option, disk.kms_key_id)


def _kind_problem(device: BlockDevice, platform: str) -> str | None:
    """Of a data disk: the system disk is not one of the volumes."""
    if device.source == "volume":
        return "volumes: %s creates new data disks here; attach existing ones with server_volume" % platform
    if device.boot_index not in (None, -1) or device.destination != "volume" or device.device_type == "cdrom":
        return "volumes: on %s they are data disks; the server boots from image, on system_disk" % platform
    if device.disk_bus or device.tag:
        return "volumes: %s does not support disk_bus and tag; leave them out" % platform
    if device.guest_format or device.device_name or device.no_device:
        return "volumes: %s does not support guest_format, device_name and no_device; leave them out" % platform
    return None


# -- the request -----------------------------------------------------------------------------------------------------


def system_disk(disk: SystemDisk | None) -> dict[str, Any]:
    """The part under ``root_volume``."""
    found: dict[str, Any] = {"volumetype": disk.type if disk else None}
    if disk and disk.size_gb:
        found["size"] = disk.size_gb
    if disk:
        found.update(_performance(disk))
    return found


def data_disk(device: BlockDevice) -> dict[str, Any]:
    """An entry of ``data_volumes``."""
    found: dict[str, Any] = {"volumetype": device.volume_type, "size": device.size_gb, **_performance(device)}
    if device.source == "image":
        found["data_image_id"] = device.id
    if device.source == "snapshot":
        found["extendparam"] = {"snapshotId": device.id}
    for key in ("multiattach", "delete_on_termination"):
        if getattr(device, key):
            found[key] = True
    return found


def _performance(disk: SystemDisk | BlockDevice) -> dict[str, Any]:
    found: dict[str, Any] = {key: getattr(disk, key) for key in ("iops", "throughput") if getattr(disk, key)}
    if disk.encrypted:
        found["metadata"] = {"__system__encrypted": "1", "__system__cmkid": disk.kms_key_id}
    return found
