"""The layer of third-party packages: complete, pinned, and without what the runtime brings."""

import re
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "layers/dependencies/requirements.txt"


def normal(name: str) -> str:
    """Spell a package's name the one way."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, str]:
    """Read the versions of a requirements file, by name."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    pinned = (line.split("==") for line in lines if line and not line.startswith("-"))
    return {normal(name): number for name, number in pinned}


def needs(name: str) -> Iterator[str]:
    """List what a package needs to be installed with it, but for its extras."""
    for requirement in requires(name) or ():
        if "extra ==" not in requirement:
            yield normal(re.split(r"[^A-Za-z0-9._-]", requirement)[0])


def closure(name: str) -> set[str]:
    """List a package and all that it needs, near and far."""
    found, waiting = set[str](), [name]
    while waiting:
        found.add(current := waiting.pop())
        waiting += [need for need in needs(current) if need not in found]
    return found


LISTED = pins(REQUIREMENTS)
RUNTIME = closure("boto3")


@pytest.mark.parametrize("name", LISTED)
def test_complete(name: str) -> None:
    """What a package needs is listed as well, or comes with boto3 and the runtime."""
    assert set(needs(name)) <= LISTED.keys() | RUNTIME


@pytest.mark.parametrize("name", LISTED)
def test_tested_as_deployed(name: str) -> None:
    """The tests run on the versions that are deployed."""
    assert version(name) == LISTED[name]


def test_no_second_boto3() -> None:
    """What the runtime brings is not deployed again."""
    assert not LISTED.keys() & RUNTIME
