#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_password
short_description: Set the administrator's password of cloud servers
version_added: 1.0.0
description:
  - Sets the password of the administrator (V(root) or V(Administrator)) through the cloud.
  - A cloud does not return the password of a server. So each run changes it, unless O(revision) is used.
  - On V(huaweicloud) the password takes effect at the next start of the server. The server needs the vendor's password
    reset plug-in. The cloud reports no error if the plug-in fails inside the guest.
  - On the other platforms the guest agent sets the password immediately. The server must be running.
  - A password that violates a documented rule of the platform is rejected before a request is sent. The message names
    the rule.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  password:
    description:
      - One password for all servers.
      - On V(huaweicloud) it has 8 to 26 characters from three of these classes - uppercase letters, lowercase letters,
        digits and C(!@%-_=+[]:./?). It must not contain O(user), C(root) or C(Administrator), forwards or backwards. On
        a Windows server it must not contain three consecutive characters of C(Administrator) or O(user).
      - The other platforms document no rules for passwords.
    type: str
  passwords:
    description:
      - The password of each server, by the id or the name of the server. An id takes precedence over a name.
      - If a selected server is not in it, the task fails before the first change.
    type: dict
  generate:
    description:
      - Generates a password for each server. Only O(return_passwords=true) returns it.
    type: dict
    suboptions:
      length:
        description:
          - The number of characters, 8 to 26 on V(huaweicloud) and 8 to 255 on the other platforms.
        type: int
        default: 16
      special:
        description:
          - The special characters to use besides letters and digits. An empty text means none.
        type: str
        default: "!@%-_=+:./"
  return_passwords:
    description:
      - Returns the passwords of O(generate) as RV(passwords). Then set C(no_log) on this task and on each task that
        uses the result, because Ansible prints and logs results.
    type: bool
    default: false
  user:
    description:
      - The name of the administrator. The password must not contain it. The name is not sent to the cloud.
      - The default is V(Administrator) if the cloud reports that the server runs Windows, otherwise V(root).
    type: str
  revision:
    description:
      - A label for the password, such as V(2026-03). The module stores it unencrypted in the server's metadata as
        C(cloudserver_password_revision). The label must not reveal the password.
      - A server with this label is not changed. The label is set after the last action of the server. So a failed task
        can be run again.
      - With O(wait=false) the change of a server that is V(pending) is not proven. So the label is not set, and the
        next run changes the password again.
    type: str
  apply:
    description:
      - V(now) restarts running servers on V(huaweicloud), so that the password takes effect. Stopped servers stay
        stopped. Their password takes effect when they are started.
      - V(next_boot) does not restart servers. With O(revision), the metadata key C(cloudserver_restart) records that a
        restart is needed. A later run with V(now) then restarts the server.
      - On the other platforms the change is immediate, and this option has no effect.
    type: str
    choices: [next_boot, now]
    default: next_boot
  force:
    description:
      - With O(apply=now), resets the server without a shutdown of the guest.
    type: bool
    default: false
notes:
  - In check mode the module uses the dry run of the call on V(huaweicloud). The other platforms have no dry run.
  - Check mode needs no password. Then the dry run only checks whether the servers can get a password.
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
  - module: cloudserver.compute.server_power
  - module: cloudserver.compute.job_info
"""

EXAMPLES = r"""
- name: Set one password on the web servers and restart them if needed
  cloudserver.compute.server_password:
    cloud: production
    tags: [role=web]
    password: "{{ web_password }}"
    revision: 2026-q1
    apply: now

- name: Set a different password on each server, from a vaulted mapping
  cloudserver.compute.server_password:
    cloud: production
    names: [db-01, db-02]
    passwords: "{{ vaulted_passwords }}"

- name: Generate passwords
  cloudserver.compute.server_password:
    cloud: production
    tags: [role=cache]
    generate:
      length: 20
    return_passwords: true
  no_log: true
  register: rotated
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
    actions:
      description: The actions that the task sent to the cloud, in order. They are C(change_password) and C(reboot).
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
servers:
  description: The server records from the last request, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
passwords:
  description:
    - The generated passwords by server id, for the servers that have or may have them.
    - Returned also when the task fails.
  returned: O(return_passwords=true) and O(generate), not in check mode
  type: dict
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

from dataclasses import replace
from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import CHANGE_PASSWORD
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.password import (
    rehearsed,
    set_passwords,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import predicted
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import password as passwords
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.password_generator import SAFE_SPECIAL
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
    handle_of,
    records,
    report,
    run_result,
)

RECIPE = {"length": {"type": "int", "default": 16}, "special": {"type": "str", "default": SAFE_SPECIAL}}
MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        WAITING,
        REPORT,
        PLANNING,
        password={"type": "str", "no_log": True},
        passwords={"type": "dict", "no_log": True},
        generate={"type": "dict", "options": RECIPE},
        return_passwords={"type": "bool", "default": False, "no_log": False},
        user={"type": "str"},
        revision={"type": "str"},
        apply={"type": "str", "choices": ["next_boot", "now"], "default": "next_boot"},
        force={"type": "bool", "default": False},
    ),
    mutually_exclusive=[("password", "passwords", "generate")],
    unset_in_check=("password", "passwords", "generate"),
)
PARTICIPLE = "given the password"


def run(context: Context) -> Result:
    params = context.params
    selection = Selection.from_options(params)
    passwords.check_revision(params["revision"], context.cloud.rules)
    spec = passwords.PasswordSpec(params["revision"], params["apply"] == "now", params["force"], params["user"])
    context.cloud.require(CHANGE_PASSWORD)
    if not context.check_mode and all(params[name] is None for name in ("password", "passwords", "generate")):
        raise InvalidRequest("one of the following is required: password, passwords, generate")
    waiter = context.waiter()

    chosen = context.select_servers(selection)
    secrets = _secrets(context, chosen.servers, spec)
    spec = replace(spec, passwords=secrets)
    plan = context.approve(passwords.plan_passwords(chosen.servers, spec, context.cloud.rules))
    if secrets:
        checked = (item.server for item in plan.items if item.actions)
        passwords.check_strength(checked, secrets, spec, context.cloud.rules)
    result = Result(data={"missing": dict(chosen.missing)})
    if context.check_mode:
        refused = rehearsed(context.cloud, plan)
        plan = context.approve(passwords.without(plan, refused))
        result.changed, result.diff = plan.changed, plan.diff()
        result.data.update(records(context, chosen.servers), **handle_of(context))
        return report([refused.get(each.server_id, each) for each in predicted(plan)], PARTICIPLE, result)

    work, with_password = set_passwords(context.cloud, spec, plan, params["wait"], waiter)
    untouched = [key for key, outcome in work.outcomes.items() if not outcome.actions]
    result = run_result(context, work, passwords.without(plan, untouched), PARTICIPLE, result.data)
    if params["generate"] is not None and params["return_passwords"]:
        result.data["passwords"] = {key: secrets[key] for key in sorted(with_password)}
    return result


def _secrets(context: Context, servers: Sequence[Server], spec: passwords.PasswordSpec) -> dict[str, str]:
    """The password of each server, by its id; empty for a dry run without passwords."""
    params = context.params
    if all(params[name] is None for name in ("password", "passwords", "generate")):
        return {}
    if params["password"] is not None:
        return {server.id: params["password"] for server in servers}
    if params["passwords"] is not None:
        return passwords.given(servers, params["passwords"])
    made = passwords.made(servers, passwords.PasswordOptions(**params["generate"]), spec, context.cloud.rules)
    for password in made.values():
        context.register_secret(password, returned=params["return_passwords"])
    return made


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
