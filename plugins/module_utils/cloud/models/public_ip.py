# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Public addresses, in one form for all platforms: floating IP addresses and elastic IP addresses."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.address import canonical_address
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server


@dataclass(frozen=True)
class PublicIp:
    """A public address of the project. ``port_id`` is the port that it is bound to. ``server_id`` is the server of that
    port, ``None`` if the cloud does not return it."""

    id: str
    address: str
    port_id: str | None = None
    server_id: str | None = None
    #: The external network of the address; ``None`` on a cloud that has none.
    network_id: str | None = None
    #: It is another one after each change, so that a request can be limited to the state that was read.
    revision: int | None = None

    def is_named(self, wanted: str) -> bool:
        """Whether this is its id or its address."""
        return wanted == self.id or canonical_address(wanted) == canonical_address(self.address)

    def is_bound_to(self, server: Server) -> bool:
        """Whether it is bound to a port of the server. The port decides, and the record of the server only if it shows
        no ports: two servers on different networks can have the same private address."""
        if not self.port_id:
            return False
        if self.server_id:
            return self.server_id == server.id
        ports = {address.port_id for address in server.addresses if address.port_id}
        if ports:
            return self.port_id in ports
        return self.address in {address.ip for address in server.addresses if address.public}
