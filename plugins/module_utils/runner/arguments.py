# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument specs of the documentation fragments."""

from __future__ import annotations

from collections import deque
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import PLUGIN_LEAVES
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import PLATFORMS

AUTH_OPTIONS: dict[str, Any] = {
    "auth_url": {"type": "str"},
    "auth_type": {"type": "str"},
    "auth_methods": {"type": "list", "elements": "str"},
    "username": {"type": "str"},
    "user_id": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    # A one-time password, and no path.
    "passcode": {"type": "str", "no_log": True},
    "user_domain_name": {"type": "str"},
    "user_domain_id": {"type": "str"},
    "project_name": {"type": "str"},
    "project_id": {"type": "str"},
    "project_domain_name": {"type": "str"},
    "project_domain_id": {"type": "str"},
    "trust_id": {"type": "str"},
    "system_scope": {"type": "str"},
    "domain_id": {"type": "str"},
    "domain_name": {"type": "str"},
    "application_credential_id": {"type": "str"},
    "application_credential_name": {"type": "str"},
    "application_credential_secret": {"type": "str", "no_log": True},
    "token": {"type": "str", "no_log": True},
    # The id of an access key; the console shows it, and it is not secret by itself.
    "access_key": {"type": "str", "no_log": False},
    "secret_key": {"type": "str", "no_log": True},
    "security_token": {"type": "str", "no_log": True},
    "ecs_agency": {"type": "bool"},
    "agency_name": {"type": "str"},
    "agency_domain_name": {"type": "str"},
    "agency_domain_id": {"type": "str"},
    "agency_duration": {"type": "int"},
    "credentials_file": {"type": "path"},
    "shared_config_file": {"type": "path"},
    "profile": {"type": "str"},
    **{leaf: {"type": "str", "no_log": is_secret} for leaf, is_secret in PLUGIN_LEAVES.items()},
}

#: The aliases are the names of these options in openstack.cloud.
CONNECTION: dict[str, Any] = {
    "platform": {"type": "str", "choices": list(PLATFORMS)},
    "cloud": {"type": "str"},
    "region": {"type": "str", "aliases": ["region_name"]},
    "interface": {"type": "str", "choices": ["public", "internal", "admin"], "aliases": ["endpoint_type"]},
    "endpoint": {"type": "str"},
    "endpoints": {
        "type": "dict",
        "options": {
            **{name: {"type": "str"} for name in ("compute", "image", "network", "identity", "volume", "metadata")},
            # A URL, and no key.
            "keypair": {"type": "str", "no_log": False},
        },
    },
    "cloud_domain": {"type": "str"},
    "enterprise_project_id": {"type": "str"},
    "allow_plain_http": {"type": "bool"},
    "validate_certs": {"type": "bool", "aliases": ["verify"]},
    "ca_cert": {"type": "path", "aliases": ["cacert"]},
    "client_cert": {"type": "path", "aliases": ["cert"]},
    "client_key": {"type": "path", "no_log": False, "aliases": ["key"]},
    "api_timeout": {"type": "float"},
    "api_retries": {"type": "int"},
    # The location of the cache, not a token.
    "token_cache": {"type": "str", "no_log": False},
    "auth": {"type": "dict", "options": AUTH_OPTIONS},
}

SELECTION: dict[str, Any] = {
    "ids": {"type": "list", "elements": "str"},
    "names": {"type": "list", "elements": "str", "aliases": ["name", "server"]},
    "name_patterns": {"type": "list", "elements": "str"},
    "ips": {"type": "list", "elements": "str"},
    # A list of strings, a string with commas, or a mapping; selection_values.tags parses them.
    "tags": {"type": "raw"},
    "not_tags": {"type": "raw"},
    "status": {"type": "list", "elements": "str"},
    "flavor": {"type": "list", "elements": "str"},
    "availability_zone": {"type": "list", "elements": "str"},
    "query": {"type": "str"},
    "filters": {"type": "dict"},
    "all": {"type": "bool", "default": False},
    "all_projects": {"type": "bool", "default": False},
    "missing": {"type": "str", "choices": ["fail", "ignore"]},
    "duplicates": {"type": "str", "choices": ["fail", "allow"], "default": "fail"},
    "min_targets": {"type": "int"},
    "max_targets": {"type": "int"},
    "page_size": {"type": "int", "default": 1000},
}

WAITING: dict[str, Any] = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float", "default": 600, "aliases": ["timeout"]},
    "wait_interval": {"type": "float", "default": 10},
    "parallel": {"type": "int", "default": 8},
}


#: For modules that change something: a plan that is approved before it is carried out.
PLANNING: dict[str, Any] = {
    "plan_file": {"type": "path"},
    "plan": {"type": "dict"},
    "return_plan": {"type": "bool", "default": False},
    "plan_max_age": {"type": "int"},
}


#: For modules that change servers; ``module.report`` reads it.
REPORT: dict[str, Any] = {
    "return_servers": {"type": "bool", "default": False},
}


def argument_spec(*parts: dict[str, Any], **own: Any) -> dict[str, Any]:
    """Return one argument spec from the connection options, the shared parts and the module's own options. An alias of
    a shared option is omitted if the module has an option with that name."""
    spec: dict[str, Any] = dict(CONNECTION)
    for part in parts:
        spec.update(part)
    for option, shared in spec.items():
        aliases = [alias for alias in shared.get("aliases", ()) if alias not in own]
        if aliases != shared.get("aliases", []):
            spec[option] = {key: value for key, value in shared.items() if key != "aliases"}
            if aliases:
                spec[option]["aliases"] = aliases
    spec.update(own)
    return spec


#: Options whose value is encoded before it is sent, so that it can contain a NUL character.
_ENCODED = ("user_data",)


def aliases(spec: Mapping[str, Any]) -> dict[str, str]:
    """Return the option of each alias of the argument spec."""
    return {alias: name for name, option in spec.items() for alias in option.get("aliases", ())}


def text_problem(params: Mapping[str, Any]) -> str | None:
    """The first option with a text that cannot be sent and is invalid as a name, as a message without the text;
    ``None`` for none.

    YAML can contain both: a NUL character as a backslash and a zero, and half of a character, a lone surrogate, by its
    number.
    """
    queue = deque((name, name, value) for name, value in params.items())
    while queue:
        option, place, value = queue.popleft()
        if isinstance(value, str):
            if "\x00" in value and option not in _ENCODED:
                return (
                    "%s contains a NUL character, which a name, id, path or other string cannot contain; remove it"
                    % place
                )
            try:
                value.encode("utf-8")
            except UnicodeEncodeError:
                return "%s contains a lone surrogate (half of a character), which cannot be sent; remove it" % place
        elif isinstance(value, Mapping):
            queue.extend((option, "a key of " + place, key) for key in value)
            queue.extend((str(key), "%s.%s" % (place, ascii(key)[1:-1]), each) for key, each in value.items())
        elif isinstance(value, (list, tuple)):
            queue.extend((option, place, each) for each in value)
    return None


def without_nulls(given: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """The options without nulls, including options with suboptions.

    A null is treated as not set. For ansible-core it is a value, which satisfies "one of the following is required",
    replaces a default and excludes other options. Mappings with keys of the user, such as ``metadata``, are not
    changed.
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        own = spec.get(name, {}).get("options")
        if own and isinstance(value, Mapping):
            value = without_nulls(value, own)
        elif own and isinstance(value, (list, tuple)):
            value = [without_nulls(each, own) if isinstance(each, Mapping) else each for each in value]
        if value is not None:
            found[name] = value
    return found
