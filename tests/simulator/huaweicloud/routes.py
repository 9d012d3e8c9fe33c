"""The calls of huaweicloud, served at the root so that the official SDK reaches them: ECS, IAM, IMS, KPS."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from simulator.http.call import Router
from simulator.huaweicloud import (
    catalogue,
    change_os,
    consoles,
    create,
    delete,
    disks,
    evs,
    iam,
    ims,
    jobs,
    kps,
    nics,
    passwords,
    publicips,
    recycle_bin,
    server_groups,
    server_list,
    servers,
    temporary_keys,
    update,
    vpc,
)
from simulator.huaweicloud.checks import enter
from simulator.huaweicloud.iam import PLATFORM


def register(router: Router) -> None:
    root = "/v1/<pid>"
    router.add(
        PLATFORM,
        "GET",
        root + "/cloudservers/detail",
        servers.list_servers,
        operation="H02",
        name="list servers",
        before=enter,
    )
    router.add(
        PLATFORM,
        "GET",
        root + "/cloudservers/<server_id>",
        servers.show_server,
        operation="H01",
        name="show server",
        before=enter,
    )
    router.add(
        PLATFORM,
        "POST",
        root + "/cloudservers/action",
        jobs.batch_action,
        name="batch action",
        pick=jobs.pick_action,
        before=enter,
    )
    router.add(PLATFORM, "GET", root + "/jobs/<job_id>", jobs.show_job, operation="H09", name="show job", before=enter)
    lock = "/v2.1/<pid>/servers/<server_id>/action"
    pick = servers.pick_nova_action
    router.add(PLATFORM, "POST", lock, servers.nova_action, name="nova action", before=enter, pick=pick)
    for part in (
        iam,
        temporary_keys,
        ims,
        passwords,
        change_os,
        catalogue,
        kps,
        delete,
        create,
        update,
        server_groups,
        consoles,
        disks,
        evs,
        nics,
        publicips,
        recycle_bin,
        vpc,
    ):
        part.register(router)
    server_list.register(router)
