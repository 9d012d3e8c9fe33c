# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument spec of a server: the options of the module server, and of an entry of the module server_fleet."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.duplicates import CHOICES, KEEP
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.resize import RESIZES
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.server_spec import STATES
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.spec import DEVICES
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.unapplied import (
    CHOICES as UNAPPLIED,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.unapplied import WARN

#: Of the system disk, and of each of the volumes.
DISK = {
    "iops": {"type": "int"},
    "throughput": {"type": "int"},
    "encrypted": {"type": "bool"},
    # An id, and no secret.
    "kms_key_id": {"type": "str", "no_log": False},
}
VOLUME = {
    "source": {"type": "str", "choices": ["blank", "image", "snapshot", "volume"], "default": "blank"},
    "id": {"type": "str"},
    "size_gb": {"type": "int"},
    "boot_index": {"type": "int"},
    "volume_type": {"type": "str"},
    "destination": {"type": "str", "choices": ["volume", "local"], "default": "volume"},
    "delete_on_termination": {"type": "bool", "default": False},
    "device_type": {"type": "str", "choices": ["disk", "cdrom"]},
    "disk_bus": {"type": "str"},
    "tag": {"type": "str"},
    "guest_format": {"type": "str"},
    "device_name": {"type": "str"},
    "no_device": {"type": "bool", "default": False},
    **DISK,
    "multiattach": {"type": "bool", "default": False},
}
SYSTEM_DISK = {"type": {"type": "str"}, "size_gb": {"type": "int"}, **DISK}
SPOT = {"price": {"type": "str"}, "duration_hours": {"type": "int"}, "duration_count": {"type": "int"}}
BOOT_VOLUME = {
    "size_gb": {"type": "int"},
    "volume_type": {"type": "str"},
    "delete_on_termination": {"type": "bool", "default": False},
    "volume": {"type": "str"},
    "snapshot": {"type": "str"},
}

#: The options of a server, without those that only a task for one kind of servers has.
SERVER: dict[str, Any] = {
    "name": {"type": "str"},
    "names": {"type": "list", "elements": "str"},
    "count": {"type": "int"},
    "name_pattern": {"type": "str"},
    "state": {"type": "str", "choices": list(STATES), "default": "present"},
    "flavor": {"type": "str"},
    "image": {"type": "str"},
    "iso": {"type": "str"},
    "boot_order": {"type": "list", "elements": "str", "choices": list(DEVICES)},
    "apply": {"type": "str", "choices": ["now", "later"], "default": "later"},
    "boot_volume": {"type": "dict", "options": BOOT_VOLUME},
    "volumes": {"type": "list", "elements": "dict", "options": VOLUME},
    "system_disk": {"type": "dict", "options": SYSTEM_DISK},
    "networks": {"type": "raw", "aliases": ["nics", "network"]},
    "vpc_id": {"type": "str", "aliases": ["vpc"]},
    "security_groups": {"type": "list", "elements": "str"},
    # An address or an id, or a mapping; plans/servers/public_ip.py parses it.
    "public_ip": {"type": "raw"},
    "release_public_ip": {"type": "bool", "default": False},
    "public_ip_fixed_address": {"type": "str"},
    "availability_zone": {"type": "str"},
    "host": {"type": "str"},
    "hypervisor_hostname": {"type": "str"},
    "group": {"type": "str"},
    "tenancy": {"type": "str", "choices": ["shared", "dedicated"]},
    "dedicated_host_id": {"type": "str"},
    "spot": {"type": "dict", "options": SPOT},
    "auto_recovery": {"type": "bool"},
    # A name, no secret.
    "key_name": {"type": "str", "no_log": False},
    "password": {"type": "str", "no_log": True},
    "user_data": {"type": "str", "no_log": True, "aliases": ["userdata"]},
    "user_data_file": {"type": "path"},
    "files": {"type": "dict", "no_log": True},
    "config_drive": {"type": "bool"},
    "disk_config": {"type": "str", "choices": ["AUTO", "MANUAL"]},
    "access_ipv4": {"type": "str"},
    "access_ipv6": {"type": "str"},
    "new_name": {"type": "str"},
    "description": {"type": "str"},
    "hostname": {"type": "str"},
    "metadata": {"type": "dict", "aliases": ["meta"]},
    "purge_metadata": {"type": "bool", "default": False},
    "remove_metadata": {"type": "list", "elements": "str"},
    # A list of strings, a string with commas, or a mapping; plans/tags.py parses them.
    "tags": {"type": "raw"},
    "purge_tags": {"type": "bool", "default": False},
    "locked": {"type": "bool"},
    "lock_reason": {"type": "str"},
    "resize": {"type": "str", "choices": list(RESIZES), "default": "never"},
    "confirm": {"type": "bool", "default": True},
    "revert": {"type": "bool", "default": False},
    "auto_pay": {"type": "bool", "default": False},
    "reset_state": {"type": "str", "choices": ["active", "error"]},
    "delete_volumes": {"type": "bool"},
    "delete_public_ip": {"type": "bool"},
    "recreate": {"type": "bool", "default": False},
    "on_error": {"type": "str", "choices": ["keep", "delete"], "default": "keep"},
    "on_duplicate": {"type": "str", "choices": list(CHOICES), "default": KEEP},
    "unapplied_options": {"type": "str", "choices": list(UNAPPLIED), "default": WARN},
    "extra": {"type": "dict"},
}
#: Mutually exclusive options.
EXCLUSIVE = (("names", "count"), ("image", "iso"), ("user_data", "user_data_file"))
