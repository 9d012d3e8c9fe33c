# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Huawei Cloud's own tools (its SDK, KooCLI, its Terraform provider) keep on this machine, read if needed."""

from __future__ import annotations

from typing import Callable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.auth_method import (
    CredentialSource,
    file_of,
    own_method,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credential_sources import (
    without_refused_agency,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import HUAWEICLOUD_FAMILIES

#: The beginnings of the environment variables of the vendor's tools.
_OF_VENDOR_TOOLS = (*HUAWEICLOUD_FAMILIES, "HUAWEICLOUD_OIDC_", "HC_CONTAINER_", "OS_AGENCY_", "OS_DELEGATED_")


def with_files_of_vendor(
    sources: list[CredentialSource],
    environ: Mapping[str, str],
    read_file: Callable[[str], str | None],
    search: bool,
) -> list[CredentialSource]:
    """The sources with the file of the vendor's tools that has the credentials, if one is needed; ``search``: also the
    files in the home directory."""
    sources = without_refused_agency(sources)
    for source in sources:
        if file_of(source):
            break
        if own_method("huaweicloud", source):
            return sources
    else:
        if not search:
            return sources
    # Imported only if it is needed, to save time.
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.vendor_files import with_files

    return with_files(sources, environ, read_file)


def unused_variables(own: CredentialSource, environ: Mapping[str, str]) -> list[str]:
    """A sentence about each kind of variables of the vendor's tools without effect. Those about credentials do not
    matter if the task has its own."""
    if not any(name.startswith(_OF_VENDOR_TOOLS) for name in environ):
        return []
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.vendor_environment import (
        without_effect,
    )

    return without_effect(environ, not (file_of(own) or own_method("huaweicloud", own)))
