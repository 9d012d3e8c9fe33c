# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option ``extra`` of a new server on Huawei Cloud: fields of the vendor's API without an option of their own. Pure
data and functions.

Source: the models PrePaidServer and PostPaidServer of the vendor's SDK, and the page "Creating an ECS". ECS itself
ignores a field that it does not know, so a wrong name would have no effect and no error.
"""

from __future__ import annotations

import difflib
from typing import Any, Iterable, Iterator, Mapping

#: The keys of ``extra`` that belong to extendparam, by the names of the API reference.
EXTEND = (
    "chargingMode", "periodType", "periodNum", "isAutoRenew", "isAutoPay", "enterprise_project_id", "diskPrior",
    "CB_CSBS_BACKUP",
)  # fmt: skip
#: The keys beside extendparam: ``None`` for a value, or the fields of an object.
BESIDE: Mapping[str, Any] = {
    "publicip": {
        "id": None,
        "eip": {
            "iptype": None,
            "bandwidth": {"size": None, "sharetype": None, "chargemode": None, "id": None},
            "extendparam": {"chargingMode": None},
        },
        "delete_on_termination": None,
    },
    "auto_terminate_time": None,
    "cpu_options": {"hw:cpu_threads": None},
    "security_options": {"secure_boot_enabled": None, "tpm_enabled": None},
    "serial_console_options": {"enabled": None},
    "metadata_options": {"http_endpoint": None, "http_tokens": None},
    "enclave_options": {"enabled": None},
}
#: The fields that an option of the task covers, and this option.
COVERED: Mapping[str, str] = {
    "name": "name",
    "imageRef": "image",
    "flavorRef": "flavor",
    "user_data": "user_data",
    "adminPass": "password",
    "key_name": "key_name",
    "vpcid": "vpc_id",
    "nics": "networks",
    "count": "count",
    "isAutoRename": "name_pattern",
    "root_volume": "system_disk",
    "data_volumes": "volumes",
    "security_groups": "security_groups",
    "availability_zone": "availability_zone",
    "batch_create_in_multi_az": "availability_zone",
    "metadata": "metadata",
    "os:scheduler_hints": "group, tenancy or dedicated_host_id",
    "tags": "tags",
    "server_tags": "tags",
    "description": "description",
    # Of os:scheduler_hints.
    "group": "group",
    "tenancy": "tenancy",
    "dedicated_host_id": "dedicated_host_id",
    # Of extendparam.
    "regionID": "region",
    "support_auto_recovery": "auto_recovery",
    "marketType": "spot",
    "spotPrice": "spot.price",
    "spot_duration_hours": "spot.duration_hours",
    "spot_duration_count": "spot.duration_count",
    "interruption_policy": "spot.duration_hours",
}


_MOST_NEAR = 3


def extra_problem(extra: Mapping[str, Any], platform: str) -> str | None:
    """Why ``extra`` cannot be sent, as one sentence that names every wrong field; ``None`` if it can."""
    known = (*EXTEND, *BESIDE)
    found = ["%s is covered by the option %s" % (key, COVERED[key]) for key in sorted(extra) if key in COVERED]
    for key in sorted(extra):
        if key == "extendparam":
            found.append("the fields of extendparam belong to extra itself")
        elif key not in known and key not in COVERED:
            found.append(_unknown(key, (*known, *COVERED), ", ".join(known), platform))
    for key, fields in BESIDE.items():
        if extra.get(key) is not None and fields is not None:
            found.extend(_wrong_fields(extra[key], fields, key, platform))
    return "extra: %s" % "; ".join(found) if found else None


def _wrong_fields(value: Any, fields: Mapping[str, Any], path: str, platform: str) -> Iterator[str]:
    """The wrong fields of an object; ``path`` is the place of the object in ``extra``."""
    if not isinstance(value, dict):
        yield "%s is a mapping with %s" % (path, ", ".join(fields))
        return
    for key in sorted(map(str, value)):
        if key not in fields:
            yield "%s: %s" % (path, _unknown(key, fields, ", ".join(fields), platform))
        elif fields[key] is not None:
            yield from _wrong_fields(value[key], fields[key], "%s.%s" % (path, key), platform)


def _unknown(key: str, names: Iterable[str], supported: str, platform: str) -> str:
    """A field that the API does not have, with the names that look like it, or with all that are supported."""
    lower = {name.lower(): name for name in names}
    near = [lower[each] for each in difflib.get_close_matches(key.lower(), lower, _MOST_NEAR)]
    if not near:
        return "%s has no field %s for a new server (supported: %s)" % (platform, key, supported)
    options = ["the option %s" % COVERED[name] if name in COVERED else name for name in near]
    return "%s has no field %s for a new server (near names: %s)" % (platform, key, ", ".join(dict.fromkeys(options)))
