#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_console_info
short_description: Open the consoles of cloud servers, and read what is written on them
version_added: 0.1.0
description:
  - Has the cloud make an address for the console of each server, which opens it in a browser for some minutes.
  - The address holds a token that opens the console without a password. It is in the result and nowhere else; set
    C(no_log=true) on the task, and do not print what it registers.
  - Every server has its outcome in the result, also when the task fails.
  - Where the user may have the addresses or the output only, the other one is V(null), with one warning.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  url:
    description:
      - Whether to have the cloud make an address.
    type: bool
    default: true
  type:
    description:
      - The type of console. Which of them there are is up to the cloud; on V(ustack) and V(huaweicloud) it is V(novnc).
      - V(serial) gives an address for a websocket client. V(webmks) needs microversion 2.8.
    type: str
    choices: [novnc, spice-html5, rdp-html5, serial, webmks]
    default: novnc
  output:
    description:
      - Whether to read the text that the server wrote on its serial console, on V(openstack) and V(easystack). It may
        hold a password that cloud-init made.
    type: bool
    default: false
  lines:
    description:
      - How many of its last lines to read with O(output=true); all that the cloud kept by default.
    type: int
  parallel:
    description:
      - How many requests may be under way at once, 1 to 64.
    type: int
    default: 8
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.server_info
  - module: cloudserver.compute.server_power
"""

EXAMPLES = r"""
- name: A console of the server that does not answer any more
  cloudserver.compute.server_console_info:
    cloud: production
    names: [web-1]
  register: console
  no_log: true

- name: Hand its address to whoever is on duty
  ansible.builtin.copy:
    content: "{{ console.consoles[0].url }}"
    dest: ~/console.txt
    mode: "0600"
  no_log: true

- name: What did they write on their way up?
  cloudserver.compute.server_console_info:
    cloud: production
    tags: [role=web]
    url: false
    output: true
    lines: 20
"""

RETURN = r"""
consoles:
  description: The consoles of the servers, as far as they could be read.
  returned: when servers were chosen
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    type: {description: The type of console., type: str, returned: O(url=true)}
    protocol: {description: "What it speaks; V(vnc), V(spice), V(rdp), V(serial) or V(mks).", type: str,
      returned: O(url=true)}
    url: {description: The address that opens it; it holds a token., type: str, returned: O(url=true)}
    output: {description: The last lines that were written on it., type: str, returned: O(output=true)}
outcomes:
  description: What became of each server that was chosen, also when the task fails. Those that failed come first.
  returned: when servers were chosen
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    outcome: {description: V(done) or V(failed)., type: str}
    actions: {description: Always empty., type: list, elements: str}
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: What went wrong., type: str, returned: on failure}
    hint: {description: What to try., type: str, returned: on failure}
    request_id: {description: The id of the request for the cloud's support., type: str, returned: on failure}
missing:
  description: The ids, names and addresses of the selection that no server has.
  returned: O(missing=ignore)
  type: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.console import PROTOCOLS, USUAL
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.console import read_consoles
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import in_range
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import SELECTION, argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    report,
    run_as_module,
)

MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        url={"type": "bool", "default": True},
        type={"type": "str", "choices": list(PROTOCOLS), "default": USUAL},
        output={"type": "bool", "default": False},
        lines={"type": "int"},
        parallel={"type": "int", "default": 8},
    )
)


def run(context: Context) -> Result:
    params, cloud = context.params, context.cloud
    selection = Selection.from_options(params)
    in_range("lines", params["lines"], 1)
    if not params["url"] and not params["output"]:
        raise InvalidRequest("url and output: there is nothing to do where both are false")
    if params["url"]:
        cloud.require("console")
        if params["type"] != USUAL:
            cloud.require("console_types")
        if params["type"] == "webmks":
            cloud.require("console_mks")
    if params["output"]:
        cloud.require("console_output")

    chosen = context.select_servers(selection)
    kind = params["type"] if params["url"] else None
    seen = read_consoles(cloud, chosen.servers, kind, params["output"], params["lines"])
    shown = [each.shown for each in seen if not each.error or len(each.shown) > 2]
    result = Result(data={"consoles": shown, "missing": dict(chosen.missing)})
    return report([each.outcome for each in seen], "given a console", result)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
