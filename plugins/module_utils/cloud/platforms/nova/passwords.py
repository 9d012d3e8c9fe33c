# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting passwords and metadata on a Nova cloud.

Facts: the Nova API reference; operations E28, E57, E58 and U11 of docs/operations.yml.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    has,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
    NovaActions,
)


class NovaPasswords(NovaActions):
    """The guest agent sets the password, so the guest must be running."""

    def set_metadata(self, server: Server, metadata: Mapping[str, str]) -> None:
        what = "set metadata of the server %s" % server.label
        answer = self.session.post(
            "%s/servers/%s/metadata" % (self.endpoint, path_segment(server.id)),
            json={"metadata": dict(metadata)},
            headers=self.headers(),
            what=what,
            expect="any",
            # It is safe to set the same keys and values again.
            is_retry_safe=True,
        )
        DocumentedResponse((200,), "metadata").read(answer, what, has(metadata))


def change_password(cloud: NovaActions, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    what = "set the password of the server %s" % server.label
    return ActionRequest({"changePassword": {"adminPass": arguments["password"]}}, what=what)
