"""On PYTHONPATH, writes down each HTTP request of every Python process: a line `METHOD URL` in $BENCHMARK_REQUESTS.

Both collections send by requests (openstacksdk through keystoneauth), so one place sees them all. For runs that are
counted and not timed: the import alone takes longer than a task.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import requests.adapters

_send = requests.adapters.HTTPAdapter.send


def send(self, request, *arguments, **words):
    with open(os.environ["BENCHMARK_REQUESTS"], "a", encoding="utf-8") as log:
        log.write("%s %s\n" % (request.method, request.url))
    return _send(self, request, *arguments, **words)


if "BENCHMARK_REQUESTS" in os.environ:
    requests.adapters.HTTPAdapter.send = send
