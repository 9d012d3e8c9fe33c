#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_keypair
short_description: Attach and detach key pairs of existing cloud servers
version_added: 1.0.0
description:
  - Attaches key pairs to servers and detaches them. Supported on V(ustack) and V(huaweicloud). On the other platforms
    M(cloudserver.compute.server_os) sets the key pair of a server together with a new system disk.
  - On V(huaweicloud) a server has one key pair, and its record shows it. The key pair service (KPS) binds, replaces or
    unbinds it by a task that changes the authorized keys of root in a Linux guest. It logs in to a running server by
    SSH, so the server needs O(password) or O(private_key), and its security groups must admit the service. A stopped
    server needs no login. The module compares the name of the key pair, not its key.
  - On V(ustack) the cloud returns only one key pair of a server, although a server may have several. So the module
    stores the key pairs that it attached and detached in the server's metadata as C(cloudserver_keypairs). It trusts
    this metadata and the key pair that the cloud returns, and sends a request for any other key pair. Attaching a key
    pair twice is safe.
  - On V(ustack), key pairs that were changed without this module are not in the metadata. Remove the key
    C(cloudserver_keypairs) from the metadata to have the requests sent again.
  - The result has an outcome for each server, also when the task fails.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  key_names:
    description:
      - The names of the key pairs. On V(ustack) one request for each server attaches all of them. A key pair that the
        record of a server shows may have been deleted since.
      - On V(huaweicloud) O(state=attached) takes one name, and O(state=detached) unbinds the key pair of a server if it
        is listed.
    type: list
    elements: str
    required: true
  state:
    description:
      - V(attached) attaches the key pairs that neither the cloud nor the metadata shows for the server.
        On V(huaweicloud) it replaces another key pair of the server.
      - V(detached) detaches the key pairs, except those that the metadata shows as detached. A server that has no key
        pair is not changed.
    type: str
    choices: [attached, detached]
    default: attached
  password:
    description:
      - The password of root on running servers that have no key pair, on V(huaweicloud).
    type: str
  private_key:
    description:
      - The private key of the key pair that running servers have, in PEM format, on V(huaweicloud). Select servers with
        the same key pair.
    type: str
  disable_password:
    description:
      - Whether to disable the login by SSH with a password when the key pair is bound, on V(huaweicloud). It has no
        effect on servers that have the key pair already.
    type: bool
  port:
    description:
      - The SSH port of the servers, 1 to 65535, on V(huaweicloud). By default it is the one of the service, 22.
    type: int
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.keypair
  - module: cloudserver.compute.server_os
"""

EXAMPLES = r"""
- name: Attach two key pairs to the web servers
  cloudserver.compute.server_keypair:
    cloud: uos
    tags: [role=web]
    key_names: [operators, deploy]

- name: Import the new key pair of the operators on Huawei Cloud
  cloudserver.compute.keypair:
    cloud: huawei
    name: operators-2026
    public_key: "{{ lookup('ansible.builtin.file', '~/.ssh/operators-2026.pub') }}"

- name: Replace the key pair of a running server there
  cloudserver.compute.server_keypair:
    cloud: huawei
    names: [web-01]
    key_names: [operators-2026]
    private_key: "{{ lookup('ansible.builtin.file', '~/.ssh/operators-2025') }}"

- name: Detach a key pair from all servers
  cloudserver.compute.server_keypair:
    cloud: uos
    all: true
    key_names: [deploy]
    state: detached
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
servers:
  description: The server records from the last request, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
handle:
  description: The handle for M(cloudserver.compute.job_info), which reports the outcome of actions that are still in
    progress.
  returned: when an action is still in progress
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

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.keypair import (
    binding_strategy,
    keypair_strategy,
    note_keypairs,
    require_keypairs,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import (
    ACTION_OF_STATE,
    plan_keypairs,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair_binding import (
    BINDING,
    BindingSpec,
    plan_binding,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name
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
        REPORT,
        WAITING,
        PLANNING,
        key_names={"type": "list", "elements": "str", "required": True, "no_log": False},
        state={"type": "str", "choices": list(ACTION_OF_STATE), "default": "attached"},
        password={"type": "str", "no_log": True},
        private_key={"type": "str", "no_log": True},
        disable_password={"type": "bool", "no_log": False},
        port={"type": "int"},
    )
)
#: The options of a platform where a server has one key pair.
_OF_BINDING = ("password", "private_key", "disable_password", "port")
_WORDS = {"attached": "given the key pairs", "detached": "detached from the key pairs"}


def run(context: Context) -> Result:
    params = context.params
    selection = Selection.from_options(params)
    if not params["key_names"]:
        raise InvalidRequest("key_names: list at least one key pair")
    for name in params["key_names"]:
        check_name("key_names", name)
    if context.cloud.supports(BINDING[params["state"]]):
        return bind(context, selection)
    context.cloud.require(ACTION_OF_STATE[params["state"]])
    if any(params[option] is not None for option in _OF_BINDING):
        context.cloud.require(BINDING[params["state"]])
    return attach(context, selection)


def bind(context: Context, selection: Selection) -> Result:
    """A server has one key pair."""
    params = context.params
    if params["private_key"] is not None:
        context.register_secret(params["private_key"])
    spec = BindingSpec(tuple(params["key_names"]), params["state"], *(params[option] for option in _OF_BINDING))
    spec.check()
    context.cloud.keypairs.require_binding()
    waiter = context.waiter()

    chosen = context.select_servers(selection)
    plan = context.approve(plan_binding(chosen.servers, spec))
    if plan.changed and spec.is_bound:
        require_keypairs(context.cloud, spec.names[:1])
        # Reading the key pair may have shown that the cloud has no service that binds it.
        context.cloud.keypairs.require_binding()
    data = {"missing": dict(chosen.missing)}
    if context.check_mode:
        return check_result(context, plan, _WORDS[spec.state], data)
    work = Executor(context.cloud, binding_strategy(context.cloud, spec), params["wait"], waiter)
    work.run(plan)
    return run_result(context, work, plan, _WORDS[spec.state], data)


def attach(context: Context, selection: Selection) -> Result:
    """A server has any number of key pairs."""
    state, names = context.params["state"], context.params["key_names"]
    waiter = context.waiter()

    chosen = context.select_servers(selection)
    plan = context.approve(plan_keypairs(chosen.servers, state, names))
    if state == "attached":
        # A key pair that a server already has may have been deleted since.
        require_keypairs(context.cloud, sorted({name for change in plan.items for name in change.after.get(state, ())}))
    data = {"missing": dict(chosen.missing)}
    if context.check_mode:
        return check_result(context, plan, _WORDS[state], data)

    work = Executor(context.cloud, keypair_strategy(context.cloud, state, names), context.params["wait"], waiter)
    work.run(plan)
    note_keypairs(work, plan, state)
    return run_result(context, work, plan, _WORDS[state], data)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
