# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The actions of a Nova cloud on servers: one row for each action.

To add an action: add a row here, or in the file of the only platform that supports it, add its name to the platform's
``capabilities``, and write its plan.
"""

from __future__ import annotations

from typing import Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import DocumentedResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import (
    interfaces,
    lifecycle,
    migrations,
    passwords,
    public_ips,
    rebuild,
    snapshots,
    volumes,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import NovaAction, sends

ACTIONS: Mapping[str, NovaAction] = {
    # Nova has one stop: the guest is shut down, and powered off after its shutdown timeout.
    "start": sends({"os-start": None}, what="start the server"),
    "stop": sends({"os-stop": None}, what="stop the server"),
    "pause": sends({"pause": None}, what="pause the server"),
    "unpause": sends({"unpause": None}, what="unpause the server"),
    "suspend": sends({"suspend": None}, what="suspend the server"),
    "resume": sends({"resume": None}, what="resume the server"),
    "reboot": sends(
        {"reboot": {"type": "SOFT"}},
        forced={"reboot": {"type": "HARD"}},
        only_record_shows=True,
        what="reboot the server",
    ),
    "rebuild": NovaAction(rebuild.rebuild, only_record_shows=True),
    "change_password": NovaAction(passwords.change_password, "changePassword", only_record_shows=True),
    "update": NovaAction(lifecycle.update),
    "set_metadata": NovaAction(lifecycle.set_metadata),
    "remove_metadata": NovaAction(lifecycle.remove_metadata),
    "replace_metadata": NovaAction(lifecycle.replace_metadata),
    "set_tags": NovaAction(lifecycle.set_tags),
    "bind_public_ip": NovaAction(public_ips.bind_public_ip),
    "unbind_public_ip": NovaAction(public_ips.unbind_public_ip),
    "make_public_ip": NovaAction(public_ips.make_public_ip),
    "release_public_ip": NovaAction(public_ips.release_public_ip),
    "add_security_group": NovaAction(lifecycle.add_security_group, "addSecurityGroup"),
    "remove_security_group": NovaAction(lifecycle.remove_security_group, "removeSecurityGroup"),
    "lock": NovaAction(lifecycle.lock),
    "unlock": sends({"unlock": None}, is_retry_safe=True),
    "reset_state": NovaAction(lifecycle.reset_state),
    "resize": NovaAction(lifecycle.resize),
    "confirm_resize": sends({"confirmResize": None}, "confirmResize", answer=DocumentedResponse((204, 202))),
    "revert_resize": sends({"revertResize": None}, "revertResize"),
    "delete": NovaAction(lifecycle.delete),
    "restore": sends({"restore": None}),
    "purge": sends({"forceDelete": None}, "forceDelete"),
    "migrate": NovaAction(migrations.migrate),
    "live_migrate": NovaAction(migrations.live_migrate, "live-migration"),
    "evacuate": NovaAction(migrations.evacuate, only_record_shows=True),
    "create_image": NovaAction(snapshots.create_image, "createImage"),
    "delete_image": NovaAction(snapshots.delete_image),
    "attach_volume": NovaAction(volumes.attach_volume),
    "detach_volume": NovaAction(volumes.detach_volume),
    "update_volume": NovaAction(volumes.update_volume),
    "attach_interface": NovaAction(interfaces.attach_interface),
    "detach_interface": NovaAction(interfaces.detach_interface),
}
