#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_os
short_description: Change or reinstall the operating system of cloud servers
version_added: 1.0.0
description:
  - Replaces the system disk of servers with an image. All data on the system disk is lost. Data disks are not changed.
  - A server that already runs the image is not changed, except in status C(ERROR) after a failed change, or with
    O(reinstall=true).
  - The record of a server that boots from a volume contains no image. The module stores the image that it installed in
    the server's metadata as C(cloudserver_image).
  - The module clears the password label C(cloudserver_password_revision) of M(cloudserver.compute.server_password),
    because the password is lost with the disk.
  - Each server proceeds independently. The result has an outcome for each server, also when the task fails.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  image:
    description:
      - The image to install, by id or by unique name. If a newer image has the name now, it is installed.
      - A server that already runs the image with this id is not changed, also if the image was deleted since.
      - Without it, and with O(reinstall=true), each run installs the current image of each server again.
    type: str
  reinstall:
    description:
      - Also installs the image on servers that already run it. Such a task always reports a change.
    type: bool
    default: false
  cloud_init:
    description:
      - Whether the image contains cloud-init (Cloudbase-Init on Windows). V(huaweicloud) has a separate call for images
        without it. The other platforms have no such option, and the task warns if it is V(false).
    type: bool
    default: true
  password:
    description:
      - The administrator's password. If O(password), O(key_name) and O(user_data) are all missing, Nova generates a
        password, see O(return_passwords). V(huaweicloud) requires one of them for its public images.
      - On V(huaweicloud) the module checks the password rules before it sends a request. There, a
        Linux server with O(user_data) ignores the password, so the task warns if both are set. O(key_name) excludes it.
    type: str
  return_passwords:
    description:
      - Returns the administrator's passwords that the cloud generates for the new system disks as RV(passwords), unless
        O(password) is set. Then set C(no_log) on this task and on each task that uses the result, because
        Ansible prints and logs results.
      - It depends on the image and on the cloud whether the guest uses such a password.
      - Not supported on V(huaweicloud).
    type: bool
    default: false
    version_added: 1.0.0
  key_name:
    description:
      - The name of the key pair for the login.
      - On Nova clouds this needs microversion 2.54.
    type: str
  user_id:
    description:
      - The id of the IAM user who owns the key pair O(key_name), on V(huaweicloud). The other platforms have no such
        option, and the task warns if it is set.
      - By default it is the user of the token. With an access key the module reads it from the key pair.
    type: str
  user_data:
    description:
      - The user data for cloud-init, as plain text without base64. At most 32 KB on V(huaweicloud) and 48 KB on Nova
        clouds. Nova needs microversion 2.57.
    type: str
  user_data_file:
    description:
      - A file with the user data for cloud-init, on the machine that runs the task.
    type: path
  new_name:
    description:
      - Renames the server together with the change of its image. Only for one server. A server that keeps its image is
        not renamed, and the task warns.
      - Not supported on V(huaweicloud). M(cloudserver.compute.server) renames a server without a new image.
    type: str
    version_added: 1.0.0
  metadata:
    description:
      - Metadata keys to set together with the image. Other keys are not changed. Servers that keep their image are
        ignored.
    type: dict
  encrypted:
    description:
      - Whether the system disk is encrypted with O(kms_key_id). Only supported on V(huaweicloud).
    type: bool
  kms_key_id:
    description:
      - The id of the KMS key that encrypts the system disk.
    type: str
  stop_policy:
    description:
      - How to handle running servers. Their work is interrupted in each case.
      - V(first) shuts down the guest and waits until it is stopped, if the cloud requires stopped servers. Nova stops
        servers itself.
      - V(with_server) lets the cloud stop the server during the change. Not every region of V(huaweicloud) supports
        this.
      - V(refuse) does not change running servers and fails for them.
    type: str
    choices: [first, with_server, refuse]
    default: first
  power_state:
    description:
      - The power state of the servers after the task. V(unchanged) restores the power state that each server had
        before.
      - With V(started) or V(stopped), servers that keep their image are also started or stopped.
      - With V(unchanged), the module stores the power state in the server's metadata as C(cloudserver_power_state), if
        the cloud does not restore it. The key is removed when the server has this power state again. After an
        interrupted run, the next run restores the power state.
      - With O(wait=false), run the task again until no actions remain.
    type: str
    choices: [unchanged, started, stopped]
    default: unchanged
  auto_pay:
    description:
      - Whether the order of another image is paid automatically from the account, for prepaid servers on
        V(huaweicloud). O(reinstall=true) has no order.
      - Otherwise the change waits for the payment. The outcome of such a server is V(awaiting_payment).
    type: bool
    default: false
notes:
  - Not supported on V(ustack).
  - Check mode cannot predict the power state of a server on V(huaweicloud) after a change. So the C(actions) of the run
    may contain an additional C(start) or C(stop).
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
  - module: cloudserver.compute.server_password
  - module: cloudserver.compute.server_power
  - module: cloudserver.compute.job_info
"""

EXAMPLES = r"""
- name: Install a new image on at most four web servers
  cloudserver.compute.server_os:
    cloud: production
    tags: [role=web]
    image: ubuntu-24.04
    key_name: operators
    user_data_file: files/web.cloud-init.yml
    max_targets: 4
    wait_timeout: 1800

- name: Reinstall a stopped server of Huawei Cloud and leave it stopped
  cloudserver.compute.server_os:
    cloud: huawei
    names: [build-01]
    reinstall: true
    password: "{{ vault_build_password }}"
    stop_policy: refuse
    power_state: stopped

- name: Install an image without cloud-init on an encrypted disk
  cloudserver.compute.server_os:
    cloud: huawei
    ids: [b066f70c-5fc9-5cc1-80a8-153d2aabbdf8]
    image: CentOS 6.5 64bit
    cloud_init: false
    password: "{{ vault_appliance_password }}"
    encrypted: true
    kms_key_id: 0d0466b0-0000-4000-8000-000000000000
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
        - V(done), V(unchanged), V(failed), V(unknown) when the cloud does not show the result, V(awaiting_payment),
          V(pending) with O(wait=false), V(planned) in check mode.
      type: str
    actions:
      description: The actions that the task sent to the cloud, in order. The change of the image is C(rebuild).
      type: list
      elements: str
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
image:
  description: The image of O(image).
  returned: with O(image)
  type: dict
  contains:
    id: {description: The image's id., type: str}
    name: {description: The image's name., type: str}
    status: {description: The image's status., type: str}
    os_type: {description: The type of the operating system., type: str}
servers:
  description: The server records from the last request, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
passwords:
  description:
    - The passwords that the cloud generated, by server id.
    - Returned also when the task fails.
  returned: O(return_passwords=true) and no O(password), not in check mode
  type: dict
handle:
  description: The handle for M(cloudserver.compute.job_info), which reports the outcome of changes that are still in
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

from dataclasses import replace

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.lookup import find_image_to_install
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.rebuild import RebuildStrategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.rebuild import (
    POWER_STATES,
    STOPS,
    RebuildOptions,
    check_name_after,
    check_order,
    ignored_options,
    password_warning,
    plan_os,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.user_data import read_user_data
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import texts
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
    response_passwords,
    run_result,
)

MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        WAITING,
        REPORT,
        PLANNING,
        image={"type": "str"},
        reinstall={"type": "bool", "default": False},
        cloud_init={"type": "bool", "default": True},
        password={"type": "str", "no_log": True},
        return_passwords={"type": "bool", "default": False, "no_log": False},
        # Names and ids, no secrets.
        key_name={"type": "str", "no_log": False},
        user_id={"type": "str"},
        user_data={"type": "str", "no_log": True},
        user_data_file={"type": "path"},
        new_name={"type": "str"},
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
    if context.params["return_passwords"]:
        cloud.require("response_passwords")
    waiter = context.waiter()
    spec = _spec(context)

    chosen = context.select_servers(selection)
    wanted = context.params["image"]
    if wanted:
        image = find_image_to_install(cloud, wanted.strip(), chosen.servers)
        spec = replace(spec, order=replace(spec.order, image=image))
    plan = context.approve(plan_os(chosen.servers, spec, cloud.rules))
    check_order(plan, spec, cloud.rules)
    context.warn_if(ignored_options(plan, spec, cloud.rules))
    context.warn_if(check_name_after(plan, spec))
    context.warn_if(password_warning(plan, spec, cloud.rules))
    data = {"missing": dict(chosen.missing)}
    if spec.order.image:
        data["image"] = spec.order.image.as_dict()
    if context.check_mode:
        return check_result(context, plan, "reinstalled", data)

    work = Executor(cloud, RebuildStrategy(cloud, spec, plan), context.params["wait"], waiter)
    work.run(plan)
    return run_result(context, work, plan, "reinstalled", {**data, **response_passwords(context, work)})


def _spec(context: Context) -> RebuildOptions:
    given = context.params
    if given["image"] is not None and not given["image"].strip():
        raise InvalidRequest(
            "image: an empty string is not an image; leave it out to reinstall the current image of each server"
        )
    if given["image"] is None and not given["reinstall"]:
        # Nobody should lose a disk for an option that was forgotten.
        raise InvalidRequest("set image, or reinstall: true to reinstall the current image of each server")
    data = read_user_data(
        given["user_data"], given["user_data_file"], context.cloud.rules.max_user_data_bytes, context.register_secret
    )
    order = RebuildSpec(
        user_data=data,
        name=given["new_name"],
        metadata=texts(given["metadata"], "metadata") or {},
        **{name: given[name] for name in ("cloud_init", "password", "key_name", "encrypted", "kms_key_id", "auto_pay")},
        user_id=given["user_id"] or _key_owner(context),
    )
    return RebuildOptions(order, given["reinstall"], given["stop_policy"], given["power_state"])


def _key_owner(context: Context) -> str | None:
    name = context.params["key_name"]
    # A password beside it is refused without a request.
    return context.cloud.key_owner(name) if name and not context.params["password"] else None


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
