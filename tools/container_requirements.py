"""Writes requirements-container.txt: the packages of the image, each file with its hash.

`python tools/container_requirements.py` downloads the wheels of both processors; run it after a
version has changed.
"""

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "requirements-container.txt"

LAYER = ROOT / "layers/dependencies/requirements.txt"

OF_FUNCTIONS_ALONE = frozenset({"aws-lambda-powertools"})
"""Packages of the layer that the server does not import."""

OF_THE_SERVER = (
    *("boto3", "botocore", "click", "h11", "jmespath", "prometheus_client", "python-dateutil"),
    *("s3transfer", "six", "urllib3", "uvicorn"),
)
"""Packages that the runtime of Lambda has, and those of the HTTP server, with what they need."""

TAGS = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_17")

PROCESSORS = ("x86_64", "aarch64")

HEADER = """\
# Packages of the image, written by tools/container_requirements.py. pip refuses any other file.
"""


def normalized(name: str) -> str:
    """Return the name as wheels write it."""
    return name.lower().replace("-", "_")


def versions_in(path: Path) -> dict[str, str]:
    """Return the versions that a file pins, by name."""
    lines = (line for line in path.read_text().splitlines() if "==" in line and line[0] not in "# ")
    pairs = (line.removesuffix(" \\").split("==") for line in lines)
    return {name.partition("[")[0]: version for name, version in pairs}


def pinned() -> Mapping[str, str]:
    """Return the version of each package of the image."""
    of_layer = versions_in(LAYER)
    known = {normalized(name): each for name, each in versions_in(ROOT / "constraints.txt").items()}
    chosen = {name: of_layer[name] for name in of_layer if name not in OF_FUNCTIONS_ALONE}
    return chosen | {name: known[normalized(name)] for name in OF_THE_SERVER}


def main() -> None:
    """Download and hash."""
    versions = pinned()
    hashes: dict[str, set[str]] = {name: set() for name in versions}
    for processor in PROCESSORS:
        with tempfile.TemporaryDirectory() as folder:
            platforms = [f"--platform={tag}_{processor}" for tag in TAGS]
            subprocess.run(  # noqa: S603 - the interpreter of this program
                [
                    *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
                    *("--only-binary=:all:", "--python-version=3.13", f"--dest={folder}"),
                    *(*platforms, f"--platform=manylinux2014_{processor}"),
                    *(f"{name}=={version}" for name, version in versions.items()),
                ],
                check=True,
            )
            for path in Path(folder).iterdir():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                wheel = normalized(path.name.partition("-")[0])
                (name,) = (each for each in versions if normalized(each) == wheel)
                hashes[name].add(digest)
    entries = [
        " \\\n    ".join(
            [f"{name}=={version}", *(f"--hash=sha256:{each}" for each in sorted(hashes[name]))]
        )
        for name, version in versions.items()
    ]
    TARGET.write_text(HEADER + "\n".join(entries) + "\n")


if __name__ == "__main__":
    main()
