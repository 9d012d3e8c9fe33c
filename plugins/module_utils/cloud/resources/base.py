# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of the resource clients.

A resource client holds the platform's ``api`` and no state of its own. A method that a platform does not override
raises UnsupportedOperation, which says what to use instead. Every method raises CloudError; a resource that does not
exist is ``None``, not an error. A method that changes something returns only where the cloud's response proves the
change: after an InvalidResponse the state decides.
"""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.api import Api


class Resource:
    """One kind of resource of a cloud."""

    #: The capability that a platform without this resource lacks.
    capability = ""

    def __init__(self, api: Api) -> None:
        self.api = api

    def unsupported(self, capability: str = "") -> UnsupportedOperation:
        """The error of a method that the platform does not offer."""
        return self.api.rules.unsupported(capability or self.capability)
