# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request takes no longer than it may and no more memory than it may, whatever the peer does.

The peers are sockets on loopback that go on until they are cut off, so each test would hang without the bounds; how
long it takes is only compared with far larger numbers.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import bounds
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.bounds import Bounds, RequestTimeout
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#: Seconds: far more than any of these requests needs, far less than for ever.
GENEROUS = 20.0

Peer = Callable[[socket.socket], None]


@pytest.fixture
def peer() -> Iterator[Callable[[Peer], str]]:
    """Runs a function on each connection that comes, and gives the URL to connect to."""
    over = threading.Event()
    listeners = []

    def serve(talk: Peer) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def one(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(GENEROUS)
                talk(connection)

        def accept() -> None:
            with suppress(OSError):
                while not over.is_set():
                    threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return "http://127.0.0.1:%d/x" % listener.getsockname()[1]

    yield serve
    over.set()
    for listener in listeners:
        listener.close()


def read_request(connection: socket.socket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError
        found += piece
    return found


def forever(connection: socket.socket, beginning: bytes, piece: bytes, pause: float = 0.0) -> None:
    read_request(connection)
    connection.sendall(beginning)
    while True:
        connection.sendall(piece)
        if pause:
            time.sleep(pause)


def session(timeout: float = 0.4) -> Session:
    return Session(Settings("openstack", retries=0, timeout=timeout))


TRICKLES = {
    "body": (OK + b"Content-Length: 1000000\r\n\r\n", b" "),
    "chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "chunk size": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "until closed": (OK + b"\r\n", b" "),
    "status line": (b"", b"H"),
    "header": (OK + b"X-Long: ", b"a"),
    "headers": (OK, b"X-More: 1\r\n"),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "error body": (b"HTTP/1.1 500 Broken\r\nContent-Length: 1000000\r\n\r\n", b" "),
}


@pytest.mark.parametrize("kind", TRICKLES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_that_trickles_is_late(peer: Any, kind: str, method: str) -> None:
    beginning, piece = TRICKLES[kind]
    url = peer(lambda connection: forever(connection, beginning, piece, pause=0.02))
    begin = time.monotonic()
    with pytest.raises(errors.ResponseLost, match="did not respond in time|closed the connection") as caught:
        session().request(method, url)
    assert time.monotonic() - begin < GENEROUS
    # 100 header lines may come before the time is over: http.client takes no more.
    assert caught.value.late or kind == "headers"
    assert ("check the state" in str(caught.value)) == (method == "POST")


def test_the_deadline_bounds_an_answer_that_trickles(peer: Any) -> None:
    url = peer(lambda connection: forever(connection, *TRICKLES["body"], pause=0.02))
    patient = session(timeout=3600.0)
    patient.deadline = patient.clock.time() + 0.4
    begin = time.monotonic()
    with pytest.raises(errors.ResponseLost, match="did not respond in time"):
        patient.get(url)
    assert time.monotonic() - begin < GENEROUS
    patient.deadline = patient.clock.time()
    with pytest.raises(errors.DeadlineExceeded):
        patient.get(url)


ENDLESS = {
    "body": (OK + b"\r\n", b" " * 65536),
    "chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "length": (OK + b"Content-Length: 99999999999\r\n\r\n", b" " * 65536),
    "trailers": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-T: " + b"a" * 60000 + b"\r\n"),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\nX: " + b"a" * 60000 + b"\r\n\r\n"),
    "error body": (b"HTTP/1.1 404 Gone\r\n\r\n", b" " * 65536),
}


@pytest.mark.parametrize("kind", ENDLESS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_without_end_is_refused(peer: Any, monkeypatch: pytest.MonkeyPatch, kind: str, method: str) -> None:
    monkeypatch.setattr(bounds, "MAX_BODY", 200_000)
    monkeypatch.setattr(bounds, "MAX_FRAMING", 100_000)
    sent = []
    beginning, piece = ENDLESS[kind]

    def talk(connection: socket.socket) -> None:
        sent.append(1)
        forever(connection, beginning, piece)

    eager = Session(Settings("openstack", retries=4, timeout=3600.0))
    with pytest.raises(errors.ResponseTooLarge, match="larger than 64 MiB") as caught:
        eager.request(method, peer(talk))
    assert len(sent) == 1, "it would only be as large again"
    assert isinstance(caught.value, errors.ResponseLost), "the state decides"
    assert ("check the state" in str(caught.value)) == (method == "POST")


@pytest.mark.parametrize("line", [b"X: 1\r\n", b"X: " + b"a" * 70000 + b"\r\n"])
def test_headers_without_end_are_no_answer(peer: Any, line: bytes) -> None:
    with pytest.raises(errors.ResponseLost):
        session(timeout=3600.0).get(peer(lambda connection: forever(connection, OK, line)))


def answering(*heads_and_bodies: tuple[bytes, bytes], count: list[int] | None = None) -> Peer:
    """A peer that keeps its connections open and gives one answer a request, in turn."""

    def talk(connection: socket.socket) -> None:
        if count is not None:
            count.append(1)
        for head, body in heads_and_bodies:
            read_request(connection)
            connection.sendall(OK + head + b"\r\n" + body)
        time.sleep(GENEROUS)

    return talk


def packed(body: bytes, encoding: bytes = b"gzip", chunked: bool = False) -> tuple[bytes, bytes]:
    head = b"Content-Encoding: %s\r\n" % encoding
    if chunked:
        return head + b"Transfer-Encoding: chunked\r\n", b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return head + b"Content-Length: %d\r\n" % len(body), body


DOCUMENT = json.dumps({"a": "b" * 300_000}).encode()


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"gzip", gzip.compress(DOCUMENT)),
        (b"x-gzip", gzip.compress(DOCUMENT)),
        (b"gzip", gzip.compress(DOCUMENT[:1000]) + gzip.compress(DOCUMENT[1000:])),
        (b"gzip", gzip.compress(DOCUMENT) + b"\x00" * 100_000),
        (b"deflate", zlib.compress(DOCUMENT)),
        (b"identity", DOCUMENT),
    ],
)
def test_compressed_answers_are_read_and_the_connection_is_used_again(
    peer: Any, encoding: bytes, body: bytes, chunked: bool
) -> None:
    connections: list[int] = []
    answer = packed(body, encoding, chunked)
    url = peer(answering(*[answer] * 3, count=connections))
    client = session(timeout=GENEROUS)
    for _unused in range(3):
        assert client.get(url).body == json.loads(DOCUMENT)
    assert len(connections) == 1


@pytest.mark.parametrize("chunked", [True, False])
def test_a_small_answer_may_not_become_a_large_one(peer: Any, monkeypatch: pytest.MonkeyPatch, chunked: bool) -> None:
    monkeypatch.setattr(bounds, "MAX_BODY", 1_000_000)
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(errors.ResponseTooLarge, match="larger than"):
        session(timeout=GENEROUS).get(peer(answering(packed(bomb, chunked=chunked))))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [(b"gzip", DOCUMENT), (b"gzip", gzip.compress(DOCUMENT)[:200]), (b"br", DOCUMENT), (b"gzip, gzip", DOCUMENT)],
)
def test_a_body_that_cannot_be_decompressed_is_a_lost_answer(peer: Any, encoding: bytes, body: bytes) -> None:
    with pytest.raises(errors.ResponseLost, match="cannot be decompressed"):
        session(timeout=GENEROUS).post(peer(answering(packed(body, encoding))))


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 65536 * 3, 65536 * 3 + 200, 65536 * 4 - 1])
@pytest.mark.parametrize("piece", [1, 7, 1000, 65536])
def test_nothing_is_lost_at_the_edges_of_pieces(size: int, piece: int) -> None:
    for body in (b" " * size, bytes(range(256)) * (size // 256) + b"x" * (size % 256)):
        whole = gzip.compress(body)
        pieces = iter([whole[begin : begin + piece] for begin in range(0, len(whole), piece)])
        found = list(bounds._decompressed(pieces, "gzip"))
        assert b"".join(found) == body
        assert max((len(each) for each in found), default=0) <= 65536


def test_a_peer_that_does_not_read_is_late(peer: Any) -> None:
    """The request is larger than what the sockets' buffers hold, and read a little at a time."""

    def talk(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        while connection.recv(16):
            time.sleep(0.02)

    with pytest.raises(errors.ResponseLost, match="did not respond in time"):
        session().post(peer(talk), json={"a": "b" * 20_000_000})


def test_the_timeout_of_one_request_is_not_that_of_the_next(peer: Any) -> None:
    """A connection that is used again may have a read's tiny timeout left."""
    answer = (b"Content-Length: 2\r\n", b"{}")

    def talk(connection: socket.socket) -> None:
        for _unused in range(2):
            read_request(connection)
            connection.sendall(OK + answer[0] + b"\r\n" + answer[1])
        read_request(connection)

    url = peer(talk)
    client = session(timeout=GENEROUS)
    client.get(url)
    client.get(url)


def test_the_bounds_are_of_each_thread() -> None:
    own = Bounds()
    own.start(1000.0)
    others = []
    thread = threading.Thread(target=lambda: others.append(own.remaining()))
    thread.start()
    thread.join()
    assert others == [86400.0]
    assert 900 < own.remaining() <= 1000
    own.start(0.0)
    with pytest.raises(RequestTimeout):
        own.remaining()
