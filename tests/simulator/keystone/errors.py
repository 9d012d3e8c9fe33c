"""Keystone's errors, and how it answers a body that its schema refuses."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import request

from simulator.http.call import Malformed, Refusal

UNAUTHORIZED = "The request you have made requires authentication."
TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


def refuse(status: int, message: str, **more: Any) -> Refusal:
    """Keystone's error; ``more`` are further keys of its body."""
    headers = {"Vary": "X-Auth-Token"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Keystone uri="%s"' % request.base_url.partition("/auth/")[0]
    return Refusal(status, {"error": {"code": status, "message": message, "title": TITLES[status], **more}}, headers)


def required_object(value: Any, key: str, where: str) -> dict[str, Any]:
    """The object under a key of the body. Raises Keystone's 400."""
    if isinstance(value, Malformed):
        raise refuse(400, "Malformed JSON in request body")
    if not isinstance(value, dict) or key not in value:
        raise refuse(400, "Invalid input for field '%s': '%s' is a required property" % (where or "body", key))
    if not isinstance(value[key], dict):
        raise refuse(400, "Invalid input for field '%s': %s is not of type 'object'" % (key, type(value[key]).__name__))
    part: dict[str, Any] = value[key]
    return part
