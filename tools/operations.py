"""Which operations and parameters of the documents the collection reaches, by docs/operations.yml.

tools/operation_checks.py checks the file, tools/operation_pages.py makes the documentation's pages from it, and
tests/integration/report.py says by which targets each of the operations is driven.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "docs" / "operations.yml"
MODULES = ROOT / "plugins" / "modules"
COLLECTION = "cloudserver.compute"
#: The name in `modules` of the inventory plugin.
INVENTORY = "inventory"
#: The key of docs/operations.yml that is no platform.
COMMON = "every_request"
HEADING = {
    "huaweicloud": "Huawei Cloud ECS and Flexus L",
    "easystack": "EasyStack ECS 6.2.1",
    "ustack": "UnitedStack UOS",
}


@dataclass(frozen=True)
class Parameters:
    """The parameters that a document names, by the ways in which they are reached, and the fields of the response that
    no result of a module shows; the values are reasons unless stated otherwise."""

    #: The options that are sent as the parameter.
    reached: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: What the collection sends or derives itself.
    derived: Mapping[str, str] = field(default_factory=dict)
    #: The id of the operation by which a task reaches the same.
    instead: Mapping[str, str] = field(default_factory=dict)
    unreached: Mapping[str, str] = field(default_factory=dict)
    fields_dropped: Mapping[str, str] = field(default_factory=dict)
    #: The names in requests of parameters that the collection sends by another name.
    sent_as: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """All parameters, in the order of the file."""
        return [*self.reached, *self.derived, *self.instead, *self.unreached]

    @property
    def sent(self) -> list[str]:
        """The parameters that requests of the operation contain."""
        return [*self.reached, *self.derived]

    def name_in_request(self, name: str) -> str:
        return self.sent_as.get(name, name)


@dataclass(frozen=True)
class Operation:
    """A row of docs/operations.yml; `platform` is the one whose document has it."""

    id: str
    platform: str
    method: str
    path: str
    action: str
    modules: tuple[str, ...]
    options: tuple[str, ...]
    parameters: Parameters = field(default_factory=Parameters)
    #: What it does, in words.
    name: str = ""
    #: The title of the document's section that describes it, and the address of that.
    section: str = ""
    link: str = ""

    @property
    def request(self) -> str:
        if self.method == "*":
            return "every request"
        return f"{self.method} {self.path}" + (f" ({self.action})" if self.action else "")


def load(path: Path = DATA) -> list[Operation]:
    """The operations in the order of the file."""
    return [
        Operation(
            row["id"],
            platform,
            row["method"],
            row["path"],
            action_of(row),
            tuple(row["modules"]),
            tuple(row.get("options", ())),
            parameters_of(row),
            row["name"],
            row.get("section", ""),
            row.get("link", ""),
        )
        for platform, rows in read(path).items()
        if platform != COMMON
        for row in rows
    ]


def load_common(path: Path = DATA) -> dict[str, Parameters]:
    """The parameters of every request, by platform."""
    return {platform: parameters_of(row) for platform, row in read(path)[COMMON].items()}


@cache
def read(path: Path = DATA) -> dict[str, Any]:
    """The document, which tools/operation_checks.py checks; nobody changes it."""
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def parameters_of(row: Mapping[str, Any]) -> Parameters:
    """The parameters of a row, or of every request to a platform."""
    return Parameters(
        {name: (value,) if isinstance(value, str) else tuple(value) for name, value in row["parameters"].items()},
        dict(row.get("set", {})),
        {name: other for other, names in row.get("instead", {}).items() for name in names},
        dict(row.get("unreached", {})),
        dict(row.get("fields_dropped", {})),
        dict(row.get("sent_as", {})),
    )


def action_of(row: Mapping[str, Any]) -> str:
    """The key that names the action where several share one path; empty for a request of its own path."""
    found = re.match(r'\{"([\w-]+)"', row.get("body", ""))
    return found[1] if found and "action" in row["path"] else ""


def summary(every: Iterable[Parameters]) -> str:
    """How many of the parameters are reached, and how."""
    known = list(every)
    reached, derived, instead, unreached = (
        sum(len(getattr(each, name)) for each in known) for name in ("reached", "derived", "instead", "unreached")
    )
    fields = {name for each in known for name in each.fields_dropped}
    return (
        f"{reached + derived + instead} of {reached + derived + instead + unreached} parameters are reached:\n"
        f"{reached} by an option, {derived} by the collection itself, {instead} by another operation;"
        f" {unreached} have a reason.\n{len(fields)} fields of responses are not shown, each with a reason."
    )


def everything(path: Path = DATA) -> list[Parameters]:
    """The parameters of all operations, and those of every request."""
    return [*load_common(path).values(), *(operation.parameters for operation in load(path))]
