# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one request may take at most: the time from connecting to the last byte, and the size of its answer.

A timeout of requests holds for each read of a socket alone and starts again at each byte: an answer that trickles never
ends. So the timeout of every read is what remains of the request's whole time. An answer is read piece by piece, its
bytes are counted as they arrive and again as they are decompressed.
"""

from __future__ import annotations

import http.client
import io
import socket
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

#: Bytes that the body of one answer may have, decompressed. A page of 1,000 servers with everything Nova and ECS tell
#: of them has less than 10 MB.
MAX_BODY = 64 * 1024 * 1024
#: Bytes that status line, headers, chunk sizes and trailers may add; http.client itself takes 100 lines of 64 KiB.
MAX_FRAMING = 8 * 1024 * 1024
_PIECE = 64 * 1024
_RECORD = 16 * 1024
#: Seconds that a socket is given where the time is over, for 0 means "do not wait" and None "wait for ever".
_LEAST = 0.001


class BodyTooLarge(OSError):
    """The answer is larger than MAX_BODY; an OSError, so that urllib3 closes the connection and passes it on."""


class BodyUnreadable(OSError):
    """The body of the answer is not compressed as its header says."""


class RequestTimeout(socket.timeout):
    """The time of the whole request is over; what a socket raises, so that urllib3 knows it."""


class Bounds(threading.local):
    """What the request that this thread sends may take; a thread sends one request at a time."""

    def __init__(self) -> None:
        self.until = float("inf")

    def start(self, seconds: float) -> None:
        """The whole request may take so many seconds from now."""
        self.until = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds that are left, never 0. Raises RequestTimeout where none are."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise RequestTimeout("the request timed out")
        return max(_LEAST, min(left, 86400.0))


class _BoundedStream(io.RawIOBase):
    """What comes from a socket for one answer: no read outlasts the request, and the bytes are counted."""

    def __init__(self, sock: Any, bounds: Bounds) -> None:
        super().__init__()
        self._sock, self._bounds = sock, bounds
        # The socket's own file keeps it open after the connection is closed, as long as the answer is read.
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
    """A socket as http.client.HTTPResponse sees it."""

    def __init__(self, sock: Any, bounds: Bounds) -> None:
        self._sock, self._bounds = sock, bounds

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_BoundedStream(self._sock, self._bounds), _PIECE)


def _bounded_connection(connection: Any, bounds: Bounds) -> Any:
    """A subclass of a connection class of urllib3 whose every step is bounded."""

    class BoundedConnection(connection):  # type: ignore[misc]
        timeout: Any

        def connect(self) -> Any:
            # One of a name with several addresses is given this time for each.
            self.timeout = min(self.timeout or 86400.0, bounds.remaining())
            return super().connect()

        def send(self, data: Any) -> Any:
            # A connection that is used again still has the timeout of the last read of the answer before.
            # Over TLS each record of 16 KiB has a timeout of its own.
            size = _RECORD if isinstance(data, bytes) else 0
            for begin in range(0, len(data), size) if size else (0,):
                if self.sock is not None:
                    self.sock.settimeout(bounds.remaining())
                super().send(data[begin : begin + size] if size else data)

        def response_class(self, sock: Any, *arguments: Any, **options: Any) -> http.client.HTTPResponse:
            return http.client.HTTPResponse(_BoundedSocket(sock, bounds), *arguments, **options)  # type: ignore[arg-type]

    return BoundedConnection


def _bound(manager: Any, bounds: Bounds) -> Any:
    """The pool manager, whose connections are bounded from now on, those of proxies included."""
    manager.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": _bounded_connection(pool.ConnectionCls, bounds)})
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }
    return manager


def bounded_adapter(bounds: Bounds, pool_size: int) -> Any:
    """A transport adapter for requests that keeps to the bounds of the calling thread."""

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
    """The decompressed body of an answer that was asked for as a stream; its connection goes back to the pool.

    Raises BodyTooLarge, BodyUnreadable, and what urllib3 raises for
    a connection that breaks or is late.
    """
    try:
        pieces, size = [], 0
        for piece in _decompressed(_pieces(response.raw), response.headers.get("Content-Encoding") or ""):
            size += len(piece)
            if size > MAX_BODY:
                raise BodyTooLarge("the response is too large")
            pieces.append(piece)
    except BaseException:
        # What is left in the connection is not the next answer.
        response.close()
        raise
    return b"".join(pieces)


def _pieces(raw: Any) -> Iterator[bytes]:
    while True:
        piece = raw.read(_PIECE, decode_content=False)
        if not piece:
            break
        yield piece
    # urllib3 1.26 takes the end of a connection for the end of a body.
    if raw.length_remaining:
        raise ConnectionError("the response is incomplete")


def _decompressed(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The body in pieces of bounded size, whatever it was compressed from."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        yield from pieces
        return
    if name not in ("gzip", "x-gzip", "deflate"):
        raise BodyUnreadable("the response is compressed with %s" % name[:40])
    # 47 takes gzip's header and zlib's.
    decoder, ended, begun = zlib.decompressobj(47), False, False
    try:
        for piece in pieces:
            # What follows the end is read all the same, so that the connection can be used again.
            while piece and not ended:
                begun = True
                yield decoder.decompress(piece, _PIECE)
                piece = decoder.unconsumed_tail
                if decoder.eof:
                    # gzip may consist of several members; anything else after its end is ignored, as browsers do.
                    piece = decoder.unused_data
                    ended = bool(piece) and not piece.startswith(b"\x1f\x8b")
                    decoder, begun = zlib.decompressobj(47), False
    except zlib.error:
        raise BodyUnreadable("the response is not compressed as its Content-Encoding says") from None
    if begun:
        # A few bytes may wait inside zlib where the last piece ended with a full one of ours.
        yield decoder.flush()
    if begun and not decoder.eof:
        raise BodyUnreadable("the compressed response is incomplete")
