# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The profile of a cloud in clouds.yaml, searched as openstacksdk does: in clouds-public.yaml, among the profiles that
an installed openstacksdk has, and at the address of the cloud itself."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping
from urllib.parse import urlsplit

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.coercion import is_plain_http
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

#: The path at which a cloud describes itself, as openstacksdk expects it.
WELL_KNOWN = "%s://%s/.well-known/openstack/api"
#: Seconds.
_TIMEOUT = 10

#: Returns the document in a file and its path, or an empty document and None.
ReadDocument = Callable[[str], "tuple[dict[str, Any], str | None]"]


@dataclass
class Profile:
    """The values of a profile, which those of the cloud's entry replace, and warnings for the user."""

    values: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def find_profile(
    name: str, label: str, entry: Mapping[str, Any], public_clouds: Mapping[str, Any], read: ReadDocument
) -> Profile:
    """The profile with that name or URL. Raises SettingsError if its cloud does not exist any more, or cannot be
    asked."""
    own = public_clouds.get(name)
    if isinstance(own, dict):
        return Profile(own)
    found = _shipped_or_asked(name, label, entry, read)
    nested = found.values.get("profile")
    if nested:
        inner = _shipped_or_asked(str(nested), label, entry, read)
        found = inner if inner.values else found
    if not found.values:
        found.warnings.append(
            "%s uses the profile %s, which is neither in clouds-public.yaml nor in openstacksdk." % (label, name)
        )
    return _checked(found, name, label)


def _shipped_or_asked(name: str, label: str, entry: Mapping[str, Any], read: ReadDocument) -> Profile:
    shipped = _shipped(name, read)
    is_url = bool(urlsplit(name).netloc)
    return _asked(name, label, entry, read) if is_url and not shipped else Profile(shipped)


def _checked(found: Profile, name: str, label: str) -> Profile:
    values = {key: value for key, value in found.values.items() if key not in ("status", "message", "profile")}
    status, message = found.values.get("status", "active"), str(found.values.get("message") or "")
    if status == "shutdown":
        raise SettingsError("%s uses the profile %s of a cloud that no longer exists. %s" % (label, name, message))
    if status == "deprecated":
        found.warnings.append(("%s uses the profile %s, which is deprecated. %s" % (label, name, message)).strip())
    return Profile(values, found.warnings)


def _shipped(name: str, read: ReadDocument) -> dict[str, Any]:
    """The profile of an installed openstacksdk, whose files are read without importing it; empty without one."""
    try:
        package = importlib.util.find_spec("openstack")
    except (ImportError, ValueError):
        return {}
    if not name or os.sep in name or name.startswith("."):
        return {}
    for place in (package.submodule_search_locations or ()) if package else ():
        for suffix in (".yaml", ".json"):
            document, path = read(os.path.join(place, "config", "vendors", name + suffix))
            if path and isinstance(document.get("profile"), dict):
                return dict(document["profile"])
    return {}


def _asked(name: str, label: str, entry: Mapping[str, Any], read: ReadDocument) -> Profile:
    """The profile that the cloud at this URL publishes; one of openstacksdk with the same name replaces values."""
    parts = urlsplit(name)
    url = WELL_KNOWN % (parts.scheme, parts.netloc)
    if parts.scheme not in ("http", "https") or parts.username is not None:
        raise SettingsError("%s: profile is neither a name nor a URL such as https://cloud.example.com." % label)
    document = _document_at(url, label, entry)
    values = document.get("profile")
    if not isinstance(values, dict):
        raise SettingsError("%s: %s has no profile." % (label, url))
    local = _shipped(str(document.get("name") or ""), read)
    merged = {**values, **local}
    if isinstance(values.get("auth"), dict) and isinstance(local.get("auth"), dict):
        merged["auth"] = {**values["auth"], **local["auth"]}
    warning = "%s: the profile %s is read without encryption; use https." % (label, name)
    return Profile(merged, [warning] if is_plain_http(url) else [])


def _document_at(url: str, label: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    import requests

    verify: Any = entry.get("cacert") or True
    if entry.get("verify") is False or entry.get("insecure"):
        verify = False
    try:
        # A redirect could lead to another host, whose addresses would receive the password.
        answer = requests.get(url, timeout=_TIMEOUT, verify=verify, allow_redirects=False)
        document = answer.json() if answer.status_code == 200 else None
    except (requests.RequestException, ValueError, OSError) as error:
        raise SettingsError(
            "%s: the profile at %s could not be read: %s." % (label, url, type(error).__name__),
            hint="Check the address and ca_cert, or write the values into clouds-public.yaml.",
        ) from None
    if not isinstance(document, dict):
        raise SettingsError("%s: the profile at %s could not be read: HTTP %d." % (label, url, answer.status_code))
    return document
