"""Hand requests on to the lab as they are, in the name of one cloud, and note them as the simulator does."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from typing import Any

from clouds import Cloud
from flask import Response, request
from lab import SERVICES, connect

from simulator.nova.checks import FAULT_KEYS
from simulator.state.faults import Faults
from simulator.state.request_log import MASK, SECRET_HEADERS, Log, masked

# What concerns one connection alone, and what each connection counts itself.
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host", "server"}
NAMES = (
    ("POST", r"/auth/tokens$", "create token"),
    ("GET", r"/servers/detail$", "list servers with details"),
    ("GET", r"/servers$", "list servers"),
    ("POST", r"/action$", "server action"),
)


class Proxy:
    """One cloud in front of the lab.

    ``base_url``, known once the gateway listens, is its address in catalogs; ``other_bases`` that in the answers of a
    listener, by its port, where it is another one.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.base_url = ""
        self.other_bases: dict[str, str] = {}
        self.session = connect()
        self.lock = threading.RLock()
        self.log = Log()
        self.faults = Faults()
        #: SHA-256 of the password that Nova accepted last, and how often it accepted one, by server.
        self.passwords: dict[str, tuple[str, int]] = {}

    def forget(self) -> None:
        with self.lock:
            self.log.clear()
            self.faults.clear()
            self.passwords.clear()

    def handle(self) -> Response:
        _root, platform, service, *rest = [*request.path.split("/", 3), "", ""]
        path = "/" + rest[0]
        body = request.get_data()
        entry, fault = self._note(body)
        if fault.get("latency"):
            time.sleep(fault["latency"])
        if "status" in fault:
            entry["status"] = fault["status"]
            return _faulty(fault)
        if platform != self.cloud.platform or service not in SERVICES:
            entry["status"] = 404
            return Response("404 Not Found", status=404, content_type="text/plain")
        answer = self._forward(service, path, self._translated(body))
        entry["status"] = answer.status_code
        self._learn(path, body, answer.status_code)
        return answer

    def _note(self, body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        name = next(
            (name for method, path, name in NAMES if method == request.method and re.search(path, request.path)), None
        )
        with self.lock:
            entry = self.log.add(
                {
                    "platform": self.cloud.platform,
                    "operation": None,
                    "name": name,
                    "method": request.method,
                    "path": request.path,
                    "query": [list(pair) for pair in request.args.items(multi=True)],
                    "status": None,
                    "body": masked(_document(body)),
                    "at": time.time(),
                    "fault": False,
                    "headers": {
                        key: MASK if key.lower() in SECRET_HEADERS else value for key, value in request.headers
                    },
                }
            )
            fault = self.faults.apply(self.cloud.platform, None, name, request.method, request.path)
        entry["fault"] = bool(fault)
        return entry, fault

    def _translated(self, body: bytes) -> bytes:
        document = _document(body)
        if not isinstance(document, dict) or not set(document) & set(self.cloud.translated):
            return body
        return json.dumps({self.cloud.translated.get(key, key): value for key, value in document.items()}).encode()

    def _forward(self, service: str, path: str, body: bytes) -> Response:
        url = SERVICES[service] + path
        if request.query_string:
            url += "?" + request.query_string.decode()
        headers = {key: value for key, value in request.headers if key.lower() not in HOP}
        told = self.session.request(
            request.method, url, data=body or None, headers=headers, allow_redirects=False, timeout=300
        )
        data = told.content
        if data and "json" in told.headers.get("Content-Type", ""):
            data = self._rewritten(service, path, data)
        answer = Response(data, status=told.status_code)
        answer.headers.clear()
        for key, value in told.headers.items():
            if key.lower() not in HOP:
                answer.headers[key] = value
        answer.headers["Content-Length"] = str(len(data))
        return answer

    def _rewritten(self, service: str, path: str, data: bytes) -> bytes:
        """The same document with the gateway's addresses in place of the lab's, and what the cloud shows otherwise."""
        base = self.other_bases.get(request.environ["SERVER_PORT"], self.base_url)
        for name, address in SERVICES.items():
            data = data.replace(address.encode(), ("%s/%s/%s" % (base, self.cloud.platform, name)).encode())
        document = json.loads(data)
        if service == "identity" and isinstance(document.get("token"), dict):
            project = (document["token"].get("project") or {}).get("id", "")
            for row in document["token"].get("catalog", ()):
                for entry in row["endpoints"]:
                    if row["type"] == "compute" and self.cloud.version != "v2.1":
                        entry["url"] = entry["url"].replace("/v2.1", "/%s/%s" % (self.cloud.version, project))
            return json.dumps(document).encode()
        if self.cloud.newest and service == "compute" and path.rstrip("/") == "/v2.1":
            document["version"]["version"] = self.cloud.newest
            return json.dumps(document).encode()
        return data

    def _learn(self, path: str, body: bytes, status: int) -> None:
        found = re.search(r"/servers/([^/]+)/action$", path)
        document = _document(body)
        if not found or status != 202 or not isinstance(document, dict):
            return
        for name in ("changePassword", "rebuild"):
            password = (document.get(name) or {}).get("adminPass")
            if password:
                with self.lock:
                    changes = self.passwords.get(found.group(1), ("", 0))[1]
                    digest = hashlib.sha256(password.encode()).hexdigest()
                    self.passwords[found.group(1)] = (digest, changes + 1)


def _document(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return "(not JSON)"


def _faulty(fault: dict[str, Any]) -> Response:
    status = fault["status"]
    reason = fault.get("reason", "ordered")
    body = fault.get("body") or {FAULT_KEYS.get(status, "computeFault"): {"code": status, "message": reason}}
    headers = {"X-Openstack-Request-Id": "req-00000000-0000-4000-8000-000000000000", **fault.get("headers", {})}
    return Response(json.dumps(body), status=status, content_type="application/json", headers=headers)
