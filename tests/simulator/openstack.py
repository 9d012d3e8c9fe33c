"""Plain OpenStack: Nova v2.1 with microversions up to 2.96."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.http.call import Call, Router
from simulator.nova import (
    actions,
    consoles,
    guest_actions,
    lifecycle,
    migrations,
    resize_confirm,
    security_groups,
    snapshots,
    views,
)
from simulator.nova.actions import Action
from simulator.nova.dialect import Dialect
from simulator.nova.routes import register_dialect
from simulator.state.servers import Server


def standard_actions(
    rebuild: str, detail: Callable[[Call, Server], dict[str, Any]], live: str | None = None
) -> dict[str, Action]:
    """The actions of plain Nova and of EasyStack; `detail` shows a server during a rebuild, `live` is the id of
    a live resize."""
    return {
        **actions.standard(),
        "changePassword": guest_actions.change_password("E28"),
        "rebuild": guest_actions.rebuild(rebuild, detail),
        **resize_confirm.standard(None, None),
        **migrations.standard("E20", "E21", "E22"),
        **lifecycle.actions(live),
        "createImage": snapshots.create_image("E15"),
        **consoles.actions(None),
        **consoles.output(),
    }


OPENSTACK = Dialect(
    "openstack",
    "v2.1",
    True,
    views.summary,
    views.detail,
    {
        "list servers": "E01",
        "list servers with details": "E02",
        "list recycle bin": "E31",
        "show server": "E03",
        "list keypairs": "E37",
        "create keypair": "E38",
        "import keypair": "E39",
        "delete keypair": "E40",
        "list flavors": "E41",
        "list flavors with details": "E41",
        "create flavor": "E42",
        "delete flavor": "E43",
        "addTenantAccess": "E44",
        "removeTenantAccess": "E45",
        "set extra specs": "E46",
        "list aggregates": "E47",
        "create aggregate": "E48",
        "update aggregate": "E49",
        "delete aggregate": "E50",
        "add_host": "E51",
        "remove_host": "E52",
        "list zones with hosts": "E53",
        "show metadata": "E57",
        "replace metadata": "E58",
        "create server": "E04",
        "update server": "E12",
        "delete server": "E27",
        "attach interface": "E16",
        "detach interface": "E17",
        "attach volume": "E18",
        "detach volume": "E19",
        "list hypervisors with details": "E54",
        "disable service": "E55",
        "enable service": "E56",
        "list server groups": "E34",
        "create server group": "E35",
        "delete server group": "E36",
    },
    {**standard_actions("E26", views.detail), **security_groups.actions()},
)


def register(router: Router) -> None:
    register_dialect(router, OPENSTACK)
