"""The vendor's SDK for Go, as Debian packages it: each use in go_sdk/main.go is a test here."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.functional.clients.conftest import outcomes_of

PROGRAM = Path(__file__).with_name("go_sdk") / "main.go"
PACKAGES = Path("/usr/share/gocode")
"""Where Debian installs Go packages."""

SDK = "src/github.com/aliyun/aliyun-oss-go-sdk"

USES = (
    "get with process",
    "put, get, head, delete",
    "range",
    "copy",
    "keys with blanks",
    "acl and metadata",
    "list by pages, delete many",
    "upload, copy and download in parts",
    "abort an upload",
    "an object too large for a reply",
    "a part too large for a request",
    "buckets",
    "refusals",
)

type Outcomes = dict[str, str]


@pytest.fixture(scope="session")
def go_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the program; skip without Go and the SDK, fail in CI."""
    go = shutil.which("go")
    if not go or not (PACKAGES / SDK).is_dir():
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("needs what `make go-client` installs")
    folder = tmp_path_factory.mktemp("go")
    variables = {
        "GO111MODULE": "off",
        "GOFLAGS": "",
        "GOPATH": str(PACKAGES),
        "GOCACHE": str(folder / "cache"),
    }
    target = folder / "program"
    subprocess.run(
        [go, "build", "-o", str(target), str(PROGRAM)],
        env=os.environ | variables,
        check=True,
        timeout=300,
    )
    return target


@pytest.fixture(scope="module")
def outcomes(go_program: Path, endpoint: str) -> Outcomes:
    """Run the program."""
    return outcomes_of(str(go_program), endpoint)


@pytest.mark.parametrize("use", USES)
def test_works(outcomes: Outcomes, use: str) -> None:
    """Every use in the program succeeds."""
    assert outcomes[use] == "ok"


def test_every_use_is_a_test(outcomes: Outcomes) -> None:
    """Every use in the program is tested here."""
    assert set(outcomes) == set(USES)
