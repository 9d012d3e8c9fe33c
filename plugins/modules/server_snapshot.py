#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_snapshot
short_description: Create, rotate and delete images of cloud servers
version_added: 1.0.0
description:
  - Creates an image of each selected server, or deletes such images. Supported on V(openstack), V(easystack) and
    V(ustack).
  - Nova also creates images of stopped servers. EasyStack documents running, paused and suspended servers only. The
    response of the cloud decides, and the message of a refusal says what to do.
  - If a server already has an image with that name, nothing changes. So a name with V({date}) creates one image a day.
  - The metadata key C(cloudserver_server) of the image contains the id of its server, and C(cloudserver_snapshot) the
    name that the task gave to the image.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  state:
    description:
      - V(present) creates the image. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the image. V({name}) and V({id}) are replaced by the server's name and id, V({date}) and V({time})
        by the date and the time in UTC. An example is V({name}-{date}).
      - Images of several servers must have different names.
      - With O(state=absent) and without selected servers, the exact name of one image.
    type: str
  names:
    description:
      - Servers with exactly one of these names.
    type: list
    elements: str
    aliases: [server]
  image_ids:
    description:
      - With O(state=absent), the ids of the images to delete. A missing image is treated as deleted.
    type: list
    elements: str
  metadata:
    description:
      - Properties of a new image. The properties of an existing image are not changed.
    type: dict
  keep_last:
    description:
      - The number of newest images to keep for each server, including the new one. Older images are deleted when the
        new image is active. Only images with names that match O(name) are counted.
      - Images that are protected or not V(active) are never deleted. Without this option no image is deleted.
    type: int
  allow_duplicate_name:
    description:
      - Creates the image even if another image has this name, such as an image of another server or an uploaded image.
    type: bool
    default: false
  force:
    description:
      - With O(state=absent), also deletes images that were not created from a server.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.member
  - cloudserver.compute.selection
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.server_snapshot_info
  - module: cloudserver.compute.server_os
"""

EXAMPLES = r"""
- name: Create a daily image of each database and keep seven
  cloudserver.compute.server_snapshot:
    cloud: production
    tags: [role=db]
    name: "{name}-{date}"
    keep_last: 7

- name: Create an image before an upgrade
  cloudserver.compute.server_snapshot:
    cloud: production
    names: [web-01]
    name: web-01-before-upgrade
    metadata: {change: CHG-1234}

- name: Delete the image
  cloudserver.compute.server_snapshot:
    cloud: production
    name: web-01-before-upgrade
    state: absent
"""

RETURN = r"""
outcomes:
  description:
    - The outcome of each selected server or of each image to delete, also when the task fails. Failures come first.
  returned: when servers or images were selected
  type: list
  elements: dict
  contains:
    id: {description: The server's or image's id., type: str}
    name: {description: The server's or image's name., type: str}
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
snapshots:
  description: The images with that name of the selected servers. With O(state=absent), the deleted images.
  returned: success
  type: list
  elements: dict
  contains:
    id: {description: The image's id., type: str}
    name: {description: The image's name., type: str}
    status: {description: "The image's status, V(active) when it can be used.", type: str}
    size: {description: "Its size in bytes, once it is known.", type: int}
    min_disk_gb: {description: The minimum disk in GiB of a server with this image., type: int}
    server_id: {description: The id of the server from which it was created., type: str}
    snapshot: {description: Whether it was created from a server., type: bool}
    protected: {description: Whether it is protected against deletion., type: bool}
    created: {description: When it was created., type: str}
    metadata: {description: The image's properties., type: dict, returned: O(return_servers=true)}
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

from typing import Any, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import Snapshot
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.apply import apply_and_verify
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.snapshot import SnapshotStrategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PLANNED,
    UNKNOWN,
    Outcome,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest, OutcomeUnknown
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import CHOOSERS, Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.snapshot import (
    SnapshotSpec,
    approved_removal,
    one_of_name,
    plan_removal,
    plan_snapshots,
    removal_entries,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import pairs_of
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
    report,
    run_result,
)

MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        WAITING,
        REPORT,
        PLANNING,
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        name={"type": "str"},
        image_ids={"type": "list", "elements": "str"},
        metadata={"type": "dict"},
        keep_last={"type": "int"},
        allow_duplicate_name={"type": "bool", "default": False},
        force={"type": "bool", "default": False},
    ),
    mutually_exclusive=[("image_ids", "name")],
    selecting=(*SELECTION, "image_ids"),
    required_if=[("state", "present", ("name",)), ("state", "absent", ("name", "image_ids"), True)],
)


def run(context: Context) -> Result:
    absent = context.params["state"] == "absent"
    context.cloud.require("delete_image" if absent else "create_image")
    spec = SnapshotSpec(
        context.params["name"] or "",
        context.now(),
        pairs_of(context.params["metadata"], "metadata", context.cloud.rules) or {},
        context.params["keep_last"],
        context.params["allow_duplicate_name"],
        context.planned_times(),
    )
    if not context.params["image_ids"]:
        spec.check()
    if absent:
        return _remove(context, _unwanted(context, spec))
    selection = Selection.from_options(context.params)
    waiter = context.waiter()

    chosen = context.select_servers(selection)
    images = _images(context, spec, chosen.servers)
    plan = context.approve(plan_snapshots(chosen.servers, images, spec))
    data: dict[str, Any] = {"missing": dict(chosen.missing)}
    if context.check_mode:
        data["snapshots"] = _shown(context, images, spec, chosen.servers)
        return check_result(context, plan, "snapshotted", data)

    strategy = SnapshotStrategy(context.cloud, spec, images)
    work = Executor(context.cloud, strategy, context.params["wait"], waiter)
    work.run(plan)
    if any(outcome.actions for outcome in work.outcomes.values()):
        images = context.read_back_or(lambda: _images(context, spec, chosen.servers), images, "The images")
    data["snapshots"] = _shown(context, images, spec, chosen.servers)
    return run_result(context, work, plan, "snapshotted", data)


def _images(context: Context, spec: SnapshotSpec, servers: Sequence[Any]) -> Sequence[Snapshot]:
    """The images by the names that are wanted; all of them where there are many, or older ones matter."""
    if len(servers) == 1 and not spec.keep_last:
        return context.cloud.snapshots.list(name=spec.name_of(servers[0]))
    return context.cloud.snapshots.list()


def _shown(
    context: Context, images: Sequence[Snapshot], spec: SnapshotSpec, servers: Sequence[Any]
) -> list[dict[str, Any]]:
    wanted = {(spec.name_of(server), server.id) for server in servers}
    return _records(context, [image for image in images if (image.name, image.server_id) in wanted])


def _records(context: Context, images: Sequence[Snapshot]) -> list[dict[str, Any]]:
    """The images for the result, without their properties unless full records are requested: an image in Nova has many,
    and server_snapshot_info shows them."""
    found = [image.as_dict() for image in images]
    if not context.params["return_servers"]:
        for record in found:
            del record["metadata"]
    return found


def _unwanted(context: Context, spec: SnapshotSpec) -> Sequence[Snapshot]:
    ids = context.params["image_ids"]
    by_server = any(context.params[name] for name in CHOOSERS)
    if ids:
        if by_server:
            raise InvalidRequest(
                "image_ids already selects the images to delete; leave out the options that select servers"
            )
        found = in_parallel(context.cloud.snapshots.get, list(dict.fromkeys(ids)), context.cloud.parallel)
        return [image for image in found if image]
    if by_server:
        servers = context.select_servers(Selection.from_options(context.params)).servers
        wanted = {(spec.name_of(server), server.id) for server in servers}
        return [image for image in _images(context, spec, servers) if (image.name, image.server_id) in wanted]
    if "{name}" in spec.template or "{id}" in spec.template:
        raise InvalidRequest("name: %s needs options that select servers" % spec.template)
    name = spec.now.strftime(spec.template.replace("%", "%%").replace("{date}", "%Y-%m-%d").replace("{time}", "%H%M%S"))
    return one_of_name(context.cloud.snapshots.list(name=name), name)


def _remove(context: Context, images: Sequence[Snapshot]) -> Result:
    outcomes = plan_removal(images, context.params["force"])
    if context.approval:
        outcomes = approved_removal(outcomes, context.approval.verdicts(removal_entries(images, outcomes)))
    going = [image for image in images if outcomes[image.id].result == PLANNED]
    diff = {"before": {image.label: image.as_dict() for image in going}, "after": {}}
    result = Result(bool(going), {"snapshots": _records(context, going)}, diff)
    if context.check_mode:
        return report(outcomes.values(), "deleted", result)

    def delete(image: Snapshot) -> Outcome:
        snapshots, actions = context.cloud.snapshots, outcomes[image.id].actions
        try:
            apply_and_verify(
                context.cloud, lambda: snapshots.delete(image.id), lambda: snapshots.get(image.id) is None, ()
            )
        except OutcomeUnknown as error:
            return Outcome.of_error(image, UNKNOWN, error, actions)
        except CloudError as error:
            return Outcome.of_error(image, FAILED, error)
        return Outcome(image.id, image.name, DONE, actions)

    for outcome in in_parallel(delete, going, context.cloud.parallel):
        outcomes[outcome.server_id] = outcome
    result.changed = any(outcome.result in (DONE, UNKNOWN) for outcome in outcomes.values())
    return report(outcomes.values(), "deleted", result)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
