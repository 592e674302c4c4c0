"""Command line for image files: python -m darkroom 'image/resize,w_100' in.jpg out.png."""

import argparse
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from darkroom.cli.files import FileTask, names_a_file, plan_jobs, process_file, reports, run_job
from darkroom.errors import OssError

WRONG_INPUT = 2
"""Exit status for wrong input, the same as argparse's."""

_FONTS = Path(__file__).parents[2] / "fonts/fonts"
"""Fonts layer of a checkout, next to the layer of this package."""

_BAR_WIDTH = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status, 2 for any wrong input."""
    parser = _parser()
    options = parser.parse_args(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m darkroom",
        description="Put pictures through a process, by the rules of the service.",
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
        "--fonts", type=Path, default=_FONTS, help="folder of the fonts for text watermarks"
    )
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of processes")
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
