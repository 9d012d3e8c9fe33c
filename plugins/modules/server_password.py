#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import predicted

DOCUMENTATION = r"""
module: server_password
short_description: Set the administrator's password of cloud servers
version_added: 0.1.0
description:
  - Sets the password of the administrator, V(root) or V(Administrator), from outside of the servers.
  - A cloud cannot tell which password a server has, so every run changes it, unless O(revision) is used.
  - On V(huaweicloud) a server takes the password at its next start. It needs the vendor's password reset plug-in, and
    nobody is told when the plug-in fails inside of the server.
  - On the other platforms the server's guest agent takes the password at once, so the server must run.
  - What breaks a documented rule of the platform is refused before anything is sent, by a sentence that names the rule.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  password:
    description:
      - The password, the same for every server.
      - On V(huaweicloud) it has 8 to 26 characters of three classes out of capital letters, small letters, digits and
        C(!@%-_=+[]:./?). It contains neither O(user), C(root) nor C(Administrator), forwards or backwards; on a Windows
        server also no three characters in a row of C(Administrator) or O(user).
      - The other platforms document no rules.
    type: str
  passwords:
    description:
      - The password of each server, by the server's id or name. Ids count first.
      - A server that is chosen and not in it makes the task fail before anything is done.
    type: dict
  generate:
    description:
      - Makes a password for each server. Nobody learns it but by O(return_passwords=true).
    type: dict
    suboptions:
      length:
        description:
          - How many characters, 8 to 26 on V(huaweicloud) and 8 to 255 on the others.
        type: int
        default: 16
      special:
        description:
          - The special characters to choose from, beside letters and digits. An empty text leaves them out.
        type: str
        default: "!@%-_=+:./"
  return_passwords:
    description:
      - Returns the passwords that O(generate) made as RV(passwords). Set C(no_log) on the task then, and on each
        that handles the result, for Ansible shows and logs results.
    type: bool
    default: false
  user:
    description:
      - The name of the administrator, which the password may not contain. It is not sent.
      - By default V(Administrator) where the cloud says that the server runs Windows, V(root) otherwise.
    type: str
  revision:
    description:
      - A label for the password, such as V(2026-03). It is kept in the server's metadata as
        C(cloudserver_password_revision), in clear, so it must tell nothing of the password.
      - A server whose metadata has it already is left alone. It is set when nothing is left to do for the server, so a
        task that failed can simply be run again.
      - With O(wait=false) nothing proves the change of a server that is V(pending), so it is not set, and the next run
        changes the password again.
    type: str
  apply:
    description:
      - V(now) restarts the running servers on V(huaweicloud) so that they take the password. Stopped servers stay
        stopped, and take it when they are started.
      - V(next_boot) leaves that to whoever restarts them. With O(revision), C(cloudserver_restart) in the metadata
        tells that the restart is still to come. A later run with V(now) then restarts the server.
      - On the other platforms the change is immediate, and both are the same.
    type: str
    choices: [next_boot, now]
    default: next_boot
  force:
    description:
      - With O(apply=now) restarts without asking the guest, as if the power were cut.
    type: bool
    default: false
notes:
  - In check mode V(huaweicloud) is asked, by the dry run of its call, whether it would take the passwords. The other
    platforms cannot be asked.
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
seealso:
  - module: cloudserver.compute.server_power
  - module: cloudserver.compute.job_info
"""

EXAMPLES = r"""
- name: Give the web servers the password of this quarter, and restart those that need it
  cloudserver.compute.server_password:
    cloud: production
    tags: [role=web]
    password: "{{ web_password }}"
    revision: 2026-q1
    apply: now

- name: Give each server its own password, from a vaulted mapping
  cloudserver.compute.server_password:
    cloud: production
    names: [db-1, db-2]
    passwords: "{{ vaulted_passwords }}"

- name: Have passwords made
  cloudserver.compute.server_password:
    cloud: production
    tags: [env=test]
    generate:
      length: 20
    return_passwords: true
  no_log: true
  register: rotated
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
        - V(done), V(unchanged), V(failed), V(unknown) when nobody can say, V(pending) with O(wait=false), V(planned) in
          check mode.
      type: str
    actions:
      description: What the cloud was asked for, in order, C(change_password) and C(reboot).
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
servers:
  description: The servers as they were last seen, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
passwords:
  description:
    - The passwords that were made, by the server's id, of the servers that were given one or may have it.
    - Also when the task fails.
  returned: O(return_passwords=true) and O(generate), not in check mode
  type: dict
handle:
  description: What M(cloudserver.compute.job_info) needs to find out what became of actions that were not waited for.
  returned: when something is still under way
  type: dict
missing:
  description: The ids, names and addresses of the selection that no server has.
  returned: O(missing=ignore)
  type: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import CHANGE_PASSWORD
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.password import (
    PasswordRun,
    rehearsed,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import password as passwords
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.password_rules import SAFE_SPECIAL
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
    records,
    report,
    run_as_module,
    run_result,
)

RECIPE = {"length": {"type": "int", "default": 16}, "special": {"type": "str", "default": SAFE_SPECIAL}}
MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        WAITING,
        REPORT,
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
    required_one_of=[("password", "passwords", "generate")],
)
DEED = "given the password as it was asked"


def run(context: Context) -> Result:
    params = context.params
    selection = Selection.from_options(params)
    passwords.check_revision(params["revision"])
    wish = passwords.PasswordSpec(params["revision"], params["apply"] == "now", params["force"], params["user"])
    context.cloud.require(CHANGE_PASSWORD)
    waiter = context.waiter()

    chosen = context.select_servers(selection)
    secrets = _secrets(context, chosen.servers, wish)
    todo = passwords.plan_passwords(chosen.servers, wish, context.cloud.rules)
    passwords.check_strength((item.server for item in todo.items if item.actions), secrets, wish, context.cloud.rules)
    result = Result(data={"missing": dict(chosen.missing)})
    if context.check_mode:
        refused = rehearsed(context.cloud, todo, secrets)
        todo = passwords.without(todo, refused)
        result.changed, result.diff = todo.changed, todo.diff()
        result.data.update(records(context, chosen.servers))
        return report([refused.get(each.server_id, each) for each in predicted(todo)], DEED, result)

    work = PasswordRun(context.cloud, secrets, wish, params["wait"], waiter)
    work.run(todo)
    untouched = [key for key, outcome in work.outcomes.items() if not outcome.actions]
    result = run_result(context, work, passwords.without(todo, untouched), DEED, result.data)
    if params["generate"] is not None and params["return_passwords"]:
        result.data["passwords"] = {key: secrets[key] for key in sorted(work.told)}
    return result


def _secrets(context: Context, servers: Sequence[Server], wish: passwords.PasswordSpec) -> dict[str, str]:
    """The password of each server, by its id."""
    params = context.params
    if params["password"] is not None:
        return {server.id: params["password"] for server in servers}
    if params["passwords"] is not None:
        return passwords.given(servers, params["passwords"])
    made = passwords.made(servers, passwords.PasswordOptions(**params["generate"]), wish, context.cloud.rules)
    for password in made.values():
        context.register_secret(password, returned=params["return_passwords"])
    return made


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
