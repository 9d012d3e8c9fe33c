"""Writes the documentation's page of the roles that tasks need from tests/openstack/roles_needed.yml."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from ansible_collections.cloudserver.compute.tools.operation_pages import module_reference, table
from ansible_collections.cloudserver.compute.tools.operations import INVENTORY, ROOT

DATA = ROOT / "tests" / "openstack" / "roles_needed.yml"
PAGE = ROOT / "docs" / "docsite" / "rst" / "roles_needed.rst"
#: From the weakest on.
ROLES = ("reader", "member", "manager", "admin")
#: Modules that do not support OpenStack.
ELSEWHERE = {"server_keypair": "only on ``ustack`` and ``huaweicloud``"}
ALLOWED, PARTLY = "allowed", "partly"

_HEAD = """\
.. Copyright: (c) 2026, cloudserver.compute contributors
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later

.. Made from tests/openstack/roles_needed.yml by tools/roles_needed_page.py; change that and run: make roles-needed-page

.. _ansible_collections.cloudserver.compute.docsite.roles_needed:

Roles needed on OpenStack
=========================

This page lists the role that the user of a task needs in the project on OpenStack. Keystone has the roles
``reader``, ``member``, ``manager`` and ``admin``. Each of them includes the ones before it. To make the page, each task
was run as a user with each of the roles, on a cloud whose services have their default policies:

{services}
A cloud can have other policies. Then the message of a refusal (``HTTP 403``) usually names the rule that the
administrator of the cloud can change. With ``enforce_new_defaults = false`` in ``[oslo_policy]``, the default of older
releases, a user with any role in the project can do what a ``member`` can. The page does not apply to the policies of
EasyStack and UnitedStack.

Give the user of an automation the weakest role that its tasks need. Nova lets a ``manager`` migrate servers to hosts
that the scheduler chooses. :ansplugin:`cloudserver.compute.server_migrate#module` needs an ``admin`` nevertheless,
because it lists the compute services and compares the hosts of the servers.

Huawei Cloud does not have these roles. The permissions there are those of IAM, such as ``kps:SSHKeyPair:list`` of the
key pair service, see :ref:`ansible_collections.cloudserver.compute.docsite.platform_huaweicloud`.

Modules
-------

The role is the weakest one with which the module is of use. The last column has the tasks that need another role.
"""
_TASKS = """
Tasks
-----

The rules are those of the policies that refused the task to a user with a weaker role. A task that sends several
requests can need further rules.
"""


def load() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(DATA.read_text())
    return document


def needed(row: Mapping[str, Any]) -> str:
    """The weakest role that is allowed all of the task. Raises ValueError if a stronger one is not."""
    allowed = [role for role in ROLES if row["roles"].get(role) == ALLOWED]
    if not allowed or allowed != list(ROLES[ROLES.index(allowed[0]) :]):
        raise ValueError(f"{row['module']}, {row['task']}: it is allowed to {', '.join(allowed) or 'no role'}")
    return allowed[0]


def modules(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The weakest role that is allowed any task, by module."""
    found: dict[str, str] = {}
    for row in rows:
        roles = (needed(row), found.get(row["module"], ROLES[-1]))
        found[row["module"]] = min(roles, key=ROLES.index)
    return found


def page(document: Mapping[str, Any]) -> str:
    """The page of the roles."""
    rows = document["tasks"]
    services = [
        (name, *(_word(values[key]) for key in ("version", "enforce_new_defaults", "enforce_scope")))
        for name, values in document["services"].items()
    ]
    head = ("Service", "Version", "``enforce_new_defaults``", "``enforce_scope``")
    parts = [_HEAD.format(services=table(head, services).lstrip("\n")), _summary(rows), _TASKS]
    for module in dict.fromkeys(row["module"] for row in rows):
        title = "Inventory plugin" if module == INVENTORY else f"``{module}``"
        own = [_cells(row) for row in rows if row["module"] == module]
        parts += [f"\n{title}\n{'~' * len(title)}\n", table(("Task", "Role", "With a weaker role", "Rules"), own)]
    return "".join(parts)


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _summary(rows: Sequence[Mapping[str, Any]]) -> str:
    cells = []
    for module, role in modules(rows).items():
        others: dict[str, list[str]] = {}
        for row in rows:
            if row["module"] == module and needed(row) != role:
                others.setdefault(needed(row), []).append(row["task"])
        texts = [f"``{other}``: {'; '.join(others[other])}" for other in ROLES if other in others]
        cells.append((module_reference(module), f"``{role}``", ". ".join(texts)))
    cells += [(module_reference(module), "", reason) for module, reason in ELSEWHERE.items()]
    return table(("Module", "Role", "Tasks that need another role"), sorted(cells))


def _cells(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    rules = ", ".join(f"``{rule}``" for rule in row.get("rules", ()))
    return row["task"], f"``{needed(row)}``", _without(row), rules


def _without(row: Mapping[str, Any]) -> str:
    """What a user with a weaker role gets."""
    found = {answer for answer in row["roles"].values() if answer != ALLOWED}
    if not found:
        return ""
    if PARTLY not in found:
        return f"refused: {row['lacks']}" if "lacks" in row else "refused"
    words = row.get("lacks", "a part of the result is missing")
    return words if len(found) == 1 else f"{words}, or refused"


def main(argv: Sequence[str] | None = None) -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(argv)
    try:
        made = page(load())
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    PAGE.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
