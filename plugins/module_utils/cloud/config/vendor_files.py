# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files in which Huawei Cloud's own tools keep credentials: that of the SDK, and that of the command line KooCLI.

Sources: the official Python SDK (ProfileCredentialProvider), and the Terraform provider's "Shared Configuration File".
"""

from __future__ import annotations

import json
import os
import re
from typing import Any, Callable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.auth_method import (
    CredentialSource,
    file_of,
    own_method,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.coercion import as_path, as_text
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credential_sources import as_leaves
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

ReadFile = Callable[[str], "str | None"]
_SECTION = "basic"
_PLAIN_TEXT = "Run hcloud configure set --cli-auth-encrypt=false, or give the key in another way."
#: KooCLI's names of the agency's options.
_AGENCY = {"agency_name": "agencyName", "agency_domain_name": "agencyDomainName", "agency_domain_id": "agencyDomainId"}


def with_files(
    sources: list[CredentialSource], environ: Mapping[str, str], read_file: ReadFile
) -> list[CredentialSource]:
    """The sources, with the file that the first source with credentials names behind that source.

    If no source has credentials or names a file, the files in the home directory come last: that of the SDK, otherwise
    that of KooCLI. Raises SettingsError for a file that cannot be used.
    """
    for position, source in enumerate(sources, 1):
        leaf = file_of(source)
        if leaf is not None:
            region = _region(sources[:position])
            return sources[:position] + [_named(leaf, source, region, environ, read_file)] + sources[position:]
        if own_method("huaweicloud", source):
            return sources
    found = _searched(_region(sources), environ, read_file)
    return sources + ([found] if found else [])


def _named(
    leaf: str, source: CredentialSource, region: str, environ: Mapping[str, str], read_file: ReadFile
) -> CredentialSource:
    if leaf == "credentials_file":
        path = as_path(source.auth[leaf], "auth.credentials_file")
        found = _sdk_file(path, read_file)
    else:
        path = as_path(source.auth.get("shared_config_file"), "auth.shared_config_file")
        path = path or _at_home(environ, ".hcloud", "config.json")
        found = _koocli_file(path, source.auth.get("profile", ""), region, read_file)
    if found is None:
        raise SettingsError("%s, which %s names with auth.%s, does not exist." % (path, source.label, leaf))
    return found


def _searched(region: str, environ: Mapping[str, str], read_file: ReadFile) -> CredentialSource | None:
    problem: SettingsError | None = None
    try:
        found = _sdk_file(_at_home(environ, ".huaweicloud", "credentials"), read_file)
    except SettingsError as error:
        found, problem = None, error
    if found is None:
        found = _koocli_file(_at_home(environ, ".hcloud", "config.json"), "", region, read_file)
    if found is None and problem is not None:
        raise problem
    return found


def _at_home(environ: Mapping[str, str], *names: str) -> str:
    return os.path.join(environ.get("HOME") or os.path.expanduser("~"), *names)


def _region(sources: list[CredentialSource]) -> str:
    return next((as_text(source.plain["region"], "region") for source in sources if source.plain.get("region")), "")


def _sdk_file(path: str, read_file: ReadFile) -> CredentialSource | None:
    """The section of a project in the SDK's file; None if there is no file."""
    text = read_file(path)
    if text is None:
        return None
    values = _section(path, text)
    if values.get("idp_id") and values.get("id_token_file"):
        raise SettingsError(
            "[%s] of %s has idp_id: credentials of an identity provider are not supported." % (_SECTION, path),
            hint="Give ak and sk there, or another method.",
        )
    missing = [name for name in ("ak", "sk") if not values.get(name)]
    if missing:
        raise SettingsError("[%s] of %s lacks %s." % (_SECTION, path, " and ".join(missing)))
    auth = {
        "access_key": values["ak"],
        "secret_key": values["sk"],
        "security_token": values.get("security_token"),
        "project_id": values.get("project_id"),
        "auth_url": values.get("iam_endpoint"),
    }
    return CredentialSource(path, as_leaves(auth), {})


def _section(path: str, text: str) -> Mapping[str, str]:
    import configparser

    # Like the SDK, with interpolation: a % is written %%.
    parser = configparser.ConfigParser()
    try:
        parser.read_string(text)
        if not parser.has_section(_SECTION):
            raise SettingsError("%s has no section [%s] with ak and sk." % (path, _SECTION))
        return dict(parser.items(_SECTION))
    except configparser.InterpolationError:
        raise SettingsError("%s has a %% in a value; write it as %%%%." % path) from None
    except configparser.Error as error:
        # The text of the error quotes the line, which may contain the secret.
        line = getattr(error, "lineno", None) or next((number for number, _line in getattr(error, "errors", ())), None)
        raise SettingsError("%s is not a valid INI file%s." % (path, " at line %d" % line if line else "")) from None


def _koocli_file(path: str, wanted: str, region: str, read_file: ReadFile) -> CredentialSource | None:
    """A profile of KooCLI, by default the current one; None if there is no file. ``region`` is the one that a more
    important source has selected: the project of the profile belongs to the region of the profile."""
    text = read_file(path)
    if text is None:
        return None
    try:
        document = json.loads(text)
    except ValueError as error:
        line = " at line %d" % error.lineno if isinstance(error, json.JSONDecodeError) else ""
        raise SettingsError("%s is not valid JSON%s." % (path, line)) from None
    profile = _profile(path, document, wanted)
    label = "profile %r of %s" % (profile["name"], path)
    own = as_text(profile.get("region"), "region of %s" % label)
    auth = {leaf: profile.get(name) for leaf, name in _AGENCY.items()}
    auth["user_domain_id"] = profile.get("domainId")
    if not region or region == own:
        auth["project_id"] = profile.get("projectId")
    auth.update(_keys(label, profile, str(document.get("authEncrypt")).lower() == "true"))
    return CredentialSource(label, as_leaves(auth), {"region": own})


def _profile(path: str, document: Any, wanted: str) -> Mapping[str, Any]:
    listed = document.get("profiles") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise SettingsError("%s has no list profiles; it is not the configuration file of KooCLI." % path)
    profiles = {str(each["name"]): each for each in listed if isinstance(each, dict) and each.get("name")}
    name = wanted or as_text(document.get("current"), "current of %s" % path)
    if not name:
        raise SettingsError("%s names no current profile." % path, hint="Set auth.profile or HW_PROFILE.")
    if name not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        raise SettingsError("%s has no profile %r; it has: %s." % (path, name, known))
    return profiles[name]


def _keys(label: str, profile: Mapping[str, Any], encrypted: bool) -> Mapping[str, Any]:
    """The auth options of a profile that authenticate. Raises SettingsError if they cannot be read."""
    mode = str(profile.get("mode") or "")
    if mode.lower() == "ecsagency":
        return {"ecs_agency": "true"}
    place: Any = profile
    if mode.upper() == "SSO":
        sso = profile.get("ssoAuth")
        place = sso.get("stsToken") if isinstance(sso, dict) else None
        if not isinstance(place, dict) or not place.get("accessKeyId"):
            raise SettingsError("The %s has no key of an SSO login." % label, hint="Log in with hcloud configure sso.")
    key, secret = (as_text(place.get(name), name) for name in ("accessKeyId", "secretAccessKey"))
    missing = [name for name, value in (("accessKeyId", key), ("secretAccessKey", secret)) if not value]
    if missing:
        kind = "" if mode.upper() in ("", "AKSK", "SSO") else " (its mode %s is not supported)" % mode
        raise SettingsError("The %s lacks %s%s." % (label, " and ".join(missing), kind))
    # An access key id has letters and digits only, and an encrypted one other characters, too.
    if encrypted or not re.fullmatch(r"[0-9A-Za-z_-]+", key):
        raise SettingsError("The %s is encrypted, and only KooCLI can read it." % label, hint=_PLAIN_TEXT)
    return {"access_key": key, "secret_key": secret, "security_token": place.get("securityToken")}
