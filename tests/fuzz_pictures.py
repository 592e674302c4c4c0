"""Process mutated pictures until time is up: `python -m tests.fuzz_pictures --help`.

A fault is a server error, an exception, a crash, a picture of another size than its header and its
process state, another verdict with the engine than without, over 5 s of processor time, or over 500
MB of memory (Linux only). Every mutation is determined by seed, file and number, so a run can be
repeated. Exit status 1 means a fault.
"""

import argparse
import io
import json
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from msgspec.structs import replace
from PIL import Image

from darkroom.errors import OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import load_engine
from darkroom.imaging.formats import jpeg
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import run
from darkroom.limits import Limits
from darkroom.process.grammar import parse
from tests.fuzz_seeds import seeds
from tests.measure import AVAILABLE, CLEAR, megabytes
from tests.mutations import mutated
from tools.child_process import collect, preload
from tools.corpus import Bounds

BOUNDS = Bounds(wall=600.0)
"""For each process of a file: processor time, memory with the interpreter's, and time of a batch.

The limits of pictures are those of a function with this memory.
"""

_ADDRESS_SPACE = 3_000_000_000
_MAX_EXAMPLES = 3
"""Files of a fault that are written."""

CONTEXT = ProcessingContext(limits=Limits.for_memory(BOUNDS.memory // 1_000_000))

NATIVE = replace(CONTEXT, engine=load_engine())
"""The same with the engine, where there is one."""

OTHER_PROCESSES = (
    *("resize,w_9", "resize,w_4000/format,webp", "crop,w_7,h_5/format,jpg", "rotate,90"),
    *("auto-orient,0/format,png", "blur,r_3,s_2", "sharpen,100", "circle,r_5", "average-hue"),
    *("rounded-corners,r_3/format,heic", "resize,p_300,limit_0/format,avif", "bright,9"),
    *("resize,m_pad,w_30,h_30/format,bmp", "indexcrop,x_5,i_1", "contrast,9/format,tiff"),
    *("resize,p_50/quality,q_80", "resize,p_40/blur,r_9,s_9", "resize,w_20/format,png"),
)
"""Processes of which each file gets one, besides those that `check_file` compares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The process of a fault, and what it did."""

    process: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a process did with a file."""

    body: bytes | None = None
    refusal: str | None = None
    """Code of the error."""
    faults: Sequence[str] = ()

    def __str__(self) -> str:
        """Return the verdict."""
        return self.refusal or "a result"


def check_file(data: bytes, other: str, bounds: Bounds = BOUNDS) -> Iterator[Finding]:
    """Yield the faults of a file: errors, wrong sizes, and excesses of time and memory.

    The size by `info` is that of the picture without orientation; one pixel needs a reduced decode.
    `other` is a further process whose size is compared with that by the engine only.
    """
    report = _run(data, "info", CONTEXT, bounds)
    yield from (Finding(process="info", text=text) for text in report.faults)
    stated = None
    if report.body is not None:
        values = json.loads(report.body)
        stated = tuple(int(values[f"Image{side}"]["value"]) for side in ("Width", "Height"))
    for process, size in (
        ("auto-orient,0/format,png", stated),
        ("resize,m_fixed,w_1,h_1/format,png", (1, 1)),
        (other, None),
    ):
        for text in _check_process(data, process, size, bounds):
            yield Finding(process=process, text=text)


def _check_process(
    data: bytes, process: str, size: tuple[int, ...] | None, bounds: Bounds
) -> Iterator[str]:
    """Yield the faults of a process with and without the engine, and how the two differ."""
    outcome = _run(data, process, CONTEXT, bounds)
    yield from outcome.faults
    found = _size(outcome, process)
    if None not in (size, found) and found != size:
        yield f"size {found}, not {size}"
    if NATIVE.engine is None:
        return
    native = _run(data, process, NATIVE, bounds)
    yield from (f"with the engine: {text}" for text in native.faults)
    if native.refusal != outcome.refusal:
        yield f"{native} with the engine, {outcome} without"
    elif (other := _size(native, process)) != found:
        yield f"size {other} with the engine, {found} without"


def _size(outcome: Outcome, process: str) -> tuple[int, int] | None:
    """Decode the result; return its size, None for a report or a refusal."""
    if outcome.body is None or process == "average-hue":
        return None
    with Image.open(io.BytesIO(outcome.body)) as image:
        image.load()
        return image.size


def _run(data: bytes, process: str, context: ProcessingContext, bounds: Bounds) -> Outcome:
    """Process a file, and look for faults."""
    if AVAILABLE:
        CLEAR.write_text("5")  # resets the peak to the present resident size
    began = time.process_time()
    body, refusal, faults = None, None, list[str]()
    try:
        body = run(data, compile_operations(parse(f"image/{process}").actions), context).body
    except OssError as error:
        refusal = error.code.wire
        if error.is_server_error:
            faults.append(f"{error.code.wire}: {error.message}")
    except Exception as error:  # noqa: BLE001 - the fault that is searched for
        refusal = type(error).__name__
        faults.append(f"{refusal}: {error}")
    if (seconds := time.process_time() - began) > bounds.cpu:
        faults.append(f"{seconds:.0f} s of processor time")
    if AVAILABLE and (peak := megabytes("VmHWM") * 1024**2) > bounds.memory:
        faults.append(f"{peak / 1_000_000:.0f} MB")
    return Outcome(body=body, refusal=refusal, faults=faults)


def mutation(data: bytes, name: str, seed: int, number: int) -> tuple[bytes, str]:
    """Return the mutated file of a number, and its further process."""
    random = Random(f"{seed} {name} {number}")
    return mutated(data, random), random.choice(OTHER_PROCESSES)


def check_batch(
    files: Mapping[str, bytes], seed: int, numbers: Sequence[int], bounds: Bounds
) -> Iterator[tuple[str, int, list[Finding]]]:
    """Yield file name, number and faults of each mutation, the files in turn."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    warnings.simplefilter("ignore")  # Pillow's, about damage that it can still read
    jpeg.MIN_PIXELS_OF_PLANES = 1  # so that small files are scaled in their planes, too
    for number in numbers:
        name = _name(files, number)
        yield name, number, list(check_file(*mutation(files[name], name, seed, number), bounds))


def _name(files: Mapping[str, bytes], number: int) -> str:
    names = sorted(files)
    return names[number % len(names)]


@dataclass(slots=True, kw_only=True)
class Survey:
    """The mutations of a run and their faults."""

    files: Mapping[str, bytes]
    seed: int
    folder: Path
    """Where the mutated files of faults are written."""
    bounds: Bounds = BOUNDS
    checked: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    """Number of faults by their text without numbers."""

    def check(self, count: int = 300) -> None:
        """Check the next mutations in a child process, up to one that ends it."""
        numbers = range(self.checked, self.checked + count)
        arguments = self.files, self.seed, numbers, self.bounds
        items, ending = collect(check_batch, *arguments, seconds=self.bounds.wall)
        for name, number, findings in items:
            for finding in findings:
                self._add(name, number, f"{finding.process}: {finding.text}")
        self.checked += len(items)
        if ending is not None and len(items) < count:
            self._add(_name(self.files, self.checked), self.checked, ending)
            self.checked += 1

    def _add(self, name: str, number: int, text: str) -> None:
        """Count a fault; the first few times, print it and write its file."""
        kind = "".join("0" if letter.isdigit() else letter for letter in text)
        self.faults[kind] += 1
        if self.faults[kind] > _MAX_EXAMPLES:
            return
        data, process = mutation(self.files[name], name, self.seed, number)
        path = self.folder / f"{self.seed}-{number}"
        path.write_bytes(data)
        _print(f"{name} {number} [{process}]: {text} -> {path}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the faults and the counts; return 1 if there is any fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz_pictures", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="time of the run")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other files")
    parser.add_argument("--corpus", type=Path, help="folder of further files to be mutated")
    options = parser.parse_args(arguments)
    files = dict(seeds())
    if options.corpus is not None:
        found = sorted(path for path in options.corpus.rglob("*") if path.is_file())
        files |= {str(path.relative_to(options.corpus)): path.read_bytes() for path in found}
    preload("darkroom.imaging.pipeline", "PIL.ImageCms", "pillow_heif.HeifImagePlugin")
    folder = Path(tempfile.mkdtemp(prefix="fuzz-pictures-"))
    survey = Survey(files=files, seed=options.seed, folder=folder)
    deadline = time.monotonic() + options.seconds
    while time.monotonic() < deadline:
        survey.check()
    for kind, count in survey.faults.most_common():
        _print(f"{count:6} {kind}")
    _print(f"{survey.checked} mutations of {len(files)} files, {len(survey.faults)} kinds of fault")
    return 1 if survey.faults else 0


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the output of the command


if __name__ == "__main__":
    sys.exit(main())
