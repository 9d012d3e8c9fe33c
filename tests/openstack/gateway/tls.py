"""The gateway behind https, with a private authority and client certificates, and what users get wrong about it."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ssl
import threading
from pathlib import Path
from typing import Any

from certificates import EXPIRED, Authority
from cheroot.ssl.builtin import BuiltinSSLAdapter

from simulator.http.server import make_server

ADDRESS = "127.0.0.1"
#: A host that no name server knows. The plain address of a catalog must not be on loopback, where http is no risk.
ELSEWHERE = "http://openstack.invalid"


class Front:
    """Three listeners before one application.

    ``url`` is the good one: its certificate is for 127.0.0.1 and no other name, and it demands one of the client. The
    certificate of ``expired_url`` has ended. ``plain_url`` is good too, but the catalog that it gives has ELSEWHERE.
    """

    def __init__(self, app: Any, folder: Path) -> None:
        self.app = app
        self.authority = Authority(folder)
        self.client = self.authority.issue("client")
        self.stranger = Authority(folder, "stranger")
        self.strange_client = self.stranger.issue("strange-client")
        good = self.authority.issue("server", ADDRESS)
        self.url = self._listen(*good)
        self.expired_url = self._listen(*self.authority.issue("expired", ADDRESS, end=EXPIRED))
        self.plain_url = self._listen(*good)

    def _listen(self, certificate: Path, key: Path) -> str:
        adapter = BuiltinSSLAdapter(str(certificate), str(key))
        adapter.context.verify_mode = ssl.CERT_REQUIRED
        adapter.context.load_verify_locations(str(self.authority.path))
        server = make_server(self.app, ADDRESS, 0, adapter=adapter)
        threading.Thread(target=server.serve, daemon=True).start()
        return "https://%s:%d" % (ADDRESS, server.bind_addr[1])

    def options(self) -> dict[str, str]:
        """What a task needs besides to use it."""
        certificate, key = self.client
        return {"ca_cert": str(self.authority.path), "client_cert": str(certificate), "client_key": str(key)}

    def in_clouds_yaml(self) -> dict[str, str]:
        """The same in the words of clouds.yaml."""
        certificate, key = self.client
        return {"cacert": str(self.authority.path), "cert": str(certificate), "key": str(key)}

    def described(self) -> dict[str, str]:
        """For the target that makes mistakes."""
        certificate, key = self.strange_client
        return {
            "url": self.url,
            "expired_url": self.expired_url,
            "plain_url": self.plain_url,
            "plain_catalog": ELSEWHERE,
            "strange_ca": str(self.stranger.path),
            "strange_cert": str(certificate),
            "strange_key": str(key),
        }
