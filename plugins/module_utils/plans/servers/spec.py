# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a task for servers: names, the target state of existing servers, and the properties of new ones."""

from __future__ import annotations

import json
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models import password_policy
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import (
    BlockDevice,
    NewServer,
    Nic,
    Spot,
    SystemDisk,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import IMAGE_RECORD
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.recycle_bin import RecycleBin
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.created_with import with_note
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declared_image import (
    ISO_RECORD,
    DeclaredImage,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.present import BOOT_ORDER, labels_of
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.server_spec import ServerSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.tags import mapped_keys, tag_texts
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name, texts
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened

_LONGEST_NAME = 255
#: The bounds of ``count``.
ONE_TO_A_THOUSAND = (1, 1000)
DEVICES = ("hd", "cdrom", "network")


# -- names -----------------------------------------------------------------------------------------------------------


def names_of(params: Mapping[str, Any], bounds: tuple[int, int] = ONE_TO_A_THOUSAND) -> tuple[str, ...]:
    """The names in the task, in order; empty if the task selects servers. ``bounds`` are those of ``count``. Raises
    InvalidRequest."""
    name, names, count, pattern = params["name"], params["names"], params["count"], params["name_pattern"]
    if count is None and pattern is not None:
        raise InvalidRequest("name_pattern: it needs count, the number of servers")
    if count is None:
        found = [name] if name is not None else list(names or ())
    elif not bounds[0] <= count <= bounds[1]:
        raise InvalidRequest("count: %d is out of range; use %d to %d" % (count, *bounds))
    elif (name is None) == (pattern is None):
        raise InvalidRequest("count: it needs either name, for name-1 and so on, or name_pattern, such as web-%02d")
    else:
        found = [_numbered(pattern, name, number) for number in range(1, count + 1)]
    for each in found:
        check_name("name", each)
        if len(each) > _LONGEST_NAME:
            raise InvalidRequest(
                "name: %s… has %d characters, and %d are allowed" % (each[:20], len(each), _LONGEST_NAME)
            )
    if len(set(found)) != len(found):
        raise InvalidRequest("names: %s is listed twice" % next(each for each in found if found.count(each) > 1))
    if params["new_name"] is not None:
        check_name("new_name", params["new_name"])
        if name is None or count is not None or params["state"] != "present":
            raise InvalidRequest("new_name: it renames one server, so it needs name and state: present")
    return tuple(found)


def _numbered(pattern: str | None, name: str | None, number: int) -> str:
    if pattern is None:
        return "%s-%d" % (name, number)
    try:
        first, made = pattern % 1, pattern % number
    except (TypeError, ValueError):
        first = made = pattern
    if "%" not in pattern or first == pattern or first == pattern.replace("%%", "%"):
        raise InvalidRequest(
            "name_pattern: %s needs exactly one placeholder for a number, such as %%d or %%02d" % pattern
        )
    return made


def by_name(
    servers: Iterable[Server], names: Iterable[str], advice: str = "select one by its id in select"
) -> dict[str, Server]:
    """The servers with these names. Raises InvalidRequest, with the advice, for an ambiguous name."""
    wanted = set(names)
    found: dict[str, list[Server]] = {}
    for server in servers:
        if server.name in wanted:
            found.setdefault(str(server.name), []).append(server)
    for name, sharing in sorted(found.items()):
        if len(sharing) > 1:
            ids = ", ".join(sorted(server.id for server in sharing))
            raise InvalidRequest("%d servers are named %s (%s); %s" % (len(sharing), name, ids, advice))
    return {name: sharing[0] for name, sharing in found.items()}


def check_options(params: Mapping[str, Any]) -> None:
    """Raises InvalidRequest for options that are invalid on every cloud."""
    for option in ("image", "iso", "flavor", "key_name", "availability_zone"):
        check_name(option, params[option])
    for option in ("delete_volumes", "delete_public_ip"):
        if params[option] is not None and params["state"] not in ("absent", "purged"):
            raise InvalidRequest("%s: it needs state: absent or purged" % option)


# -- the spec --------------------------------------------------------------------------------------------------------


def _delete_with(params: Mapping[str, Any], rules: Rules) -> dict[str, bool]:
    """The things that the platform is to delete with the server. Raises UnsupportedOperation if it does not offer the
    choice."""
    found = {
        name: params[option]
        for name, option in (("volumes", "delete_volumes"), ("public_ip", "delete_public_ip"))
        if params[option] is not None
    }
    if not rules.supports("delete_attached") and found.pop("public_ip", False):
        rules.require("release_public_ip")
    if found:
        rules.require("delete_attached")
    return found


def server_spec(
    params: Mapping[str, Any],
    rules: Rules,
    image: DeclaredImage | None,
    flavor: Flavor | None,
    user_data: str | None = None,
    recycle_bin: RecycleBin | None = None,
) -> ServerSpec:
    """Return the target state; ``user_data`` is base64, ``recycle_bin`` the settings of the cloud's, if there are any.
    Raises InvalidRequest and UnsupportedOperation."""
    if params["state"] != "present":
        return ServerSpec(
            params["state"],
            locked=params["locked"],
            keeps_deleted=recycle_bin is None or recycle_bin.is_enabled,
            delete_with=_delete_with(params, rules),
        )
    for option, operation in (("description", "descriptions"), ("hostname", "hostnames"), ("boot_order", "boot_order")):
        if params[option]:
            rules.require(operation)
    if params["revert"]:
        rules.require("revert_resize")
    if params["lock_reason"] and not params["locked"]:
        raise InvalidRequest("lock_reason: it is the reason of a lock, so it needs locked: true")
    tags = _tags(params, rules)
    networks = params["networks"] if isinstance(params["networks"], list) else []
    named = [each.get("network") if isinstance(each, dict) else each for each in networks]
    if params["revert"] and params["flavor"]:
        raise InvalidRequest(
            "revert: it reverts a resize that is not confirmed yet, and cannot be combined with flavor"
        )
    return ServerSpec(
        new_name=params["new_name"],
        description=params["description"],
        hostname=params["hostname"],
        metadata=_metadata(params, rules),
        purge_metadata=params["purge_metadata"],
        remove_metadata=_removed_metadata(params, rules),
        tags=tags,
        tag_keys=params["tag_keys"] if "tag_keys" in params else mapped_keys(params["tags"]),
        purge_tags=params["purge_tags"],
        locked=params["locked"],
        lock_reason=params["lock_reason"],
        flavor=flavor,
        resize=params["resize"],
        confirm=params["confirm"],
        revert=params["revert"],
        auto_pay=params["auto_pay"],
        reset_state=params["reset_state"],
        power_state=params.get("power_state"),
        reboot=params["apply"] == "now",
        recreate=params["recreate"],
        image=image,
        networks=tuple(str(name) for name in named if name and rules.shows_network_names and not is_uuid(str(name))),
        availability_zone=params["availability_zone"],
        key_name=params["key_name"],
        user_data=user_data if rules.supports("update_user_data") else None,
    )


def _metadata(params: Mapping[str, Any], rules: Rules) -> dict[str, str] | None:
    found = texts(params["metadata"], "metadata")
    problem = rules.metadata_problem(found or {})
    if problem:
        raise InvalidRequest(problem)
    if params["boot_order"]:
        found = {**(found or {}), BOOT_ORDER: _boot_order(params["boot_order"])}
    return found


def _removed_metadata(params: Mapping[str, Any], rules: Rules) -> tuple[str, ...]:
    """The metadata keys to remove. Raises InvalidRequest for a key that is also set, or that the cloud reserves."""
    keys = tuple(dict.fromkeys(params["remove_metadata"] or ()))
    for key in keys:
        if key in (params["metadata"] or {}):
            raise InvalidRequest("remove_metadata: %s is also in metadata; leave it out of one of them" % key)
        if rules.keeps_metadata(key):
            raise InvalidRequest("remove_metadata: %s is reserved by %s; leave it out" % (key, rules.platform))
    if keys:
        rules.require("remove_metadata")
    return keys


def _boot_order(devices: Sequence[str]) -> str:
    if len(set(devices)) != len(devices):
        raise InvalidRequest("boot_order: a device is listed twice")
    return json.dumps({"order": list(devices)}, separators=(",", ":"))


def _tags(params: Mapping[str, Any], rules: Rules) -> tuple[str, ...] | None:
    if params["tags"] is None:
        return None
    found = tuple(tag_texts(params["tags"]))
    if not rules.supports("tags_in_metadata"):
        rules.require("set_tags")
    problem = rules.tags_problem(found)
    if problem:
        raise InvalidRequest(problem)
    return found


# -- a new server ----------------------------------------------------------------------------------------------------


def new_server(
    params: Mapping[str, Any],
    spec: ServerSpec,
    rules: Rules,
    user_data: str | None,
    names: Sequence[str],
    networks: tuple[Nic, ...] | str | None,
    noted: Mapping[str, Any] | None = None,
) -> NewServer:
    """Return the properties of a new server. ``noted`` are the options as the task has them, with names, which the next
    run compares. Raises InvalidRequest."""
    image = spec.image.details if spec.image else None
    volumes, from_volume = _volumes(params, image)
    metadata = dict(spec.metadata or {})
    tags = spec.tags or ()
    if rules.supports("tags_in_metadata"):
        metadata, tags = {**labels_of(tags), **metadata}, ()
    if image and from_volume:
        # The record of such a server contains no image; server_os and the next run of this task read this key.
        metadata.setdefault(IMAGE_RECORD, image.id)
    if image and params["iso"] and rules.supports("boot_order"):
        known = {"image_uuid": image.id, "boot_order": 1, "image_name": image.name}
        metadata.setdefault(ISO_RECORD + image.id, json.dumps(known, separators=(",", ":")))
    new = NewServer(
        flavor_id=str(spec.flavor.id or spec.flavor.name) if spec.flavor else "",
        image_id=image.id if image and not from_volume else None,
        networks=networks,
        volumes=volumes,
        metadata=with_note(metadata, noted or params, rules.shows_network_names),
        tags=tags,
        security_groups=tuple(params["security_groups"] or ()),
        user_data=user_data,
        files=params["files"] or {},
        return_password=params["return_passwords"] and params["password"] is None,
        group_id=params["group"],
        system_disk=SystemDisk(**params["system_disk"]) if params["system_disk"] else None,
        spot=Spot(**params["spot"]) if params["spot"] is not None else None,
        extra=params["extra"] or {},
        **{
            name: params[name]
            for name in (
                "availability_zone",
                "key_name",
                "password",
                "description",
                "hostname",
                "host",
                "hypervisor_hostname",
                "config_drive",
                "disk_config",
                "access_ipv4",
                "access_ipv6",
                "vpc_id",
                "tenancy",
                "dedicated_host_id",
                "auto_recovery",
            )
        },
    )
    _check_new(new, image, names, rules)
    return new


def _check_new(new: NewServer, image: ImageDetails | None, names: Sequence[str], rules: Rules) -> None:
    """Raises InvalidRequest for properties that no cloud, or not this one, accepts. The message lists everything that
    is missing."""
    missing = list(rules.missing_options(new))
    if not new.flavor_id:
        missing.insert(0, "flavor: %s does not exist; set flavor to create it" % shortened(names, 5))
    if missing:
        raise InvalidRequest("; ".join(missing))
    if image and not image.active:
        raise InvalidRequest(
            "image: %s is in status %s; a server can only be created from an active image" % (image.label, image.status)
        )
    if new.password is not None:
        policy = rules.os_password_policy
        kind = image.os_type if image else None
        user = password_policy.administrator(kind)
        problem = policy.problem(new.password, user, password_policy.is_windows(kind))
        if problem:
            raise InvalidRequest("password: %s; choose another one" % problem)
    nics = new.networks if isinstance(new.networks, tuple) else ()
    if len(names) > 1:
        own = [
            word
            for word, given in (
                ("networks: port", any(nic.port_id for nic in nics)),
                ("networks: fixed_ip", any(nic.fixed_ip for nic in nics)),
                ("volumes: a volume", any(device.source == "volume" for device in new.volumes)),
            )
            if given
        ]
        if own:
            raise InvalidRequest("%s: only one server can have it, and the task creates %d" % (own[0], len(names)))
    problem = rules.server_problem(new)
    if problem:
        raise InvalidRequest(problem)


def _volumes(params: Mapping[str, Any], image: ImageDetails | None) -> tuple[tuple[BlockDevice, ...], bool]:
    """The disks, and whether the first one is a volume that is created from the image."""
    boot, found = params["boot_volume"], []
    if params["iso"]:
        if image is None or not boot or not boot["size_gb"] or boot["volume"] or boot["snapshot"]:
            raise InvalidRequest("iso: it needs boot_volume with size_gb, the empty disk to install the system on")
        found.append(BlockDevice("image", image.id, None, 0, None, "local", True, "cdrom", "ide"))
        found.append(_boot_device(boot, "blank", None, 1))
    elif boot:
        given = [name for name in ("volume", "snapshot") if boot[name]] + (["image"] if image else [])
        if len(given) != 1:
            raise InvalidRequest(
                "boot_volume: it needs exactly one source: image, boot_volume.volume or boot_volume.snapshot; %s"
                % (" and ".join(given) + " are given" if given else "none is given")
            )
        source = given[0]
        if source == "image" and not boot["size_gb"]:
            raise InvalidRequest("boot_volume: a volume that is created from an image needs size_gb")
        found.append(_boot_device(boot, source, image.id if source == "image" and image else boot.get(source), 0))
    for row in params["volumes"] or ():
        if row["no_device"]:
            found.append(_removed_device(row))
            continue
        if (row["source"] == "blank") != (row["id"] is None):
            raise InvalidRequest("volumes: every source except blank needs an id, and blank has none")
        found.append(BlockDevice(**row))
    _check_local_disks(found)
    indexes = [device.boot_index for device in found if device.boot_index is not None and device.boot_index >= 0]
    if len(set(indexes)) != len(indexes):
        raise InvalidRequest(
            "volumes: two of them have the boot_index %d" % next(index for index in indexes if indexes.count(index) > 1)
        )
    first = next((device for device in found if device.boot_index == 0), None)
    return tuple(found), (bool(boot) and not params["iso"]) or (first is not None and first.destination == "volume")


def _removed_device(row: Mapping[str, Any]) -> BlockDevice:
    """An entry that removes a device of the image. Raises InvalidRequest."""
    if not row["device_name"]:
        raise InvalidRequest("volumes: no_device removes a device of the image, so it needs its device_name")
    others = (
        "id", "size_gb", "boot_index", "volume_type", "device_type", "disk_bus", "tag", "guest_format", "iops",
        "throughput", "encrypted", "kms_key_id",
    )  # fmt: skip
    given = [key for key in others if row[key] is not None]
    if given:
        raise InvalidRequest("volumes: an entry with no_device has only device_name, and not %s" % given[0])
    return BlockDevice("blank", device_name=row["device_name"], no_device=True)


def _check_local_disks(devices: Sequence[BlockDevice]) -> None:
    """Raises InvalidRequest for disks on the host that no Nova cloud creates."""
    swap = [device for device in devices if device.guest_format == "swap"]
    for device in devices:
        if device.destination == "local" and device.source in ("volume", "snapshot"):
            raise InvalidRequest("volumes: a %s cannot be a disk on the host; set destination: volume" % device.source)
        if device.destination == "local" and device.volume_type:
            raise InvalidRequest("volumes: volume_type is for destination: volume, and not for a disk on the host")
        if device in swap and (device.source != "blank" or device.destination != "local"):
            raise InvalidRequest("volumes: a swap disk needs source: blank and destination: local")
    if len(swap) > 1:
        raise InvalidRequest("volumes: a server can have one swap disk, and the task sets %d" % len(swap))


def _boot_device(boot: Mapping[str, Any], source: str, source_id: str | None, index: int) -> BlockDevice:
    return BlockDevice(
        source,
        source_id,
        boot["size_gb"],
        index,
        boot["volume_type"],
        delete_on_termination=boot["delete_on_termination"],
    )
