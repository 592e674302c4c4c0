"""Command line for image files: python -m darkroom 'image/resize,w_100' in.jpg out.png."""

import argparse
import importlib
import multiprocessing
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from darkroom.cli.explain import explain, process_value, source_header
from darkroom.cli.explanation_text import as_json, as_text
from darkroom.cli.files import FileTask, names_a_file, plan_jobs, process_file, reports, run_job
from darkroom.errors import OssError
from darkroom.settings import FONTS

SERVE, WORK, LOCAL = "serve", "work", "local"
"""The first arguments that run the server, its jobs, and both with stores in memory."""

EXPLAIN = "explain"
"""The first argument that explains a process."""

WRONG_INPUT = 2
"""Exit status for wrong input, the same as argparse's."""

_BAR_WIDTH = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status, 2 for any wrong input."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == [EXPLAIN]:
        return _explain(given[1:])
    if given[:1] in ([SERVE], [WORK]):
        return _run_server(*given)
    if given[:1] == [LOCAL]:
        return int(importlib.import_module("darkroom_local.standalone").main(given[1:]))
    parser = _parser()
    options = parser.parse_args(given)
    target = options.source if options.target is None else Path(options.target)
    if not options.source.exists():
        parser.error(f"{options.source}: no such file or folder")
    into_folder = target.is_dir() or (options.target or "").endswith(os.sep)
    if options.source.is_dir() and not into_folder and names_a_file(target):
        parser.error(
            f"{target}: the source is a folder, so the target has to be one, too; "
            "the name of a new folder with such a suffix must end in a slash"
        )
    try:
        jobs = plan_jobs(
            options.process, options.source, target, fonts=options.fonts, into_folder=into_folder
        )
        if options.target is not None:
            return _run(jobs, min(options.jobs, len(jobs)))
        if options.source.is_dir() or not reports(options.process):
            parser.error("a target is needed")
        sys.stdout.write(process_file(jobs[0]).body.decode() + "\n")
    except OssError as error:
        _print_error(error.message)
        return WRONG_INPUT
    return 0


def _run_server(command: str, *arguments: str) -> int:
    """Serve, or run jobs; needs the packages of the extra `server`."""
    from darkroom.server.jobs import work  # noqa: PLC0415 - other commands need no server
    from darkroom.server.serve import serve  # noqa: PLC0415
    from darkroom.settings import SettingsError  # noqa: PLC0415

    try:
        return (serve if command == SERVE else work)(arguments)
    except SettingsError as error:
        _print_error(str(error))
        return WRONG_INPUT


def _explain(arguments: Sequence[str]) -> int:
    """Print what a process means; return 2 where it fails."""
    options = _explain_parser().parse_args(arguments)
    try:
        source = None
        if options.source is not None:
            source = source_header(options.source, options.format, options.frames)
        explanation = explain(process_value(options.process), source)
    except OssError as error:
        _print_error(error.message)
        return WRONG_INPUT
    width = shutil.get_terminal_size().columns
    text = as_json(explanation) if options.json else as_text(explanation, width)
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    return WRONG_INPUT if explanation.failures else 0


def _explain_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m darkroom {EXPLAIN}",
        description="Explain a process: its canonical form, what is ignored, every parameter with "
        "range and default, where it fails and why, and the result for a source.",
    )
    parser.add_argument(
        "process",
        help="such as image/resize,w_100/format,webp, percent-encoded or not, or a URL that has it",
    )
    parser.add_argument(
        "--source", type=_size, metavar="WIDTHxHEIGHT", help="size of an upright source in pixels"
    )
    parser.add_argument("--format", default="jpg", help="format of the source; the default is jpg")
    parser.add_argument("--frames", type=_count, default=1, help="frames of the source")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _size(text: str) -> tuple[int, int]:
    width, separator, height = text.lower().replace("×", "x").partition("x")
    numbers = (width, height)
    if not separator or not all(
        side.isascii() and side.isdigit() and 1 <= len(side) <= 9 and int(side) for side in numbers
    ):
        raise argparse.ArgumentTypeError(f"{text} is not a size such as 4000x3000")
    return int(width), int(height)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m darkroom",
        description="Put pictures through a process, by the rules of the service.",
        epilog=f"Other commands, each with --help: `{EXPLAIN} PROCESS` explains a process, "
        f"`{SERVE}` runs the server, `{WORK}` its jobs, `{LOCAL}` both with stores of their own.",
    )
    parser.add_argument("process", help="such as image/resize,w_100/format,webp")
    parser.add_argument("source", type=Path, help="a picture, or a folder of them")
    parser.add_argument(
        "target",
        nargs="?",
        help="a file, whose suffix chooses the format, or a folder (one that ends in a slash "
        "is made); never a source itself; a report about one picture is printed without it",
    )
    parser.add_argument(
        "-j", "--jobs", type=_count, default=os.cpu_count() or 1, help="processes at a time"
    )
    parser.add_argument(
        "--fonts", type=Path, default=FONTS, help="folder of the fonts for text watermarks"
    )
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return int(text)


def _run(jobs: Sequence[FileTask], processes: int) -> int:
    status = 0
    with _messages(jobs, processes) as messages:
        for number, (job, message) in enumerate(zip(jobs, messages, strict=True), 1):
            if message is not None:
                _print_error(f"{job.source}: {message}")
                status = WRONG_INPUT
            _draw_progress(number, len(jobs))
    return status


@contextmanager
def _messages(jobs: Sequence[FileTask], processes: int) -> Iterator[Iterator[str | None]]:
    """Yield the jobs' error messages in order; the block's end cancels jobs not yet started."""
    if processes <= 1:
        yield map(run_job, jobs)
        return
    # Spawned: a forked copy of a process that has threads may hang.
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"))
    try:
        yield pool.map(run_job, jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def _draw_progress(number: int, total: int) -> None:
    """Draw the progress bar if standard error is a terminal."""
    if total > 1 and sys.stderr.isatty():
        bar = "█" * (_BAR_WIDTH * number // total)
        end = "\n" if number == total else ""
        sys.stderr.write(f"\r{bar:·<{_BAR_WIDTH}} {number}/{total}{end}")
        sys.stderr.flush()


def _print_error(message: str) -> None:
    clear = "\r\x1b[K" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{clear}{message}\n")


if __name__ == "__main__":
    sys.exit(main())
