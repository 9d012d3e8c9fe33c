"""Microversions of Nova: the version documents, and the microversion that a request names."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, answer
from simulator.nova.checks import refuse
from simulator.nova.dialect import Dialect

# The headers of every response to a request without a microversion.
LOWEST = {
    "OpenStack-API-Version": "compute 2.1",
    "X-OpenStack-Nova-API-Version": "2.1",
    "Vary": "OpenStack-API-Version, X-OpenStack-Nova-API-Version",
}
_VERSION = re.compile(r"([1-9]\d*)\.([1-9]\d*|0)")


def negotiate(call: Call) -> None:
    """Set the call's microversion: the requested one, or the lowest."""
    limits = call.sim.platform(call.platform)["microversions"]
    low, high = _pair(str(limits["min"])), _pair(str(limits["max"]))
    wanted = None
    for part in request.headers.get("OpenStack-API-Version", "").split(","):
        words = part.split()
        if len(words) == 2 and words[0] == "compute":
            wanted = words[1]
    wanted = wanted or request.headers.get("X-OpenStack-Nova-API-Version")
    if wanted is None:
        call.microversion = low
    elif wanted.strip() == "latest":
        call.microversion = high
    elif not _VERSION.fullmatch(wanted.strip()):
        raise refuse(400, "API Version String %s is of invalid format. Must be of format MajorNum.MinorNum." % wanted)
    else:
        call.microversion = _pair(wanted.strip())
    call.headers["Vary"] = "OpenStack-API-Version, X-OpenStack-Nova-API-Version"
    # The headers repeat a refused version too.
    text = "%d.%d" % call.microversion
    call.headers["OpenStack-API-Version"] = "compute " + text
    call.headers["X-OpenStack-Nova-API-Version"] = text
    if not low <= call.microversion <= high:
        raise refuse(
            406,
            "Version %s is not supported by the API. Minimum is %s and maximum is %s."
            % (wanted, limits["min"], limits["max"]),
        )


def _pair(text: str) -> tuple[int, int]:
    major, minor = text.split(".")
    return int(major), int(minor)


def show_versions(dialect: Dialect, one: bool) -> Callable[[Call], Response]:
    """The version documents; they need no token."""

    def versions(call: Call) -> Response:
        compute = call.path.strip("/").split("/")[1]
        limits = call.sim.platform(call.platform).get("microversions") or {"min": "", "max": ""}
        entry: dict[str, Any] = {
            "id": "v2.1" if dialect.microversions else "v2.0",
            "status": "CURRENT",
            "version": str(limits["max"]),
            "min_version": str(limits["min"]),
            "updated": "2013-07-23T11:33:21Z" if dialect.microversions else "2011-01-21T11:33:21Z",
            "links": [
                {"rel": "self", "href": "%s/%s/%s/%s/" % (call.sim.base_url, call.platform, compute, dialect.version)}
            ],
        }
        if dialect.microversions and one:
            call.headers.update(LOWEST)
        if not one:
            return answer({"versions": [entry]})
        entry["links"].append({"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"})
        media = {"base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1"}
        return answer({"version": {**entry, "media-types": [media]}})

    return versions
