#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keypair
short_description: Create, import, replace and delete key pairs
version_added: 1.0.0
description:
  - Creates, imports, replaces or deletes a key pair. Two keys are the same when their type and key are equal. Comments
    and line endings are ignored.
  - A private key that the cloud generates is written only to O(private_key_path). The result does not contain it. If
    the file cannot be written, the module deletes the key pair again.
  - If a key pair was deleted to be replaced and the new one cannot be created, the module restores the old one.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - The name of the key pair.
    type: str
    required: true
  state:
    description:
      - Whether the key pair should exist.
    type: str
    choices: [present, absent]
    default: present
  public_key:
    description:
      - The public key to import. It is the content of the C(.pub) file, or with O(type=x509) a certificate in PEM
        format.
      - Without it the cloud generates a key pair.
    type: str
  private_key_path:
    description:
      - The file for the private key that the cloud generates, on the machine that runs the task. Its mode is 0600.
      - Required to create a key pair without O(public_key). The file must not exist, so that no key is lost.
        O(recreate=true) overwrites it.
    type: path
  type:
    description:
      - The type of the key. V(x509) needs microversion 2.2, on V(openstack) and V(easystack).
    type: str
    choices: [ssh, x509]
  user_id:
    description:
      - The id of the user who owns the key pair. Requires an administrator. Supported on V(openstack) and V(easystack).
    type: str
  scope:
    description:
      - Who may use the key pair on V(huaweicloud). V(user) is the user who creates it, V(account) all users of the
        account. By default the key pair service decides.
      - O(recreate=true) changes the scope of an existing key pair. With O(state=absent) only a key pair of this scope
        is deleted.
    type: str
    choices: [user, account]
  key_protection:
    description:
      - Lets the key pair service of V(huaweicloud) keep the private key. A private key that it generates is written to
        O(private_key_path), too.
      - It takes effect when the key pair is created. An existing key pair without a private key in the service needs
        O(recreate=true).
    type: dict
    suboptions:
      encryption:
        description:
          - How the service encrypts the private key. V(kms) needs O(key_protection.kms_key_name) or
            O(key_protection.kms_key_id). V(default) is also for regions without KMS.
        type: str
        choices: [default, kms]
        default: default
      kms_key_name:
        description: The name of the key of KMS.
        type: str
      kms_key_id:
        description: The id of the key of KMS.
        type: str
      private_key:
        description: The private key of the imported O(public_key). Required with it.
        type: str
  recreate:
    description:
      - Deletes the key pair and creates it again if its key, type or scope differs, or if the file
        O(private_key_path) does not exist. To let the cloud generate a new key, move that file away.
      - Also overwrites the file O(private_key_path) if the key pair does not exist in the cloud.
      - Existing servers keep their key. A private key that the cloud kept is lost.
    type: bool
    default: false
  attached_to:
    description:
      - Ids or names of servers to attach the key pair to, on V(ustack).
      - The cloud returns only one key pair of a server. If it returns this key pair, nothing is sent. Otherwise the
        module attaches the key pair in each run and reports a change. Attaching a key pair twice is safe.
    type: list
    elements: str
  detached_from:
    description:
      - Ids or names of servers to detach the key pair from, on V(ustack).
      - If the cloud returns no key pair of the server, nothing is sent. If it returns another key pair, the server may
        have this one too. The module then detaches the key pair in each run.
    type: list
    elements: str
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.reader
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.keypair_info
"""

EXAMPLES = r"""
- name: Import a public key
  cloudserver.compute.keypair:
    cloud: production
    name: operators-2026
    public_key: "{{ lookup('ansible.builtin.file', '~/.ssh/operators-2026.pub') }}"

- name: Let the cloud generate a key pair
  cloudserver.compute.keypair:
    cloud: production
    name: build
    private_key_path: ~/.ssh/build

- name: Import a public key for all users of the account on Huawei Cloud
  cloudserver.compute.keypair:
    cloud: huawei
    name: operators-2026
    public_key: "{{ lookup('ansible.builtin.file', '~/.ssh/operators-2026.pub') }}"
    scope: account

- name: Attach a key pair to two servers
  cloudserver.compute.keypair:
    cloud: uos
    name: operators
    attached_to: [web-01, web-02]

- name: Delete a key pair
  cloudserver.compute.keypair:
    cloud: production
    name: build
    state: absent
"""

RETURN = r"""
keypair:
  description: The key pair, without its private key.
  returned: with O(state=present); in check mode only if nothing would change
  type: dict
  contains:
    name: {description: Its name., type: str}
    public_key: {description: The public key., type: str}
    type: {description: V(ssh) or V(x509)., type: str}
    fingerprint: {description: The fingerprint., type: str}
    user_id: {description: The id of its user., type: str}
    created: {description: When it was created., type: str}
    id: {description: The number of the key pair in the cloud; null if the cloud does not return it., type: int}
    updated_at: {description: When it was last changed; null if it was not., type: str}
    deleted: {description: Whether its user deleted it; null if the cloud does not return it., type: bool}
    deleted_at: {description: When it was deleted; null if it was not., type: str}
    scope: {description: "V(user) or V(account); null if the cloud does not return it.", type: str}
    description: {description: Its description; null if the cloud does not return it., type: str}
    is_key_protection:
      description: Whether the cloud keeps the private key; null if the cloud does not return it.
      type: bool
private_key_path:
  description: The file that the private key was written to.
  returned: when the cloud generated a key pair
  type: str
completed_steps:
  description: The steps that were taken before one failed.
  returned: on failure
  type: list
  elements: str
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

import os
from typing import TYPE_CHECKING

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import KeyProtection, is_private
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.keypair import apply_keypair
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.private_key_file import (
    PrivateKeyFile,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.keypair import (
    CREATE,
    KeypairSpec,
    check_public_key,
    find_servers,
    plan_keypair,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import PLANNING, argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

MODULE = ModuleSpec(
    argument_spec(
        PLANNING,
        name={"type": "str", "required": True},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        public_key={"type": "str", "no_log": False},
        private_key_path={"type": "path", "no_log": False},
        type={"type": "str", "choices": ["ssh", "x509"]},
        user_id={"type": "str"},
        scope={"type": "str", "choices": ["user", "account"]},
        key_protection={
            "type": "dict",
            "no_log": False,
            "options": {
                "encryption": {"type": "str", "choices": ["default", "kms"], "default": "default"},
                "kms_key_name": {"type": "str", "no_log": False},
                "kms_key_id": {"type": "str", "no_log": False},
                "private_key": {"type": "str", "no_log": True},
            },
        },
        recreate={"type": "bool", "default": False},
        attached_to={"type": "list", "elements": "str"},
        detached_from={"type": "list", "elements": "str"},
    ),
    mutually_exclusive=[("public_key", "private_key_path")],
)


def wanted_of(context: Context) -> KeypairSpec:
    """The target state in the options, validated as far as possible without a request."""
    params, path = context.params, context.params["private_key_path"]
    check_name("name", params["name"])
    if "/" in params["name"]:
        raise InvalidRequest("name: %r is not the name of a key pair, which has no slash" % params["name"])
    if is_private(params["public_key"]):
        context.register_secret(params["public_key"])
    if params["type"] == "x509":
        context.cloud.require("keypair_types")
    protection = protection_of(context)
    if params["scope"] or protection:
        context.cloud.require("keypair_scopes")
    servers: list[Server] = []
    if params["attached_to"] or params["detached_from"]:
        if params["attached_to"] and params["state"] == "absent":
            raise InvalidRequest("attached_to: it cannot be combined with state: absent")
        context.cloud.require("attach_keypairs")
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery

        servers = list(context.cloud.servers.list(ServerQuery()))
    attached = find_servers(servers, "attached_to", params["attached_to"] or ())
    detached = find_servers(servers, "detached_from", params["detached_from"] or ())
    for server in attached:
        if server in detached:
            raise InvalidRequest("attached_to and detached_from: the server %s is in both" % server.label)
    return KeypairSpec(
        params["name"],
        params["state"],
        None if params["public_key"] is None else check_public_key(params["public_key"], params["type"]),
        path,
        bool(path and os.path.exists(path)),
        params["type"],
        params["recreate"],
        params["scope"],
        protection,
        attached,
        detached,
    )


def protection_of(context: Context) -> KeyProtection | None:
    """How the cloud keeps the private key, validated without a request."""
    given = context.params["key_protection"]
    if given is None:
        return None
    private_key, public_key = given["private_key"], context.params["public_key"]
    if private_key is not None:
        context.register_secret(private_key)
        if not is_private(private_key):
            raise InvalidRequest("key_protection.private_key: it is not a private key in PEM format")
    if bool(private_key) != bool(public_key):
        raise InvalidRequest("key_protection: public_key and key_protection.private_key go together")
    named = given["kms_key_name"] or given["kms_key_id"]
    if (given["encryption"] == "kms") != bool(named):
        raise InvalidRequest(
            "key_protection: encryption: kms goes together with kms_key_name or kms_key_id, the key that encrypts it"
        )
    return KeyProtection(given["encryption"], given["kms_key_name"], given["kms_key_id"], private_key)


def run(context: Context) -> Result:
    user_id = context.params["user_id"]
    wanted = wanted_of(context)
    observed = context.cloud.keypairs.get(wanted.name, user_id)
    plan = context.approve_resource(plan_keypair(observed, wanted))
    result = Result(changed=plan.changed, diff=plan.diff())

    if any(step.action == CREATE for step in plan.steps):
        problem = context.cloud.rules.keypair_name_problem(wanted.name)
        if problem:
            raise InvalidRequest("name: %s" % problem)
    generates = wanted.public_key is None and any(step.action == CREATE for step in plan.steps)
    place = PrivateKeyFile(wanted.private_key_path or "", wanted.recreate) if generates else None
    try:
        if not context.check_mode:
            observed = apply_keypair(context.cloud, observed, plan, wanted, user_id, place, context.register_secret)
    finally:
        if place:
            place.give_up()
    if wanted.state == "present" and observed and not (context.check_mode and plan.changed):
        result.data["keypair"] = observed.as_dict()
    if place:
        result.data["private_key_path"] = place.path
    return result


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
