"""The layer of third-party packages is complete and pinned, without packages of the runtime."""

import re
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "layers/dependencies/requirements.txt"


def normalise(name: str) -> str:
    """Return the normalised name of a package."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, str]:
    """Return the versions in a requirements file, by package."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    pinned = (line.split("==") for line in lines if line and not line.startswith("-"))
    return {normalise(name): number for name, number in pinned}


def dependencies(name: str) -> Iterator[str]:
    """Yield the direct dependencies of a package, without extras."""
    for requirement in requires(name) or ():
        if "extra ==" not in requirement:
            yield normalise(re.split(r"[^A-Za-z0-9._-]", requirement)[0])


def closure(name: str) -> set[str]:
    """Return a package and all its direct and indirect dependencies."""
    found, waiting = set[str](), [name]
    while waiting:
        found.add(current := waiting.pop())
        waiting += [need for need in dependencies(current) if need not in found]
    return found


LISTED = pins(REQUIREMENTS)
RUNTIME = closure("boto3")


@pytest.mark.parametrize("name", LISTED)
def test_complete(name: str) -> None:
    """Every dependency is in the layer, or in the runtime with boto3."""
    assert set(dependencies(name)) <= LISTED.keys() | RUNTIME


@pytest.mark.parametrize("name", LISTED)
def test_the_installed_version_is_the_deployed_one(name: str) -> None:
    """The tests run with the versions of the layer."""
    assert version(name) == LISTED[name]


def test_the_layer_contains_no_package_of_the_runtime() -> None:
    """The runtime provides boto3 and its dependencies."""
    assert not LISTED.keys() & RUNTIME
