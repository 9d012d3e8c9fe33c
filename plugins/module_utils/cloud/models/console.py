# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Consoles of servers: URLs that open one in a browser, and console output."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    Conflict,
    ServerError,
)

#: Each type of console, and the protocol behind it.
PROTOCOLS = {
    "novnc": "vnc",
    "spice-html5": "spice",
    "rdp-html5": "rdp",
    "serial": "serial",
    "webmks": "mks",
}
USUAL = "novnc"


@dataclass(frozen=True)
class Console:
    """A console. ``url`` contains a token that opens it without a password, so it is a secret."""

    type: str
    protocol: str
    url: str = field(repr=False)


def explained(error: CloudError, kind: str) -> CloudError:
    """The error with a hint, if the service's own message does not contain one."""
    if isinstance(error, Conflict):
        error.hint = "A server has a console while it runs; start it with server_power."
    elif isinstance(error, BadRequest) or (isinstance(error, ServerError) and error.status in (500, 501)):
        error.hint = "The cloud may have no console of type %s; try another type." % kind
    return error
