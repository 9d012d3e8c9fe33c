"""The disks of a new server: block_device_mapping_v2, the image, and whether it fits the flavor."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from simulator.http.call import Call
from simulator.nova.checks import Check, boolean, check_fields, invalid, is_true, number, refuse, text

GIB = 1024**3
_ORDER = (
    "Block Device Mapping is Invalid: Boot sequence for the instance and image/block device mapping combination "
    "is not valid."
)


def _boot_index(name: str, value: Any) -> None:
    if value is None:
        return
    try:
        int(value)
    except (TypeError, ValueError):
        raise invalid(name, value, "%r is not of type 'string', 'integer', 'null'" % (value,)) from None


def device(version: tuple[int, int]) -> Check:
    known: dict[str, Check] = {
        "uuid": text(1),
        "source_type": text(1, 255, "volume|image|snapshot|blank"),
        "destination_type": text(1, 255, "local|volume"),
        "volume_size": number(1),
        "boot_index": _boot_index,
        "delete_on_termination": boolean,
        "device_type": text(1, 255),
        "disk_bus": text(1, 255),
        "guest_format": text(0, 255),
        "device_name": text(1, 255),
        "no_device": boolean,
    }
    if version == (2, 32) or version >= (2, 42):
        known["tag"] = text(1, 60, "[^,/]*")
    if version >= (2, 67):
        known["volume_type"] = text(0, 255, null=True)

    def check(name: str, value: Any) -> None:
        check_fields(name, value, known)

    return check


def check_disks(call: Call, wanted: dict[str, Any], flavor: dict[str, Any]) -> tuple[Any, Any]:
    """The image that the server shows (None if it boots from a volume), and the image that it boots from."""
    # Nova reads nothing else of an entry with no_device.
    devices = [row for row in wanted.get("block_device_mapping_v2") or [] if not row.get("no_device")]
    image_ref = (wanted.get("imageRef") or "").rsplit("/", 1)[-1]
    for row in devices:
        if row.get("source_type", "blank") != "blank" and not row.get("uuid"):
            raise refuse(400, "Block Device Mapping is Invalid: invalid uuid None")
        to_volume = row.get("destination_type", "volume") == "volume"
        if row.get("source_type") in ("image", "blank") and to_volume and not row.get("volume_size"):
            raise refuse(
                400,
                "Block Device Mapping is Invalid: Images with destination_type 'volume' need to have a "
                "non-zero size specified",
            )
    _check_local_disks(devices, flavor)
    if not devices:
        if not image_ref:
            raise refuse(400, "Invalid imageRef provided.")
        image = _image(call, image_ref)
        check_fits_flavor(flavor, image)
        return image, image
    first = [row for row in devices if row.get("boot_index") is not None and int(row["boot_index"]) == 0]
    if len(first) != 1:
        raise refuse(400, _ORDER)
    root = first[0]
    for row in devices:
        if row.get("source_type") == "image":
            image = _image(call, row["uuid"])
            if row.get("destination_type", "volume") == "volume":
                _fits_volume(image, int(row["volume_size"]), flavor)
            else:
                check_fits_flavor(flavor, image)
    if root.get("source_type") == "image" and root.get("destination_type") == "local":
        image = _image(call, root["uuid"])
        if image_ref != image["id"]:
            raise refuse(400, _ORDER)
        return image, image
    if image_ref:
        # The server has an image, and boots from a volume.
        _image(call, image_ref)
    return None, _image(call, root["uuid"]) if root.get("source_type") == "image" else None


def boot_volume_goes(wanted: dict[str, Any]) -> bool:
    """Whether the volume that the server boots from is deleted with it."""
    rows = wanted.get("block_device_mapping_v2") or []
    return any(str(row.get("boot_index")) == "0" and is_true(row.get("delete_on_termination")) for row in rows)


def _check_local_disks(devices: list[dict[str, Any]], flavor: dict[str, Any]) -> None:
    """The swap disk and the ephemeral disks of the host, which the flavor limits (EasyStack's document, and Nova)."""
    local = [row for row in devices if row.get("source_type") == "blank" and row.get("destination_type") == "local"]
    swap = [row for row in devices if row.get("guest_format") == "swap"]
    if any(row not in local for row in swap):
        raise refuse(400, "Block Device Mapping is Invalid: a swap disk is blank and local")
    if any(
        row.get("destination_type") == "local" and row.get("source_type") in ("volume", "snapshot") for row in devices
    ):
        raise refuse(400, "Block Device Mapping is Invalid: Mapping volume to local is not supported.")
    if len(swap) > 1:
        raise refuse(400, "Block Device Mapping is Invalid: More than one swap drive requested.")
    if sum(int(row.get("volume_size") or 0) for row in swap) * 1024 > flavor["swap"]:
        raise refuse(400, "Swap drive requested is larger than instance type allows.")
    if sum(int(row.get("volume_size") or 0) for row in local if row not in swap) > flavor["ephemeral"]:
        raise refuse(400, "Ephemeral disks requested are larger than the instance type allows.")


def _image(call: Call, image_id: str) -> dict[str, Any]:
    image = call.sim.builders[call.platform].images.get(image_id)
    if image is None:
        raise refuse(400, "Invalid imageRef provided.")
    if image["status"] != "active":
        raise refuse(400, "Image %s is not active." % image_id)
    return dict(image)


def check_fits_flavor(flavor: dict[str, Any], image: dict[str, Any]) -> None:
    """Refuses an image that needs more memory or disk than the flavor has."""
    if flavor["ram"] < image["min_ram"]:
        raise refuse(400, "Flavor's memory is too small for requested image.")
    space = flavor["disk"] * GIB
    if space and image["size"] > space:
        raise refuse(
            400,
            "Flavor's disk is too small for requested image. Flavor disk is %d bytes, image is %d bytes."
            % (space, image["size"]),
        )
    if space and image["min_disk"] * GIB > space:
        raise refuse(
            400,
            "Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is "
            "%d bytes, minimum size is %d bytes." % (space, image["min_disk"] * GIB),
        )


def _fits_volume(image: dict[str, Any], size: int, flavor: dict[str, Any]) -> None:
    if flavor["ram"] < image["min_ram"]:
        raise refuse(400, "Flavor's memory is too small for requested image.")
    if image["min_disk"] > size:
        raise refuse(
            400,
            "Volume is smaller than the minimum size specified in image metadata. Volume size is %d "
            "bytes, minimum size is %d bytes." % (size * GIB, image["min_disk"] * GIB),
        )
