# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors of planning and execution: invalid requests, and runs that failed after some steps."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError


class InvalidRequest(Exception):
    """The options, the selection or the present state do not allow the task. The message is one sentence for the user:
    what is wrong, and what to do."""


class OutcomeUnknown(CloudError):
    """The response of the cloud does not prove a change, and the state does not show whether it was made."""


class PartialFailure(Exception):
    """The cloud rejected a step. ``completed_steps`` are the steps before it, in order, as the user reads them."""

    def __init__(self, error: CloudError, completed_steps: Sequence[str]) -> None:
        super().__init__(str(error))
        self.error = error
        self.completed_steps = tuple(completed_steps)

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or may have been changed."""
        return bool(self.completed_steps) or isinstance(self.error, OutcomeUnknown)
