"""How ECS validates names, descriptions, tags, metadata and user data. Each function raises Refusal."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from simulator.huaweicloud.checks import refuse

MAX_TAGS = 10
MAX_USER_DATA = 32 * 1024
NAME = re.compile(r"[\u4e00-\u9fffA-Za-z0-9_.-]+")
HOSTNAME = re.compile(r"[A-Za-z0-9]+([.-][A-Za-z0-9]+)*")
UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
METADATA_KEY = re.compile(r"[A-Za-z0-9_:.-]{1,255}")
NOT_IN_A_TAG = re.compile(r"[\x00-\x1f=*<>\\,|/]")


def check_keys(part: dict[str, Any], known: str, where: str) -> None:
    """ECS may ignore an unknown key; here it is an error, so that a test shows the mistake."""
    for key in sorted(set(part) - set(known.split())):
        raise refuse(400, "Ecs.0005", "%s: unknown key %s." % (where, key))


def check_name(name: Any, most: int = 128) -> str:
    """A Chinese character counts as two."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise refuse(400, "Ecs.0005", "name: Chinese characters, letters, digits, _ - and . only.")
    if sum(1 if char.isascii() else 2 for char in name) > most:
        raise refuse(400, "Ecs.0005", "name: it has more than %d characters." % most)
    return name


def check_description(text: Any) -> None:
    if not isinstance(text, str) or len(text) > 85 or "<" in text or ">" in text:
        raise refuse(400, "Ecs.0005", "description: at most 85 characters without < and >.")


def check_hostname(text: Any) -> None:
    if not isinstance(text, str) or len(text) > 64 or not HOSTNAME.fullmatch(text):
        raise refuse(400, "Ecs.0005", "hostname: 1 to 64 letters, digits, - and . between them.")


def check_user_data(text: Any) -> None:
    try:
        raw = base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise refuse(400, "Ecs.0005", "user_data is not base64.") from None
    if len(raw) > MAX_USER_DATA:
        raise refuse(400, "Ecs.0005", "user_data has more than 32 KB.")


def check_metadata(metadata: Any) -> None:
    """Of a new server."""
    if not isinstance(metadata, dict) or len(metadata) > 10:
        raise refuse(400, "Ecs.0005", "metadata: an object of at most 10 texts.")
    for key, value in metadata.items():
        if not METADATA_KEY.fullmatch(key) or not isinstance(value, str) or len(value) > 255:
            raise refuse(400, "Ecs.0005", "metadata: key %s or its value is not allowed." % key)


def read_tags(rows: Any, values: bool = True) -> dict[str, str]:
    """The tags as a mapping; with `values` each tag must have a value."""
    if not isinstance(rows, list) or not rows:
        raise refuse(400, "Ecs.0005", "tags must be a list of objects.")
    found = {}
    for row in rows:
        if not isinstance(row, dict) or set(row) - {"key", "value"} or not isinstance(row.get("key"), str):
            raise refuse(400, "Ecs.0905", "tags: each has a key and a value.")
        key, value = row["key"], row.get("value", None if values else "")
        if not isinstance(value, str) or not 1 <= len(key) <= 36 or len(value) > 43 or NOT_IN_A_TAG.search(key + value):
            raise refuse(400, "Ecs.0905", "tags: the key or value of %s is not allowed." % key)
        if key.startswith("_sys_"):
            raise refuse(400, "Ecs.0905", "tags: %s is a system tag." % key)
        if key in found:
            raise refuse(400, "Ecs.0906", "tags: the key %s is there twice." % key)
        found[key] = value
    return found


def check_integer(value: Any, low: int, high: int, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise refuse(400, "Ecs.0005", "%s must be an integer from %d to %d." % (where, low, high))
    return value


def check_boolean(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise refuse(400, "Ecs.0005", "%s must be true or false." % where)
    return value
