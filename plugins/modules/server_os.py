#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_os
short_description: Change or reinstall the operating system of cloud servers
version_added: 0.1.0
description:
  - Puts an image on the system disk of servers. Everything on that disk is lost; data disks stay as they are.
  - A server that runs the image already is left alone, unless it is in status ERROR, as after a change that failed, or
    O(reinstall=true).
  - A server that boots from a volume shows no image. The one that this module put on it is kept in the server's
    metadata, under C(cloudserver_image).
  - The label of M(cloudserver.compute.server_password), C(cloudserver_password_revision), is emptied, for the password
    that it stands for is lost with the disk.
  - Servers go their ways independently, and every server has its outcome in the result, also when the task fails.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  image:
    description:
      - The image that the servers are to run, by its id or by a name that no other image has.
      - Left out with O(reinstall=true), each server gets the image that it has, at each run of the task.
    type: str
  reinstall:
    description:
      - Puts the image also on servers that run it already. Such a task always changes.
    type: bool
    default: false
  cloud_init:
    description:
      - Whether the image has cloud-init (Cloudbase-Init on Windows). V(huaweicloud) has a call of its own for images
        without it; the other platforms do not look at this option.
    type: bool
    default: true
  password:
    description:
      - The administrator's password. Where neither this nor O(key_name) nor O(user_data) is given, Nova makes one up
        that this module does not show, and V(huaweicloud) wants one of them for its public images.
      - On V(huaweicloud) the rules of its call are checked before anything is sent. O(user_data) makes a password
        ineffective on Linux there, and O(key_name) excludes it.
    type: str
  key_name:
    description:
      - The name of a key pair that may log in.
      - On Nova clouds it needs microversion 2.54.
    type: str
  user_id:
    description:
      - The id of the IAM user whose key pair O(key_name) is. V(huaweicloud) needs it, the others do not look at it.
    type: str
  user_data:
    description:
      - What cloud-init is given, as it is, not in base64. At most 32 KB on V(huaweicloud), 48 KB on Nova clouds, where
        it needs microversion 2.57.
    type: str
  user_data_file:
    description:
      - A file with what cloud-init is given, on the machine that the task runs on.
    type: path
  metadata:
    description:
      - Keys of the servers' metadata to be set along with the image. Others stay. Servers that keep their image are not
        looked at.
    type: dict
  encrypted:
    description:
      - Whether the system disk is encrypted, with O(kms_key_id). Only V(huaweicloud) can do that with this call.
    type: bool
  kms_key_id:
    description:
      - The id of the key that encrypts the system disk.
    type: str
  stop_policy:
    description:
      - What is done with servers that run. Their work is interrupted in any case.
      - V(first) asks the guest to stop, and waits for it, where the cloud wants stopped servers; Nova does so itself.
      - V(with_server) has the cloud stop the server within the change, which not every region of V(huaweicloud) does.
      - V(refuse) leaves servers that run alone and fails for them.
    type: str
    choices: [first, with_server, refuse]
    default: first
  power_state:
    description:
      - The power state in which the servers end. V(unchanged) is the one that each was in before.
      - With V(started) or V(stopped), also servers that keep their image are brought there.
      - With V(unchanged), the state is kept in the server's metadata as C(cloudserver_power_state) until the server has
        it again, where the cloud does not give it back by itself. A run after an interrupted one gives it back then.
      - With O(wait=false), run the task again until no action is left.
    type: str
    choices: [unchanged, started, stopped]
    default: unchanged
  auto_pay:
    description:
      - Whether an order that a change makes is paid from the account, for prepaid servers of V(huaweicloud).
      - Otherwise the order waits, and so does the change; the outcome of such a server is V(awaiting_payment).
    type: bool
    default: false
notes:
  - V(ustack) has no such operation.
  - What check mode cannot know is in which power state V(huaweicloud) leaves a server after a change, so the C(actions)
    of the run may have a C(start) or C(stop) more.
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
seealso:
  - module: cloudserver.compute.server_password
  - module: cloudserver.compute.server_power
  - module: cloudserver.compute.job_info
"""

EXAMPLES = r"""
- name: Put the new release on the web servers, four at the most
  cloudserver.compute.server_os:
    cloud: production
    tags: [role=web]
    image: debian-13
    key_name: operators
    user_data_file: files/web.cloud-init.yml
    max_targets: 4
    wait_timeout: 1800

- name: Reinstall one server of Huawei Cloud that has stopped, and leave it so
  cloudserver.compute.server_os:
    cloud: huawei
    names: [build-1]
    reinstall: true
    password: "{{ vault_build_password }}"
    stop_policy: refuse
    power_state: stopped

- name: Change to an image without cloud-init on an encrypted disk
  cloudserver.compute.server_os:
    cloud: huawei
    ids: [8f4a1f8e-63e8-4d4a-9b3c-2f7a3d1c0f11]
    image: legacy-appliance
    cloud_init: false
    password: "{{ vault_appliance_password }}"
    encrypted: true
    kms_key_id: 0d0466b0-0000-4000-8000-000000000000
"""

RETURN = r"""
outcomes:
  description: What became of each server that was chosen, also when the task fails. Those that failed come first.
  returned: when servers were chosen
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    outcome:
      description:
        - V(done), V(unchanged), V(failed), V(unknown) when nobody can say, V(awaiting_payment), V(pending) with
          O(wait=false), V(planned) in check mode.
      type: str
    actions:
      description: What the cloud was asked for, in order; the change itself is C(rebuild).
      type: list
      elements: str
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: What went wrong., type: str, returned: on failure}
    hint: {description: What to try., type: str, returned: on failure}
    request_id: {description: The id of the request for the cloud's support., type: str, returned: on failure}
    remaining_actions:
      description: The actions that were not asked for, because the task does not wait. Another run asks for them.
      type: list
      elements: str
      returned: O(wait=false) and such actions
image:
  description: The image that was asked for.
  returned: with O(image)
  type: dict
  contains:
    id: {description: The image's id., type: str}
    name: {description: The image's name., type: str}
    status: {description: The image's status., type: str}
    os_type: {description: The kind of system in it., type: str}
servers:
  description: The servers as they were last seen, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
handle:
  description: What M(cloudserver.compute.job_info) needs to find out what became of changes that were not waited for.
  returned: when something is still under way
  type: dict
missing:
  description: The ids, names and addresses of the selection that no server has.
  returned: O(missing=ignore)
  type: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.lookup import find_image
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.rebuild import RebuildExecutor
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.rebuild import (
    POWER_STATES,
    STOPS,
    RebuildOptions,
    check_order,
    plan_os,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.user_data import read_user_data
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import texts
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import (
    REPORT,
    SELECTION,
    WAITING,
    argument_spec,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    check_result,
    run_as_module,
    run_result,
)

MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        WAITING,
        REPORT,
        image={"type": "str"},
        reinstall={"type": "bool", "default": False},
        cloud_init={"type": "bool", "default": True},
        password={"type": "str", "no_log": True},
        # Names and ids, no secrets.
        key_name={"type": "str", "no_log": False},
        user_id={"type": "str"},
        user_data={"type": "str", "no_log": True},
        user_data_file={"type": "path"},
        metadata={"type": "dict"},
        encrypted={"type": "bool"},
        kms_key_id={"type": "str", "no_log": False},
        stop_policy={"type": "str", "choices": list(STOPS), "default": "first"},
        power_state={"type": "str", "choices": list(POWER_STATES), "default": "unchanged"},
        auto_pay={"type": "bool", "default": False},
    ),
    mutually_exclusive=[("user_data", "user_data_file")],
)


def run(context: Context) -> Result:
    cloud, selection = context.cloud, Selection.from_options(context.params)
    cloud.require("rebuild")
    waiter = context.waiter()
    wish = _wish(context)

    chosen = context.select_servers(selection)
    todo = plan_os(chosen.servers, wish, cloud.rules)
    check_order(todo, wish, cloud.rules)
    data = {"missing": dict(chosen.missing)}
    if wish.order.image:
        data["image"] = wish.order.image.as_dict()
    if context.check_mode:
        return check_result(context, todo, "reinstalled", data)

    work = RebuildExecutor(cloud, wish, context.params["wait"], waiter)
    work.run(todo)
    return run_result(context, work, todo, "reinstalled", data)


def _wish(context: Context) -> RebuildOptions:
    given = context.params
    if given["image"] is not None and not given["image"].strip():
        raise InvalidRequest("image: an empty text names no image; leave it out to reinstall the one that a server has")
    if given["image"] is None and not given["reinstall"]:
        # Nobody should lose a disk for an option that was forgotten.
        raise InvalidRequest("give an image, or reinstall: true to install again the image that each server runs")
    data = read_user_data(
        given["user_data"], given["user_data_file"], context.cloud.rules.max_user_data_bytes, context.register_secret
    )
    order = RebuildSpec(
        image=find_image(context.cloud, given["image"].strip()) if given["image"] else None,
        user_data=data,
        metadata=texts(given["metadata"], "metadata") or {},
        **{
            name: given[name]
            for name in ("cloud_init", "password", "key_name", "user_id", "encrypted", "kms_key_id", "auto_pay")
        },
    )
    return RebuildOptions(order, given["reinstall"], given["stop_policy"], given["power_state"])


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
