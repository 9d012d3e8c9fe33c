# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""clouds.yaml and secure.yaml: searched like openstacksdk does, read, merged, converted to the names of this
library."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any, Callable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.auth_method import BUILT_IN
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.coercion import as_boolean
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credential_sources import fill_domains
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.files import read_text
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import (
    AUTH_LEAVES,
    SERVICES,
    endpoint_overrides,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

FILE_SUFFIXES = (".yaml", ".yml", ".json")

#: Later names have precedence, and a value beside auth has precedence over one inside.
_BESIDE = {
    "project_id": ("tenant_id", "project_id"),
    "project_name": ("tenant_name", "project_name"),
    "user_domain_id": ("user_domain_id",),
    "user_domain_name": ("user_domain_name",),
    "project_domain_id": ("project_domain_id",),
    "project_domain_name": ("project_domain_name",),
    "token": ("auth_token", "token"),
    "passcode": ("passcode",),
    "trust_id": ("trust_id",),
}
_SPELLINGS = frozenset(("tenant_id tenant_name default_domain_id default_domain_name auth_token user_name").split())
_KEYS = frozenset(
    (
        "auth auth_plugin cloudserver_platform cloudserver_allow_plain_http region_name regions interface"
        " enterprise_project_id cloud_domain endpoint_type insecure verify cacert cert key api_timeout profile cloud"
        " name"
    ).split()
)
#: Keys of openstacksdk and related tools that have no meaning for this collection.
_OF_OTHERS = frozenset(
    (
        "cache networks external_network internal_network nat_source nat_destination floating_ip_source"
        " use_external_network use_internal_network image_format image_api_use_tasks force_ipv4 prefer_ipv6 private"
        " message status metrics rate_limit rate_limits use_direct_get disable_vendor_agent requires_floating_ip"
        " secgroup_source timing debug log_file log_level verbose_level"
    ).split()
)
_OVERRIDE_SUFFIXES = (
    "_service_type",
    "_service_name",
    "_default_microversion",
    "_endpoint_override",
    "_interface",
    "_endpoint_type",
    "_region_name",
    "_endpoint",
)


def candidates(kind: str, environ: Mapping[str, str]) -> list[str]:
    """The paths to search for clouds.yaml (kind "clouds"), secure.yaml ("secure") or clouds-public.yaml
    ("clouds-public"), in order."""
    named = environ.get({"clouds": "OS_CLIENT_CONFIG_FILE", "secure": "OS_CLIENT_SECURE_FILE"}.get(kind, ""))
    home = environ.get("HOME") or os.path.expanduser("~")
    config = environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    folders = [os.curdir, os.path.join(config, "openstack"), os.path.join(home, ".config", "openstack")]
    folders += [os.path.join(os.sep, "etc", "xdg", "openstack"), os.path.join(os.sep, "etc", "openstack")]
    paths = [named] if named else []
    # XDG_CONFIG_HOME may be the default.
    paths += [os.path.join(folder, kind + suffix) for folder in folders for suffix in FILE_SUFFIXES]
    return list(dict.fromkeys(paths))


def cloud_names(environ: Mapping[str, str], read_file: Callable[[str], str | None]) -> tuple[str, list[str]]:
    """The path of clouds.yaml and the names of its clouds; no names if it is missing or invalid."""
    try:
        document, path = _first("clouds", environ, read_file)
    except SettingsError:
        return "", []
    clouds = document.get("clouds")
    return path or "", sorted(str(name) for name in clouds) if isinstance(clouds, dict) else []


def load_cloud(
    name: str,
    region: str,
    environ: Mapping[str, str],
    read_file: Callable[[str], str | None] = read_text,
) -> dict[str, Any]:
    """The entry of a cloud as {"auth": {option: value}, "auth_type": secret option or None, option: value ...}.

    region is the selected region ("" for none): an entry may list several. Raises SettingsError for an invalid file,
    entry or value.
    """
    document, path = _first("clouds", environ, read_file)
    if path is None:
        searched = [each for each in candidates("clouds", environ) if each.endswith(".yaml")]
        raise SettingsError(
            "Cloud %r is selected, but no clouds.yaml was found." % name,
            hint="Looked for %s; set OS_CLIENT_CONFIG_FILE to use another file." % ", ".join(searched),
        )
    clouds = document.get("clouds")
    if not isinstance(clouds, dict) or not isinstance(clouds.get(name), dict):
        known = ", ".join(sorted(str(each) for each in clouds)) if isinstance(clouds, dict) and clouds else "none"
        raise SettingsError("%s has no cloud %r; it has: %s." % (path, name, known))
    entry = clouds[name]
    secure: dict[str, Any] = {}
    secure_path = None
    if path == environ.get("OS_CLIENT_CONFIG_FILE") and not environ.get("OS_CLIENT_SECURE_FILE"):
        # If clouds.yaml is not in a default directory, secure.yaml is expected beside it.
        secure, secure_path = _read(os.path.join(os.path.dirname(path), "secure.yaml"), read_file)
    if secure_path is None:
        secure, secure_path = _first("secure", environ, read_file)
    extra = secure.get("clouds")
    if isinstance(extra, dict) and isinstance(extra.get(name), dict):
        entry = _merged(entry, extra[name])
    label = "Cloud %r of %s" % (name, path)
    entry, warnings = _with_profile(_normalized(entry), label, environ, read_file)
    found = _options(_with_region(entry, region, label), label)
    found["warnings"] += warnings
    return found


def _with_profile(
    entry: dict[str, Any], label: str, environ: Mapping[str, str], read_file: Callable[[str], str | None]
) -> tuple[dict[str, Any], list[str]]:
    """The entry over the values of its profile, and warnings. ``cloud`` is an older name of ``profile``."""
    name = entry.get("profile") or entry.get("cloud")
    if not name:
        return entry, []
    # Imported only if it is needed, to save time.
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.vendor_profiles import find_profile

    public = _first("clouds-public", environ, read_file)[0].get("public-clouds")
    found = find_profile(
        str(name), label, entry, public if isinstance(public, dict) else {}, lambda path: _read(path, read_file)
    )
    base = _normalized(found.values)
    if entry.get("region_name"):
        # A region that the profile does not list yet can be used too.
        base.pop("regions", None)
    merged = {**base, **entry}
    if isinstance(base.get("auth"), dict) and isinstance(entry.get("auth") or {}, dict):
        merged["auth"] = {**_normalized(base["auth"]), **_normalized(entry.get("auth") or {})}
    return merged, found.warnings


def _first(
    kind: str, environ: Mapping[str, str], read_file: Callable[[str], str | None]
) -> tuple[dict[str, Any], str | None]:
    for path in candidates(kind, environ):
        document, found = _read(path, read_file)
        if found is not None:
            return document, found
        for variable in ("OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"):
            # Another file as a fallback would use other credentials than the named ones.
            if environ.get(variable) == path:
                raise SettingsError("%s names %s, which does not exist." % (variable, path))
    return {}, None


def _read(path: str, read_file: Callable[[str], str | None]) -> tuple[dict[str, Any], str | None]:
    text = read_file(path)
    if text is None:
        return {}, None
    try:
        # Imported where a file is read, because it takes longer than a request.
        import yaml
    except ImportError:
        raise SettingsError(
            "Reading %s needs the Python package PyYAML." % path,
            hint="Install it where the module runs, or give the credentials as options or in the environment.",
        ) from None
    try:
        document = _parsed(text)
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        # The parser's own text quotes the line, which may contain the password.
        mark = getattr(error, "problem_mark", None)
        line = " at line %d" % (mark.line + 1) if mark is not None else ""
        begin = "".join(text.split("\n")[mark.line : mark.line + 1]) if mark is not None else ""
        is_tab = "\t" in begin[: len(begin) - len(begin.lstrip())]
        hint = "The line begins with a tab; indent it with spaces." if is_tab else "Check the indentation and quotes."
        raise SettingsError("%s is not valid YAML%s." % (path, line), hint=hint) from None
    if document is None:
        document = {}
    if not isinstance(document, dict):
        raise SettingsError("%s is not a mapping with the key clouds." % path)
    return document, path


@lru_cache(maxsize=4)
def _parsed(text: str) -> Any:
    """The document, which is not to be changed: the sources of an inventory share it. A file of 200 clouds takes 90 ms
    in Python, and 10 ms with libyaml."""
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    whole = dict(base)
    for key, value in over.items():
        old = whole.get(key)
        whole[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return whole


def _with_region(entry: dict[str, Any], region: str, label: str) -> dict[str, Any]:
    """The entry with its region_name, and with the values of that region merged into it."""
    names = entry.get("region_name") or ""
    # An older form of regions.
    several = names if isinstance(names, list) else str(names).split(",")
    wanted = region or (str(several[0]) if len(several) == 1 else "")
    listed = entry.get("regions") or (several if len(several) > 1 else [])
    if not isinstance(listed, list):
        raise SettingsError("%s: regions is not a list." % label)
    regions = {}
    for item in listed:
        name = item.get("name") if isinstance(item, dict) else item
        values = item.get("values") if isinstance(item, dict) else None
        regions[str(name)] = values if isinstance(values, dict) else {}
    if regions and not wanted:
        if len(regions) > 1:
            raise SettingsError(
                "%s has several regions: %s." % (label, ", ".join(regions)),
                hint="Choose one with the option region or with region_name in the entry.",
            )
        wanted = next(iter(regions))
    if regions and wanted not in regions:
        raise SettingsError("%s has no region %r; it has: %s." % (label, wanted, ", ".join(regions)))
    merged = _merged(entry, regions.get(wanted, {}))
    merged["region_name"] = wanted
    return merged


def _options(entry: dict[str, Any], label: str) -> dict[str, Any]:
    entry = _normalized(entry)
    auth = entry.get("auth")
    if auth is None:
        auth = {}
    if not isinstance(auth, dict):
        raise SettingsError("%s: auth is not a mapping." % label)
    auth = _normalized(auth)
    leaves = _leaves(entry, auth)
    if not leaves.get("auth_type") and entry.get("auth_plugin"):
        leaves["auth_type"] = entry["auth_plugin"]
    is_plugin = bool(leaves.get("auth_type")) and str(leaves["auth_type"]) not in BUILT_IN
    return {
        "auth": leaves,
        # Only a plugin knows what else it reads.
        "beside": {**_single(entry), **_single(auth)} if is_plugin else {},
        "platform": entry.get("cloudserver_platform"),
        "region": entry.get("region_name"),
        "interface": entry.get("interface") or entry.get("endpoint_type"),
        "endpoint": None,
        "endpoints": endpoint_overrides(entry),
        "enterprise_project_id": entry.get("enterprise_project_id"),
        "cloud_domain": entry.get("cloud_domain"),
        "allow_plain_http": entry.get("cloudserver_allow_plain_http"),
        # Like in openstacksdk, insecure has precedence.
        "validate_certs": False if as_boolean(entry.get("insecure"), "insecure", False) else entry.get("verify"),
        "ca_cert": entry.get("cacert"),
        "client_cert": entry.get("cert"),
        "client_key": entry.get("key"),
        "api_timeout": entry.get("api_timeout"),
        "warnings": [] if is_plugin else _unused(entry, auth, label),
    }


def _single(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are no lists or mappings."""
    return {key: value for key, value in values.items() if isinstance(value, (str, int, float))}


def _normalized(values: dict[str, Any]) -> dict[str, Any]:
    """openstacksdk treats hyphens in keys as underscores."""
    return {str(key).replace("-", "_"): value for key, value in values.items()}


def _leaves(entry: dict[str, Any], auth: dict[str, Any]) -> dict[str, Any]:
    """The credentials, which openstacksdk reads inside and beside auth. For a project, a domain and a token, values
    beside auth have precedence, for all others values inside auth, as in openstack.config.loader (_fix_backwards_auth,
    _validate_auth)."""
    # Beside auth, profile is that of a vendor, and not one of the vendor's own files.
    leaves = {leaf: entry[leaf] for leaf in AUTH_LEAVES if leaf != "profile" and entry.get(leaf) is not None}
    leaves.update((leaf, value) for leaf, value in auth.items() if value is not None)
    for target, names in _BESIDE.items():
        for name in names:
            for place in (auth, entry):
                if place.get(name):
                    leaves[target] = place[name]
    fill_domains(leaves, dict(_known(auth), **_known(entry)))
    url = leaves.get("auth_url")
    if isinstance(url, str):
        leaves["auth_url"] = url.replace("{region_name}", str(entry.get("region_name") or ""))
    return {leaf: leaves[leaf] for leaf in AUTH_LEAVES if leaves.get(leaf) is not None}


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _unused(entry: dict[str, Any], auth: dict[str, Any], label: str) -> list[str]:
    """Warnings about keys without effect."""
    unknown = ["auth.%s" % key for key in auth if key not in AUTH_LEAVES and key not in _SPELLINGS]
    unknown += [key for key in entry if not _is_known(key)]
    if not unknown:
        return []
    return ["%s: %s has no effect." % (label, ", ".join(sorted(unknown)))]


def _is_known(key: str) -> bool:
    if key in AUTH_LEAVES or key in _SPELLINGS or key in _KEYS or key in _OF_OTHERS:
        return True
    service, _unused_part, suffix = key.partition("_endpoint_override")
    if not suffix and any(service in names for names in SERVICES.values()):
        return True
    # The file does not select the versions of the APIs.
    if key.endswith("_api_version"):
        return True
    # Options of services that this collection does not use.
    return key.endswith(_OVERRIDE_SUFFIXES) and not key.startswith(tuple(name + "_" for name in SERVICES))
