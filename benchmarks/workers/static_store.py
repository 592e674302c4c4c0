"""A folder over HTTP, at the least cost: what every server under measurement reads from.

It answers `GET /<bucket>/<file>` as S3 does where boto3 looks, and says its port on a line.
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
    held: dict[str, bytes] = {}  # noqa: RUF012 - the class is this process's one store

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].rpartition("/")[2]
        if name not in self.held:
            self.held[name] = (self.folder / name).read_bytes()
        body = self.held[name]
        self.send_response_only(200)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-type", "application/octet-stream")
        self.send_header("etag", f'"{len(body):032x}"')
        self.send_header("last-modified", formatdate(0, usegmt=True))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: the output is for the port."""


def main() -> None:
    """Serve the folder that is named until the process is ended."""
    _Exchange.folder = Path(sys.argv[1])
    with ThreadingHTTPServer(("127.0.0.1", 0), _Exchange) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
