#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_volume
short_description: Attach volumes to cloud servers and detach them
version_added: 1.0.0
description:
  - Attaches volumes to servers and detaches them. On V(huaweicloud) the volumes are EVS disks.
  - The boot volume of a server is never detached.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  state:
    description:
      - V(present) attaches the volumes. V(absent) detaches them.
    type: str
    choices: [present, absent]
    default: present
  volumes:
    description:
      - The volumes, by id or by unique name. A name needs the volume service, and one more request.
      - With O(state=absent), a name that no volume has is not an error. The task warns, because nothing is detached
        for it.
    type: list
    aliases: [volume]
    elements: str
    default: []
  purge_volumes:
    description:
      - Detaches the volumes that O(volumes) does not list, except the boot volume.
    type: bool
    default: false
  device:
    description:
      - The device name of one volume in the server, such as V(/dev/vdb). Most clouds ignore it and choose the device
        themselves. So the device of an attached volume is not changed.
      - On V(huaweicloud) a device name must not be in use on the server, and V(/dev/sdb) becomes V(/dev/vdb) on a KVM
        server.
    type: str
  tag:
    description:
      - The tag of one volume in the metadata service of the server. Needs microversion 2.49. Not supported on
        V(ustack) and V(huaweicloud).
      - The tag of a volume that is already attached cannot be changed. Another one is an error if the cloud shows it,
        from microversion 2.70 on.
    type: str
  delete_on_termination:
    description:
      - Whether the cloud deletes the volume together with the server. Needs microversion 2.79.
      - For a volume that is already attached, the boot volume too, it is changed from microversion 2.85 on. Before, the
        volume has to be detached first.
      - On V(huaweicloud) it is also changed for an attached volume. It cannot be set for a system disk, for a shared
        disk, and for a disk that is billed yearly or monthly. A newly attached disk is kept by default.
    type: bool
  multiattach:
    description:
      - The volumes support multi-attach and are attached to all selected servers. Needs microversion 2.60.
      - They are attached to one server after the other. On V(huaweicloud) they are shared disks.
    type: bool
    default: false
  force:
    description:
      - Detaches data disks even if the operating system of the server does not respond. Data that the system has not
        written yet is lost. Only on V(huaweicloud).
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.member
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.server_info
"""

EXAMPLES = r"""
- name: Attach two volumes to the database server
  cloudserver.compute.server_volume:
    cloud: production
    names: [db-01]
    volumes:
      - 8558478e-8ea5-53b8-aed9-7f76109f2f92
      - 384af71e-eb46-5d60-be1c-c68015b56b8f

- name: Detach one volume, which is given by its name
  cloudserver.compute.server_volume:
    cloud: production
    names: [db-01]
    volume: data-2
    state: absent

- name: Detach all volumes except the boot volume
  cloudserver.compute.server_volume:
    cloud: production
    names: [db-01]
    purge_volumes: true

- name: Attach a disk that Huawei Cloud deletes together with the server
  cloudserver.compute.server_volume:
    cloud: huawei
    names: [batch-01]
    volumes: [09f4ea09-6c01-5089-b6ed-e1058f457bcc]
    delete_on_termination: true
"""

RETURN = r"""
outcomes:
  description: The outcome of each selected server, also when the task fails. Failed servers come first.
  returned: when servers were selected
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    outcome:
      description:
        - V(done), V(unchanged), V(failed), V(unknown) when the cloud does not show the result, V(pending) with
          O(wait=false), V(planned) in check mode.
      type: str
    actions: {description: "The actions that the task sent to the cloud, in order.", type: list, elements: str}
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: The error message., type: str, returned: on failure}
    hint: {description: What to do next., type: str, returned: on failure}
    request_id:
      description: The request id of the last action, to give to the cloud's support.
      type: str
      returned: when the cloud returned one
    remaining_actions:
      description: The actions that the task did not send because it does not wait. Run the task again to send them.
      type: list
      elements: str
      returned: with O(wait=false), when actions remain
attachments:
  description:
    - The volumes of each server by its id, each with C(volume_id), C(device), C(tag), C(delete_on_termination) and
      C(boot_index), which is V(0) for the system disk. A value that the cloud does not return is V(null).
  returned: success
  type: dict
servers:
  description: The server records from the last request, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
handle:
  description: The handle for M(cloudserver.compute.job_info), which reports the outcome of actions that are still in
    progress.
  returned: with O(wait=false), and if an action is still in progress at the time limit
  type: dict
missing:
  description: The ids, names and addresses of the selection that match no server.
  returned: O(missing=ignore)
  type: dict
plan:
  description:
    - The plan of the task, in the form of the file O(plan_file). An option O(plan) of a later run accepts it.
  returned: in check mode with O(return_plan=true)
  type: dict
plan_file:
  description: The absolute path of the file with the plan.
  returned: in check mode with O(plan_file)
  type: str
unplanned:
  description: The servers that need a change which the approved plan does not contain. Nothing was done to them.
  returned: with O(plan_file) or O(plan), except for the plan that check mode writes
  type: list
  elements: dict
  sample: [{"id": "4f6d3a52-3b1e-4c77-9a53-0d5f3f1f2c11", "name": "web-99"}]
not_selected:
  description:
    - The number of changes in the approved plan that the options of this task do not select, such as those of other
      slices of a job.
  returned: with O(plan_file) or O(plan), except for the plan that check mode writes
  type: int
  sample: 0
"""

from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.volume import (
    VolumeStrategy,
    with_volume_ids,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.volume import (
    VolumeSpec,
    completed,
    plan_volumes,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import (
    PLANNING,
    REPORT,
    SELECTION,
    WAITING,
    argument_spec,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.outcomes import (
    check_result,
    run_result,
)

MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        WAITING,
        REPORT,
        PLANNING,
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        volumes={"type": "list", "aliases": ["volume"], "elements": "str", "default": []},
        purge_volumes={"type": "bool", "default": False},
        device={"type": "str"},
        tag={"type": "str"},
        delete_on_termination={"type": "bool"},
        multiattach={"type": "bool", "default": False},
        force={"type": "bool", "default": False},
    )
)


def run(context: Context) -> Result:
    params = context.params
    selection = Selection.from_options(params)
    spec = VolumeSpec(
        tuple(dict.fromkeys(params["volumes"])),
        params["state"],
        params["device"],
        params["tag"],
        params["delete_on_termination"],
        params["purge_volumes"],
        params["multiattach"],
        params["force"],
    )
    spec.check()
    for needed, operation in (
        (True, "detach_volume" if spec.state == "absent" else "attach_volume"),
        (spec.tag is not None, "volume_tags"),
        (spec.delete_on_termination is not None, "volume_termination"),
        (spec.multiattach, "shared_volumes"),
        (spec.force, "force_detach_volume"),
    ):
        if needed:
            context.cloud.require(operation)
    waiter = context.waiter()

    chosen = context.select_servers(selection)
    spec.check(chosen.servers)
    spec = with_volume_ids(context.cloud, spec, chosen.servers, context.warn)
    ids = [server.id for server in chosen.servers]
    attached = context.cloud.volumes.list(ids)
    plan = context.approve(plan_volumes(chosen.servers, attached, spec, context.cloud.rules))
    servers = {server.id: server for server in chosen.servers}
    data: dict[str, Any] = {"missing": dict(chosen.missing)}
    if not context.check_mode:
        work = Executor(context.cloud, VolumeStrategy(context.cloud, spec, plan), params["wait"], waiter)
        work.run(plan)
        servers.update(work.servers)
        if any(outcome.actions for outcome in work.outcomes.values()):
            attached = context.read_back_or(lambda: context.cloud.volumes.list(ids), attached, "The volumes")
    data["attachments"] = {
        key: [each.as_dict() for each in completed(servers[key], rows).volumes] for key, rows in attached.items()
    }
    if context.check_mode:
        return check_result(context, plan, "given its volumes", data)
    return run_result(context, work, plan, "given its volumes", data)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
