# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What planning and carrying out raise: invalid requests, and work that ended half-way."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError


class InvalidRequest(Exception):
    """The task asks for something that cannot be: its options, its selection, or what there is do not allow it.

    The text is one sentence for the user: what is wrong and what to do.
    """


class OutcomeUnknown(CloudError):
    """The cloud's answer does not prove a change, and the state does not tell either whether it was made."""


class PartialFailure(Exception):
    """The cloud refused a step; ``completed_steps`` are those taken before it, in order, as the user reads them."""

    def __init__(self, error: CloudError, completed_steps: Sequence[str]) -> None:
        super().__init__(str(error))
        self.error = error
        self.completed_steps = tuple(completed_steps)

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or may have been."""
        return bool(self.completed_steps) or isinstance(self.error, OutcomeUnknown)
