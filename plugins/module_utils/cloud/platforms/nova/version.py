# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The endpoint of a Nova cloud and its microversions. Sources: the Nova API guide, "Version Discovery" and
"Microversions"; keystoneauth's handling of the URLs in a catalog."""

from __future__ import annotations

import re
from typing import Any, Tuple
from urllib.parse import urlsplit

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    DeadlineExceeded,
    InvalidResponse,
    RateLimited,
)

Version = Tuple[int, int]

#: The last version in a path, with or without the id of the project after it. The path before it may belong to a
#: gateway.
_VERSIONED = re.compile(r"^(.*/v2(?:\.\d+)?)(/[^/]+)?$")


def split_endpoint(url: str) -> tuple[str, str]:
    """An endpoint as the root URL of its version and the rest, the id of the project or nothing; ("", "") for an
    endpoint without a version. Both without a trailing slash."""
    path = urlsplit(url).path
    found = _VERSIONED.match(path)
    if not found:
        return "", ""
    return url[: len(url) - len(path)] + found.group(1), found.group(2) or ""


def parse_version(text: Any) -> Version | None:
    """``2.96`` as (2, 96); ``None`` for an invalid version."""
    found = re.match(r"^(\d+)\.(\d+)$", str(text))
    return (int(found.group(1)), int(found.group(2))) if found else None


def newest_version(session: Any, endpoint: str) -> tuple[Version, bool]:
    """The newest microversion of the cloud, and whether the cloud itself reported it.

    The root URL of the version returns a document with it. Some gateways serve everything except this document; then
    the response to a request for the version ``latest`` contains it. Otherwise (2, 1) is supported by every Nova.
    Raises CloudError if neither the document nor the servers can be read: then there is no compute service.
    """
    root = (split_endpoint(endpoint)[0] or endpoint) + "/"
    try:
        return _documented(session, root), True
    except (DeadlineExceeded, RateLimited):
        raise
    except CloudError as error:
        if not isinstance(error, InvalidResponse) and not 300 <= (error.status or 0) < 500:
            raise
        failure = error
    try:
        found = _answered(session, endpoint)
    except CloudError:
        raise failure from None
    session.warn(
        "%s does not report its versions (%s); microversion %d.%d is used, %s."
        % (
            (root, "HTTP %d" % failure.status if failure.status else "it is not a version document")
            + (found or (2, 1))
            + ("which a response of the service reports" if found else "without features that need a newer one",)
        )
    )
    return found or (2, 1), found is not None


def _documented(session: Any, root: str) -> Version:
    answer = session.get(root, what="read the versions of the compute service")
    document = answer.body.get("version") if isinstance(answer.body, dict) else None
    if not isinstance(document, dict):
        raise InvalidResponse(
            "%s is not a compute service: its version document is missing" % root,
            hint="check the option endpoint, or the catalog's compute entry",
            status=answer.status if answer.status == 300 else None,
        )
    # The old v2 returns "", because it has no microversions.
    newest = document.get("version") or "2.1"
    version = parse_version(newest)
    if version is None:
        raise InvalidResponse("the compute service's version document gives %r as its newest version" % (newest,))
    return version


def _answered(session: Any, endpoint: str) -> Version | None:
    """The version of the response to a list request for the latest version. Raises CloudError for any other
    response."""
    headers = {"OpenStack-API-Version": "compute latest", "X-OpenStack-Nova-API-Version": "latest"}
    what = "list the servers"
    answer = session.get(endpoint + "/servers", params={"limit": 1}, headers=headers, what=what)
    if not isinstance(answer.body, dict) or not isinstance(answer.body.get("servers"), list):
        raise InvalidResponse("Could not %s: the response has no list named servers" % what)
    for name in ("OpenStack-API-Version", "X-OpenStack-Nova-API-Version"):
        version = parse_version((answer.headers.get(name) or "").replace("compute", "").strip())
        if version:
            return version
    return None
