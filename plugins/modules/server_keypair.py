#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_keypair
short_description: Put key pairs on cloud servers that exist, and take them off
version_added: 0.1.0
description:
  - Attaches key pairs to servers and detaches them, on V(ustack). Elsewhere M(cloudserver.compute.server_os) gives a
    server its key pair, with a new system disk.
  - The cloud shows one key pair of a server, though it may have several. What it shows is believed. What it does not
    show is asked for, and the outcome is V(done), for the cloud's answer says that it is; to ask again does no harm.
  - Every server has its outcome in the result, also when the task fails.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  key_names:
    description:
      - The names of the key pairs. One request brings all of them to a server.
    type: list
    elements: str
    required: true
  state:
    description:
      - V(attached) puts on each server those of the key pairs that it is not shown to have. So one key pair that the
        cloud shows is left alone, and several are asked for every time.
      - V(detached) takes them off each server. One that is shown without a key pair is left alone; one that shows
        another key pair may have these too, so the cloud is asked every time.
    type: str
    choices: [attached, detached]
    default: attached
  wait_timeout:
    description:
      - How many seconds the task may take. Servers that are on their way somewhere are waited for first.
    type: float
    aliases: [timeout]
    default: 600
  wait_interval:
    description:
      - How many seconds to pause at most between two looks at them. The first pauses are shorter.
    type: float
    default: 10
  parallel:
    description:
      - How many requests may be under way at once, 1 to 64.
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
- name: The operators reach the web servers
  cloudserver.compute.server_keypair:
    cloud: uos
    tags: [role=web]
    key_names: [operators, deploy]

- name: Somebody has left
  cloudserver.compute.server_keypair:
    cloud: uos
    all: true
    key_names: [somebody]
    state: detached
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
      description: V(done), V(unchanged), V(failed), V(unknown) when nobody can say, V(planned) in check mode.
      type: str
    actions: {description: "What the cloud was asked for, in order.", type: list, elements: str}
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: What went wrong., type: str, returned: on failure}
    hint: {description: What to try., type: str, returned: on failure}
    request_id: {description: The id of the request for the cloud's support., type: str, returned: on failure}
servers:
  description: The servers as they were last seen, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
missing:
  description: The ids, names and addresses of the selection that no server has.
  returned: O(missing=ignore)
  type: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.keypair import KeypairRun
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.keypair import DEEDS, plan_keypairs
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
        state={"type": "str", "choices": list(DEEDS), "default": "attached"},
    )
)


def run(context: Context) -> Result:
    state, names = context.params["state"], context.params["key_names"]
    selection = Selection.from_options(context.params)
    if not names:
        raise InvalidRequest("key_names: name at least one key pair")
    for name in names:
        check_name("key_names", name)
    context.cloud.require(DEEDS[state])
    waiter = context.waiter()

    if state == "attached":
        known = {each.name for each in context.cloud.keypairs.list()}
        unknown = sorted(set(names) - known)
        if unknown:
            raise InvalidRequest("key_names: the user has no key pair %s; make it with keypair" % ", ".join(unknown))
    chosen = context.select_servers(selection)
    todo = plan_keypairs(chosen.servers, state, names)
    data, deed = {"missing": dict(chosen.missing)}, "given the key pairs" if state == "attached" else "rid of them"
    if context.check_mode:
        return check_result(context, todo, deed, data)

    work = KeypairRun(context.cloud, state, names, waiter)
    work.run(todo)
    return run_result(context, work, todo, deed, data)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
