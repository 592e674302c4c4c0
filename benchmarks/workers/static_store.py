"""Serves a folder over HTTP at little cost: the store of every measured server.

It responds to `GET /<bucket>/<file>` with the headers of S3 that boto3 reads, and prints its port.
"""

import sys
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    folder = Path()
    cache: dict[str, bytes] = {}  # noqa: RUF012 - shared by all requests of the process

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].rpartition("/")[2]
        if name not in self.cache:
            self.cache[name] = (self.folder / name).read_bytes()
        body = self.cache[name]
        self.send_response_only(200)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-type", "application/octet-stream")
        self.send_header("etag", f'"{len(body):032x}"')
        self.send_header("last-modified", formatdate(0, usegmt=True))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Log nothing: only the port is printed."""


def main() -> None:
    """Serve the folder in the first argument until the process is stopped."""
    _Exchange.folder = Path(sys.argv[1])
    with ThreadingHTTPServer(("127.0.0.1", 0), _Exchange) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
