# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers on a host whose compute service is down.

Nova accepts most actions on such a server, and nothing carries them out: the server keeps its ``task_state`` until the
host is up again. EasyStack's documentation names "the compute service of the host is up" as a precondition of these
actions. The state is in the records only if the cloud shows it to the user (``host_status``, from microversion 2.16 on,
by default to administrators, on EasyStack to every user).
"""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

#: The compute service is forced down by an administrator, or does not report. A host in MAINTENANCE is up.
_DEAD = ("DOWN", "UNKNOWN")
#: The actions that the compute service of the host carries out. It is not needed to delete a server, to lock it, to
#: change its name, metadata and tags, and to evacuate it.
_OF_HOST = frozenset(
    (
        "start stop reboot pause unpause suspend resume rebuild change_password resize live_resize confirm_resize"
        " revert_resize create_image attach_volume detach_volume attach_interface detach_interface migrate live_migrate"
        " restore"
    ).split()
)

_ADVICE = "evacuate the server with server_migrate and mode: evacuate%s, or bring the host up"


def is_host_dead(server: Server) -> bool:
    return (server.host_status or "").upper() in _DEAD


def refusal_of_host(server: Server, actions: tuple[str, ...]) -> str | None:
    """Why the actions cannot be carried out, and what to do; ``None`` if they can, or if it is unknown."""
    if not is_host_dead(server) or not _OF_HOST.intersection(actions):
        return None
    return "%s, so the cloud would accept the action and not carry it out; %s" % (_fact(server), _advice(server))


def hint_of_host(server: Server) -> str:
    """The hint for an action that does not end on a host that is down."""
    fact = _fact(server)
    return "%s: %s." % (fact[0].upper() + fact[1:], _advice(server))


def _advice(server: Server) -> str:
    return _ADVICE % (" (from_host: %s)" % server.host if server.host else "")


def _fact(server: Server) -> str:
    name = " " + server.host if server.host else ""
    return "the compute service of its host%s is down (host_status %s)" % (name, server.host_status)
