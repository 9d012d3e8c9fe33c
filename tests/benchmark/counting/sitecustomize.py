"""On PYTHONPATH, writes down each HTTP request of every Python process: a line `METHOD URL` in $BENCHMARK_REQUESTS.

Both collections send by requests (openstacksdk through keystoneauth), so one place sees them all. It waits until a
process imports requests by itself: the import takes longer than a task, and a run is timed and counted at once.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import sys


def count(adapters):
    """Writes down what the adapters send from now on."""
    original = adapters.HTTPAdapter.send

    def send(self, request, *arguments, **words):
        with open(os.environ["BENCHMARK_REQUESTS"], "a", encoding="utf-8") as log:
            log.write("%s %s\n" % (request.method, request.url))
        return original(self, request, *arguments, **words)

    adapters.HTTPAdapter.send = send


class Waiting:
    """Finds requests.adapters as the other finders do, and has it counted once it is loaded."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "requests.adapters":
            return None
        sys.meta_path.remove(cls)
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path)
        spec = next((each for each in found if each), None)
        if spec:
            load = spec.loader.exec_module

            def exec_module(module):
                load(module)
                count(module)

            spec.loader.exec_module = exec_module
        return spec


if "BENCHMARK_REQUESTS" in os.environ:
    sys.meta_path.insert(0, Waiting)
