# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting passwords and metadata on a Nova cloud.

Facts: the Nova API reference; operations E28, E57, E58 and U11 of the operations list.
"""

from __future__ import annotations

from typing import Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import CHANGE_PASSWORD, Ticket
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AnswerLost,
    AuthenticationFailed,
    CloudError,
    ServiceFailed,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.parallel import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova_servers import NovaServers
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import Server

#: "Unable to set password on instance": the hypervisor cannot, now or later.
_CANNOT = 501


class NovaPasswords(NovaServers):
    """The guest's agent sets a password, so the guest must run."""

    def reset_passwords(self, servers: Sequence[Server], password: str, dry_run: bool = False) -> list[Ticket]:
        self.require(CHANGE_PASSWORD)
        if dry_run:
            self.require("password_dry_run")
        headers = self.headers()
        body = {"changePassword": {"adminPass": password}}

        def ask(server: Server) -> Ticket:
            url = "%s/servers/%s/action" % (self.endpoint, server.id)
            what = "set the password of the server %s" % server.label
            try:
                answer = self.session.post(url, json=body, headers=headers, what=what, expect="any")
            except (AnswerLost, ServiceFailed) as error:
                open_ = error.status != _CANNOT
                return Ticket(server.id, CHANGE_PASSWORD, server.name, error=error, uncertain=open_)
            except CloudError as error:
                return Ticket(server.id, CHANGE_PASSWORD, server.name, error=error)
            return Ticket(server.id, CHANGE_PASSWORD, server.name, request_id=answer.request_id)

        # The first one alone: where the credentials are wrong, they are wrong for all the others too.
        tickets = [ask(server) for server in servers[:1]]
        if tickets and isinstance(tickets[0].error, AuthenticationFailed):
            raise tickets[0].error
        return tickets + in_parallel(ask, servers[1:], self.parallel)

    def set_metadata(self, server: Server, metadata: Mapping[str, str]) -> None:
        self.session.post(
            "%s/servers/%s/metadata" % (self.endpoint, server.id),
            json={"metadata": dict(metadata)},
            headers=self.headers(),
            what="set metadata of the server %s" % server.label,
            expect="any",
            # The same keys and values once more change nothing.
            repeatable=True,
        )
