"""Bytes that `format,auto` saves: `python -m benchmarks.negotiation [PROCESS] [FOLDER]`.

Processes every picture of a folder, by default the sample pictures, for a client that names no
format, for one that names WebP, and for one that names AVIF, too. Prints a table for the manual:
bytes and their change; format, SSIM of luma to the same result as PNG, and milliseconds of
processor time.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from benchmarks.quality import encoding_ssim
from darkroom.errors import OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.negotiation import AcceptedFormat
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import Result, run
from darkroom.process.grammar import parse

ROOT = Path(__file__).parents[1]
PROCESS = "image/resize,w_720/format,auto"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A result for one kind of client."""

    result: Result
    milliseconds: float
    ssim: float | None
    """None for an animation."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.negotiation", description=__doc__)
    parser.add_argument("process", nargs="?", default=PROCESS)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "local/pictures")
    options = parser.parse_args(arguments)
    print("| Picture | neither | WebP | AVIF and WebP |")
    print("|---|--:|--:|--:|")
    totals = dict.fromkeys(AcceptedFormat, 0)
    for path in sorted(options.folder.iterdir()):
        try:
            outcomes = [_outcome(path, options.process, accepted) for accepted in AcceptedFormat]
        except OssError:
            continue
        for accepted, outcome in zip(AcceptedFormat, outcomes, strict=True):
            totals[accepted] += len(outcome.result.body)
        plain = len(outcomes[0].result.body)
        cells = (_cell(outcome, plain) for outcome in outcomes)
        print(f"| {path.name} | " + " | ".join(cells) + " |")
    cells = (_bytes(total, totals[AcceptedFormat.NONE]) for total in totals.values())
    print("| together | " + " | ".join(cells) + " |")
    return 0


def _outcome(path: Path, process: str, accepted: AcceptedFormat) -> Outcome:
    """Process a picture twice and measure the second time, when every codec is loaded."""
    data, operations = path.read_bytes(), compile_operations(parse(process).actions)
    context = ProcessingContext()
    for _ in range(2):
        start = process_time()
        result = run(data, operations, context, accepted=accepted)
        seconds = process_time() - start
    lossless = run(data, compile_operations(parse(f"{process}/format,png").actions), context)
    ssim = None if path.suffix == ".gif" else encoding_ssim(lossless.body, result.body)
    return Outcome(result=result, milliseconds=1000 * seconds, ssim=ssim)


def _cell(outcome: Outcome, plain: int) -> str:
    details = [outcome.result.format or "", f"{outcome.milliseconds:.0f} ms"]
    if outcome.ssim is not None:
        details.insert(1, f"{outcome.ssim:.3f}")
    return f"{_bytes(len(outcome.result.body), plain)} ({', '.join(details)})"


def _bytes(size: int, plain: int) -> str:
    change = "" if size == plain else f", {100 * (size - plain) / plain:+.0f} %"
    return f"{size:,}".replace(",", " ") + change


if __name__ == "__main__":
    sys.exit(main())
