"""The server of the page, without a browser: files, hosts, and its command line."""

import json
import re
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

import pytest

from local.events import HttpRequest
from local.playground import FOLDER, Page, security_headers, serving_page
from local.server import serving
from tools import operations_json

ROOT = Path(__file__).parents[3]
PAGE = Page(service="https://pictures.example.com", buckets=["a", "b"], region="any-1")


def get(
    target: str, *, method: str = "GET", host: str = "127.0.0.1:8001"
) -> tuple[int, str, bytes]:
    """Return status, content type and body of the page's answer."""
    reply = PAGE.answer(HttpRequest(method=method, target=target, headers=(("Host", host),)))
    return reply.status, dict(reply.headers)["content-type"], reply.body


def test_it_serves_the_files_of_the_page() -> None:
    """Each with its type, and the page itself at the root."""
    assert get("/")[:2] == (200, "text/html; charset=utf-8")
    assert get("/index.html?x=1")[2] == (FOLDER / "index.html").read_bytes()
    assert get("/main.js")[:2] == (200, "text/javascript; charset=utf-8")
    assert get("/operations.json")[2].decode() == operations_json.text()
    html = get("/")[2].decode()
    for path in re.findall(r'(?:href|src)="([^#"]+)"', html):
        assert get(f"/{path}")[0] == 200, path


@pytest.mark.parametrize(
    "target",
    [
        "/../README.md",
        "/..%2fREADME.md",
        "/%2e%2e/README.md",
        "//etc/passwd",
        "/vendor/",
        "/vendor/lit-html/LICENSE",
    ],
)
def test_it_serves_nothing_else(target: str) -> None:
    """Other files, folders and escapes from the folder are not found."""
    assert get(target)[0] == 404


def test_other_hosts_and_methods_are_refused() -> None:
    """A name that resolves to this machine must not read the configuration."""
    for host in ("evil.example", "127.0.0.1.evil.example", "127.0.0.1:1:2", ""):
        assert get("/config.json", host=host)[0] == 421, host
    assert get("/", host="localhost:9")[0] == 200
    assert get("/", method="POST")[0] == 405


def test_its_configuration() -> None:
    """The service and its buckets; an access key only for the samples."""
    config = json.loads(get("/config.json")[2])
    assert config == {
        "url": "https://pictures.example.com",
        "buckets": ["a", "b"],
        "region": "any-1",
        "key": "",
    }
    keyed = Page(service="http://x", buckets=[], access_key={"id": "i", "secret": "s"})
    request = HttpRequest(method="GET", target="/config.json", headers=(("host", "localhost"),))
    assert json.loads(keyed.answer(request).body)["accessKey"] == {"id": "i", "secret": "s"}


def test_every_answer_has_the_policy() -> None:
    """Refusals, too."""
    for target in ("/", "/config.json", "/nothing"):
        request = HttpRequest(method="GET", target=target, headers=(("host", "localhost"),))
        headers = dict(PAGE.answer(request).headers)
        assert headers.items() >= security_headers(PAGE.service).items()


def test_another_port_is_taken_if_this_one_is_in_use() -> None:
    """And no page is there before it is known what it is for."""
    with serving(PAGE.answer) as first, serving_page(first.server_port) as second:
        assert second.url != first.url
        connection = HTTPConnection(second.url.removeprefix("http://"), timeout=20)
        connection.request("GET", "/")
        assert connection.getresponse().status == 503
        connection.close()
        second.show(PAGE)
        with urlopen(second.url, timeout=20) as response:
            assert response.status == 200
        assert second.origins == [second.url, second.url.replace("127.0.0.1", "localhost")]


@pytest.mark.parametrize(
    "url", ["example.com", "https://example.com/path", "ftp://x", "https://a b"]
)
def test_the_command_refuses_other_urls(url: str) -> None:
    """A service has a scheme and a host alone: it becomes a part of the policy."""
    command = [sys.executable, "-m", "local.playground", url]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "is no URL of a service" in finished.stderr
