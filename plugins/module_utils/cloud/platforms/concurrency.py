# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Submits requests for individual servers concurrently."""

from __future__ import annotations

from typing import Callable, Sequence, TypeVar

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import AuthenticationFailed
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel

T = TypeVar("T")


def raise_if_all_unauthorized(pending_actions: Sequence[PendingAction]) -> None:
    """Raises AuthenticationFailed if it is the error of every pending action: then nothing was submitted."""
    refused = [pending.error for pending in pending_actions if isinstance(pending.error, AuthenticationFailed)]
    if refused and len(refused) == len(pending_actions):
        raise refused[0]


def ask_each(ask: Callable[[T], PendingAction], items: Sequence[T], parallel: int) -> list[PendingAction]:
    """The pending actions, in the order of the items.

    The first item is submitted alone: if the credentials are invalid, they are invalid for all others, and
    AuthenticationFailed is raised; not if a part of it was accepted before.
    """
    pending_actions = [ask(item) for item in items[:1]]
    if (
        pending_actions
        and isinstance(pending_actions[0].error, AuthenticationFailed)
        and not pending_actions[0].outcome_unknown
    ):
        raise pending_actions[0].error
    return pending_actions + in_parallel(ask, items[1:], parallel)
