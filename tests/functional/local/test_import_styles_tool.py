"""tools/import_styles.py, which imports the styles of an OSS bucket."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

from local.gateway import Gateway
from local.sandbox import InProcess
from local.server import serving
from tests.functional.conftest import Ask, access_key

TOOL = Path(__file__).parents[3] / "tools/import_styles.py"

XML = """<?xml version="1.0" encoding="UTF-8"?>
<StyleList>
  <Style>
    <Name>zoomed</Name>
    <Content>image/resize,w_200</Content>
    <Category>image</Category>
    <CreateTime>Wed, 20 May 2020 12:07:15 GMT</CreateTime>
    <LastModifyTime>Wed, 21 May 2020 12:07:15 GMT</LastModifyTime>
  </Style>
  <Style>
    <Name>angled</Name>
    <Content>image/rotate,90/quality,q_90</Content>
  </Style>
</StyleList>"""

JSON = {
    "as the XML": '{"StyleList": {"Style": [%s, %s]}}',
    "without the root": '{"Style": [%s, %s]}',
    "a bare list": "[%s, %s]",
}

ZOOMED = '{"Name": "zoomed", "Content": "image/resize,w_200"}'
ANGLED = '{"name": "angled", "content": "image/rotate,90/quality,q_90"}'

FORMS = {"XML": XML, **{name: form % (ZOOMED, ANGLED) for name, form in JSON.items()}}

BUCKET = "imported"

STYLES = (("style", ""),)

type Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(app: ModuleType, ask: Ask, tmp_path: Path) -> Iterator[Run]:
    """Serve the function, return a function that runs the tool on a text, and delete the styles."""
    file = tmp_path / "styles"
    lines: list[str] = []
    gateway = Gateway(invoke=InProcess(handler=app.handler), log=lines.append)
    with serving(gateway.answer) as server:

        def run_tool(
            text: str, *options: str, sending: bool = True, by: str = "owner"
        ) -> subprocess.CompletedProcess[str]:
            file.write_text(text)
            key = access_key(by)
            environment = {
                "DARKROOM_ACCESS_KEY_ID": key.id,
                "DARKROOM_ACCESS_KEY_SECRET": key.secret,
            }
            where = (server.url, BUCKET) if sending else ()
            command = [sys.executable, str(TOOL), str(file), *where, *options]
            return subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=60, check=False
            )

        yield run_tool
    for name, _ in list_styles(ask):
        ask("DELETE", BUCKET, by="owner", query=(*STYLES, ("styleName", name)))


def list_styles(ask: Ask) -> list[tuple[str, str]]:
    """List the styles of the service in order."""
    listed = ET.fromstring(ask("GET", BUCKET, by="owner", query=STYLES).body)
    return [(str(one.findtext("Name")), str(one.findtext("Content"))) for one in listed]


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_styles_are_imported_in_order(run: Run, ask: Ask, text: str) -> None:
    """The order of the list is the order of creation, which ListStyle keeps (C-140)."""
    done = run(text)
    assert (done.returncode, done.stderr) == (0, "")
    assert list_styles(ask) == [
        ("zoomed", "image/resize,w_200"),
        ("angled", "image/rotate,90/quality,q_90"),
    ]


def test_an_export_is_checked_without_a_service(run: Run, ask: Ask) -> None:
    """Without an endpoint, the tool only checks the file and needs no key."""
    done = run(XML, sending=False)
    assert (done.returncode, done.stdout) == (0, "2 styles, 0 of which would fail when used\n")
    assert list_styles(ask) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("image/resize,w_0", "Value must be between 1 and 16384"),
        ("image/blindwatermark,content_YQ", "blindwatermark"),
        ("style/other", "A style must hold actions only"),
        ("image/resize,w_1|sys/saveas,o_YQ", "A style must hold actions only"),
        ("csdar5324", "csdar5324"),
    ],
)
def test_an_invalid_style_stops_the_import(run: Run, ask: Ask, content: str, fault: str) -> None:
    """An invalid style is printed with its error, and nothing is imported without `--anyway`."""
    text = json.dumps(
        [{"Name": "fine", "Content": "image/info"}, {"Name": "odd", "Content": content}]
    )
    refused = run(text)
    assert refused.returncode == 1
    assert "odd: " in refused.stdout
    assert fault in refused.stdout
    assert list_styles(ask) == []
    assert run(text, "--anyway").returncode == 0
    assert ("odd", content) in list_styles(ask)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<ListBucketResult/>", "The XML you provided"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><StyleList/>", "document type"),
        ("no styles", "Expecting value"),
        ('[{"Name": "a"}]', "every style needs a Name and a Content"),
        ('["a"]', "every style needs a Name and a Content"),
    ],
)
def test_an_invalid_file_is_refused(run: Run, text: str, complaint: str) -> None:
    """A file of another form ends the command with 1 and one line on stderr; nothing is sent."""
    refused = run(text)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert complaint in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_error_of_the_service_is_printed(run: Run) -> None:
    """An error of the service is printed as its XML says, and the command ends with 1."""
    refused = run(XML, by="reader")
    assert refused.returncode == 1
    assert "<Code>AccessDenied</Code>" in refused.stderr
