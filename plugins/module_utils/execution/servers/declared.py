# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds what the options of a task name, and plans its servers: for one task, or for each entry of a fleet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.recycle_bin import RecycleBin
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.lookup import (
    DeclaredLookup,
    disks_with_ids,
    network_ids,
    vpc_with_id,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.named import NamedIds
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.observe import ObservedServers
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.public_ip import declared_public_ip
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.reads import Reads
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.references import References
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.security_groups import (
    declared_groups,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declaration import Declaration
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.resize import ignored_option
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.server_spec import ServerSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.spec import (
    check_options,
    new_server,
    server_spec,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.unapplied import check_selected
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.update import (
    hostname_warning,
    plan_servers,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.user_data import (
    disabled_password,
    read_user_data,
)


@dataclass(frozen=True)
class DeclaredOptions:
    """The checked options of a task; ``user_data`` is base64."""

    params: Mapping[str, Any]
    user_data: str | None

    @classmethod
    def of(cls, params: Mapping[str, Any], cloud: Compute, register_secret: Callable[[str], None]) -> DeclaredOptions:
        """Sends no request. Raises InvalidRequest and UnsupportedOperation."""
        check_options(params)
        check_selected(params, cloud.rules)
        most = cloud.rules.max_user_data_bytes
        user_data = read_user_data(params["user_data"], params["user_data_file"], most, register_secret)
        if params["return_passwords"]:
            cloud.require("response_passwords")
        return cls(params, user_data)


class Declarer:
    """Makes declarations of options and observed servers. Each list of the cloud is read once for all of them."""

    def __init__(self, cloud: Compute, warn: Callable[[str], None]) -> None:
        self.cloud = cloud
        self.warn = warn
        self.reads = Reads()
        self._found = DeclaredLookup(cloud, warn)
        self._names = NamedIds(cloud, self.reads, warn)

    def declare(self, options: DeclaredOptions, observed: ObservedServers) -> Declaration:
        """The declaration with its plan. Raises InvalidRequest and CloudError."""
        params, cloud, rules = options.params, self.cloud, self.cloud.rules
        present = params["state"] == "present"
        wanted = (params["image"] or params["iso"]) if present else None
        image = self._found.image(wanted, observed.servers)
        flavor = self._found.flavor(params["flavor"] if present else None, observed.servers)
        spec = replace(
            server_spec(params, rules, image, flavor, options.user_data, self._recycle_bin(params["state"])),
            security_groups=declared_groups(cloud, params, observed.servers, self.reads),
            public_ip=declared_public_ip(cloud, params, observed.servers, observed.to_make, self.reads),
        )
        plan = plan_servers(observed.servers, observed.to_make, spec, rules)
        names = [str(item.server.name) for item in plan.items if "create" in item.actions]
        if not names:
            return Declaration.of(params, spec, plan, None)
        # Only new servers need an image and a flavor that still exist.
        spec = replace(spec, image=self._found.image_to_use(image), flavor=self._found.flavor_to_use(params["flavor"]))
        plan = plan_servers(observed.servers, observed.to_make, spec, rules)
        vpc_id = vpc_with_id(self._names, params["vpc_id"])
        networks = network_ids(self._names, params["networks"], vpc_id)
        given = {**params, "vpc_id": vpc_id}
        # Options that contradict each other are reported before the names of disks are looked up.
        new = new_server(given, spec, rules, options.user_data, names, networks, noted=params)
        found = {**given, **disks_with_ids(self._names, self._found, params)}
        if found != given:
            new = new_server(found, spec, rules, options.user_data, names, networks, noted=params)
        return Declaration.of(params, spec, plan, new)

    def references(self, new: Sequence[NewServer]) -> References:
        """Checks the references of these new servers."""
        return References(self.cloud, new, self.reads)

    def _recycle_bin(self, state: str) -> RecycleBin | None:
        return self.reads.once("recycle bin", self.cloud.servers.recycle_bin) if state == "purged" else None


def warnings_of(options: DeclaredOptions, declaration: Declaration, cloud: Compute) -> list[str]:
    """The warnings before the changes, but for options without effect."""
    rules, params, spec, plan = cloud.rules, options.params, declaration.spec, declaration.plan
    new = declaration.new
    found = (
        disabled_password(new.password, new.user_data, _os_type(spec), rules) if new else None,
        hostname_warning(plan, spec, rules),
        ignored_option(plan, params["auto_pay"], rules),
    )
    return [warning for warning in found if warning]


def _os_type(spec: ServerSpec) -> str | None:
    image = spec.image.details if spec.image else None
    return image.os_type if image else None
