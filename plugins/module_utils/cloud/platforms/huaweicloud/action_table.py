# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Huawei Cloud ECS can be asked to do to a server: a row for each action.

To add an action: a row here, its name in the ``capabilities`` of the platform's rules, and its plan.
"""

from __future__ import annotations

from typing import Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    interfaces,
    keypair_binding,
    lifecycle,
    passwords,
    public_ips,
    rebuild,
    recycle_bin,
    volumes,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    Send,
    for_each_server,
)

ACTIONS: Mapping[str, Send] = {
    # One call takes up to 1,000 servers.
    "start": lifecycle.start,
    "stop": lifecycle.stop,
    "reboot": lifecycle.reboot,
    "delete": lifecycle.delete,
    "change_password": passwords.change_password,
    # One server takes several calls.
    "replace_metadata": lifecycle.replace_metadata,
    "set_tags": lifecycle.set_tags,
    # One call a server.
    "rebuild": for_each_server(rebuild.rebuild),
    "update": for_each_server(lifecycle.update),
    "set_metadata": for_each_server(lifecycle.set_metadata),
    "remove_metadata": for_each_server(lifecycle.remove_metadata),
    "bind_public_ip": for_each_server(public_ips.bind_public_ip),
    "unbind_public_ip": for_each_server(public_ips.unbind_public_ip),
    "add_security_group": for_each_server(lifecycle.add_security_group),
    "remove_security_group": for_each_server(lifecycle.remove_security_group),
    "lock": for_each_server(lifecycle.lock),
    "unlock": for_each_server(lifecycle.unlock),
    "resize": for_each_server(lifecycle.resize),
    "attach_volume": for_each_server(volumes.attach_volume),
    "detach_volume": for_each_server(volumes.detach_volume),
    "update_volume": for_each_server(volumes.update_volume),
    "attach_interface": for_each_server(interfaces.attach_interface),
    "detach_interface": for_each_server(interfaces.detach_interface),
    # One call of the key pair service a server.
    "bind_keypair": keypair_binding.bind,
    "unbind_keypair": keypair_binding.unbind,
    "restore": recycle_bin.restore,
    "purge": recycle_bin.purge,
}
