# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a connection: the auth options, services with an endpoint, and the environment variables of each."""

from __future__ import annotations

from typing import Any, Mapping

#: The auth options that only logins of keystoneauth1 have, and whether their value is secret.
PLUGIN_LEAVES = {
    "identity_provider": False,
    "protocol": False,
    "client_id": False,
    "client_secret": True,
    "openid_scope": False,
    "discovery_endpoint": False,
    "access_token_endpoint": False,
    "access_token_type": False,
    "access_token": True,
    "code": True,
    "redirect_uri": False,
    "idp_otp_key": False,
    "oauth2_endpoint": False,
    "oauth2_client_id": False,
    "oauth2_client_secret": True,
    "identity_provider_url": False,
    "service_provider_endpoint": False,
    "service_provider_entity_id": False,
    "mutual_auth": False,
}
#: The scope of a token that is not for one project.
OTHER_SCOPES = ("trust_id", "system_scope", "domain_id", "domain_name")
AUTH_LEAVES = (
    "auth_url",
    "auth_type",
    "auth_methods",
    "username",
    "user_id",
    "password",
    "passcode",
    "user_domain_name",
    "user_domain_id",
    "project_name",
    "project_id",
    "project_domain_name",
    "project_domain_id",
    *OTHER_SCOPES,
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "token",
    "access_key",
    "secret_key",
    "security_token",
    "ecs_agency",
    "agency_name",
    "agency_domain_name",
    "agency_domain_id",
    "agency_duration",
    "credentials_file",
    "shared_config_file",
    "profile",
    *PLUGIN_LEAVES,
)

# Variables with these prefixes are read only on huaweicloud, one family after the other: those of the SDK, of
# Terraform, and of the vendor's samples. OS_ is read last, on every platform.
HUAWEICLOUD_FAMILIES = ("HUAWEICLOUD_SDK_", "HW_", "CLOUD_SDK_")

# The environment variables of each option and auth option; the first one that is set is used.
ENVIRONMENT = {
    "platform": ["CLOUDSERVER_PLATFORM"],
    "cloud": ["OS_CLOUD"],
    "region": ["HW_REGION_NAME", "OS_REGION_NAME"],
    "cloud_domain": ["HW_CLOUD"],
    "interface": ["OS_INTERFACE", "OS_ENDPOINT_TYPE"],
    "endpoint": ["OS_COMPUTE_ENDPOINT_OVERRIDE"],
    "enterprise_project_id": ["HW_ENTERPRISE_PROJECT_ID"],
    "allow_plain_http": ["CLOUDSERVER_ALLOW_PLAIN_HTTP"],
    # These two are the opposite of the option: true disables the verification of certificates.
    "validate_certs": ["HW_INSECURE", "OS_INSECURE"],
    "ca_cert": ["OS_CACERT"],
    "client_cert": ["OS_CERT"],
    "client_key": ["OS_KEY"],
    "api_timeout": ["CLOUDSERVER_API_TIMEOUT"],
    "api_retries": ["CLOUDSERVER_API_RETRIES", "HW_MAX_RETRIES"],
    "token_cache": ["CLOUDSERVER_TOKEN_CACHE"],
    "auth_type": ["OS_AUTH_TYPE", "OS_AUTH_PLUGIN"],
    "auth_methods": ["OS_AUTH_METHODS"],
    "passcode": ["OS_PASSCODE"],
    **{leaf: ["OS_" + leaf.upper()] for leaf in (*OTHER_SCOPES, *PLUGIN_LEAVES)},
    "auth_url": ["HUAWEICLOUD_SDK_IAM_ENDPOINT", "HW_AUTH_URL", "OS_AUTH_URL"],
    "username": ["HW_USER_NAME", "OS_USERNAME"],
    "user_id": ["HW_USER_ID", "OS_USER_ID"],
    "password": ["HW_USER_PASSWORD", "OS_PASSWORD"],
    "user_domain_name": ["HW_DOMAIN_NAME", "OS_USER_DOMAIN_NAME"],
    "user_domain_id": ["HW_DOMAIN_ID", "OS_USER_DOMAIN_ID"],
    "project_name": ["HW_PROJECT_NAME", "OS_PROJECT_NAME", "OS_TENANT_NAME"],
    "project_id": ["HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID", "OS_PROJECT_ID", "OS_TENANT_ID"],
    "project_domain_name": ["OS_PROJECT_DOMAIN_NAME"],
    "project_domain_id": ["OS_PROJECT_DOMAIN_ID"],
    "application_credential_id": ["OS_APPLICATION_CREDENTIAL_ID"],
    "application_credential_name": ["OS_APPLICATION_CREDENTIAL_NAME"],
    "application_credential_secret": ["OS_APPLICATION_CREDENTIAL_SECRET"],
    "token": ["HW_AUTH_TOKEN", "OS_TOKEN", "OS_AUTH_TOKEN"],
    "access_key": ["HUAWEICLOUD_SDK_AK", "HW_ACCESS_KEY", "CLOUD_SDK_AK", "OS_ACCESS_KEY"],
    "secret_key": ["HUAWEICLOUD_SDK_SK", "HW_SECRET_KEY", "CLOUD_SDK_SK", "OS_SECRET_KEY"],
    "security_token": ["HUAWEICLOUD_SDK_SECURITY_TOKEN", "HW_SECURITY_TOKEN", "OS_SECURITY_TOKEN"],
    "ecs_agency": ["CLOUDSERVER_ECS_AGENCY"],
    "agency_name": ["HW_ASSUME_ROLE_AGENCY_NAME"],
    "agency_domain_name": ["HW_ASSUME_ROLE_DOMAIN_NAME"],
    "agency_domain_id": ["HW_ASSUME_ROLE_DOMAIN_ID"],
    "agency_duration": ["HW_ASSUME_ROLE_DURATION"],
    "credentials_file": ["HUAWEICLOUD_SDK_CREDENTIALS_FILE"],
    "shared_config_file": ["HW_SHARED_CONFIG_FILE"],
    "profile": ["HW_PROFILE"],
}

#: The services whose endpoint can be set, with their names in clouds.yaml and OS_*_ENDPOINT_OVERRIDE (service types
#: authority, "block-storage" and its aliases).
SERVICES = {
    "compute": ("compute",),
    "image": ("image",),
    "network": ("network",),
    "identity": ("identity",),
    "volume": ("block_storage", "block_store", "volumev3", "volume"),
    # Not a service of the catalog: it is on the server on which the task runs.
    "metadata": ("metadata",),
    "keypair": ("keypair",),
}
#: In place of the endpoint of the key pair service: the cloud has none; the compute service keeps the key pairs.
NO_SERVICE = "none"


def environment_names(name: str, platform: str) -> list[str]:
    """The environment variables of an option or auth option on a platform, in the order in which they are read."""
    names = ENVIRONMENT[name]
    if platform == "huaweicloud":
        return names
    return [each for each in names if not each.startswith(HUAWEICLOUD_FAMILIES)]


def where(leaf: str, platform: str) -> str:
    """The places in which an auth option can be set, for a message."""
    names = environment_names(leaf, platform)
    places = ["option auth.%s" % leaf] + (["environment %s" % " or ".join(names)] if names else [])
    return "auth.%s (%s, or auth in clouds.yaml)" % (leaf, ", ".join(places))


def endpoint_overrides(values: Mapping[str, Any]) -> dict[str, Any]:
    """The endpoints in SERVICE_endpoint_override keys, by this library's names of the services."""
    found: dict[str, Any] = {}
    for service, names in SERVICES.items():
        for name in names:
            if values.get(name + "_endpoint_override"):
                found.setdefault(service, values[name + "_endpoint_override"])
    return found
