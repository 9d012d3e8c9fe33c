"""Reads the configuration: the default file, with the user's file merged into it.

The default file (default.yml) documents every key. Errors are ConfigError with one sentence.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from simulator.state.server_states import STARTING_POINTS

DEFAULT_FILE = Path(__file__).resolve().parents[1] / "default.yml"
PLATFORMS = ("openstack", "easystack", "ustack", "huaweicloud")
# How a platform behaves where the documents do not say; the first value is the default.
OPTIONS = {
    "already": ("noop", "error"),
    "locked": ("sub_job", "request"),
    "reset_passwords": ("partial", "all_or_nothing"),
    "os_change_ends": ("running", "stopped", "previous"),
    "metadata": ("optional", "required", "without_tokens", "no_agency"),
    "recycle_bin": ("off", "on", "none"),
}
TOP_KEYS = {"delays", "platforms"}
PLATFORM_KEYS = {
    "servers",
    "generate",
    "delays",
    "microversions",
    "page_limit",
    "token_lifetime",
    "regions",
    "domain",
    "domains",
    "projects",
    "users",
    "application_credentials",
    "trusts",
    "access_keys",
    "agencies",
    "flavors",
    "images",
    "keypairs",
    "hosts",
    "aggregates",
    "zones",
    "connect_as",
    *OPTIONS,
    "networks",
    "quota",
    "reclaim",
    "volumes",
    "ports",
    "public_ips",
}
SERVER_KEYS = {
    "name",
    "id",
    "status",
    "tags",
    "metadata",
    "addresses",
    "flavor",
    "image",
    "zone",
    "locked",
    "host",
    "key_name",
    "fault",
    "description",
    "region",
    "project",
    "enterprise_project_id",
    "created",
    "stuck",
    "extra",
    "task_state",
    "os_type",
    "password",
    "reset_plugin",
    "prepaid",
    "system_disk",
    "os_change_failed",
    "volume_image",
}
ROW_KEYS = {
    "agencies": {"name", "trusts"},
    "flavors": {
        "name",
        "id",
        "vcpus",
        "ram",
        "disk",
        "ephemeral",
        "swap",
        "extra_specs",
        "public",
        "access",
        "rxtx_factor",
        "description",
        "disabled",
        "status",
        "zones",
    },
    "images": {
        "name",
        "id",
        "status",
        "min_disk",
        "min_ram",
        "size",
        "os_type",
        "cloud_init",
        "visibility",
        "type",
        "owner",
        "protected",
        "properties",
    },
    "keypairs": {"name", "public_key", "type", "user"},
    "zones": {"name", "available"},
    "networks": {"name", "id", "subnets", "shared", "external"},
    "volumes": {"name", "id", "size", "multiattach", "status"},
    "ports": {"name", "id", "network"},
    "hosts": {"name", "zone", "up", "empty"},
    "aggregates": {"name", "availability_zone", "hosts", "metadata"},
}
GENERATE_KEYS = (SERVER_KEYS - {"id"}) | {"count"}
ADDRESS_KEYS = {"ip", "kind", "version", "mac", "type"}
DELAYS = (
    "start",
    "stop",
    "shutdown",
    "reboot_soft",
    "reboot_hard",
    "pause",
    "unpause",
    "suspend",
    "resume",
    "password",
    "rebuild",
    "migrate",
    "live_migrate",
    "evacuate",
    "confirm_resize",
    "revert_resize",
    "create",
    "resize",
    "live_resize",
    "delete",
    "restore",
    "create_image",
    "attach",
    "detach",
    "bind_keypair",
)


class ConfigError(ValueError):
    """The configuration is invalid; the text says where and why."""


def load(path: str | Path | None = None) -> dict[str, Any]:
    """The configuration with defaults filled in. Raises ConfigError."""
    settings = _read(DEFAULT_FILE)
    if path is not None:
        overlay = _read(Path(path))
        _check(overlay, str(path))
        settings = merge(settings, overlay)
    _check(settings, str(path or DEFAULT_FILE))
    return settings


def merge(base: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Mappings are merged, anything else is replaced. A platform that names servers gets these and no others."""
    result = copy.deepcopy(base)
    for name, mine in (overlay.get("platforms") or {}).items():
        if mine and ("servers" in mine or "generate" in mine):
            result["platforms"][name]["servers"] = []
            result["platforms"][name]["generate"] = []
    return _merged(result, overlay)


def check_server(where: str, entry: Any, keys: set[str]) -> None:
    """Raise ConfigError if a server's entry has unknown keys or invalid values."""
    _mapping(where, entry, keys)
    if entry.get("os_type", "Linux") not in ("Linux", "Windows"):
        raise ConfigError("%s: os_type is Linux or Windows" % where)
    status = entry.get("status", "ACTIVE")
    if status not in STARTING_POINTS:
        raise ConfigError("%s: unknown status %r; known: %s" % (where, status, ", ".join(sorted(STARTING_POINTS))))
    if not isinstance(entry.get("tags") or [], list):
        raise ConfigError("%s: tags is a list of 'key' or 'key=value'" % where)
    for network, rows in (entry.get("addresses") or {}).items():
        for row in rows or []:
            if isinstance(row, str):
                continue
            _mapping("%s: addresses.%s" % (where, network), row, ADDRESS_KEYS)
            if "ip" not in row or row.get("kind", "fixed") not in ("fixed", "floating"):
                raise ConfigError("%s: addresses.%s: each entry has ip, and kind fixed or floating" % (where, network))


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError("cannot read %s: %s" % (path, error.strerror)) from error
    except yaml.YAMLError as error:
        raise ConfigError("%s is not valid YAML: %s" % (path, " ".join(str(error).split()))) from error
    if not isinstance(document, dict):
        raise ConfigError("%s must hold a mapping with the key 'platforms'" % path)
    return document


def _merged(base: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    for key, value in overlay.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            base[key] = _merged(base[key], value)
        elif value is not None:
            base[key] = copy.deepcopy(value)
    return base


def _mapping(where: str, value: Any, keys: set[str]) -> None:
    if not isinstance(value, dict):
        raise ConfigError("%s must be a mapping" % where)
    for unknown in sorted(str(key) for key in set(value) - keys):
        raise ConfigError("%s: unknown key %r; known: %s" % (where, unknown, ", ".join(sorted(keys))))


def _check_delays(where: str, delays: Any) -> None:
    _mapping(where, delays, set(DELAYS))
    for name, seconds in delays.items():
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
            raise ConfigError("%s: %s must be a number of seconds, not %r" % (where, name, seconds))


def _check(settings: dict[str, Any], source: str) -> None:
    _mapping(source, settings, TOP_KEYS)
    _check_delays(source + ": delays", settings.get("delays") or {})
    _mapping(source + ": platforms", settings.get("platforms") or {}, set(PLATFORMS))
    for name, platform in (settings.get("platforms") or {}).items():
        where = "%s: platforms.%s" % (source, name)
        _mapping(where, platform, PLATFORM_KEYS)
        _check_delays(where + ".delays", platform.get("delays") or {})
        for number, entry in enumerate(platform.get("servers") or []):
            check_server("%s.servers[%d]" % (where, number), entry, SERVER_KEYS)
            if not entry.get("name"):
                raise ConfigError("%s.servers[%d]: name is missing" % (where, number))
        groups = platform.get("generate") or []
        for number, entry in enumerate([groups] if isinstance(groups, dict) else groups):
            check_server("%s.generate[%d]" % (where, number), entry, GENERATE_KEYS)
            if not isinstance(entry.get("count"), int) or "%" not in str(entry.get("name", "%")):
                raise ConfigError(
                    "%s.generate[%d]: count is a number, name holds a form such as web-%%05d" % (where, number)
                )
        for key, values in OPTIONS.items():
            if platform.get(key, values[0]) not in values:
                raise ConfigError("%s.%s is %s" % (where, key, " or ".join(values)))
        for key, keys in ROW_KEYS.items():
            for number, entry in enumerate(platform.get(key) or []):
                if not isinstance(entry, str):
                    _mapping("%s.%s[%d]" % (where, key, number), entry, keys)
                    if not entry.get("name"):
                        raise ConfigError("%s.%s[%d]: name is missing" % (where, key, number))
