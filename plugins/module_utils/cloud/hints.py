# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hints for errors of a cloud: by its error code, by its message, by the HTTP status.

Codes: the error code tables of Huawei Cloud ECS, of its API gateway and of IAM. Messages: Nova, Neutron, Cinder and
Glance have no codes, so only the words of a message distinguish an exceeded quota from a missing role.
"""

from __future__ import annotations

import re
from typing import Sequence

_TOO_MANY = "Too many requests; try later or lower the option parallel."
_NO_PERMISSION = "Give the user or agency a permission for this operation in this project."
_LOCKED = "The server is locked: unlock it first."
_RAISE_QUOTA = "delete what is no longer needed, or have the cloud's administrator raise the quota."

#: A 404 that does not come from the service.
FOREIGN_404 = (
    "The response does not come from the service: the address is wrong, or a proxy responded. Check endpoint, region"
    " and proxy."
)

BY_CODE = {
    "Ecs.0001": "A quota of the project is used up: delete what is no longer needed, or apply for a higher quota.",
    "Ecs.0005": "Compare the values with what the service accepts; the detail names the one it refuses.",
    "Ecs.0011": "Choose a password of 8 to 26 characters with three of: upper case, lower case, digits, specials.",
    "Ecs.0023": "Check auth.project_id: the request and the credentials belong to different projects.",
    "Ecs.0029": "No flavor has this id in this region; list them with flavor_info.",
    "Ecs.0031": "No image has this id in this region; check the image and the region.",
    "Ecs.0100": "The server's state does not allow it: wait until its current task has ended, then try again.",
    "Ecs.0110": _NO_PERMISSION,
    "Ecs.0114": "No server has this id in this project and region; check ids, region and auth.project_id.",
    "Ecs.0118": "Request at most 1000 servers at once.",
    "Ecs.0314": "No key pair has this name; list them with keypair_info.",
    "Ecs.0603": "Another command is running on the server: try again in a minute.",
    "Ecs.0605": _LOCKED,
    "Ecs.0613": "Install the password reset plug-in in the server first.",
    "APIGW.0101": "There is no such API at this address; check endpoint and region.",
    "APIGW.0301": (
        "Check auth.access_key, auth.secret_key (or auth.token) and this machine's clock, which may be at most 15"
        " minutes off; five wrong signatures in a row lock the key for five minutes."
    ),
    "APIGW.0302": _NO_PERMISSION,
    "APIGW.0307": "Get a new token: the one in auth.token has expired.",
    "APIGW.0308": _TOO_MANY,
    "Common.0013": "Get a new token: the one that was sent is no longer valid.",
    "Common.0018": "Check auth.project_id: the token belongs to another project.",
    "Common.0024": _TOO_MANY,
    "Common.1503": _TOO_MANY,
    "Pdp.0001": _NO_PERMISSION,
}

BY_STATUS = {
    401: "Check the credentials: user, domain, project and password, key or token.",
    403: "Give the user a role in this project that the cloud's policy accepts for this operation.",
    404: "Check the id or name, and that region, project and endpoint are the intended ones.",
    406: "The service does not support the requested microversion.",
    409: "The current state does not allow it, for the reason in the message; change the state, then try again.",
    413: "Request less at once, or try later.",
    429: _TOO_MANY,
    502: "The gateway in front of the service got no response from it; try later.",
    503: "The service is not available at the moment; try later.",
    504: "The gateway in front of the service got no response from it in time; try later.",
}

#: The resource of a quota, by the words of the message; the first match is used. A message may name several.
_COUNTED = (
    (r"key ?pairs?", "key pairs of the user"),
    (r"servers? in (the )?group|server_group_members|group members", "servers in a server group"),
    (r"server.groups?", "server groups"),
    (r"metadata", "metadata items of a server"),
    (r"personality|injected|files?\b", "files that are given to a new server"),
    (r"security.groups?", "security groups"),
    (r"floating.?ips?", "floating addresses"),
    (r"ports?\b", "ports"),
    (r"snapshots?", "snapshots"),
    (r"volumes?\b|gigabytes", "volumes and their size"),
    (r"images?\b", "images"),
    (r"instances?\b|servers?\b", "servers"),
    (r"\b(cores|vcpus?|ram)\b", "CPUs and memory"),
)
_QUOTA = re.compile(
    r"quota|limit exceeded|maximum number of .* exceed|exceeds? (the )?maximum number|too many (key|server|port)"
    r"|(volume|port|snapshot|metadata|personality)\w* ?limit",
    re.IGNORECASE,
)
_AMOUNTS = (("instances", "servers"), ("cores", "CPUs"), ("ram", "memory"))

#: Words of a message, in lower case, and the hint: for every 4xx of a service without codes.
_BY_MESSAGE = (
    (
        r"plain http request was sent to (an )?https port|client sent an http request to an https server",
        "The port takes HTTPS: write https:// in the address.",
    ),
    (
        r"policy (does not|doesn't) allow os_compute_api:(os-(services|hypervisors|aggregates|flavor-|migrat|evacuate"
        r"|simple-tenant|admin-actions|availability-zone:detail)|servers:\w+:(get_all_tenants|host_status|forced_host)"
        r"|.*(reset_state|migrate))|policy (does not|doesn't) allow compute:servers:create:requested_destination",
        "In most clouds this needs an administrator's role: use an administrator's credentials, or give the user a role"
        " in this project that the cloud's policy accepts for this operation.",
    ),
    (
        r"in availability zone\(s\)|zone of the host would change|contain instances in this zone",
        "A host is in one availability zone, and it keeps that zone as long as it has servers: remove the host from"
        " the other aggregate, give the aggregate the host's zone, or move the servers away first.",
    ),
    (
        r"is in an invalid state for '",
        # Nova's words although no state prevents it: a password change meets a lock, or a rebuild finds no host.
        "The server is locked, or it was never scheduled to a host: unlock it, or check its fault.",
    ),
    # Nova has no code for it: "Instance … is locked".
    (r"is locked\.?$", _LOCKED),
    (r"in task_state ", "Another task is running on the server: wait until it has ended, then try again."),
    (r"in (vm_state|power_state) ", "The server's state does not allow it: change its state first."),
    (r"already exists", "The name or id is already in use: choose another one, or change the resource that uses it."),
)


def is_quota(message: str) -> bool:
    """Whether a refusal reports that a quota or another limit is exceeded."""
    return bool(_QUOTA.search(message))


def hint_for(status: int, codes: Sequence[str | None], message: str) -> str | None:
    """The hint for a response; ``None`` if there is none. A code in the details is more specific than the outer one
    (Ecs.0005 outside, Ecs.0057 inside), so the last known code is used."""
    for code in reversed(codes):
        hint = BY_CODE.get((code or "").replace("APIG.", "APIGW."))
        if hint:
            return hint
    if 400 <= status < 500 and status not in (401, 404, 406, 429):
        # Nova reports a quota as 403, Nova of 2014 and Cinder as 413, Neutron as 409.
        if is_quota(message):
            return _quota_hint(message.lower())
        for pattern, hint in _BY_MESSAGE:
            if re.search(pattern, message.lower()):
                return hint
    return BY_STATUS.get(status)


def _quota_hint(message: str) -> str:
    named = re.search(r"quota exceeded for (?:resources: \[)?([a-z_, ']+)", message)
    amounts = [word for key, word in _AMOUNTS if named and key in named.group(1)]
    if amounts:
        return "The project's quota of %s is used up: %s" % (" and ".join(amounts), _RAISE_QUOTA)
    for pattern, counted in _COUNTED:
        if re.search(pattern, message):
            return "The quota of %s is used up: %s" % (counted, _RAISE_QUOTA)
    return "A quota is used up: %s" % _RAISE_QUOTA
