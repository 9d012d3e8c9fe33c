"""EasyStack ECS 6.2.1: Nova v2.1 with more details for every user, and a recycle bin that members can list."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulator.http.call import Call, Router
from simulator.nova import views
from simulator.nova.routes import register_dialect
from simulator.openstack import OPENSTACK, standard_actions
from simulator.state.clock import iso
from simulator.state.servers import Server

RETENTION = 7 * 86400.0  # seconds in the recycle bin


def detail(call: Call, server: Server) -> dict[str, Any]:
    """The server as its document shows it: flavor with its id, host attributes, `deleted`, `estimated_deleted`."""
    shown = views.detail(call, server)
    if call.microversion >= (2, 47):
        shown["flavor"] = {"id": server.flavor["id"], **shown["flavor"]}
    if call.microversion >= (2, 3):
        shown.update(views.host_attributes(server, True))
    if call.microversion >= (2, 16):
        shown["host_status"] = views.host_status(call, server)
    binned = server.deleted_at if server.vm_state == "soft-delete" else None
    shown["deleted"] = iso(binned) or ""
    shown["estimated_deleted"] = iso(binned + RETENTION if binned is not None else None) or ""
    return shown


EASYSTACK = replace(
    OPENSTACK,
    platform="easystack",
    detail=detail,
    actions=standard_actions("E26", detail, "E14"),
    filters_for_everybody=True,
)


def register(router: Router) -> None:
    register_dialect(router, EASYSTACK)
