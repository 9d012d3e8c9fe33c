"""The tasks that are hit: a module with its options, on each platform that has the operation."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

MODULES = "ansible_collections.cloudserver.compute.plugins.modules."
#: Stands for the inventory plugin where a module's name is asked for.
INVENTORY = "inventory"
ALL = ("huaweicloud", "easystack", "ustack", "openstack")
NOVA = ("easystack", "ustack", "openstack")
#: Those with Nova's administrators' calls and microversions.
FULL = ("easystack", "openstack")

#: Requests that leave nothing behind which could be counted, or destroy what is there: how often the service has
#: carried them out is counted in the proxy. Things made twice are found in the simulator's state.
UNREPEATABLE = frozenset({
    "reboot", "rebuild", "os-change", "os-reinstall", "os-migrateLive", "migrate", "evacuate", "resize", "live_resize",
    "createImage",
})  # fmt: skip

Options = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Task:
    """A task on a platform; `module` may be the inventory plugin.

    `options(world)` are the module's; `prepare(world)` brings the simulator to where the task begins; `user` "admin" is
    the administrator. `info`: it changes nothing, so its data are compared. `again`: a second run changes something, by
    its documentation. `unshown`: no record shows what it did, so a second run after a fault may say `changed` again.
    `final`: a second run after an interruption may fail, or warn, with these words, for
    the first one has lost what no run can bring back. `secrets` may not be in any output.
    """

    name: str
    module: str
    platform: str
    options: Options = field(repr=False)
    prepare: Callable[[Any], None] | None = field(default=None, repr=False)
    user: str = ""
    info: bool = False
    again: bool = False
    unshown: bool = False
    final: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def label(self) -> str:
        return f"{self.platform}/{self.name}"

    @property
    def knows(self) -> Mapping[str, Any]:
        """The options that the module or the inventory plugin has."""
        if self.module == INVENTORY:
            from inventory_run import options

            return options()
        return dict(import_module(MODULES + self.module).MODULE.argument_spec)


def define(
    found: list[Task],
    name: str,
    platforms: tuple[str, ...],
    options: Options | Mapping[str, Any],
    **more: Any,
) -> None:
    """Adds a task, `module.what`, for each of the platforms."""
    chosen: Options = options if callable(options) else lambda world: options  # type: ignore[assignment,return-value]
    for platform in platforms:
        found.append(Task(name, name.partition(".")[0], platform, chosen, **more))
