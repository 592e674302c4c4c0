"""The page of playground/ on a port of its own: `make playground URL=<a deployed service>`.

`make run` serves it for the service that it starts. The page never shares an origin with stored
objects, whose scripts could read the access key from its memory (decision 015).
"""

import argparse
import json
import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from local.events import HttpRequest
from local.replies import HttpReply
from local.server import serving

FOLDER = Path(__file__).parents[1] / "playground"

REGION = "cn-hangzhou"
"""The region of the page's signatures where none is given; the service accepts any."""

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""Content types by extension; other files of the folder are not served."""

_HOSTS = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?")
_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+")


@dataclass(frozen=True, kw_only=True)
class Page:
    """The page for one service. Its answers name the service in the content security policy."""

    service: str
    """URL of the service, without a path."""
    buckets: Sequence[str]
    region: str = REGION
    key: str = ""
    """Key of the object that the page shows first, in the first bucket."""
    access_key: Mapping[str, str] | None = None
    """Access key that the page uses without asking: only for the samples of `make run`."""

    def answer(self, request: HttpRequest) -> HttpReply:
        """Return a file of the page; 404 for anything else, and 421 for another host's name."""
        host = next((value for name, value in request.headers if name.lower() == "host"), "")
        if not _HOSTS.fullmatch(host):
            return self._reply(421, "text/plain", b"This host is not served here.\n")
        if request.method not in ("GET", "HEAD"):
            return self._reply(405, "text/plain", b"Only GET and HEAD.\n")
        path = request.target.partition("?")[0]
        if path == "/config.json":
            return self._reply(200, TYPES[".json"], json.dumps(self._config()).encode())
        file = _files().get("/index.html" if path == "/" else path)
        if file is None:
            return self._reply(404, "text/plain", b"No such file.\n")
        return self._reply(200, TYPES[file.suffix], file.read_bytes())

    def _config(self) -> dict[str, object]:
        config = {
            "url": self.service,
            "buckets": list(self.buckets),
            "region": self.region,
            "key": self.key,
        }
        return config | ({"accessKey": dict(self.access_key)} if self.access_key else {})

    def _reply(self, status: int, content_type: str, body: bytes) -> HttpReply:
        headers = {"content-type": content_type, **security_headers(self.service)}
        return HttpReply(status=status, headers=tuple(headers.items()), body=body)


def security_headers(service: str) -> dict[str, str]:
    """Return the headers that let the page load its own files and ask one service, no more."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' blob: {service}",
        "connect-src": f"'self' {service}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "lit-html xml",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-cache",
    }


def _files() -> Mapping[str, Path]:
    """Return the files that are served, by path; listed for each request, so that edits show."""
    found = (path for path in FOLDER.rglob("*") if path.suffix in TYPES)
    return {f"/{path.relative_to(FOLDER).as_posix()}": path for path in found}


class PageServer:
    """Answers requests for the page once it is known what service the page is for."""

    def __init__(self) -> None:
        """Begin without a page."""
        self._page: Page | None = None
        self.url = ""

    def show(self, page: Page) -> None:
        """Serve this page from now on."""
        self._page = page

    @property
    def origins(self) -> Sequence[str]:
        """The origins that browsers send for the page, for CORS rules."""
        return [self.url, self.url.replace("127.0.0.1", "localhost")]

    def answer(self, request: HttpRequest) -> HttpReply:
        """Return the page's reply; 503 until there is a page."""
        return self._page.answer(request) if self._page else HttpReply(status=503)


@contextmanager
def serving_page(port: int) -> Iterator[PageServer]:
    """Serve a page until the block ends, on any free port if this one is in use."""
    page_server = PageServer()
    with ExitStack() as running:
        try:
            server = running.enter_context(serving(page_server.answer, port))
        except (OSError, OverflowError):
            server = running.enter_context(serving(page_server.answer))
        page_server.url = server.url
        yield page_server


def cors_rule(page_origins: Sequence[str]) -> Mapping[str, object]:
    """Return the CORS rule that a bucket needs for the page, as settings of buckets write it."""
    return {
        "allowedOrigins": list(page_origins),
        "allowedMethods": ["GET", "PUT", "DELETE"],
        "allowedHeaders": ["*"],
        "exposeHeaders": ["server-timing", "x-oss-request-id"],
        "maxAgeSeconds": 600,
    }


def main() -> None:
    """Serve the page for a deployed service until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m local.playground", description=__doc__)
    parser.add_argument("url", type=_url, help="URL of the service, without a path")
    parser.add_argument("--buckets", default="", help="names that the page offers: a,b")
    parser.add_argument("--region", default=REGION)
    parser.add_argument("--port", type=int, default=8001)
    options = parser.parse_args()
    buckets = [name for name in options.buckets.split(",") if name]
    page = Page(service=options.url, buckets=buckets, region=options.region)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), serving_page(options.port) as server:
        server.show(page)
        print(f"playground: {server.url}")
        print(f"Each bucket needs a CORS rule: {json.dumps(cors_rule(server.origins))}", flush=True)
        signal.pause()


def _url(text: str) -> str:
    url = text.removesuffix("/")
    if not _URL.fullmatch(url) or urlsplit(url).path:
        raise argparse.ArgumentTypeError(
            f"{text} is no URL of a service, such as https://example.com"
        )
    return url


if __name__ == "__main__":
    main()
