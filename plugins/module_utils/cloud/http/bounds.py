# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits of one request: the time from connecting to the last byte, and the size of its response.

A timeout of requests applies to each read of a socket and restarts at each byte: a slow response never times out. So
the timeout of every read is the remaining time of the request. A response is read in pieces, and its bytes are counted
as they arrive and again as they are decompressed.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
import time
import zlib
from typing import Any, Iterator

try:
    import requests
except ImportError:
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True

#: The maximum size of a response body in bytes, decompressed. A page of 1,000 servers with all fields of Nova and ECS
#: has less than 10 MB.
MAX_BODY = 64 * 1024 * 1024
#: The maximum size of status line, headers, chunk sizes and trailers; http.client itself allows 100 lines of 64 KiB.
MAX_FRAMING = 8 * 1024 * 1024
_PIECE = 64 * 1024
_RECORD = 16 * 1024
#: The socket timeout in seconds after the time limit, because 0 means non-blocking and None no timeout.
_LEAST = 0.001


class BodyTooLarge(OSError):
    """The response is larger than MAX_BODY; an OSError, so that urllib3 closes the connection and raises it."""


class BodyUnreadable(OSError):
    """The body of the response is not compressed as its header says."""


class RequestTimeout(socket.timeout):
    """The request timed out; raised by a socket, so that urllib3 handles it."""


class Bounds(threading.local):
    """The limits of the request that this thread sends; a thread sends one request at a time."""

    def __init__(self) -> None:
        self.until = float("inf")

    def start(self, seconds: float) -> None:
        """The complete request can take this number of seconds from now."""
        self.until = time.monotonic() + seconds

    def remaining(self) -> float:
        """The remaining seconds, never 0. Raises RequestTimeout after the time limit."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise RequestTimeout("the request timed out")
        return max(_LEAST, min(left, 86400.0))


class _BoundedStream(io.RawIOBase):
    """The data of a socket for one response: no read exceeds the time limit, and the bytes are counted."""

    def __init__(self, sock: Any, bounds: Bounds) -> None:
        super().__init__()
        self._sock, self._bounds = sock, bounds
        # The socket's own file keeps it open after the connection is closed, while the response is read.
        self._file = sock.makefile("rb", buffering=0)
        self._left = MAX_BODY + MAX_FRAMING

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        self._sock.settimeout(self._bounds.remaining())
        count = self._file.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise BodyTooLarge("the response is too large")
        return count

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class _BoundedSocket:
    """A socket for http.client.HTTPResponse."""

    def __init__(self, sock: Any, bounds: Bounds) -> None:
        self._sock, self._bounds = sock, bounds

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_BoundedStream(self._sock, self._bounds), _PIECE)


def _raise_alert(sock: Any) -> None:
    """Raise the alert with which a TLS server ended the connection, if it sent one: from TLS 1.3 on it refuses the
    client's certificate when the client may be sending already, which then sees a closed connection alone."""
    if isinstance(sock, ssl.SSLSocket):
        sock.settimeout(_LEAST)
        try:
            sock.recv(1)
        except ssl.SSLEOFError:
            return
        except ssl.SSLError as error:
            if "ALERT" in str(error.reason):
                raise
        except OSError:
            return


def _bounded_connection(connection: Any, bounds: Bounds) -> Any:
    """A subclass of a connection class of urllib3 with time limits for every step."""

    class BoundedConnection(connection):  # type: ignore[misc]
        timeout: Any

        def connect(self) -> Any:
            # If a name has several addresses, this is the time for each.
            self.timeout = min(self.timeout or 86400.0, bounds.remaining())
            return super().connect()

        def send(self, data: Any) -> Any:
            # A reused connection still has the timeout of the last read of the previous response. With TLS, each record
            # of 16 KiB has its own timeout.
            size = _RECORD if isinstance(data, bytes) else 0
            for begin in range(0, len(data), size) if size else (0,):
                if self.sock is not None:
                    self.sock.settimeout(bounds.remaining())
                try:
                    super().send(data[begin : begin + size] if size else data)
                except OSError:
                    _raise_alert(self.sock)
                    raise

        def response_class(self, sock: Any, *arguments: Any, **options: Any) -> http.client.HTTPResponse:
            return http.client.HTTPResponse(_BoundedSocket(sock, bounds), *arguments, **options)  # type: ignore[arg-type]

    return BoundedConnection


def _bound(manager: Any, bounds: Bounds) -> Any:
    """The pool manager, whose connections are now limited, including those of proxies."""
    manager.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": _bounded_connection(pool.ConnectionCls, bounds)})
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }
    return manager


def bounded_adapter(bounds: Bounds, pool_size: int) -> Any:
    """A transport adapter for requests with the limits of the calling thread."""

    class BoundedAdapter(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
            super().init_poolmanager(*arguments, **options)
            _bound(self.poolmanager, bounds)

        def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
            known = proxy in self.proxy_manager
            manager = super().proxy_manager_for(proxy, **options)
            return manager if known else _bound(manager, bounds)

    return BoundedAdapter(pool_maxsize=pool_size)


def read_content(response: Any) -> bytes:
    """The decompressed body of a streamed response; its connection returns to the pool. Raises BodyTooLarge,
    BodyUnreadable, and the errors of urllib3 for a broken or slow connection."""
    try:
        pieces, size = [], 0
        for piece in _decompressed(_pieces(response.raw), response.headers.get("Content-Encoding") or ""):
            size += len(piece)
            if size > MAX_BODY:
                raise BodyTooLarge("the response is too large")
            pieces.append(piece)
    except BaseException:
        # The rest of the data in the connection must not be read as the next response.
        response.close()
        raise
    return b"".join(pieces)


def _pieces(raw: Any) -> Iterator[bytes]:
    while True:
        piece = raw.read(_PIECE, decode_content=False)
        if not piece:
            break
        yield piece
    # urllib3 1.26 treats the end of a connection as the end of a body.
    if raw.length_remaining:
        raise ConnectionError("the response is incomplete")


def _decompressed(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The body in pieces of limited size, regardless of the compression."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        yield from pieces
        return
    if name not in ("gzip", "x-gzip", "deflate"):
        raise BodyUnreadable("the response is compressed with %s" % name[:40])
    # 47 accepts the headers of gzip and zlib.
    decoder, ended, begun = zlib.decompressobj(47), False, False
    try:
        for piece in pieces:
            # Data after the end is read as well, so that the connection can be reused.
            while piece and not ended:
                begun = True
                yield decoder.decompress(piece, _PIECE)
                piece = decoder.unconsumed_tail
                if decoder.eof:
                    # gzip may have several members; other data after its end is ignored, as browsers do.
                    piece = decoder.unused_data
                    ended = bool(piece) and not piece.startswith(b"\x1f\x8b")
                    decoder, begun = zlib.decompressobj(47), False
    except zlib.error:
        raise BodyUnreadable("the response is not compressed as its Content-Encoding says") from None
    if begun:
        # zlib may still hold a few bytes if the last piece was full.
        yield decoder.flush()
    if begun and not decoder.eof:
        raise BodyUnreadable("the compressed response is incomplete")
