#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_console_info
short_description: Get console URLs and console output of cloud servers
version_added: 1.0.0
description:
  - Creates a console URL for each server. The URL opens the console in a browser for some minutes.
  - The URL contains a token that opens the console without a password. Set C(no_log=true) on the task, and do not print
    the registered result.
  - The result has an outcome for each server, also when the task fails.
  - If the user is permitted to get only the URL or only the output, the other one is V(null) and the task warns.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  url:
    description:
      - Whether to create a console URL.
    type: bool
    default: true
  type:
    description:
      - The type of the console. The cloud decides which types exist. V(ustack) and V(huaweicloud) support only
        V(novnc).
      - V(serial) returns a URL for a WebSocket client. V(webmks) needs microversion 2.8.
    type: str
    choices: [novnc, spice-html5, rdp-html5, serial, webmks]
    default: novnc
  output:
    description:
      - Whether to return the output of the serial console, on V(openstack), V(easystack) and V(huaweicloud). It may
        contain a password that cloud-init generated.
    type: bool
    default: false
  lines:
    description:
      - The number of last lines to return with O(output=true). By default all lines that the cloud stores.
    type: int
  parallel:
    description:
      - Maximum number of concurrent requests, 1 to 64.
    type: int
    default: 8
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.member
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.server_info
  - module: cloudserver.compute.server_power
"""

EXAMPLES = r"""
- name: Get the console URL of a server that does not answer
  cloudserver.compute.server_console_info:
    cloud: production
    names: [web-01]
  register: console
  no_log: true

- name: Write the URL to a file
  ansible.builtin.copy:
    content: "{{ console.consoles[0].url }}"
    dest: ~/console.txt
    mode: "0600"
  no_log: true

- name: Read the last lines of the console output
  cloudserver.compute.server_console_info:
    cloud: production
    tags: [role=web]
    url: false
    output: true
    lines: 20
"""

RETURN = r"""
consoles:
  description: The consoles of the servers that could be read.
  returned: when servers were selected
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    type: {description: The type of console., type: str, returned: O(url=true)}
    protocol: {description: "The protocol; V(vnc), V(spice), V(rdp), V(serial) or V(mks).", type: str,
      returned: O(url=true)}
    url: {description: The URL of the console. It contains a token., type: str, returned: O(url=true)}
    output: {description: The last lines of the console output., type: str, returned: O(output=true)}
outcomes:
  description: The outcome of each selected server, also when the task fails. Failed servers come first.
  returned: when servers were selected
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    outcome: {description: V(done) or V(failed)., type: str}
    actions: {description: Always empty., type: list, elements: str}
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: The error message., type: str, returned: on failure}
    hint: {description: What to do next., type: str, returned: on failure}
    request_id: {description: The request id to give to the cloud's support., type: str, returned: on failure}
missing:
  description: The ids, names and addresses of the selection that match no server.
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
    run_as_module,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.outcomes import (
    report,
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
        raise InvalidRequest("url and output: at least one of them must be true")
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
