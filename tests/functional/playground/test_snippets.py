"""Code that the page offers: run where its language is installed, and read otherwise."""

import html.parser
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import urlopen

import oss2
import pytest
from PIL import Image

from tests.functional.clients import conftest as clients
from tests.functional.clients.conftest import KEY_ID, PRIVATE, SECRET, Addresses
from tests.functional.playground.conftest import Visit, absent

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KEY = 'it\'s "odd" 图.jpg'
"""A key with characters that each language quotes in its own way."""

PROCESS = "image/resize,w_240/watermark,text_SXQncyAk,color_FFFFFF/format,png"

LANGUAGES = ("signed", "oss2", "v2", "javascript", "go", "java", "php", "curl", "saveas", "ossutil")


@pytest.fixture(scope="module")
def snippets(browser: "Browser", addresses: Addresses) -> Iterator[dict[str, str]]:
    """Return the code of each kind for a private picture with an odd key."""
    auth = oss2.Auth(KEY_ID, SECRET)
    bucket = oss2.Bucket(auth, addresses.service, PRIVATE, is_path_style=True)
    bucket.copy_object("demo", "landscape.jpg", KEY)
    context = browser.new_context()
    visit = Visit(context.new_page(), addresses)
    page = visit.open(PROCESS, bucket=PRIVATE)
    page.evaluate("(hash) => { location.hash = hash; }", f"#/{PRIVATE}/{quote(KEY)}?{PROCESS}")
    visit.wait_for_result()
    found = {}
    for name in ("url", "picture", *LANGUAGES):
        page.locator(f"input[name=snippet][value={name}]").check()
        page.locator("#code:not(:empty)").wait_for()
        page.wait_for_timeout(150)
        found[name] = page.locator("#code").text_content()
    yield found
    context.close()


def environment(**more: str) -> dict[str, str]:
    """Return an environment with the access key that programs read."""
    keys = {"OSS_ACCESS_KEY_ID": KEY_ID, "OSS_ACCESS_KEY_SECRET": SECRET}
    return {"PATH": os.environ["PATH"], **keys, **more}


def check_result(folder: Path) -> None:
    """The program stored the result as it is named."""
    with Image.open(folder / "result.png") as image:
        assert (image.format, image.size) == ("PNG", (240, 160))


def run(command: list[str], folder: Path, **more: str) -> str:
    """Run a program in a folder of its own, and return its output."""
    finished = subprocess.run(
        command,
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize("name", ["oss2", "v2"])
def test_python(snippets: dict[str, str], tmp_path: Path, name: str) -> None:
    """Both SDKs for Python."""
    (tmp_path / "program.py").write_text(snippets[name])
    output = run([sys.executable, "-W", "ignore", "program.py"], tmp_path)
    check_result(tmp_path)
    if name == "oss2":
        with urlopen(output.strip(), timeout=20) as response:
            assert Image.open(io.BytesIO(response.read())).size == (240, 160)


def test_javascript(snippets: dict[str, str], tmp_path: Path) -> None:
    """ali-oss for Node.js."""
    node = shutil.which("node")
    if not node or not (clients.NODE_MODULES / "ali-oss").is_dir():
        absent("needs Node.js, npm and what `make test` installs with them")
    (tmp_path / "program.mjs").write_text(snippets["javascript"])
    (tmp_path / "node_modules").symlink_to(clients.NODE_MODULES)
    run([str(node), "program.mjs"], tmp_path)
    check_result(tmp_path)


@pytest.mark.parametrize("name", ["curl", "signed"])
def test_curl_and_signed_urls(snippets: dict[str, str], tmp_path: Path, name: str) -> None:
    """A signed URL, alone and in a command."""
    if name == "signed":
        with urlopen(snippets[name], timeout=20) as response:
            (tmp_path / "result.png").write_bytes(response.read())
    else:
        run(["sh", "-c", snippets[name]], tmp_path)
    check_result(tmp_path)


def test_saveas(snippets: dict[str, str], tmp_path: Path, addresses: Addresses) -> None:
    """The POST stores the result next to the source."""
    stored = json.loads(run(["sh", "-c", snippets["saveas"]], tmp_path))
    assert stored["status"] == "OK"
    auth = oss2.Auth(KEY_ID, SECRET)
    bucket = oss2.Bucket(auth, addresses.service, PRIVATE, is_path_style=True)
    body = bucket.get_object('it\'s "odd" 图-result.png').read()
    assert Image.open(io.BytesIO(body)).size == (240, 160)


def test_go(snippets: dict[str, str], tmp_path: Path) -> None:
    """The program is Go as its formatter writes it; Debian has no SDK of this version to run it."""
    gofmt = shutil.which("gofmt")
    if not gofmt:
        absent("needs what `make go-client` installs")
    (tmp_path / "main.go").write_text(snippets["go"])
    assert run([str(gofmt), "-d", "main.go"], tmp_path) == ""


def test_java(snippets: dict[str, str], tmp_path: Path) -> None:
    """The program is Java, as far as a compiler without the SDK can say."""
    javac = shutil.which("javac")
    if not javac:
        pytest.skip("needs a compiler for Java")
    (tmp_path / "Result.java").write_text(snippets["java"])
    command = [javac, "-proc:none", "-d", str(tmp_path), "Result.java"]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    messages = re.findall(r"error: (.*)", finished.stderr)
    assert {
        text for text in messages if not re.match(r"package \S+ does not exist|cannot find", text)
    } == set()


@pytest.mark.parametrize("name", ["java", "php", "go", "ossutil"])
def test_programs_hold_the_request(
    snippets: dict[str, str], addresses: Addresses, name: str
) -> None:
    """Endpoint, bucket, key and process are in the code, quoted as the language does it."""
    code = snippets[name]
    quoted = {"php": KEY.replace("'", "\\'"), "ossutil": KEY.replace("'", "'\\''")}
    assert quoted.get(name, KEY.replace('"', '\\"')) in code
    for text in (addresses.service, PRIVATE, PROCESS):
        assert text in code
    assert SECRET not in code
    assert code.count("(") == code.count(")")
    assert code.count("{") == code.count("}")


def test_ossutil_is_one_command(snippets: dict[str, str], tmp_path: Path) -> None:
    """A shell reads the arguments that ossutil documents."""
    (tmp_path / "ossutil").write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    (tmp_path / "ossutil").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    arguments = run(["sh", "-c", snippets["ossutil"]], tmp_path, PATH=path).splitlines()
    assert arguments[:4] == [
        "sign",
        f"oss://{PRIVATE}/{KEY}",
        "--query-param",
        f"x-oss-process:{PROCESS}",
    ]


class Sources(html.parser.HTMLParser):
    """Reads the addresses of pictures from HTML."""

    def __init__(self) -> None:
        """Begin without any."""
        super().__init__()
        self.found: list[tuple[str, int | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect `src` and `srcset`, with the width that each is for."""
        del tag
        for name, value in attrs:
            if name == "src":
                self.found.append((value or "", None))
            elif name == "srcset":
                for candidate in (value or "").split(", "):
                    url, _, width = candidate.rpartition(" ")
                    self.found.append((url, int(width.removesuffix("w"))))


def test_picture(visit: Visit) -> None:
    """Each candidate of `srcset` has the width that it states, and `source` is WebP."""
    page = visit.open("image/resize,w_240/rotate,90/format,png")
    visit.wait_for_result()
    page.locator("input[name=snippet][value=picture]").check()
    page.locator("#code", has_text="<picture>").wait_for()
    reader = Sources()
    reader.feed(page.locator("#code").text_content() or "")
    assert len(reader.found) == 5
    formats = []
    for url, width in reader.found:
        with urlopen(url, timeout=20) as response, Image.open(response) as image:
            assert image.width == (width or 160), url
            formats.append(image.format)
    assert formats == ["WEBP", "WEBP", "PNG", "PNG", "PNG"]


def test_the_url_is_readable(visit: Visit) -> None:
    """The plain URL has the process as people write it."""
    page = visit.open("image/resize,w_240/rotate,90")
    visit.wait_for_result()
    url = page.locator("#code").inner_text()
    service = visit.addresses.service
    assert url == f"{service}/demo/landscape.jpg?x-oss-process=image/resize,w_240/rotate,90"
    with urlopen(url, timeout=20) as response, Image.open(response) as image:
        assert image.size == (160, 240)


def test_a_signed_url_lasts_as_long_as_chosen(visit: Visit) -> None:
    """From an hour to seven days, the most that a signature may last."""
    page = visit.open("image/rotate,90")
    page.locator("input[name=snippet][value=signed]").check()
    lifetimes = []
    for option in ("1 h", "1 d", "7 d"):
        page.get_by_label("Valid for").select_option(label=option)
        page.locator("#code:not(:empty)").wait_for()
        page.wait_for_timeout(200)
        query = parse_qs(urlsplit(page.locator("#code").inner_text()).query)
        lifetimes.append(int(query["x-oss-expires"][0]))
    assert lifetimes == [3600, 86_400, 604_800]
    page.locator("#access-key").click()
    page.get_by_role("button", name="Forget").click()
    page.get_by_text("Enter an access key to sign.").wait_for()
