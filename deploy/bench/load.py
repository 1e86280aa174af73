"""Clients that do nothing but ask, over connections that stay open."""

import socket
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """One HTTP request, ready to be sent again and again."""

    port: int
    host: str
    path: str
    token: str
    method: str = "GET"
    body: bytes = b""

    def as_bytes(self) -> bytes:
        head = (
            f"{self.method} {self.path} HTTP/1.1\r\nHost: {self.host}\r\n"
            f"Authorization: Bearer {self.token}\r\nAccept-Language: en\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


class Client:
    """One open connection; it opens another when the server has closed it."""

    def __init__(self, question: Question) -> None:
        self.question, self.request = question, question.as_bytes()
        self.connection: socket.socket | None = None

    def ask(self) -> float:
        """Milliseconds until the whole answer was here. An answer that is not 2xx raises RuntimeError."""
        started = time.perf_counter()
        for attempt in (1, 2):
            try:
                self._exchange()
                break
            except ConnectionError:
                self.connection = None
                if attempt == 2:
                    raise
        return (time.perf_counter() - started) * 1000

    def _exchange(self) -> None:
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.question.port), timeout=30)
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.sendall(self.request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        if head[9:10] != b"2":
            raise RuntimeError(received[:500].decode(errors="replace"))
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        left = length - len(body)
        while left > 0:
            left -= len(self._more())
        if b"connection: close" in head.lower():
            self.connection = None

    def _more(self) -> bytes:
        assert self.connection  # noqa: S101 — opened above
        part = self.connection.recv(65536)
        if not part:
            raise ConnectionError
        return part


def median_alone(question: Question, times: int) -> float:
    """The median in milliseconds with one client that asks one question after the other."""
    client = Client(question)
    return statistics.median(client.ask() for _ in range(times))


def requests_per_second(question: Question, clients: int, seconds: float) -> float:
    """How many answers per second that many clients get together."""
    until = time.perf_counter() + seconds

    def run(_number: int) -> int:
        client, answered = Client(question), 0
        while time.perf_counter() < until:
            client.ask()
            answered += 1
        return answered

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        answered = sum(pool.map(run, range(clients)))
    return answered / (time.perf_counter() - started)
