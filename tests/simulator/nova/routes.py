"""The calls of a platform that serves Nova's API, and what is checked before each of them.

Facts: the Compute API reference and its microversion history; a real Nova 34 for what the reference leaves open.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from simulator.http.call import Call, Picker, Refusal, Router, unauthorized
from simulator.nova import (
    aggregates,
    consoles,
    create,
    flavor_admin,
    flavors,
    hypervisors,
    interfaces,
    keypairs,
    lifecycle,
    metadata,
    quotas,
    server_groups,
    servers,
    services,
    volumes,
)
from simulator.nova.checks import refuse
from simulator.nova.dialect import Dialect
from simulator.nova.microversions import negotiate, show_versions
from simulator.nova.servers import find_server


def register_dialect(router: Router, dialect: Dialect) -> None:
    """All calls of one platform, with and without the project in the path."""
    platform = dialect.platform
    root = "/%s/<compute>" % platform
    for rule, one in ((root, False), ("%s/%s" % (root, dialect.version), True)):
        router.add(platform, "GET", rule, show_versions(dialect, one), name="compute versions", before=_find_region)
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

        add("GET", "/servers", servers.list_view(dialect, False), "list servers")
        add(
            "GET",
            "/servers/detail",
            servers.list_view(dialect, True),
            "list servers with details",
            servers.pick_list(dialect),
        )
        add("GET", "/servers/<server_id>", servers.show_view(dialect), "show server")
        add("POST", "/servers", create.create(dialect), "create server")
        lifecycle.register(add, find_server, dialect)
        add(
            "POST",
            "/servers/<server_id>/action",
            servers.action_view(dialect),
            "server action",
            servers.pick_action(dialect),
        )
        add("GET", "/servers/<server_id>/os-instance-actions", servers.list_instance_actions, "list instance actions")
        add(
            "GET",
            "/servers/<server_id>/os-instance-actions/<request_id>",
            servers.show_instance_action,
            "show instance action",
        )
        add("GET", "/flavors", flavors.list_flavors(dialect.version, False), "list flavors")
        add("GET", "/flavors/detail", flavors.list_flavors(dialect.version, True), "list flavors with details")
        add("GET", "/flavors/<flavor_id>", flavors.show_flavor(dialect.version), "show flavor")
        metadata.register(add, find_server)
        volumes.register(add, find_server, 202 if dialect.version == "v2" else 200)
        several = dialect.platform != "openstack"
        interfaces.register(add, find_server, dialect.ids.get("attach network"), dialect.version == "v2", several)
        quotas.register(add, dialect.has_admin_api)
        keypairs.register(add, dialect.keypair_status, dialect.keypair_status, dialect.ids)
        if dialect.has_admin_api:
            flavor_admin.register(add, dialect.version, dialect.ids)
            aggregates.register(add, dialect.ids)
            services.register(add, dialect.ids)
            hypervisors.register(add)
            server_groups.register(add)
            consoles.register(add, find_server)


def _find_region(call: Call, parameters: dict[str, str]) -> None:
    compute = parameters.pop("compute")
    regions = call.sim.platform(call.platform)["regions"]
    if compute == "compute":
        call.region = regions[0]
    elif compute.startswith("compute-") and compute[8:] in regions[1:]:
        call.region = compute[8:]
    else:
        raise Refusal(404, "404 Not Found\n\nThe resource could not be found.\n\n   ")


def _entrance(dialect: Dialect) -> Callable[[Call, dict[str, str]], None]:
    """The checks before each call, in the order of the real pipeline: token, microversion, project, role."""

    def enter(call: Call, parameters: dict[str, str]) -> None:
        _find_region(call, parameters)
        call.token = call.sim.tokens[call.platform].find(request.headers.get("X-Auth-Token"))
        path = "/" + request.path.split("/", 3)[3]
        if call.token is None or not call.token.permits("compute", request.method, path):
            raise unauthorized(call)
        if dialect.microversions:
            negotiate(call)
        pid = parameters.pop("pid", None)
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
