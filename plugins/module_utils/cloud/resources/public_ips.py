# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Public addresses."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import Network
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.public_ip import PublicIp
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class PublicIps(Resource):
    """The public addresses of the project. Binding and unbinding are actions on servers."""

    capability = "bind_public_ip"

    def list(self) -> Sequence[PublicIp]:
        """All public addresses, bound or not."""
        raise self.unsupported()

    def networks(self) -> Sequence[Network]:
        """The networks with public addresses; none on a cloud whose addresses belong to no network."""
        raise self.unsupported()
