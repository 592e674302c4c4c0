"""tools/bucket_settings.py over HTTP."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from local.gateway import Gateway
from local.sandbox import InProcess
from local.server import serving
from tests.functional.conftest import access_key

TOOL = Path(__file__).parents[3] / "tools/bucket_settings.py"

type Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(app: ModuleType) -> Iterator[Run]:
    """Serve the function and return a function that runs the tool on the bucket `configured`."""
    lines: list[str] = []
    gateway = Gateway(invoke=InProcess(handler=app.handler), log=lines.append)
    with serving(gateway.answer) as server:

        def run_tool(*arguments: str, by: str = "owner") -> subprocess.CompletedProcess[str]:
            key = access_key(by)
            environment = {
                "DARKROOM_ACCESS_KEY_ID": key.id,
                "DARKROOM_ACCESS_KEY_SECRET": key.secret,
            }
            command = [sys.executable, str(TOOL), server.url, "configured", *arguments]
            return subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=60, check=False
            )

        yield run_tool


def test_settings_are_replaced_and_printed(run: Run, tmp_path: Path) -> None:
    """The tool prints the settings as a document that it accepts."""
    file = tmp_path / "settings.json"
    file.write_text('{"acl": "public-read", "delimiters": ["-"]}')
    replaced = run(str(file))
    assert (replaced.returncode, replaced.stderr) == (0, "")
    assert json.loads(replaced.stdout)["delimiters"] == ["-"]
    assert run().stdout == replaced.stdout
    file.write_text('{"acl": "public-read"}')
    assert json.loads(run(str(file)).stdout)["delimiters"] == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "the document must be JSON: "),
        ('{"acl": "public"}', ": acl must be one of private, public-read"),
        (None, "No such file or directory"),
    ],
)
def test_an_invalid_file_is_not_sent(
    run: Run, tmp_path: Path, text: str | None, complaint: str
) -> None:
    """An invalid file ends the tool with an error that names the place; nothing is printed."""
    file = tmp_path / "settings.json"
    if text is not None:
        file.write_text(text)
    refused = run(str(file))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert complaint in refused.stderr


def test_an_error_of_the_service_is_printed(run: Run) -> None:
    """An error of the service is printed with its status and XML."""
    refused = run(by="reader")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "answered 403" in refused.stderr
    assert "<Code>AccessDenied</Code>" in refused.stderr
