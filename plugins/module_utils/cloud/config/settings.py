# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of a connection, from the options of the task, the environment and clouds.yaml."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.auth_method import (
    SIGNING_LEAVES,
    CredentialSource,
    method_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.coercion import (
    as_boolean,
    as_number,
    as_path,
    as_text,
    as_url,
    is_plain_http,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credential_sources import (
    as_leaves,
    choose,
    fill_domains,
    of_one_cloud,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import Credentials
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import (
    RUN,
    RunFolder,
    default_directory,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.files import read_text
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.huaweicloud_addresses import (
    as_domain,
    refuse_other_identity,
    service_url,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import (
    AUTH_LEAVES,
    ENVIRONMENT,
    HUAWEICLOUD_FAMILIES,
    NO_SERVICE,
    SERVICES,
    endpoint_overrides,
    environment_names,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.vendor_tools import (
    unused_variables,
    with_files_of_vendor,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

PLATFORMS = ("huaweicloud", "easystack", "ustack", "openstack")
INTERFACES = ("public", "internal", "admin")
OPTIONS = tuple(name for name in ENVIRONMENT if name not in AUTH_LEAVES)
DEFAULT_TIMEOUT = 60.0
DEFAULT_RETRIES = 4
#: The most names of clouds in a message.
_SHOWN = 10


@dataclass(frozen=True)
class Settings:
    """The settings of a connection, complete and checked as far as possible without I/O. timeout is in seconds, for one
    request; verify is True, False or the path of a CA bundle; token_cache is the directory of the token cache, RUN for
    run_folder, or None; warnings are messages for the user."""

    platform: str
    region: str = ""
    interface: str = "public"
    endpoint: str | None = None
    #: The endpoints of other services, by name, which have precedence over the catalog.
    endpoints: Mapping[str, str] = field(default_factory=dict)
    #: Huawei Cloud's enterprise project, to which a user may be limited; empty for all that the user may see.
    enterprise_project_id: str = ""
    #: Requests to http:// on other machines: True allows them, False rejects them, None allows them with a warning.
    allow_plain_http: bool | None = None
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    timeout: float = DEFAULT_TIMEOUT
    retries: int = DEFAULT_RETRIES
    token_cache: bool | str | None = None
    #: The folder of the run of Ansible, if there is one.
    run_folder: RunFolder | None = None
    auth: Credentials = field(default_factory=Credentials)
    warnings: tuple[str, ...] = ()

    @property
    def has_catalog(self) -> bool:
        """Whether the endpoints of services come from Keystone's catalog, and not from the vendor's document."""
        return self.platform != "huaweicloud"

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of every request. Without a language, Huawei Cloud responds in Chinese in some regions. Its API
        references ask for a Content-Type also without a body."""
        if self.has_catalog:
            return {}
        return {"X-Language": "en-us", "Content-Type": "application/json"}

    def secrets(self) -> set[str]:
        """The values that no output may contain."""
        return self.auth.secrets()


def resolve(
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    read_file: Callable[[str], str | None] = read_text,
) -> Settings:
    """Settings from the connection options of a task, then the environment, then clouds.yaml.

    If the option `cloud` is set, the cloud in the environment is ignored; if OS_CLOUD selects the cloud, other
    environment variables have precedence over the file. Raises SettingsError.
    """
    own = _from_options(options)
    ours = _from_family(environ, "CLOUDSERVER_", "")
    cloud = as_text(options.get("cloud"), "cloud")
    platform = as_text(options.get("platform"), "platform")
    region = as_text(options.get("region"), "region")
    if cloud:
        entry = _load_cloud(cloud, region, environ, read_file)
        # The platform and the credentials of the environment may be those of another cloud.
        platform = _platform(platform or entry["platform"] or environ.get("CLOUDSERVER_PLATFORM"))
        sources = [own, replace(ours, auth={}), _from_entry(cloud, entry)]
        if platform == "huaweicloud":
            sources = with_files_of_vendor(sources, environ, read_file, False)
        return _assemble(platform, sources, environ)
    named = environ.get("OS_CLOUD") or ""
    found = None
    if named and not {"access_key", *SIGNING_LEAVES} & set(own.auth):
        found = _load_cloud(named, region or environ.get("OS_REGION_NAME") or "", environ, read_file)
    chosen = platform or environ.get("CLOUDSERVER_PLATFORM") or (found or {}).get("platform")
    platform = _platform(chosen, "" if chosen or named else _clouds_to_choose(environ, read_file))
    sources = [own, ours] + _from_environment(environ, platform)
    # An access key is unrelated to the OpenStack cloud that OS_CLOUD may select for other tools.
    foreign = (
        any(set(SIGNING_LEAVES) & set(source.auth) for source in sources) and (found or {}).get("platform") != platform
    )
    if found is not None and not (foreign and platform == "huaweicloud"):
        sources.append(_from_entry(named, found))
    if platform != "huaweicloud":
        return _assemble(platform, sources, environ)
    unused = unused_variables(own, environ)
    return _assemble(platform, with_files_of_vendor(sources, environ, read_file, True), environ, unused)


def _load_cloud(
    name: str, region: str, environ: Mapping[str, str], read_file: Callable[[str], str | None]
) -> dict[str, Any]:
    # Imported only if a cloud is named, to save time.
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.clouds_yaml import load_cloud

    return load_cloud(name, region, environ, read_file)


def _assemble(
    platform: str, found: list[CredentialSource], environ: Mapping[str, str], unused: Sequence[str] = ()
) -> Settings:
    sources, left_out = of_one_cloud(found)

    def plain(name: str) -> Any:
        for source in sources:
            value = source.plain.get(name)
            if value is not None and value != "":
                return value
        return None

    region = as_text(plain("region"), "region")
    interface = as_text(plain("interface"), "interface") or "public"
    if interface.endswith("URL"):
        interface = interface[:-3]
    if interface not in INTERFACES:
        raise SettingsError("interface is %r; it must be one of %s." % (interface, ", ".join(INTERFACES)))
    enterprise_project = _enterprise_project(plain("enterprise_project_id"), platform)
    cloud_domain = _cloud_domain(plain("cloud_domain"), platform)
    endpoints = _endpoints(sources)
    if "keypair" in endpoints and platform != "huaweicloud":
        raise SettingsError("endpoints.keypair: platform %s has no key pair service; leave it out." % platform)
    endpoint = endpoints.pop("compute", "")
    if "metadata" in endpoints and platform != "huaweicloud":
        raise SettingsError("endpoints.metadata: platform %s does not use it; leave it out." % platform)
    is_documented = False
    if not endpoint and platform == "huaweicloud":
        if not region:
            raise SettingsError("Platform huaweicloud needs a region.", hint=_place("region", platform))
        endpoint = service_url("ecs", region, cloud_domain)
        is_documented = True
    try:
        credentials = choose(platform, region, endpoint, sources, cloud_domain)
        if is_documented and credentials.auth_url and credentials.method in ("password", "token"):
            refuse_other_identity(credentials.auth_url, cloud_domain)
        credentials.validate()
    except SettingsError as error:
        error.hint = " ".join([*unused, error.hint or ""]).strip() or None
        if left_out and not error.hint:
            error.hint = "%s was ignored: its auth_url belongs to another cloud." % " and ".join(left_out).capitalize()
        raise
    ca_cert = as_path(plain("ca_cert"), "ca_cert")
    client_cert, client_key = as_path(plain("client_cert"), "client_cert"), as_path(plain("client_key"), "client_key")
    if client_key and not client_cert:
        raise SettingsError("client_key is given without client_cert.", hint=_place("client_cert", platform))
    warnings = [warning for source in sources for warning in source.plain.get("warnings") or ()] + list(unused)
    allowed = plain("allow_plain_http")
    allow_plain_http = None if allowed is None else as_boolean(allowed, "allow_plain_http", False)
    urls = [("auth.auth_url", credentials.auth_url), ("endpoint", endpoint)]
    urls += credentials.plain_urls()
    for name, url in urls + [("endpoints.%s" % service, each) for service, each in endpoints.items()]:
        if is_plain_http(url) and allow_plain_http is False:
            raise SettingsError(
                "%s is %s, and allow_plain_http is false: credentials would be sent unencrypted." % (name, url),
                hint="Use https.",
            )
        if is_plain_http(url) and allow_plain_http is None:
            warnings.append("%s is %s: credentials and responses are sent unencrypted; use https." % (name, url))
    return Settings(
        platform=platform,
        region=region,
        interface=interface,
        endpoint=endpoint or None,
        endpoints=endpoints,
        enterprise_project_id=enterprise_project,
        allow_plain_http=allow_plain_http,
        verify=(ca_cert or True) if as_boolean(plain("validate_certs"), "validate_certs", True) else False,
        cert=(client_cert, client_key) if client_cert and client_key else (client_cert or None),
        timeout=as_number(plain("api_timeout"), "api_timeout", DEFAULT_TIMEOUT, float, 0.001, 86400),
        retries=as_number(plain("api_retries"), "api_retries", DEFAULT_RETRIES, int, 0, 100),
        token_cache=_cache(plain("token_cache"), environ),
        auth=credentials,
        warnings=tuple(warnings),
    )


def _enterprise_project(given: Any, platform: str) -> str:
    value = as_text(given, "enterprise_project_id")
    if value and platform != "huaweicloud":
        raise SettingsError(
            "enterprise_project_id: platform %s has no enterprise projects; leave it out." % platform,
        )
    if value and not re.fullmatch(r"0|[0-9A-Za-z-]{32,36}|all_granted_eps", value):
        raise SettingsError(
            "enterprise_project_id is %r; it must be an id, 0 for the default enterprise project, or all_granted_eps."
            % value
        )
    return value


def _cloud_domain(given: Any, platform: str) -> str:
    text = as_text(given, "cloud_domain")
    if not text:
        return ""
    value = as_domain(text)
    if platform != "huaweicloud":
        raise SettingsError(
            "cloud_domain: platform %s has a service catalog or endpoints instead; leave it out." % platform
        )
    return value


def _endpoints(sources: list[CredentialSource]) -> dict[str, str]:
    """The endpoint of each service, from the first source that sets it; ``endpoint`` is that of the compute service."""
    found: dict[str, str] = {}
    for source in sources:
        given = source.plain.get("endpoints") or {}
        if not isinstance(given, Mapping):
            raise SettingsError("endpoints is not a mapping; its keys are %s." % ", ".join(SERVICES))
        unknown = sorted(str(name) for name in given if name not in SERVICES)
        if unknown:
            raise SettingsError("endpoints has no key %s; its keys are %s." % (", ".join(unknown), ", ".join(SERVICES)))
        values = {name: as_text(value, "endpoints.%s" % name) for name, value in given.items()}
        urls = {name: _endpoint(name, value) for name, value in values.items() if value}
        compute = as_text(source.plain.get("endpoint"), "endpoint")
        if compute and urls.setdefault("compute", as_url(compute, "endpoint")) != as_url(compute, "endpoint"):
            raise SettingsError("endpoint and endpoints.compute are different URLs; set only one of them.")
        for name, url in urls.items():
            found.setdefault(name, url)
    return found


def _endpoint(service: str, value: str) -> str:
    if service == "keypair" and value == NO_SERVICE:
        return value
    return as_url(value, "endpoints.%s" % service)


def _from_options(options: Mapping[str, Any]) -> CredentialSource:
    auth = options.get("auth")
    if auth is None:
        auth = {}
    if not isinstance(auth, Mapping):
        raise SettingsError("auth is not a mapping; its keys are %s." % ", ".join(AUTH_LEAVES))
    unknown = sorted(str(leaf) for leaf in auth if leaf not in AUTH_LEAVES)
    if unknown:
        raise SettingsError("auth has no key %s; its keys are %s." % (", ".join(unknown), ", ".join(AUTH_LEAVES)))
    return _typed(CredentialSource("the option auth", as_leaves(auth), options))


def _from_entry(name: str, entry: dict[str, Any]) -> CredentialSource:
    label = "cloud %r of clouds.yaml" % name
    beside = as_leaves(entry["beside"])
    return _typed(CredentialSource(label, as_leaves(entry["auth"]), entry, named_cloud=True, beside=beside))


def _typed(source: CredentialSource) -> CredentialSource:
    """The source with its auth_type as the auth option of the secret, or as the name of a plugin."""
    auth = dict(source.auth)
    kind = auth.pop("auth_type", "")
    if kind == "v3totp":
        auth["auth_methods"] = "totp"
    method = method_of(kind, auth.get("auth_methods", "")) if kind else None
    return replace(source, auth=auth, auth_type=method)


def _from_environment(environ: Mapping[str, str], platform: str) -> list[CredentialSource]:
    """One source for each family of variables, so that the SDK's key is never combined with Terraform's secret."""
    families = HUAWEICLOUD_FAMILIES if platform == "huaweicloud" else ()
    sources = [_from_family(environ, family, platform) for family in families + ("OS_",)]
    beside = {key[3:].lower(): value for key, value in environ.items() if key.startswith("OS_") and value}
    sources[-1] = replace(sources[-1], beside=beside if sources[-1].auth_type else {})
    return sources


def _from_family(environ: Mapping[str, str], family: str, platform: str) -> CredentialSource:
    values: dict[str, Any] = {}
    for name in ENVIRONMENT:
        for variable in environment_names(name, platform) if name not in ("platform", "cloud") else ():
            if variable.startswith(family) and environ.get(variable):
                values.setdefault(name, environ[variable])
    if "validate_certs" in values:
        values["validate_certs"] = not as_boolean(values["validate_certs"], family + "INSECURE", False)
    if family == "OS_":
        _openrc(environ, values)
    auth = {name: value for name, value in values.items() if name in AUTH_LEAVES}
    return _typed(CredentialSource("the environment (%s*)" % family, as_leaves(auth), values, lenient=True))


def _openrc(environ: Mapping[str, str], values: dict[str, Any]) -> None:
    """The OS_* variables of openstacksdk that are not options of their own."""
    beside = {key[3:].lower(): value for key, value in environ.items() if key.startswith("OS_") and value}
    fill_domains(values, beside)
    if "verify" in beside and "validate_certs" not in values:
        values["validate_certs"] = as_boolean(beside["verify"], "OS_VERIFY", True)
    if "api_timeout" in beside:
        values.setdefault("api_timeout", beside["api_timeout"])
    values["endpoints"] = endpoint_overrides(beside)


def _platform(value: Any, hint: str = "") -> str:
    if value not in PLATFORMS:
        found = "platform is %r" % value if value else "platform is missing"
        raise SettingsError(
            "%s; it must be one of %s." % (found, ", ".join(PLATFORMS)),
            hint=hint or "Set the option platform, CLOUDSERVER_PLATFORM, or cloudserver_platform in clouds.yaml.",
        )
    return str(value)


def _clouds_to_choose(environ: Mapping[str, str], read_file: Callable[[str], str | None]) -> str:
    """The hint that names the clouds of clouds.yaml; empty if it has none."""
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.clouds_yaml import cloud_names

    path, names = cloud_names(environ, read_file)
    if not names:
        return ""
    known = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return "Choose a cloud with the option cloud or OS_CLOUD (%s has %s), or set platform." % (path, known)


def _place(name: str, platform: str) -> str:
    return "Set the option %s, or %s." % (name, " or ".join(environment_names(name, platform)))


def _cache(value: Any, environ: Mapping[str, str]) -> str | None:
    if value in (None, "", RUN):
        return RUN
    try:
        wanted = as_boolean(value, "token_cache", False)
    except SettingsError:
        path = os.path.expanduser(as_text(value, "token_cache"))
        if not os.path.isabs(path):
            raise SettingsError("token_cache is %r; it must be run, true, false or an absolute path." % value) from None
        return path
    return default_directory(environ) if wanted else None
