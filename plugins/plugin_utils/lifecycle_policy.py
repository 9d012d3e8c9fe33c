# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the role lifecycle, validated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.plugin_utils.lifecycle_reasons import Criteria
from ansible_collections.cloudserver.compute.plugins.plugin_utils.times import (
    InvalidDeclaration,
    text_list,
    whole_number,
)

MARKING, WARNING, STOPPING, SNAPSHOT, DELETION = STAGES = ("mark", "warn", "stop", "snapshot", "delete")


@dataclass(frozen=True)
class Policy:
    """The variables of the role. ``delays`` are days after the mark, by stage; a stage that is missing is not done."""

    criteria: Criteria
    delays: Mapping[str, int]
    protected_tags: tuple[str, ...] = ()
    ignore_statuses: tuple[str, ...] = ()
    max_stop: int = 0
    max_delete: int = 0
    max_stop_percent: int = 100
    max_delete_percent: int = 100
    #: The platforms without snapshots of stopped servers.
    running_snapshots: tuple[str, ...] = ()

    @property
    def marks(self) -> bool:
        return MARKING in self.delays


def read_policy(
    stages: Any = (),
    expires_tag: Any = "expires",
    idle_days: Any = 0,
    image_days: Any = 0,
    deleted_images: Any = False,
    required_tags: Any = (),
    protected_tags: Any = (),
    ignore_statuses: Any = (),
    warn_after_days: Any = 0,
    stop_after_days: Any = 7,
    snapshot_after_days: Any = 7,
    delete_after_days: Any = 30,
    running_snapshots: Any = (),
    **caps: Any,
) -> Policy:
    """The policy of the role's variables, without their prefix. Raises InvalidDeclaration."""
    criteria = Criteria(
        str(expires_tag or ""),
        whole_number("idle_days", idle_days, 0),
        whole_number("image_days", image_days, 0),
        bool(deleted_images),
        text_list("required_tags", required_tags),
    )
    days = {
        MARKING: 0,
        WARNING: whole_number("warn_after_days", warn_after_days, 0),
        STOPPING: whole_number("stop_after_days", stop_after_days, 0),
        SNAPSHOT: whole_number("snapshot_after_days", snapshot_after_days, 0),
        DELETION: whole_number("delete_after_days", delete_after_days, 1),
    }
    numbers = {name: whole_number(name, caps.get(name, 0), 0) for name in ("max_stop", "max_delete")}
    for name in ("max_stop_percent", "max_delete_percent"):
        numbers[name] = whole_number(name, caps.get(name, 100), 0, 100)
    wanted = text_list("stages", stages)
    delays = {stage: days[stage] for stage in STAGES if stage in wanted}
    _check_stages(wanted, delays)
    return Policy(
        criteria,
        delays,
        text_list("protected_tags", protected_tags),
        tuple(status.upper() for status in text_list("ignore_statuses", ignore_statuses)),
        running_snapshots=text_list("running_snapshots", running_snapshots),
        **numbers,
    )


def _check_stages(wanted: Sequence[str], delays: Mapping[str, int]) -> None:
    unknown = [stage for stage in wanted if stage not in STAGES]
    if unknown:
        raise InvalidDeclaration("stages: there is no stage %s; use %s" % (", ".join(unknown), ", ".join(STAGES)))
    if delays and MARKING not in delays:
        raise InvalidDeclaration("stages: %s needs mark, because a server is marked first" % next(iter(delays)))
    late = [stage for stage in delays if DELETION in delays and delays[stage] > delays[DELETION]]
    if late:
        raise InvalidDeclaration("delete_after_days: %d days are less than %s_after_days" % (delays[DELETION], late[0]))
    late = [stage for stage in delays if WARNING in delays and stage != MARKING and delays[stage] < delays[WARNING]]
    if late:
        raise InvalidDeclaration("%s_after_days: it is less than warn_after_days; warn first" % late[0])
