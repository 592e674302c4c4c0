"""The page of docs/form-uploads.md, sent as browsers do, and by Chromium where it is installed."""

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from xml.etree import ElementTree as ET

import oss2
import pytest

from tests.chromium import find_chromium
from tests.functional.clients.conftest import KEY_ID, PRIVATE, ROOT, SECRET
from tests.post_forms import CONTENT_TYPE, form_body

MANUAL = (ROOT / "docs/form-uploads.md").read_text()

PIXEL = bytes.fromhex("ffd8ffe000104a46494600") + bytes(range(256))
"""Bytes that no text codec leaves as they are."""


class FormReader(HTMLParser):
    """Reads the address and the hidden fields of a page's form."""

    def __init__(self) -> None:
        """Begin without a form."""
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect a form or an input."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = attributes["action"]
        elif attributes.get("type") == "hidden":
            self.fields[attributes["name"]] = attributes["value"]


@pytest.fixture
def page(endpoint: str) -> str:
    """Run the program of the manual, unchanged except for the port, and return its page."""
    programs = re.findall(r"^```python\n(.*?)^```", MANUAL, re.DOTALL | re.MULTILINE)
    assert len(programs) == 1
    port = endpoint.rpartition(":")[2]
    finished = subprocess.run(
        [sys.executable, "-"],
        input=programs[0].replace(":8000", f":{port}"),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    text: str = finished.stdout
    return text


@pytest.fixture
def bucket(endpoint: str) -> oss2.Bucket:
    """Return a client of the bucket that the page uploads to."""
    auth = oss2.Auth(KEY_ID, SECRET)
    return oss2.Bucket(auth, endpoint, PRIVATE, is_path_style=True)


def sent(page: str, content: bytes, **file: str) -> tuple[int, bytes]:
    """Send the page's form as a browser does; return status and body."""
    form = FormReader()
    form.feed(page)
    request = Request(
        form.action,
        data=form_body(form.fields, content, **file),
        headers={"content-type": CONTENT_TYPE},
    )
    try:
        with urlopen(request, timeout=30) as response:
            return response.status, response.read()
    except HTTPError as error:
        return error.code, error.read()


def test_the_page_of_the_manual_uploads(page: str, bucket: oss2.Bucket) -> None:
    """The file is stored under its name, bit for bit."""
    status, body = sent(page, PIXEL, name="page.jpg")
    assert status == 201, body
    assert ET.fromstring(body).findtext("Key") == "uploads/page.jpg"
    assert bucket.get_object("uploads/page.jpg").read() == PIXEL


@pytest.mark.parametrize(
    ("size", "content_type", "code"),
    [(10, "text/html", "AccessDenied"), (4_000_001, "image/png", "EntityTooLarge")],
)
def test_the_page_uploads_nothing_else(page: str, size: int, content_type: str, code: str) -> None:
    """The policy of the manual limits type and size."""
    _, body = sent(page, bytes(size), name="refused.bin", content_type=content_type)
    assert ET.fromstring(body).findtext("Code") == code


SUBMIT = """<script>
const data = new DataTransfer();
const bytes = Uint8Array.from(%s);
data.items.add(new File([bytes], 'browser 图.jpg', { type: 'image/jpeg' }));
document.querySelector('input[type=file]').files = data.files;
document.querySelector('form').requestSubmit();
</script>"""
"""Chooses a file and presses the button, as a person would."""


@pytest.fixture
def site(page: str) -> Iterator[str]:
    """Serve the page from another origin, and yield its URL."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = (page + SUBMIT % list(PIXEL)).encode()
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_browser_sends_the_page(site: str, bucket: oss2.Bucket, tmp_path: Path) -> None:
    """Chromium sends the form from another origin, and shows the answer's XML."""
    chromium = find_chromium()
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}")
    finished = subprocess.run(
        [chromium, *options, "--virtual-time-budget=10000", "--dump-dom", site],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "uploads/browser 图.jpg" in finished.stdout
    assert bucket.get_object("uploads/browser 图.jpg").read() == PIXEL
