"""The build: complete, small, for the right processor, and reproducible."""

import hashlib
import os
import struct
import subprocess
from pathlib import Path

import pytest

from local import sandbox
from local.poller import EventSource
from local.sam_build import BuiltFunction, read_function, read_source

ROOT = Path(__file__).parents[2]
FUNCTIONS = ("ProcessFunction", "PersistFunction")
LAYERS = ("DarkroomLayer", "DependenciesArm64Layer", "DependenciesX86Layer")
MEGABYTES = 150
"""Limit for the function and its layers unpacked; Lambda's own is 250."""

X86_64, AARCH64 = 62, 183
"""Machines by their numbers in the ELF header."""


def files(folder: Path) -> dict[str, str]:
    """Return the digests of a folder's files by name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("layer", ["DependenciesArm64Layer", "DependenciesX86Layer"])
def test_size(layer: str, build: Path) -> None:
    """Function and layers stay below the limit."""
    folders = (build / "ProcessFunction", build / "DarkroomLayer", build / layer)
    paths = [path for top in (*folders, ROOT / "layers/fonts") for path in top.rglob("*")]
    size = sum(path.stat().st_size for path in paths if path.is_file())
    assert size < MEGABYTES * 1024 * 1024


@pytest.mark.parametrize(
    ("layer", "machine"), [("DependenciesX86Layer", X86_64), ("DependenciesArm64Layer", AARCH64)]
)
def test_processor(layer: str, machine: int, build: Path) -> None:
    """Every library in a layer is for the processor in its name."""
    libraries = [path for path in (build / layer).rglob("*") if ".so" in path.suffixes]
    assert len(libraries) > 10
    for path in libraries:
        assert struct.unpack_from("<H", path.read_bytes(), 18) == (machine,), path.name


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_superfluous(layer: str, build: Path) -> None:
    """No tests, no boto3 and no build tools are deployed."""
    packages = {path.name for path in (build / layer / "python").iterdir()}
    assert not packages & {"boto3", "botocore", "pip", "setuptools", "bin"}
    assert not [path for path in (build / layer).rglob("*") if path.name in {"test", "tests"}]


def test_no_command_line(build: Path) -> None:
    """The package is deployed without the command line, which no function uses."""
    deployed = {path.name for path in (build / "DarkroomLayer/python/darkroom").iterdir()}
    assert "web" in deployed
    assert not deployed & {"cli", "server", "__main__.py"}


@pytest.mark.parametrize("layer", LAYERS)
def test_bytecode(layer: str, build: Path) -> None:
    """Each module has unchecked bytecode, which does not depend on the file's time."""
    sources = list((build / layer).rglob("*.py"))
    assert sources
    for path in sources:
        compiled = path.parent / "__pycache__" / f"{path.stem}.cpython-313.pyc"
        assert compiled.read_bytes()[4:8] == b"\x01\x00\x00\x00", path


def test_variables_are_settings(artefact: BuiltFunction) -> None:
    """The template sets only variables that the function reads."""
    source = (ROOT / "layers/darkroom/darkroom/settings.py").read_text()
    names = {name for name in artefact.variables if name.startswith("DARKROOM_")}
    assert names
    assert {name for name in names if f'"{name}"' not in source} == set()


def test_reproducible(build: Path, tmp_path: Path) -> None:
    """Two builds of the same sources are the same, byte by byte."""
    sam = ROOT / os.environ.get("SAM_VENV", ".venv-sam") / "bin"
    environment = {
        **os.environ,
        "PATH": f"{sam}:{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
    }
    command = [str(sam / "sam"), "build", "--no-cached", "--build-dir", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    for name in (*FUNCTIONS, *LAYERS):
        assert files(tmp_path / name) == files(build / name), name


def test_the_poller_has_the_templates_event_source(build: Path) -> None:
    """The event source of the built template equals the local poller's defaults."""
    assert read_source(build, "PersistFunction") == EventSource()


def test_the_sandbox_has_the_templates_timeouts(build: Path) -> None:
    """The local Lambda emulator reads each function's timeout from the built template."""
    process, persist = (read_function(build, name).seconds for name in FUNCTIONS)
    assert (process, persist) == (sandbox.SECONDS, sandbox.PERSIST_SECONDS)
