"""Process every file of a folder, and compare the results with those of independent readers.

python -m tools.corpus FOLDER [--only GLOB] [--tolerance LEVELS] [--workers N]

Lists the files whose pixels differ, that only the other readers read, that fail, and that exceed
the bounds of time or memory. Exit status 1 if a file fails or exceeds a bound.
"""

import argparse
import os
import resource
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from darkroom.errors import OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import run
from darkroom.process.grammar import parse
from tools.child_process import TIMED_OUT, collect, preload
from tools.picture_comparison import TOLERANCE, Comparison, compare, printable, shortened
from tools.picture_readers import Reader, find_readers

PROCESSES = (
    "format,png",
    "resize,w_100/format,png",
    "rotate,90/format,png",
    "crop,w_64,h_64,g_center/format,png",
    "format,jpg",
    "info",
)
"""Each without `image/`. All but `info` return a picture, which is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one process of one file may take."""

    cpu: float = 5.0
    """Seconds of processor time."""
    memory: int = 500_000_000
    """Bytes of the child process at their peak, the interpreter's included."""
    wall: float = 60.0
    """Seconds after which the child process is killed; for all processes of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A body, a refusal or a failure."""

    body: bytes | None = None
    refusal: str | None = None
    """Code and message of an error below 500."""
    failure: str | None = None
    """Code and message of a server error, or the exception."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The outcome of one process, and what it took."""

    process: str
    outcome: Outcome
    cpu: float
    """Seconds of processor time."""
    peak: int
    """Bytes of the child process at their peak, this process and those before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The lines about one file in each of the lists; empty where there is nothing to list."""

    name: str
    different: list[str] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    expensive: list[str] = field(default_factory=list)
    is_processed: bool = False
    """Whether every process returned a result."""
    is_read: bool = False
    """Whether an independent reader reads the file."""


LISTS = {
    "different": "Pixels that differ from every independent reader's",
    "disputed": "Pixels that differ from one reader's and are those of another",
    "refused": "Refused, but read by an independent reader",
    "failed": "Server errors and exceptions",
    "expensive": "Over the bounds of time or memory",
}
"""Headings of the lists, by field of `Verdict`."""

FATAL = ("failed", "expensive")
"""Lists that must be empty for exit status 0."""


def process_file(path: Path) -> Iterator[Answer]:
    """Yield the answer of each process, with the processor time it took and the peak so far."""
    data = path.read_bytes()
    for process in PROCESSES:
        before = _cpu_seconds()
        outcome = process_bytes(data, process)
        yield Answer(
            process=process,
            outcome=outcome,
            cpu=_cpu_seconds() - before,
            peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        )


def process_bytes(data: bytes, process: str) -> Outcome:
    """Run a process as the service does; any exception is an outcome."""
    try:
        operations = compile_operations(parse(f"image/{process}").actions)
        return Outcome(body=run(data, operations, ProcessingContext()).body)
    except Exception as error:  # noqa: BLE001 - the fault that is searched for
        return describe_error(error)


def describe_error(error: Exception) -> Outcome:
    """Return a refusal for an error of the caller, a failure for any other."""
    if not isinstance(error, OssError):
        return Outcome(failure=shortened(f"{type(error).__name__}: {error}"))
    text = shortened(f"{error.code.wire}: {error.message}")
    return Outcome(failure=text) if error.status >= 500 else Outcome(refusal=text)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How files are judged."""

    readers: Mapping[str, Reader] = field(default_factory=dict)
    bounds: Bounds = field(default_factory=Bounds)
    tolerance: float = TOLERANCE
    process: Callable[[Path], Iterator[Answer]] = process_file
    """Yields an answer for each of `PROCESSES`."""

    def judge_all(self, folder: Path, files: Sequence[Path], workers: int) -> Iterator[Verdict]:
        """Yield a verdict for each file as it is reached, `workers` files at a time."""
        pool = ThreadPoolExecutor(workers)
        try:
            judged = [
                pool.submit(self.judge, path, printable(path.relative_to(folder).as_posix()))
                for path in files
            ]
            for future in as_completed(judged):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def judge(self, path: Path, name: str) -> Verdict:
        """Process and compare one file, in child processes."""
        answers, ending = collect(self.process, path, seconds=self.bounds.wall)
        bodies = {
            answer.process: answer.outcome.body
            for answer in answers
            if answer.outcome.body is not None
        }
        comparisons = [self._compare(path, bodies, reader) for reader in self.readers]
        failed, expensive = excesses(answers, ending, self.bounds)
        different, disputed = _differences([each for each in comparisons if each.size])
        return Verdict(
            name=name,
            different=different,
            disputed=disputed,
            refused=_refusals(answers, comparisons),
            failed=failed,
            expensive=expensive,
            is_processed=len(bodies) == len(PROCESSES),
            is_read=any(each.size for each in comparisons),
        )

    def _compare(self, path: Path, bodies: Mapping[str, bytes], name: str) -> Comparison:
        """Return the comparison, or one without a size if the reader ends early."""
        found, _reason = collect(
            compare,
            path,
            bodies,
            name,
            self.readers[name],
            self.tolerance,
            seconds=self.bounds.wall,
        )
        return found[0] if found else Comparison(reader=name)


def excesses(
    answers: Sequence[Answer], ending: str | None, bounds: Bounds
) -> tuple[list[str], list[str]]:
    """Return the lines about failures, and those about time and memory.

    Memory is listed for the process that exceeds the bound first.
    """
    failed = [f"{each.process}: {each.outcome.failure}" for each in answers if each.outcome.failure]
    expensive = []
    before = 0
    for answer in answers:
        if answer.cpu > bounds.cpu or before <= bounds.memory < answer.peak:
            peak = answer.peak // 1_000_000
            expensive.append(f"{answer.process}: {answer.cpu:.1f} s CPU, peak {peak} MB")
        before = answer.peak
    if ending is not None and len(answers) < len(PROCESSES):
        stopped = expensive if ending == TIMED_OUT else failed
        stopped.append(f"{PROCESSES[len(answers)]}: {shortened(ending)}")
    return failed, expensive


def _differences(comparisons: Sequence[Comparison]) -> tuple[list[str], list[str]]:
    """Return a line for each reader that differs: of files where all differ, and of others."""
    lines = [f"{_joined(each.differences)} [{each}]" for each in comparisons if each.differences]
    return (lines, []) if len(lines) == len(comparisons) else ([], lines)


def _joined(differences: Mapping[str, str]) -> str:
    """Return the differences by process, or the first if every picture differs."""
    if len(differences) == len(PROCESSES) - 1:
        return f"every picture: {next(iter(differences.values()))}"
    return "; ".join(f"{process}: {text}" for process, text in differences.items())


def _refusals(answers: Sequence[Answer], comparisons: Sequence[Comparison]) -> list[str]:
    """Return a line for each refusal of a file that another reader reads, with its processes."""
    readers = [str(each) for each in comparisons if each.size]
    refused: dict[str, list[str]] = {}
    for answer in answers:
        if answer.outcome.refusal and readers:
            refused.setdefault(answer.outcome.refusal, []).append(answer.process)
    return [
        f"{refusal} [{_processes(processes)}; {'; '.join(readers)}]"
        for refusal, processes in refused.items()
    ]


def _processes(names: Sequence[str]) -> str:
    return "every process" if len(names) == len(PROCESSES) else ", ".join(names)


def main(
    arguments: Sequence[str] | None = None, *, readers: Mapping[str, Reader] | None = None
) -> int:
    """Print the lists and the counts; return 1 if a file failed or exceeded a bound.

    `readers` are the independent ones, by name; None finds them.
    """
    options = _parser().parse_args(arguments)
    found = find_readers() if readers is None else readers
    print("Independent readers:", ", ".join(found) or "none, so that no pixels are compared")
    preload("darkroom.imaging.pipeline", "darkroom.imaging.operations", "PIL.ImageCms")
    files = list(_files(options.folder, options.only))
    survey = Survey(readers=found, tolerance=options.tolerance)
    verdicts = []
    for verdict in survey.judge_all(options.folder, files, options.workers):
        verdicts.append(verdict)
        _draw_progress(len(verdicts), len(files))
    _print_lists(sorted(verdicts, key=lambda verdict: verdict.name))
    print(summary(verdicts))
    return 1 if any(getattr(verdict, name) for verdict in verdicts for name in FATAL) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.corpus", description=__doc__)
    parser.add_argument("folder", type=_folder, help="files of any kind; read with its subfolders")
    parser.add_argument("--only", default="*", metavar="GLOB", help="pattern of paths, as *.tif")
    parser.add_argument(
        "--tolerance", type=float, default=TOLERANCE, metavar="LEVELS", help="of 255, on average"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="files at a time")
    return parser


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    """Yield the files whose path in the folder matches, in the order of their names."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and fnmatchcase(path.relative_to(folder).as_posix(), pattern):
            yield path


def _draw_progress(number: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if number == total else ""
        sys.stderr.write(f"\r{number}/{total}{end}")
        sys.stderr.flush()


def _print_lists(verdicts: Sequence[Verdict]) -> None:
    for name, heading in LISTS.items():
        lines = [
            f"  {verdict.name}: {line}" for verdict in verdicts for line in getattr(verdict, name)
        ]
        print("", f"{heading}:", *(lines or ["  none"]), sep="\n")
    print()


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return the number of files in each list, and of those that are in no list."""
    numbers = {name: sum(bool(getattr(each, name)) for each in verdicts) for name in LISTS}
    alike = sum(
        each.is_processed and each.is_read and not each.different and not each.disputed
        for each in verdicts
    )
    alone = sum(each.is_processed and not each.is_read for each in verdicts)
    neither = sum(not each.is_processed and not each.is_read for each in verdicts)
    return (
        f"{len(verdicts)} files: {alike} alike, {numbers['different']} different, "
        f"{numbers['disputed']} disputed, "
        f"{numbers['refused']} refused but read elsewhere, {numbers['failed']} failed, "
        f"{numbers['expensive']} over a bound; {alone} read here alone, {neither} nowhere"
    )


if __name__ == "__main__":
    sys.exit(main())
