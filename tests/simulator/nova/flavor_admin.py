"""Flavors for administrators: create, describe, delete, extra specs, access (E42-E46)."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from flask import Response

from simulator.http.call import Call, Picker, answer
from simulator.nova.checks import (
    Check,
    boolean,
    check_fields,
    invalid,
    is_true,
    metadata,
    need_admin,
    number,
    refuse,
    required_value,
    text,
    title,
)
from simulator.nova.flavors import Flavor, describe, find_flavor

_ACCESS = {"addTenantAccess": "add_tenant_access", "removeTenantAccess": "remove_tenant_access"}
# What 2.86 validates in Nova's namespaces; it does not check other namespaces.
_SPECS = {
    "hw:cpu_policy": "dedicated|shared|mixed",
    "hw:cpu_thread_policy": "prefer|isolate|require",
    "hw:mem_page_size": r"large|small|any|\d+([kKmMgG][bB]?)?",
    "hw:numa_nodes": r"\d+",
    "hw:cpu_sockets": r"\d+",
    "hw:cpu_cores": r"\d+",
    "hw:cpu_threads": r"\d+",
    "hw:cpu_max_sockets": r"\d+",
    "hw:cpu_max_cores": r"\d+",
    "hw:cpu_max_threads": r"\d+",
    "hw:watchdog_action": "none|pause|poweroff|reset|disabled",
    "hw:boot_menu": "(?i:true|false|1|0|yes|no|on|off)",
    "hw:mem_encryption": "(?i:true|false|1|0|yes|no|on|off)",
    "hw:emulator_threads_policy": "isolate|share",
    "hw:vif_multiqueue_enabled": "(?i:true|false|1|0|yes|no|on|off)",
    "hw:pci_numa_affinity_policy": "required|preferred|legacy|socket",
    "hw:cpu_realtime": "(?i:true|false|1|0|yes|no)",
    "hw:cpu_realtime_mask": ".+",
    "hw:cpu_dedicated_mask": ".+",
    "hw:pmem": ".+",
    r"hw:numa_(cpus|mem)\.\d+": ".+",
    "hw_rng:allowed": "(?i:true|false|1|0|yes|no|on|off)",
    "hw_rng:rate_bytes": r"\d+",
    "hw_rng:rate_period": r"\d+",
    "hw_video:ram_max_mb": r"\d+",
    "quota:[a-z_]+": r"\d+|normal|high|low|custom",
    r"resources\d*:[A-Z0-9_]+": r"\d+",
    r"trait\d*:[A-Z0-9_]+": "required|forbidden",
    "hide_hypervisor_id": "(?i:true|false|1|0|yes|no|on|off)",
}
_OWNED = re.compile(r"(hw|hw_rng|hw_video|quota|resources\d*|trait\d*):")


def register(add: Callable[..., None], version: str, ids: dict[str, str]) -> None:
    add("POST", "/flavors", _creating(version), "create flavor")
    add("PUT", "/flavors/<flavor_id>", _describing(version), "describe flavor")
    add("DELETE", "/flavors/<flavor_id>", delete_flavor, "delete flavor")
    add("POST", "/flavors/<flavor_id>/action", flavor_action, "flavor action", _pick_action(ids))
    add("GET", "/flavors/<flavor_id>/os-flavor-access", show_access, "show flavor access")
    add("GET", "/flavors/<flavor_id>/os-extra_specs", show_specs, "list extra specs")
    add("POST", "/flavors/<flavor_id>/os-extra_specs", add_specs, "set extra specs")
    add("GET", "/flavors/<flavor_id>/os-extra_specs/<key>", show_spec, "show extra spec")
    add("PUT", "/flavors/<flavor_id>/os-extra_specs/<key>", set_spec, "set extra spec")
    add("DELETE", "/flavors/<flavor_id>/os-extra_specs/<key>", delete_spec, "delete extra spec")


def _change(call: Call, row: Flavor, **fields: Any) -> Flavor:
    """Replaces the record: existing servers keep the values of the flavor with which they were created."""
    changed = {**row, **fields}
    call.sim.builders[call.platform].flavors[row["id"]] = changed
    return changed


def _identity(name: str, value: Any) -> None:
    """null, a number, or a string without leading or trailing spaces."""
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return
    text(1, 255, r"(?! )[a-zA-Z0-9. _-]+(?<! )")(name, value)


def _factor(name: str, value: Any) -> None:
    shown = str(value)
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float, str))
        or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", shown)
        or float(shown) <= 0
    ):
        raise invalid(name, value, "%r is not a number above 0" % (value,))


_FIELDS: dict[str, Check] = {
    "name": title,
    "id": _identity,
    "ram": number(1),
    "vcpus": number(1),
    "disk": number(0),
    "swap": number(0),
    "OS-FLV-EXT-DATA:ephemeral": number(0),
    "rxtx_factor": _factor,
    "os-flavor-access:is_public": boolean,
}


def _creating(version: str) -> Callable[[Call], Response]:
    def create_flavor(call: Call) -> Response:
        """POST /flavors: name and id must be new; without an id the cloud makes one."""
        known = dict(_FIELDS)
        if call.microversion >= (2, 55):
            known["description"] = text(0, 65535, null=True)
        wanted = check_fields("flavor", required_value(call, "flavor"), known, ("name", "ram", "vcpus", "disk"))
        need_admin(call, "os-flavor-manage:create")
        identity = str(uuid.uuid4()) if wanted.get("id") in (None, "") else str(wanted["id"])
        flavors = call.sim.builders[call.platform].flavors
        if any(row["name"] == wanted["name"] for row in flavors.values()):
            raise refuse(409, "Flavor with name %s already exists." % wanted["name"])
        if identity in flavors:
            raise refuse(409, "Flavor with ID %s already exists." % identity)
        row: Flavor = {
            "id": identity,
            "name": wanted["name"],
            "ram": int(wanted["ram"]),
            "vcpus": int(wanted["vcpus"]),
            "disk": int(wanted["disk"]),
            "swap": int(wanted.get("swap", 0)),
            "number": len(flavors) + 1,
            "ephemeral": int(wanted.get("OS-FLV-EXT-DATA:ephemeral", 0)),
            "extra_specs": {},
            "access": (),
            "rxtx_factor": float(wanted.get("rxtx_factor", 1.0)),
            "description": wanted.get("description"),
            "public": is_true(wanted.get("os-flavor-access:is_public", True)),
            "disabled": False,
            "status": "normal",
            "zones": {},
        }
        flavors[identity] = row
        return answer({"flavor": describe(call, version, row, True)})

    return create_flavor


def _describing(version: str) -> Callable[..., Response]:
    def describe_flavor(call: Call, flavor_id: str) -> Response:
        """PUT /flavors/{id}: the description, and nothing else, from 2.55 on."""
        if call.microversion < (2, 55):
            raise refuse(404, "API version %d.%d is not supported on this method." % call.microversion)
        wanted = check_fields(
            "flavor", required_value(call, "flavor"), {"description": text(0, 65535, null=True)}, ("description",)
        )
        need_admin(call, "os-flavor-manage:update")
        row = _change(call, find_flavor(call, flavor_id), description=wanted["description"])
        return answer({"flavor": describe(call, version, row, True)})

    return describe_flavor


def delete_flavor(call: Call, flavor_id: str) -> Response:
    """DELETE /flavors/{id}: allowed even if servers have the flavor."""
    need_admin(call, "os-flavor-manage:delete")
    del call.sim.builders[call.platform].flavors[find_flavor(call, flavor_id)["id"]]
    return answer(None, 202)


def _pick_action(ids: dict[str, str]) -> Picker:
    def pick(body: Any) -> tuple[str | None, str]:
        key = next(iter(body)) if isinstance(body, dict) and len(body) == 1 else ""
        return ids.get(key), key if key in _ACCESS else "flavor action"

    return pick


def flavor_action(call: Call, flavor_id: str) -> Response:
    """addTenantAccess and removeTenantAccess: which project may use a private flavor."""
    key = next(iter(call.body)) if isinstance(call.body, dict) and len(call.body) == 1 else None
    if key is not None and key not in _ACCESS:
        raise refuse(400, "There is no such action: %s" % key)
    wanted = check_fields(key or "", required_value(call, key or "addTenantAccess"), {"tenant": text()}, ("tenant",))
    assert key is not None
    need_admin(call, "os-flavor-access:" + _ACCESS[key])
    project = wanted["tenant"]
    adding = key == "addTenantAccess"
    if adding and project not in [row["id"] for row in call.sim.builders[call.platform].projects]:
        raise refuse(400, "Project ID %s is not a valid project." % project)
    row = find_flavor(call, flavor_id)
    if adding:
        if row["public"] and call.microversion >= (2, 7):
            raise refuse(409, "Can not add access to a public flavor.")
        if project in row["access"]:
            raise refuse(
                409, "Flavor access already exists for flavor %s and project %s combination." % (flavor_id, project)
            )
        row = _change(call, row, access=(*row["access"], project))
    else:
        if project not in row["access"]:
            raise refuse(404, "Flavor access not found for %s / %s combination." % (flavor_id, project))
        row = _change(call, row, access=tuple(one for one in row["access"] if one != project))
    return answer(_access(row))


def _access(row: Flavor) -> dict[str, Any]:
    return {"flavor_access": [{"flavor_id": row["id"], "tenant_id": project} for project in row["access"]]}


def show_access(call: Call, flavor_id: str) -> Response:
    need_admin(call, "os-flavor-access")
    row = find_flavor(call, flavor_id)
    if row["public"]:
        raise refuse(404, "Access list not available for public flavors.")
    return answer(_access(row))


def show_specs(call: Call, flavor_id: str) -> Response:
    return answer({"extra_specs": find_flavor(call, flavor_id)["extra_specs"]})


def show_spec(call: Call, flavor_id: str, key: str) -> Response:
    row = find_flavor(call, flavor_id)
    return answer({key: row["extra_specs"][_known(row, key)]})


def add_specs(call: Call, flavor_id: str) -> Response:
    """POST …/os-extra_specs: adds and changes; other keys stay. Numbers are stored as strings."""
    specs = required_value(call, "extra_specs")
    _check_specs(call, specs)
    need_admin(call, "os-flavor-extra-specs:create")
    _merge(call, find_flavor(call, flavor_id), specs)
    return answer({"extra_specs": specs})


def set_spec(call: Call, flavor_id: str, key: str) -> Response:
    specs = {key: required_value(call, key)}
    _check_specs(call, specs)
    need_admin(call, "os-flavor-extra-specs:update")
    _merge(call, find_flavor(call, flavor_id), specs)
    return answer(specs)


def delete_spec(call: Call, flavor_id: str, key: str) -> Response:
    need_admin(call, "os-flavor-extra-specs:delete")
    row = find_flavor(call, flavor_id)
    _known(row, key)
    _change(call, row, extra_specs={name: value for name, value in row["extra_specs"].items() if name != key})
    return answer()


def _known(row: Flavor, key: str) -> str:
    if key not in row["extra_specs"]:
        raise refuse(404, "Flavor %s has no extra specs with key %s." % (row["id"], key))
    return key


def _merge(call: Call, row: Flavor, specs: dict[str, Any]) -> None:
    _change(call, row, extra_specs={**row["extra_specs"], **{key: str(value) for key, value in specs.items()}})


def _check_specs(call: Call, specs: Any) -> None:
    metadata(numbers=True)("extra_specs", specs)
    if call.microversion < (2, 86):
        return
    for key, value in specs.items():
        if not _OWNED.match(key) and key != "hide_hypervisor_id":
            continue
        form = next((form for name, form in _SPECS.items() if re.fullmatch(name, key)), None)
        if form is None:
            raise refuse(400, "Validation failed; extra spec '%s' does not appear to be a valid extra spec." % key)
        if not re.fullmatch(form, str(value)):
            raise refuse(400, "Validation failed; '%s' is not a valid value for extra spec '%s'." % (value, key))
