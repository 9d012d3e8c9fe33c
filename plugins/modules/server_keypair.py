#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_keypair
short_description: Attach and detach key pairs of existing cloud servers
version_added: 0.1.0
description:
  - Attaches key pairs to servers and detaches them. Supported on V(ustack). On the other platforms
    M(cloudserver.compute.server_os) sets the key pair of a server together with a new system disk.
  - The cloud returns only one key pair of a server, although a server may have several. So the module stores the key
    pairs that it attached and detached in the server's metadata as C(cloudserver_keypairs). It trusts this metadata and
    the key pair that the cloud returns, and sends a request for any other key pair. Attaching a key pair twice is safe.
  - Key pairs that were changed without this module are not in the metadata. Remove the key C(cloudserver_keypairs) from
    the metadata to have the requests sent again.
  - The result has an outcome for each server, also when the task fails.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  key_names:
    description:
      - The names of the key pairs. One request for each server attaches all of them. A key pair that the record of a
        server shows may have been deleted since.
    type: list
    elements: str
    required: true
  state:
    description:
      - V(attached) attaches the key pairs that neither the cloud nor the metadata shows for the server.
      - V(detached) detaches the key pairs, except those that the metadata shows as detached. A server that has no key
        pair is not changed.
    type: str
    choices: [attached, detached]
    default: attached
  wait_timeout:
    description:
      - Maximum number of seconds that the task takes. It first waits for servers that are changing their state.
    type: float
    aliases: [timeout]
    default: 600
  wait_interval:
    description:
      - Maximum number of seconds between two polls. The first intervals are shorter.
    type: float
    default: 10
  parallel:
    description:
      - Maximum number of concurrent requests, 1 to 64.
    type: int
    default: 8
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
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

- name: Detach the key pair of a former operator
  cloudserver.compute.server_keypair:
    cloud: uos
    all: true
    key_names: [somebody]
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
      description: V(done), V(unchanged), V(failed), V(unknown) when the cloud does not show the result, V(planned) in
        check mode.
      type: str
    actions: {description: "The actions that the task sent to the cloud, in order.", type: list, elements: str}
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: The error message., type: str, returned: on failure}
    hint: {description: What to do next., type: str, returned: on failure}
    request_id:
      description: The request id of the last action, to give to the cloud's support.
      type: str
      returned: when the cloud returned one
servers:
  description: The server records from the last request, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
missing:
  description: The ids, names and addresses of the selection that match no server.
  returned: O(missing=ignore)
  type: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.keypair import (
    keypair_strategy,
    note_keypairs,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import (
    ACTION_OF_STATE,
    plan_keypairs,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name
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
        REPORT,
        {name: WAITING[name] for name in ("wait_timeout", "wait_interval", "parallel")},
        key_names={"type": "list", "elements": "str", "required": True, "no_log": False},
        state={"type": "str", "choices": list(ACTION_OF_STATE), "default": "attached"},
    )
)


def run(context: Context) -> Result:
    state, names = context.params["state"], context.params["key_names"]
    selection = Selection.from_options(context.params)
    if not names:
        raise InvalidRequest("key_names: list at least one key pair")
    for name in names:
        check_name("key_names", name)
    context.cloud.require(ACTION_OF_STATE[state])
    waiter = context.waiter()

    chosen = context.select_servers(selection)
    plan = plan_keypairs(chosen.servers, state, names)
    if state == "attached":
        # A key pair that a server already has may have been deleted since.
        needed = {name for change in plan.items for name in change.after.get(state, ())}
        unknown = sorted(needed - {each.name for each in context.cloud.keypairs.list()}) if needed else []
        if unknown:
            raise InvalidRequest(
                "key_names: the user has no key pair %s; create it with the module keypair" % ", ".join(unknown)
            )
    data = {"missing": dict(chosen.missing)}
    participle = "given the key pairs" if state == "attached" else "detached from the key pairs"
    if context.check_mode:
        return check_result(context, plan, participle, data)

    work = Executor(context.cloud, keypair_strategy(context.cloud, state, names), True, waiter)
    work.run(plan)
    note_keypairs(work, plan, state)
    return run_result(context, work, plan, participle, data)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
