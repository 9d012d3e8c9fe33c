#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: flavor_info
short_description: List flavors
version_added: 1.0.0
description:
  - Lists the flavors that the project can use. For an administrator it lists all flavors.
  - A field that the user is not permitted to see is V(null), such as V(extra_specs) or the access list on some clouds.
    The task warns once.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - Return only flavors with this name.
    type: str
  id:
    description:
      - Return only the flavor with this id. The module requests only this flavor, except on V(huaweicloud), which can
        only list flavors.
    type: str
  is_public:
    description:
      - V(true) returns only public flavors, V(false) only private flavors. By default both.
      - A flavor without this field in the response is public, as all flavors of V(huaweicloud).
    type: bool
  resizable_from:
    description:
      - A server, by id or by unique name. Returns only the flavors to which this server can be resized, as the cloud
        lists them. Some of them may be sold out, see C(cond:operation:az) in their C(extra_specs).
      - Only supported on V(huaweicloud). The other platforms have no such list. There a resize to a flavor fails if no
        host has room for it.
    type: str
  sort_key:
    description:
      - The key of the records by which to sort them. Flavors with the same value are sorted by name and id. The module
        always reads all flavors and sorts them.
    type: str
    choices: [name, id, vcpus, ram_mb, disk_gb, ephemeral_gb, swap_mb]
    default: name
  fields:
    description:
      - The keys of the records to return. By default all keys. V(id) is always returned.
      - If only V(id) and V(name) are requested, the module uses the cloud's short list. V(huaweicloud) has no short
        list.
    type: list
    elements: str
  access:
    description:
      - Also returns the access lists of private flavors. This needs one request for each flavor. Requires an
        administrator. Supported on V(openstack) and V(easystack).
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.reader
  - cloudserver.compute.sorting
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.flavor
"""

EXAMPLES = r"""
- name: List the flavors
  cloudserver.compute.flavor_info:
    cloud: production

- name: Find the smallest public flavor
  cloudserver.compute.flavor_info:
    cloud: production
    is_public: true
    sort_key: ram_mb
    limit: 1

- name: List the flavors to which a server can be resized
  cloudserver.compute.flavor_info:
    cloud: huawei
    resizable_from: web-01

- name: List only ids and names
  cloudserver.compute.flavor_info:
    cloud: production
    fields: [id, name]
"""

RETURN = r"""
flavors:
  description:
    - The flavors, sorted as O(sort_key) says, as M(cloudserver.compute.flavor) returns them.
    - With O(fields), only these keys and V(id).
  returned: success
  type: list
  elements: dict
"""

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ItemNotFound, PermissionDenied
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.ordering import Order
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

FLAVOR_FIELDS = tuple(FlavorDetails(id="").as_dict())
#: The fields of a flavor in a cloud's short list.
BRIEF = frozenset(("id", "name"))
SORT_KEYS = ("name", "id", "vcpus", "ram_mb", "disk_gb", "ephemeral_gb", "swap_mb")

MODULE = ModuleSpec(
    argument_spec(
        name={"type": "str"},
        id={"type": "str"},
        is_public={"type": "bool"},
        resizable_from={"type": "str"},
        sort_key={"type": "str", "choices": list(SORT_KEYS), "default": "name"},
        sort_dir={"type": "str", "choices": ["asc", "desc"], "default": "asc"},
        limit={"type": "int"},
        fields={"type": "list", "elements": "str"},
        access={"type": "bool", "default": False},
    )
)


def run(context: Context) -> Result:
    name, fields = context.params["name"], context.params["fields"]
    unknown = [key for key in fields or () if key not in FLAVOR_FIELDS]
    if unknown:
        raise InvalidRequest(
            "fields: a flavor has no %s; choose from %s" % (", ".join(unknown), ", ".join(FLAVOR_FIELDS))
        )
    if context.params["access"]:
        context.cloud.require("flavor_access")
    if context.params["resizable_from"] is not None:
        context.cloud.require("resize_flavors")
    order = Order.of(*(context.params[key] for key in ("sort_key", "sort_dir", "limit")))
    is_public = context.params["is_public"]
    found = order.applied(
        (
            flavor
            for flavor in _candidates(context)
            if (not name or flavor.name == name) and is_public in (None, flavor.is_public is not False)
        ),
        lambda flavor: (flavor.name or "", flavor.id),
    )
    if context.params["access"]:
        found = [_with_access(context, flavor) for flavor in found]
    records = [flavor.as_dict() for flavor in found]
    if fields:
        records = [{key: value for key, value in each.items() if key in fields or key == "id"} for each in records]
    return Result(data={"flavors": records})


def _with_access(context: Context, flavor: FlavorDetails) -> FlavorDetails:
    """The flavor with its access list, which is null where the cloud does not show it to the user."""
    try:
        return context.cloud.flavors.with_access(flavor)
    except ItemNotFound:
        # It was deleted since it was listed.
        return flavor
    except PermissionDenied as error:
        context.cloud.withhold("the access lists of flavors", error)
        return flavor


def _candidates(context: Context) -> Sequence[FlavorDetails]:
    if context.params["resizable_from"] is not None:
        return _resizable(context, context.params["resizable_from"])
    if context.params["id"]:
        one = context.cloud.flavors.get(context.params["id"])
        return [one] if one else []
    fields = context.params["fields"]
    is_public = context.params["is_public"]
    # The short list does not show whether a flavor is private, and so has an access list, nor its size.
    brief = bool(fields) and set(fields) <= BRIEF and not context.params["access"] and is_public is None
    return context.cloud.flavors.list(brief and context.params["sort_key"] in BRIEF, is_public)


def _resizable(context: Context, wanted: str) -> Sequence[FlavorDetails]:
    """Raises InvalidRequest if there is no such server, or more than one."""
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection

    check_name("resizable_from", wanted)
    selection = Selection.from_options({"ids" if is_uuid(wanted) else "names": [wanted]})
    (server,) = context.select_servers(selection).servers
    flavors, wanted_id = context.cloud.flavors.list_resizable(server.id), context.params["id"]
    return [flavor for flavor in flavors if not wanted_id or flavor.id == wanted_id]


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
