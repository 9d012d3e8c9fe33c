# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The endpoints of the services of a cloud without a catalog."""

from __future__ import annotations

from urllib.parse import urlsplit

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import NotFound

# The host name of each service in https://NAME.REGION.myhuaweicloud.com; key pairs are on the host of kms.
HUAWEICLOUD_HOSTS = {"compute": "ecs", "image": "ims", "keypair": "kms", "network": "vpc", "volume": "evs"}


def documented_endpoint(settings: Settings, service: str) -> str:
    """The endpoint of a service of Huawei Cloud. If the user sets an endpoint, the other services are expected in its
    domain. Raises NotFound for a service without a documented endpoint."""
    base = settings.endpoint or ""
    if service in settings.endpoints:
        return settings.endpoints[service]
    if service == "identity":
        return settings.auth.auth_url
    if service not in HUAWEICLOUD_HOSTS:
        raise NotFound(
            "The Huawei Cloud endpoint of the service %s is unknown; known services are: identity, %s."
            % (service, ", ".join(HUAWEICLOUD_HOSTS))
        )
    parts = urlsplit(base)
    if service == "compute" or not parts.netloc.startswith("ecs."):
        return base
    return base.replace("://ecs.", "://%s." % HUAWEICLOUD_HOSTS[service], 1)


def assumed_endpoint(settings: Settings, service: str) -> str | None:
    """A hint that the endpoint of a service is only assumed, because that of the compute service is a gateway, whose
    other addresses no document tells; None if it is known."""
    base = settings.endpoint or ""
    if settings.has_catalog or service in settings.endpoints or urlsplit(base).netloc.startswith("ecs."):
        return None
    return (
        "The %s service is expected at %s too, where the compute service is; set endpoints.%s if it is elsewhere."
        % (
            service,
            base,
            service,
        )
    )
