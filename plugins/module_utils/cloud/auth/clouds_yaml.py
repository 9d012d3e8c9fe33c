# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""clouds.yaml and secure.yaml: found where openstacksdk finds them, read, merged, brought to this library's names."""

from __future__ import annotations

import os
from typing import Any, Callable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.credentials import AUTH_LEAVES
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

try:
    import yaml
except ImportError:
    HAS_YAML = False
else:
    HAS_YAML = True

ENDINGS = (".yaml", ".yml", ".json")

# auth_type of keystoneauth, and the secret leaf of the method that it stands for.
AUTH_TYPES = {
    "password": "password",
    "v3password": "password",
    "v3applicationcredential": "application_credential_secret",
    "token": "token",
    "v3token": "token",
}


def read_text(path: str) -> str | None:
    """The text of a file; None where there is none. Raises SettingsError for one that cannot be read."""
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError("Cannot read %s: %s." % (path, reason)) from None


def candidates(kind: str, environ: Mapping[str, str]) -> list[str]:
    """The paths at which clouds.yaml (kind "clouds") or secure.yaml (kind "secure") may be, in order."""
    named = environ.get({"clouds": "OS_CLIENT_CONFIG_FILE", "secure": "OS_CLIENT_SECURE_FILE"}[kind])
    home = environ.get("HOME") or os.path.expanduser("~")
    config = environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    folders = [os.curdir, os.path.join(config, "openstack"), os.path.join(home, ".config", "openstack")]
    folders += [os.path.join(os.sep, "etc", "xdg", "openstack"), os.path.join(os.sep, "etc", "openstack")]
    paths = [named] if named else []
    return paths + [os.path.join(folder, kind + ending) for folder in folders for ending in ENDINGS]


def load_cloud(
    name: str,
    region: str,
    environ: Mapping[str, str],
    read_file: Callable[[str], str | None] = read_text,
) -> dict[str, Any]:
    """The entry of a cloud as {"auth": {leaf: value}, "auth_type": secret leaf or None, option: value ...}.

    region is the one already chosen ("" for none): an entry may list several. Raises SettingsError for a file, an
    entry or a value that cannot be used.
    """
    document, path = _first("clouds", environ, read_file)
    if path is None:
        searched = [each for each in candidates("clouds", environ) if each.endswith(".yaml")]
        raise SettingsError(
            "Cloud %r is asked for, but there is no clouds.yaml." % name,
            hint="Looked for %s; OS_CLIENT_CONFIG_FILE may name another file." % ", ".join(searched),
        )
    clouds = document.get("clouds")
    if not isinstance(clouds, dict) or not isinstance(clouds.get(name), dict):
        known = ", ".join(sorted(str(each) for each in clouds)) if isinstance(clouds, dict) and clouds else "none"
        raise SettingsError("%s has no cloud %r; it has: %s." % (path, name, known))
    entry = clouds[name]
    secure: dict[str, Any] = {}
    secure_path = None
    if path == environ.get("OS_CLIENT_CONFIG_FILE") and not environ.get("OS_CLIENT_SECURE_FILE"):
        # Who keeps clouds.yaml out of the usual folders keeps secure.yaml beside it.
        secure, secure_path = _read(os.path.join(os.path.dirname(path), "secure.yaml"), read_file)
    if secure_path is None:
        secure, secure_path = _first("secure", environ, read_file)
    extra = secure.get("clouds")
    if isinstance(extra, dict) and isinstance(extra.get(name), dict):
        entry = _merged(entry, extra[name])
    label = "Cloud %r of %s" % (name, path)
    for key in ("profile", "cloud"):
        if entry.get(key):
            raise SettingsError(
                "%s uses a vendor profile (%s: %s), which is not supported." % (label, key, entry[key]),
                hint="Write auth_url and the other values that the profile stands for into the entry.",
            )
    return _options(_with_region(entry, region, label), label)


def _first(
    kind: str, environ: Mapping[str, str], read_file: Callable[[str], str | None]
) -> tuple[dict[str, Any], str | None]:
    for path in candidates(kind, environ):
        document, found = _read(path, read_file)
        if found is not None:
            return document, found
        for variable in ("OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"):
            # Falling back to another file would use other credentials than those that were named.
            if environ.get(variable) == path:
                raise SettingsError("%s names %s, which does not exist." % (variable, path))
    return {}, None


def _read(path: str, read_file: Callable[[str], str | None]) -> tuple[dict[str, Any], str | None]:
    text = read_file(path)
    if text is None:
        return {}, None
    if not HAS_YAML:
        raise SettingsError(
            "Reading %s needs the Python package PyYAML." % path,
            hint="Install it where the module runs, or give the credentials as options or in the environment.",
        )
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        # The parser's own text quotes the line, which may be the one with the password.
        mark = getattr(error, "problem_mark", None)
        line = " at line %d" % (mark.line + 1) if mark is not None else ""
        raise SettingsError("%s is not valid YAML%s." % (path, line)) from None
    if document is None:
        document = {}
    if not isinstance(document, dict):
        raise SettingsError("%s is not a mapping with the key clouds." % path)
    return document, path


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    whole = dict(base)
    for key, value in over.items():
        old = whole.get(key)
        whole[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return whole


def _with_region(entry: dict[str, Any], region: str, label: str) -> dict[str, Any]:
    """The entry with its region_name settled, and that region's own values merged in."""
    wanted = region or str(entry.get("region_name") or "")
    listed = entry.get("regions") or []
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
        wanted = list(regions)[0]
    if regions and wanted not in regions:
        raise SettingsError("%s has no region %r; it has: %s." % (label, wanted, ", ".join(regions)))
    merged = _merged(entry, regions.get(wanted, {}))
    merged["region_name"] = wanted
    return merged


def _options(entry: dict[str, Any], label: str) -> dict[str, Any]:
    auth = entry.get("auth")
    if auth is None:
        auth = {}
    if not isinstance(auth, dict):
        raise SettingsError("%s: auth is not a mapping." % label)
    # Old files keep some leaves beside auth; those inside it count more.
    leaves = {leaf: entry[leaf] for leaf in AUTH_LEAVES if entry.get(leaf) is not None}
    leaves.update(auth)
    for new, old in (("project_name", "tenant_name"), ("project_id", "tenant_id")):
        if leaves.get(old) and not (leaves.get("project_name") or leaves.get("project_id")):
            leaves[new] = leaves[old]
    for domain in ("user_domain", "project_domain"):
        if not (leaves.get(domain + "_name") or leaves.get(domain + "_id")):
            for kind in ("_id", "_name"):
                if leaves.get("default_domain" + kind):
                    leaves[domain + kind] = leaves["default_domain" + kind]
    auth_type = entry.get("auth_type")
    if auth_type is not None and auth_type not in AUTH_TYPES:
        raise SettingsError(
            "%s has auth_type %s, which is not supported; supported are: %s."
            % (label, auth_type, ", ".join(sorted(AUTH_TYPES)))
        )
    return {
        "auth": {leaf: leaves[leaf] for leaf in AUTH_LEAVES if leaves.get(leaf) is not None},
        "auth_type": AUTH_TYPES[auth_type] if auth_type else None,
        "platform": entry.get("cloudserver_platform"),
        "region": entry.get("region_name"),
        "interface": entry.get("interface") or entry.get("endpoint_type"),
        "endpoint": entry.get("compute_endpoint_override"),
        "validate_certs": entry.get("verify"),
        "ca_cert": entry.get("cacert"),
        "client_cert": entry.get("cert"),
        "client_key": entry.get("key"),
        "api_timeout": entry.get("api_timeout"),
    }
