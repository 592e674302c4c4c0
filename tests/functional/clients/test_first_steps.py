"""The programs in docs/first-steps.md, run unchanged except for the port."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from PIL import Image

from tests.functional.clients.conftest import NODE_MODULES, ROOT

PAGE = (ROOT / "docs/first-steps.md").read_text()
PYTHON = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
JAVASCRIPT = re.findall(r"^```js\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
SESSION = "tests/functional/clients/session.py"


def by_first_line(program: str) -> str:
    """Return the first line of a program."""
    return program.partition("\n")[0]


def check(command: list[str], program: str, endpoint: str, folder: Path) -> None:
    """Run a program that saves a picture of width 100 and prints a URL of the same bytes."""
    port = endpoint.rpartition(":")[2]
    finished = subprocess.run(
        command,
        input=program.replace(":8000", f":{port}"),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    saved = folder / "small.jpg"
    with Image.open(saved) as image:
        assert image.size == (100, 67)
    with urlopen(finished.stdout.strip()) as response:
        assert response.read() == saved.read_bytes()


@pytest.mark.parametrize("program", PYTHON, ids=by_first_line)
def test_python(program: str, endpoint: str, tmp_path: Path) -> None:
    """The program saves a result of 100×67, and the URL that it prints returns the same bytes."""
    check([sys.executable, "-"], program, endpoint, tmp_path)


@pytest.mark.parametrize("program", JAVASCRIPT, ids=by_first_line)
def test_javascript(program: str, node: str, endpoint: str, tmp_path: Path) -> None:
    """The program saves a result of 100×67, and the URL that it prints returns the same bytes."""
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    check([node, "--input-type=module", "-"], program, endpoint, tmp_path)


def test_every_client_has_its_program() -> None:
    """The page has one program for each client, and names the session."""
    clients = ["import oss2", "import alibabacloud_oss_v2 as oss", "import OSS from 'ali-oss';"]
    assert [by_first_line(program) for program in PYTHON + JAVASCRIPT] == clients
    assert f"{SESSION} http://127.0.0.1:8000\n" in PAGE
    assert (ROOT / SESSION).is_file()
