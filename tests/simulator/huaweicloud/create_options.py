"""How ECS validates the disks, the billing and the placement of a new server. Each function raises Refusal.

The keys and types are those of the models PrePaidServer and PostPaidServer of the official SDK.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any

from simulator.huaweicloud.checks import refuse
from simulator.huaweicloud.validation import UUID, check_boolean, check_integer, check_keys

DISKS = ("SATA", "SAS", "GPSSD", "SSD", "ESSD", "GPSSD2", "ESSD2", "co-p1", "uh-l1")
ROOT_KEYS = "volumetype size iops throughput extendparam metadata cluster_type cluster_id hw:passthrough"
DATA_KEYS = ROOT_KEYS + " shareable multiattach data_image_id delete_on_termination"
EXTEND = (
    "chargingMode regionID periodType periodNum isAutoRenew isAutoPay enterprise_project_id marketType spotPrice"
    " support_auto_recovery diskPrior spot_duration_hours spot_duration_count interruption_policy CB_CSBS_BACKUP"
)
#: The fields of extendparam that are not texts.
_NUMBERS = ("periodNum", "spot_duration_hours", "spot_duration_count")
MOST_DATA_VOLUMES = 23


def check_object(value: Any, keys: str, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise refuse(400, "Ecs.0005", "%s must be an object." % where)
    check_keys(value, keys, where)
    return value


def check_disks(wanted: dict[str, Any], image: dict[str, Any], prepaid: bool) -> None:
    """root_volume and data_volumes."""
    rows = wanted.get("data_volumes", [])
    if not isinstance(rows, list) or len(rows) > MOST_DATA_VOLUMES:
        raise refuse(400, "Ecs.0005", "data_volumes is a list of at most %d." % MOST_DATA_VOLUMES)
    root = check_object(wanted.get("root_volume"), ROOT_KEYS, "root_volume")
    if "size" in root and check_integer(root["size"], 1, 1024, "root_volume.size") < image["min_disk"]:
        raise refuse(400, "Ecs.0044", "root_volume: the image needs %d GB." % image["min_disk"])
    for row in rows:
        check_object(row, DATA_KEYS, "data_volumes")
        check_integer(row.get("size"), 10, 32768, "data_volumes.size")
        for key in ("delete_on_termination", "multiattach", "shareable"):
            check_boolean(row.get(key, False), "data_volumes.%s" % key)
    for where, row in [("root_volume", root), *(("data_volumes", row) for row in rows)]:
        _check_disk(where, row, prepaid)


def _check_disk(where: str, row: dict[str, Any], prepaid: bool) -> None:
    kind = row.get("volumetype")
    if kind not in DISKS:
        raise refuse(400, "Ecs.0041", "volumetype: %s is none of %s." % (kind, ", ".join(DISKS)))
    for key, kinds in (("iops", ("GPSSD2", "ESSD2")), ("throughput", ("GPSSD2",))):
        if (key in row) != (kind in kinds):
            raise refuse(400, "Ecs.0005", "%s.%s: disks of type %s have it, and only they." % (where, key, kinds))
        if key in row:
            check_integer(row[key], 1, 256000, "%s.%s" % (where, key))
    if "iops" in row and prepaid:
        raise refuse(400, "Ecs.0005", "%s: disks of type %s are billed by use." % (where, kind))
    check_boolean(row.get("hw:passthrough", False), "%s.hw:passthrough" % where)
    metadata = check_object(row.get("metadata", {}), "__system__encrypted __system__cmkid", where + ".metadata")
    kms_key, encrypted = metadata.get("__system__cmkid"), metadata.get("__system__encrypted", "0")
    if encrypted not in ("0", "1") or (encrypted == "1") != bool(UUID.fullmatch(str(kms_key))):
        raise refuse(400, "Ecs.0005", "%s.metadata: __system__encrypted 1 and the id of a key." % where)
    check_object(row.get("extendparam", {}), "resourceSpecCode resourceType snapshotId", where + ".extendparam")


def check_hints(part: Any) -> dict[str, list[str]]:
    """os:scheduler_hints, as the record of the server shows them."""
    hints = check_object(part, "group tenancy dedicated_host_id", "os:scheduler_hints")
    for key in ("group", "dedicated_host_id"):
        if key in hints and not UUID.fullmatch(str(hints[key])):
            raise refuse(400, "Ecs.0005", "os:scheduler_hints.%s is not an id." % key)
    if hints.get("tenancy", "shared") not in ("shared", "dedicated"):
        raise refuse(400, "Ecs.0005", "os:scheduler_hints.tenancy is shared or dedicated.")
    if "dedicated_host_id" in hints and hints.get("tenancy") != "dedicated":
        raise refuse(400, "Ecs.0005", "os:scheduler_hints.dedicated_host_id needs tenancy dedicated.")
    return {key: [value] for key, value in hints.items()}


def check_extendparam(value: Any, version: str) -> dict[str, Any]:
    """extendparam, without what depends on the login."""
    part = check_object(value, EXTEND, "extendparam")
    for key, given in part.items():
        if key == "support_auto_recovery":
            check_boolean(given, "extendparam.%s" % key)
        elif key not in _NUMBERS and not isinstance(given, str):
            raise refuse(400, "Ecs.0005", "extendparam.%s must be a text." % key)
    if part.get("chargingMode", "postPaid") not in ("postPaid", "prePaid"):
        raise refuse(400, "Ecs.0005", "chargingMode is postPaid or prePaid.")
    if part.get("chargingMode") == "prePaid":
        if version == "v1":
            raise refuse(400, "Ecs.0005", "chargingMode: prePaid needs the call of version 1.1.")
        if part.get("periodType") not in ("month", "year"):
            raise refuse(400, "Ecs.0005", "periodType is month or year.")
        check_integer(part.get("periodNum"), 1, 9 if part["periodType"] == "month" else 3, "periodNum")
    _check_spot(part)
    return part


def _check_spot(part: dict[str, Any]) -> None:
    if "marketType" not in part:
        for key in ("spotPrice", "spot_duration_hours", "spot_duration_count", "interruption_policy"):
            if key in part:
                raise refuse(400, "Ecs.0005", "extendparam.%s needs marketType spot." % key)
        return
    if part["marketType"] != "spot" or part.get("chargingMode") == "prePaid" or part.get("support_auto_recovery"):
        raise refuse(400, "Ecs.0005", "marketType is spot, with postPaid and without support_auto_recovery.")
    if not re.fullmatch(r"(\d+(\.\d+)?)?", part.get("spotPrice", "")):
        raise refuse(400, "Ecs.0005", "spotPrice: %s is not a price." % part["spotPrice"])
    if part.get("interruption_policy", "immediate") != "immediate":
        raise refuse(400, "Ecs.0005", "interruption_policy is immediate.")
    if "spot_duration_hours" in part:
        if "interruption_policy" not in part:
            raise refuse(400, "Ecs.0005", "spot_duration_hours needs interruption_policy immediate.")
        hours = check_integer(part["spot_duration_hours"], 1, 6, "spot_duration_hours")
        check_integer(part.get("spot_duration_count", 1), 1, 100 if hours == 6 else 1, "spot_duration_count")
    elif "spot_duration_count" in part:
        raise refuse(400, "Ecs.0005", "spot_duration_count needs spot_duration_hours.")
