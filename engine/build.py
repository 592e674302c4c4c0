"""Build the engine: `python engine/build.py FOLDER [--processor x86_64 --processor aarch64]`.

Needs what `engine/requirements.txt` names, and no other compiler. Without `--processor`, the
library is for this machine and goes with the Pillow that is installed; with it, for that processor
and the Pillow that is deployed, whose wheel is downloaded. The same sources give the same bytes.

`--fuzzer` builds the fuzzer instead: for this machine by the system's `cc` with sanitizers, for a
named processor as the library is built, to compare results (`engine/fuzz/fuzz.c`).
"""

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
DEPLOYED = HERE.parent / "layers/dependencies/requirements.txt"

TARGETS = {
    # AVX2 and what came with it; a processor without them does without the engine.
    "x86_64": ["-target", "x86_64-linux-gnu.2.28", "-mcpu=x86_64_v3"],
    "aarch64": ["-target", "aarch64-linux-gnu.2.28", "-mcpu=generic"],
}

WARNINGS = ["-std=c17", "-Wall", "-Wextra", "-Werror"]

# No fused multiplication: both processors round alike.
OPTIONS = [*WARNINGS, "-O3", "-g0", "-ffp-contract=off", "-fPIC", "-fvisibility=hidden"]
LINKING = ["-shared", "-s", "-Wl,--build-id=none", "-Wl,--as-needed"]

FUZZER = "fuzz/fuzz.c"

SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

PLATFORMS = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_27", "manylinux_2_17")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build for each processor that is asked for."""
    parser = argparse.ArgumentParser(prog="build.py", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the result goes")
    parser.add_argument("--processor", action="append", choices=list(TARGETS), default=[])
    parser.add_argument("--fuzzer", action="store_true", help="build the fuzzer")
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not options.processor and options.fuzzer:
        build_sanitized(folder / "fuzz", installed_libjpeg())
    elif not options.processor:
        processor = os.uname().machine
        build(processor, installed_libjpeg(), folder / f"libdarkroom_engine.{processor}.so")
    for processor in options.processor:
        with tempfile.TemporaryDirectory() as wheels:
            libjpeg = deployed_libjpeg(processor, Path(wheels))
            if options.fuzzer:
                shutil.copy(libjpeg, folder)
                build_fuzzer(processor, libjpeg, folder / f"fuzz.{processor}")
            else:
                build(processor, libjpeg, folder / f"libdarkroom_engine.{processor}.so")
    return 0


def build(processor: str, libjpeg: Path, result: Path) -> None:
    """Compile and link everything at once, against that libjpeg."""
    compiler = [sys.executable, "-m", "ziglang", "cc", *TARGETS[processor]]
    run([*compiler, *OPTIONS, *LINKING, *headers(), *sources(), str(libjpeg), "-o", str(result)])


def build_fuzzer(processor: str, libjpeg: Path, result: Path) -> None:
    """Compile the fuzzer with the library's options; it finds libjpeg beside itself."""
    compiler = [sys.executable, "-m", "ziglang", "cc", *TARGETS[processor], "-I."]
    files = [*sources(), FUZZER, str(libjpeg), "-Wl,-rpath,$ORIGIN"]
    run([*compiler, *OPTIONS, *headers(), *files, "-o", str(result)])


def build_sanitized(result: Path, libjpeg: Path) -> None:
    """Compile the fuzzer with the address and undefined behaviour sanitizers."""
    native = ["-march=x86-64-v3"] if os.uname().machine == "x86_64" else []
    compiler = [os.environ.get("CC", "cc"), *WARNINGS, *native, "-O1", "-g", "-ffp-contract=off"]
    files = [*sources(), FUZZER, str(libjpeg), f"-Wl,-rpath,{libjpeg.parent}"]
    run([*compiler, *SANITIZERS, "-I.", *headers(), *files, "-o", str(result)])


def run(command: Sequence[str]) -> None:
    """Run a compiler in the folder of the sources, so that their names are the same everywhere."""
    subprocess.run(command, cwd=HERE, check=True)


def sources() -> list[str]:
    """Name the library's sources, always in one order."""
    return sorted(path.name for path in HERE.glob("*.c"))


def headers() -> list[str]:
    """Say where libjpeg-turbo's headers are: their interface of version 6.2 does not change."""
    packages = Path(sysconfig.get_path("purelib"))
    return ["-isystem", str(packages / "libjpeg/install/include")]


def installed_libjpeg() -> Path:
    """Find the libjpeg inside the Pillow that is installed here."""
    return only_libjpeg(Path(sysconfig.get_path("platlib")))


def deployed_libjpeg(processor: str, folder: Path) -> Path:
    """Download the wheel of Pillow that is deployed, and take its libjpeg out."""
    pin = next(line for line in DEPLOYED.read_text().splitlines() if line.startswith("pillow=="))
    tags = [f"--platform={platform}_{processor}" for platform in PLATFORMS]
    wheels = ["--implementation=cp", "--python-version=3.13", "--only-binary=:all:", "--no-deps"]
    quiet = ["--quiet", "--disable-pip-version-check"]
    pip = [sys.executable, "-m", "pip", "download", *quiet, *wheels, *tags]
    subprocess.run([*pip, "--dest", str(folder), pin], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return only_libjpeg(folder)


def only_libjpeg(packages: Path) -> Path:
    """Find the one libjpeg that Pillow's wheel brings along; its name ends in its hash."""
    found = list((packages / "pillow.libs").glob("libjpeg-*.so.62.*"))
    if len(found) != 1:
        raise SystemExit("Pillow is not from a wheel that brings libjpeg along")
    return found[0]


if __name__ == "__main__":
    sys.exit(main())
