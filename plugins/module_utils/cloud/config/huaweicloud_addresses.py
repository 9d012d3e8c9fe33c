# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of Huawei Cloud's services in a region, as the region files of the official SDK have them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.coercion import as_region
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

DOMAIN = "myhuaweicloud.com"
#: The metadata service of a server: link-local, and the same for each server.
METADATA_URL = "http://169.254.169.254"
METADATA_TOKEN_PATH = "/meta-data/latest/api/token"
METADATA_KEY_PATH = "/openstack/latest/securitykey"
#: The identity service of a region that has another domain than the region's other services.
_IDENTITY_DOMAINS = {"eu-west-101": "myhuaweicloud.eu"}


def service_url(host: str, region: str, cloud_domain: str = "") -> str:
    """The URL of a service by the name of its host, such as ecs. Raises SettingsError for an invalid region."""
    return "https://%s.%s.%s" % (host, as_region(region), cloud_domain or DOMAIN)


def identity_url(region: str, cloud_domain: str = "") -> str:
    """The URL of IAM in a region. Raises SettingsError for an invalid region."""
    return service_url("iam", region, cloud_domain or _IDENTITY_DOMAINS.get(region, DOMAIN)) + "/v3"


def refuse_other_identity(auth_url: str, cloud_domain: str = "") -> None:
    """Raises SettingsError if the identity service is in no domain of the cloud: the documented endpoints of the
    services would get a token of another cloud."""
    host = urlsplit(auth_url).hostname or ""
    domains = {(cloud_domain or DOMAIN).partition(":")[0], *({} if cloud_domain else _IDENTITY_DOMAINS.values())}
    if not any(host == domain or host.endswith("." + domain) for domain in domains):
        raise SettingsError(
            "auth.auth_url is %s, and platform huaweicloud would send its token to %s."
            % (auth_url, sorted(domains)[0]),
            hint="Set platform (or CLOUDSERVER_PLATFORM) to the platform of this cloud. If it is a Huawei Cloud with "
            "another domain, set cloud_domain or endpoint.",
        )


def as_domain(value: str) -> str:
    """A domain of the cloud. Raises SettingsError if it is none, because it becomes a part of URLs."""
    if not re.fullmatch(r"[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*(:[0-9]+)?", value):
        raise SettingsError("cloud_domain is %r; it must be a domain such as myhuaweicloud.com." % value)
    return value
