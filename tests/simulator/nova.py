"""Nova v2.1 as plain OpenStack serves it, and the frame in which easystack and ustack differ from it.

Facts: the Compute API reference and its microversion history; a real Nova 34 for what the reference leaves open.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import nova_actions
import nova_aggregates
import nova_consoles
import nova_create
import nova_flavor_admin
import nova_flavors
import nova_groups
import nova_guests
import nova_hypervisors
import nova_interfaces
import nova_keypairs
import nova_life
import nova_metadata
import nova_migrations
import nova_resize_end
import nova_services
import nova_snapshots
import nova_views
import nova_volumes
from call import Call, Picker, Refusal, Router, answer
from flask import Response, request
from fleet import Server
from nova_checks import refuse
from nova_query import list_page

# What every answer to a request without a microversion bears.
LOWEST = {
    "OpenStack-API-Version": "compute 2.1",
    "X-OpenStack-Nova-API-Version": "2.1",
    "Vary": "OpenStack-API-Version, X-OpenStack-Nova-API-Version",
}
_VERSION = re.compile(r"([1-9]\d*)\.([1-9]\d*|0)")


@dataclass(frozen=True)
class Dialect:
    """Where one Nova-like platform differs. `ids` maps the names of the calls below to operations.yml."""

    platform: str
    version: str  # the path segment: v2.1 or v2
    microversions: bool
    summary: Callable[[Call, Server], dict[str, Any]]
    detail: Callable[[Call, Server], dict[str, Any]]
    ids: dict[str, str]
    actions: dict[str, nova_actions.Action] = field(default_factory=dict)
    everybody_filters: bool = False  # the filters that plain Nova keeps for administrators until 2.83
    manages: bool = True  # flavors, aggregates and zones are managed through this API
    keypair_status: int | None = None  # of creating and deleting key pairs, where no microversion rules it


def actions(
    rebuild: str, detail: Callable[[Call, Server], dict[str, Any]], live: str | None = None
) -> dict[str, nova_actions.Action]:
    """The actions of plain Nova and of EasyStack; `detail` shows the server that is being rebuilt, `live` is the id of
    a live resize."""
    return {
        **nova_actions.standard(),
        "changePassword": nova_guests.change_password("E28"),
        "rebuild": nova_guests.rebuild(rebuild, detail),
        **nova_resize_end.standard(None, None),
        **nova_migrations.standard("E20", "E21", "E22"),
        **nova_life.actions(live),
        "createImage": nova_snapshots.create_image("E15"),
        **nova_consoles.actions(None),
        **nova_consoles.output(),
    }


OPENSTACK = Dialect(
    "openstack",
    "v2.1",
    True,
    nova_views.summary,
    nova_views.detail,
    {
        "list servers": "E01",
        "list servers with details": "E02",
        "list recycle bin": "E31",
        "show server": "E03",
        "list keypairs": "E37",
        "create keypair": "E38",
        "import keypair": "E39",
        "delete keypair": "E40",
        "list flavors": "E41",
        "list flavors with details": "E41",
        "create flavor": "E42",
        "delete flavor": "E43",
        "addTenantAccess": "E44",
        "removeTenantAccess": "E45",
        "set extra specs": "E46",
        "list aggregates": "E47",
        "create aggregate": "E48",
        "update aggregate": "E49",
        "delete aggregate": "E50",
        "add_host": "E51",
        "remove_host": "E52",
        "list zones with hosts": "E53",
        "show metadata": "E57",
        "replace metadata": "E58",
        "create server": "E04",
        "update server": "E12",
        "delete server": "E27",
        "attach interface": "E16",
        "detach interface": "E17",
        "attach volume": "E18",
        "detach volume": "E19",
        "list hypervisors with details": "E54",
        "disable service": "E55",
        "enable service": "E56",
        "list server groups": "E34",
        "create server group": "E35",
        "delete server group": "E36",
    },
    actions("E26", nova_views.detail),
)


def register(router: Router) -> None:
    register_dialect(router, OPENSTACK)


def register_dialect(router: Router, dialect: Dialect) -> None:
    """All calls of one platform, with and without the project in the path."""
    platform = dialect.platform
    root = "/%s/<compute>" % platform
    for rule, one in ((root, False), ("%s/%s" % (root, dialect.version), True)):
        router.add(platform, "GET", rule, _versions(dialect, one), name="compute versions", before=_find_region)
    enter = _entrance(dialect)
    prefixes = ["%s/%s/<string(length=32):pid>" % (root, dialect.version)]
    if dialect.version == "v2.1":
        prefixes.append("%s/%s" % (root, dialect.version))
    for prefix in prefixes:

        def add(
            method: str,
            rule: str,
            view: Callable[..., Response],
            name: str,
            pick: Picker | None = None,
            prefix: str = prefix,
        ) -> None:
            router.add(
                platform,
                method,
                prefix + rule,
                view,
                operation=dialect.ids.get(name),
                name=name,
                pick=pick,
                before=enter,
            )

        add("GET", "/servers", _list_view(dialect, False), "list servers")
        add("GET", "/servers/detail", _list_view(dialect, True), "list servers with details", _pick_list(dialect))
        add("GET", "/servers/<server_id>", _show_view(dialect), "show server")
        add("POST", "/servers", nova_create.create(dialect), "create server")
        nova_life.register(add, one_server, dialect)
        add("POST", "/servers/<server_id>/action", _action_view(dialect), "server action", _pick_action(dialect))
        add("GET", "/servers/<server_id>/os-instance-actions", _instance_actions, "list instance actions")
        add("GET", "/servers/<server_id>/os-instance-actions/<request_id>", _instance_action, "show instance action")
        add("GET", "/flavors", nova_flavors.list_flavors(dialect.version, False), "list flavors")
        add("GET", "/flavors/detail", nova_flavors.list_flavors(dialect.version, True), "list flavors with details")
        add("GET", "/flavors/<flavor_id>", nova_flavors.show_flavor(dialect.version), "show flavor")
        nova_metadata.register(add, one_server)
        nova_volumes.register(add, one_server, 202 if dialect.version == "v2" else 200)
        nova_interfaces.register(add, one_server, dialect.ids.get("attach network"), dialect.version == "v2")
        nova_keypairs.register(add, dialect.keypair_status, dialect.keypair_status, dialect.ids)
        if dialect.manages:
            nova_flavor_admin.register(add, dialect.version, dialect.ids)
            nova_aggregates.register(add, dialect.ids)
            nova_services.register(add, dialect.ids)
            nova_hypervisors.register(add)
            nova_groups.register(add)
            nova_consoles.register(add, one_server)


def one_server(call: Call, server_id: str) -> Server:
    """The server, or 404: unknown, deleted, in another region, or another project's (unless the caller is admin)."""
    server = call.fleet.servers.get(server_id)
    if (
        server is None
        or server.vm_state == "deleted"
        or server.region != call.region
        or not (call.is_admin or server.project_id == call.project_id)
    ):
        raise refuse(404, "Instance %s could not be found." % server_id)
    return server


def _find_region(call: Call, words: dict[str, str]) -> None:
    compute = words.pop("compute")
    regions = call.sim.platform(call.platform)["regions"]
    if compute == "compute":
        call.region = regions[0]
    elif compute.startswith("compute-") and compute[8:] in regions[1:]:
        call.region = compute[8:]
    else:
        raise Refusal(404, "404 Not Found\n\nThe resource could not be found.\n\n   ")


def _entrance(dialect: Dialect) -> Callable[[Call, dict[str, str]], None]:
    """What happens before each call, in the order of the real pipeline: token, microversion, project, role."""

    def enter(call: Call, words: dict[str, str]) -> None:
        _find_region(call, words)
        call.token = call.sim.tokens[call.platform].find(request.headers.get("X-Auth-Token"))
        if call.token is None:
            raise Refusal(
                401,
                {
                    "error": {
                        "code": 401,
                        "title": "Unauthorized",
                        "message": "The request you have made requires authentication.",
                    }
                },
                {"WWW-Authenticate": 'Keystone uri="%s/%s/identity"' % (call.sim.base_url, call.platform)},
            )
        if dialect.microversions:
            negotiate(call)
        pid = words.pop("pid", None)
        call.scoped = pid is not None
        if call.token.project is None:
            raise refuse(403, "Policy doesn't allow os_compute_api:servers:index to be performed.")
        if pid is not None and pid != call.token.project["id"]:
            raise refuse(
                400,
                "Malformed request URL: URL's project_id '%s' doesn't match Context's project_id '%s'"
                % (pid, call.token.project["id"]),
            )

    return enter


def negotiate(call: Call) -> None:
    """The microversion that the request asks for; the lowest where it asks for none."""
    limits = call.sim.platform(call.platform)["microversions"]
    low, high = _pair(str(limits["min"])), _pair(str(limits["max"]))
    wanted = None
    for part in request.headers.get("OpenStack-API-Version", "").split(","):
        words = part.split()
        if len(words) == 2 and words[0] == "compute":
            wanted = words[1]
    wanted = wanted or request.headers.get("X-OpenStack-Nova-API-Version")
    if wanted is None:
        call.microversion = low
    elif wanted.strip() == "latest":
        call.microversion = high
    elif not _VERSION.fullmatch(wanted.strip()):
        raise refuse(400, "API Version String %s is of invalid format. Must be of format MajorNum.MinorNum." % wanted)
    else:
        call.microversion = _pair(wanted.strip())
    call.headers["Vary"] = "OpenStack-API-Version, X-OpenStack-Nova-API-Version"
    # A version that is refused is repeated too.
    text = "%d.%d" % call.microversion
    call.headers["OpenStack-API-Version"] = "compute " + text
    call.headers["X-OpenStack-Nova-API-Version"] = text
    if not low <= call.microversion <= high:
        raise refuse(
            406,
            "Version %s is not supported by the API. Minimum is %s and maximum is %s."
            % (wanted, limits["min"], limits["max"]),
        )


def _pair(text: str) -> tuple[int, int]:
    major, minor = text.split(".")
    return int(major), int(minor)


def _versions(dialect: Dialect, one: bool) -> Callable[[Call], Response]:
    """The version documents; they need no token."""

    def versions(call: Call) -> Response:
        compute = call.path.strip("/").split("/")[1]
        limits = call.sim.platform(call.platform).get("microversions") or {"min": "", "max": ""}
        entry = {
            "id": "v2.1" if dialect.microversions else "v2.0",
            "status": "CURRENT",
            "version": str(limits["max"]),
            "min_version": str(limits["min"]),
            "updated": "2013-07-23T11:33:21Z" if dialect.microversions else "2011-01-21T11:33:21Z",
            "links": [
                {"rel": "self", "href": "%s/%s/%s/%s/" % (call.sim.base_url, call.platform, compute, dialect.version)}
            ],
        }
        if dialect.microversions and one:
            call.headers.update(LOWEST)
        if not one:
            return answer({"versions": [entry]})
        entry["links"].append({"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"})
        media = {"base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1"}
        return answer({"version": {**entry, "media-types": [media]}})

    return versions


def _list_view(dialect: Dialect, details: bool) -> Callable[[Call], Response]:
    def list_servers(call: Call) -> Response:
        page, link = list_page(call, details, dialect)
        render = dialect.detail if details else dialect.summary
        rows = [nova_views.rendered(call, server, render) for server in page]
        tail = b"" if link is None else nova_views.next_link("servers_links", link)
        return answer(b'{"servers": [' + b", ".join(rows) + b"]" + tail + b"}")

    return list_servers


def _pick_list(dialect: Dialect) -> Picker:
    def pick(_body: Any) -> tuple[str | None, str]:
        wanted = request.args.get("deleted", "").lower() in ("1", "true") and "list recycle bin" in dialect.ids
        name = "list recycle bin" if wanted else "list servers with details"
        return dialect.ids.get(name), name

    return pick


def _show_view(dialect: Dialect) -> Callable[..., Response]:
    def show_server(call: Call, server_id: str) -> Response:
        server = one_server(call, server_id)
        # A list does not tell it.
        groups = b', "server_groups": []' if call.microversion >= (2, 71) else b""
        return answer(b'{"server": ' + nova_views.rendered(call, server, dialect.detail)[:-1] + groups + b"}}")

    return show_server


def _pick_action(dialect: Dialect) -> Picker:
    def pick(body: Any) -> tuple[str | None, str]:
        key = next(iter(body)) if isinstance(body, dict) and len(body) == 1 else ""
        action = dialect.actions.get(key)
        return (action.operation, key) if action else (None, key or "server action")

    return pick


def _action_view(dialect: Dialect) -> Callable[..., Response]:
    def server_action(call: Call, server_id: str) -> Response:
        # Nova does not read a body of another type at all.
        if request.mimetype != "application/json" or not isinstance(call.body, dict):
            raise refuse(400, "Malformed request body")
        if len(call.body) != 1:
            raise refuse(400, "Malformed request body: too many body keys" if call.body else "Malformed request body")
        key, argument = next(iter(call.body.items()))
        if key not in dialect.actions:
            raise refuse(400, "There is no such action: %s" % key)
        action = dialect.actions[key]
        action.check(call, argument)
        server = one_server(call, server_id)
        return action.run(call, server, argument)

    return server_action


def _instance_actions(call: Call, server_id: str) -> Response:
    server = one_server(call, server_id)
    rows = [nova_actions.describe(call, server, record) for record in reversed(server.actions)]
    return answer({"instanceActions": rows})


def _instance_action(call: Call, server_id: str, request_id: str) -> Response:
    server = one_server(call, server_id)
    for record in server.actions:
        if record.request_id == request_id:
            return answer({"instanceAction": nova_actions.describe(call, server, record, events=True)})
    raise refuse(404, "Action for request_id %s on instance %s not found" % (request_id, server_id))
