"""Serve one OpenStack WSGI application with gunicorn: wsgi.py NAME ADDRESS:PORT WORKERS THREADS MODULE:ATTRIBUTE [...].

The OpenStack applications parse sys.argv themselves, so this command line must be out of the way before they are
imported; what follows it is theirs.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import sys
from typing import Any

from gunicorn.app.base import BaseApplication


class Application(BaseApplication):
    """Serves one WSGI application of OpenStack."""

    def __init__(self, name: str, bind: str, workers: str, threads: str, target: str) -> None:
        self.target = target
        self.settings = {
            "bind": bind,
            "workers": int(workers),
            "threads": int(threads),
            "worker_class": "gthread",
            "timeout": 300,
            "keepalive": 75,
            "graceful_timeout": 2,
            "proc_name": name,
            "control_socket_disable": True,
            "limit_request_line": 0,
            "limit_request_field_size": 0,
        }
        super().__init__()

    def load_config(self) -> None:
        for key, value in self.settings.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        module, attribute = self.target.split(":")
        return getattr(importlib.import_module(module), attribute)


if __name__ == "__main__":
    arguments = sys.argv[1:6]
    sys.argv[1:] = sys.argv[6:]
    Application(*arguments).run()
