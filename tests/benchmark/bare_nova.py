"""Lists the servers of a cloud of clouds.yaml by bare requests; prints how many and the seconds it took."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import sys
import time

import requests
import yaml

VERSION = {"OpenStack-API-Version": "compute 2.96"}


def main(path: str, name: str) -> None:
    with open(path, encoding="utf-8") as file:
        auth = yaml.safe_load(file)["clouds"][name]["auth"]
    domain = {"name": auth["user_domain_name"]}
    identity = {
        "methods": ["password"],
        "password": {"user": {"name": auth["username"], "password": auth["password"], "domain": domain}},
    }
    scope = {"project": {"name": auth["project_name"], "domain": {"name": auth["project_domain_name"]}}}
    body = {"auth": {"identity": identity, "scope": scope}}
    with requests.Session() as session:
        answer = session.post(auth["auth_url"] + "/auth/tokens", json=body, timeout=60)
        session.headers.update(VERSION, **{"X-Auth-Token": answer.headers["X-Subject-Token"]})
        catalog = {entry["type"]: entry for entry in answer.json()["token"]["catalog"]}
        endpoint = next(e["url"] for e in catalog["compute"]["endpoints"] if e["interface"] == "public")
        begin, servers, marker = time.perf_counter(), 0, {}
        while True:
            page = session.get(endpoint + "/servers/detail", params={"limit": 1000, **marker}, timeout=300).json()
            servers += len(page["servers"])
            if not page.get("servers_links"):
                break
            marker = {"marker": page["servers"][-1]["id"]}
    print(json.dumps({"servers": servers, "seconds": time.perf_counter() - begin}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
