"""Serves the application with cheroot, and can end a connection with a TCP reset."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any

from cheroot import wsgi


def reset_connection(connection: socket.socket) -> None:
    """Close with a reset: a linger time of zero drops unsent data and sends RST in place of FIN.

    A new, unconnected socket replaces the descriptor: cheroot closes it later as a connection that the peer ended,
    whereas a closed descriptor would end its worker, and with it the server.
    """
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with socket.socket(connection.family, connection.type) as fresh:
        os.dup2(fresh.fileno(), connection.fileno(), inheritable=False)


def with_resets(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Reset the connection where a fault has set the flag in the request's environment."""

    def run(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        result = app(environ, start_response)
        if environ.get("sim.reset"):
            reset_connection(environ["sim.socket"])
            raise ConnectionResetError(errno.ECONNRESET, "reset on order")
        return result

    return run


class Gateway(wsgi.Gateway_10):
    """Passes the connection's socket to the application."""

    def get_environ(self) -> Any:
        environ: Any = super().get_environ()  # type: ignore[no-untyped-call]
        environ["sim.socket"] = self.req.conn.socket
        return environ


def make_server(app: Any, host: str, port: int, threads: int = 40, adapter: Any = None) -> wsgi.Server:
    """A server that already listens (`bind_addr` has the real port); `serve()` handles requests. With `adapter`, one of
    cheroot's, it speaks TLS."""
    server = wsgi.Server(
        (host, port), with_resets(app), numthreads=threads, server_name="simulator", request_queue_size=128, timeout=120
    )
    server.gateway = Gateway
    server.ssl_adapter = adapter
    server.keep_alive_conn_limit = 2000
    server.error_log = lambda *_args, **_kwargs: None  # type: ignore[method-assign]
    server.prepare()
    return server
