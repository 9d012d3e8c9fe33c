"""Fetch and decode all pages of a platform's servers with nothing but requests: bare.py FILE; prints what it took."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

PAGE = 1000


def token(http: requests.Session, auth: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    user = {"name": auth["username"], "password": auth["password"], "domain": {"name": auth["user_domain_name"]}}
    project: dict[str, Any] = {"name": auth["project_name"]}
    if "project_domain_name" in auth:
        project["domain"] = {"name": auth["project_domain_name"]}
    identity = {"methods": ["password"], "password": {"user": user}}
    answer = http.post(
        auth["auth_url"] + "/auth/tokens", json={"auth": {"identity": identity, "scope": {"project": project}}}
    )
    answer.raise_for_status()
    return answer.headers["X-Subject-Token"], answer.json()["token"]


def pages(wanted: dict[str, Any]) -> Iterator[list[Any]]:
    """One page after the other, by marker or by number."""
    ready, http = wanted["ready"], requests.Session()
    by_number = wanted["platform"] == "huaweicloud"
    options = ready["credentials"]["huaweicloud"]["iam_user"] if by_number else ready["platforms"][wanted["platform"]]
    http.headers["X-Auth-Token"], known = token(http, options["auth"])
    if by_number:
        url = "%s/v1/%s/cloudservers/detail" % (options["endpoint"], known["project"]["id"])
    else:
        services = [service for service in known["catalog"] if service["type"] == "compute"]
        endpoints = [each for service in services for each in service["endpoints"]]
        here = [each for each in endpoints if (each["interface"], each["region"]) == ("public", options["region"])]
        url = here[0]["url"] + "/servers/detail"
        http.headers["OpenStack-API-Version"] = "compute 2.96"
    parameters: dict[str, Any] = {"limit": PAGE}
    number = 0
    while True:
        number += 1
        if by_number:
            parameters["offset"] = number
        answer = http.get(url, params=parameters)
        answer.raise_for_status()
        page = answer.json()["servers"]
        yield page
        if len(page) < PAGE:
            return
        parameters.update({} if by_number else {"marker": page[-1]["id"]})


if __name__ == "__main__":
    document = json.loads(Path(sys.argv[1]).read_text())
    begin = time.perf_counter()
    # Kept, as an inventory keeps them: memory is compared too.
    servers = [server for page in pages(document) for server in page]
    print(json.dumps({"seconds": time.perf_counter() - begin, "servers": len(servers)}))
