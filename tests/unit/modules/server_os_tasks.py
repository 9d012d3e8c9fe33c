# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of server_os, and what the simulator says of the servers afterwards."""

from __future__ import annotations

from typing import Any

from modules.bench import Bench

HAVE = ("openstack", "easystack", "huaweicloud")
NOVA = ("openstack", "easystack")
PASSWORD = "Tr0ub4dor-and-3"


def image_id(bench: Bench, name: str) -> str | None:
    return (bench.server(name)["image"] or {}).get("id")


def images(bench: Bench) -> list[dict[str, Any]]:
    return list(bench.control("GET", f"/{bench.platform}/images")["images"])


def new_image(bench: Bench) -> str:
    """The name of an active image that no server has."""
    used = {image_id(bench, name) for name in ("web-01", "web-02")}
    for each in images(bench):
        fits = each["status"] == "active" and each["cloud_init"] and each["os_type"] == "Linux" and not each["min_ram"]
        if fits and each["id"] not in used:
            return str(each["name"])
    raise AssertionError("the simulator has no other image")


def id_of(bench: Bench, image: str) -> str:
    (found,) = [each["id"] for each in images(bench) if each["name"] == image]
    return str(found)


def change(bench: Bench, **options: Any) -> dict[str, Any]:
    """The module's result; nothing secret may be in it."""
    given = {"names": ["web-01"], "password": PASSWORD, **options}
    result = bench.call("server_os", **given)
    for secret in (given.get("password"), given.get("user_data")):
        assert not secret or len(secret) < 8 or secret not in str(result)
    return result


def rebuild_requests(bench: Bench) -> list[dict[str, Any]]:
    """The requests for a new disk."""
    names = ("E26", "change OS v1", "change OS v2", "reinstall OS v1", "reinstall OS v2", "H08")
    rows = bench.requests()
    return [row for row in rows if row["name"] in names or row["operation"] in names]
