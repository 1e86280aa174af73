"""A mail service that speaks HTTP as Postmark does, on this machine."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TOKEN = "server-token"


class MailService:
    """What was sent to it; it takes everything but letters to addresses that begin with `inactive`."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_address[1]}/"
        self.letters: list[dict[str, Any]] = []

    def answer(self, path: str, token: str, letter: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if token != TOKEN:
            return 401, {"ErrorCode": 10, "Message": "Bad or missing Server API token."}
        if path != "/email":
            return 404, {"ErrorCode": 404, "Message": path}
        inactive = ", ".join(
            address
            for address in (letter["To"], *letter.get("Cc", "").split(", "))
            if address.startswith("inactive")
        )
        if letter["To"].startswith("inactive") and not letter.get("Cc"):
            text = (
                "You tried to send to a recipient that has been marked as inactive.\n"
                f"Found inactive addresses: {inactive}.\nInactive recipients are ones that have generated a"
                " hard bounce, a spam complaint, or a manual suppression."
            )
            return 422, {"ErrorCode": 406, "Message": text}
        self.letters.append(letter)
        accepted = {"To": letter["To"], "SubmittedAt": "2026-03-15T12:00:00Z", "MessageID": "0a1b2c"}
        said = (
            f"Message OK, but will not deliver to these inactive addresses: {inactive}. Inactive recipients"
            " are ones that have generated a hard bounce, a spam complaint, or a manual suppression."
        )
        return 200, {**accepted, "ErrorCode": 0, "Message": said if inactive else "OK"}


@contextmanager
def mail_service() -> Iterator[MailService]:
    """The service, while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            letter = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, told = service.answer(self.path, self.headers["X-Postmark-Server-Token"], letter)
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = MailService(server)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
