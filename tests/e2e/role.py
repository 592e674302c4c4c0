"""A credentials endpoint, as SnapStart functions have one for their role."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread


class Credentials(BaseHTTPRequestHandler):
    """Returns new credentials at each request.

    The first expire within a minute, like credentials as old as the snapshot.
    """

    numbers: "count[int]"

    def do_GET(self) -> None:
        """Return credentials."""
        number = next(self.numbers)
        ends = datetime.now(UTC) + (timedelta(minutes=1) if number == 1 else timedelta(hours=6))
        document = {
            "AccessKeyId": f"KEY{number}",
            "SecretAccessKey": "secret",
            "Token": "token",
            "Expiration": f"{ends:%Y-%m-%dT%H:%M:%SZ}",
        }
        self.send_response(HTTPStatus.OK)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def keys() -> Iterator[str]:
    """Serve credentials and yield the URL."""
    bound = type("Bound", (Credentials,), {"numbers": count(1)})
    with ThreadingHTTPServer(("127.0.0.1", 0), bound) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
