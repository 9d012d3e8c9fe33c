# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking for something of one server after the other, many at a time."""

from __future__ import annotations

from typing import Callable, Sequence, TypeVar

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import AuthenticationFailed
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel

T = TypeVar("T")


def ask_each(ask: Callable[[T], PendingAction], items: Sequence[T], parallel: int) -> list[PendingAction]:
    """The pending actions, in the order of the items. The first one is asked for alone: where the credentials are
    wrong, they are wrong for all the others too, and AuthenticationFailed is raised; not where a part of it was
    accepted before."""
    pending_actions = [ask(item) for item in items[:1]]
    if (
        pending_actions
        and isinstance(pending_actions[0].error, AuthenticationFailed)
        and not pending_actions[0].outcome_unknown
    ):
        raise pending_actions[0].error
    return pending_actions + in_parallel(ask, items[1:], parallel)
