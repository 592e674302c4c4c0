"""The call path from the event to the pixels: `python -m benchmarks.call_path`.

Traces one warm, anonymous GET of `image/resize,w_100` through the process function, with S3 over
HTTP on 127.0.0.1. Prints the stack at the call that scales the pixels, and the number of the
project's own modules and functions that the request enters.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from PIL import Image

from benchmarks.sandboxes import store
from benchmarks.workers import darkroom_handler
from darkroom.imaging.engine import Engine

ROOT = Path(__file__).parents[1]
OURS = tuple(str(ROOT / folder) for folder in ("layers/darkroom", "functions"))
PROCESS = "image/resize,w_100"
SCALES = frozenset(
    function.__code__ for function in (Image.Image.resize, Engine.decode_jpeg, Engine.area_average)
)
"""The functions that scale pixels."""


@dataclass(kw_only=True)
class CallPath:
    """The project's own code that one request enters."""

    stack: list[str] = field(default_factory=list)
    """Frames from the handler to the call that scales pixels."""
    functions: set[CodeType] = field(default_factory=set)
    """Named functions; lambdas and comprehensions are not counted."""

    @property
    def modules(self) -> set[str]:
        """Files of the functions."""
        return {code.co_filename for code in self.functions}

    def trace(self, frame: FrameType, event: str, _argument: Any) -> None:
        """Record a call; for `sys.setprofile`."""
        code = frame.f_code
        if event != "call":
            return
        if code.co_filename.startswith(OURS) and not code.co_name.startswith("<"):
            self.functions.add(code)
        if code in SCALES and not self.stack:
            self.stack = [_title(each.f_code) for each in _callers(frame) if _is_ours(each)][::-1]


def _callers(frame: FrameType) -> Iterator[FrameType]:
    caller = frame.f_back
    while caller is not None:
        yield caller
        caller = caller.f_back


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(OURS)


def _title(code: CodeType) -> str:
    path = Path(code.co_filename).relative_to(ROOT)
    return f"{str(path).removeprefix('layers/darkroom/darkroom/'):38}{code.co_qualname}"


def measure() -> CallPath:
    """Trace the second of two equal requests, whose caches are warm."""
    path = CallPath()
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / darkroom_handler.KEY
        Image.linear_gradient("L").convert("RGB").resize((1200, 800)).save(picture, "JPEG")
        with store(Path(folder)) as address:
            darkroom_handler.ENVIRONMENT["AWS_ENDPOINT_URL_S3"] = address
            app = darkroom_handler.loaded()
            event, context = darkroom_handler.event(PROCESS), darkroom_handler.LambdaContext()
            app.handler(event, context)
            sys.setprofile(path.trace)
            try:
                reply = app.handler(event, context)
            finally:
                sys.setprofile(None)
    if reply["statusCode"] != 200:
        raise RuntimeError(reply["body"])
    return path


def main() -> None:
    """Print the stack, and the numbers of frames, modules and functions."""
    path = measure()
    for number, frame in enumerate(path.stack, 1):
        print(f"{number:3}  {frame}")
    print(f"frames {len(path.stack)}  modules {len(path.modules)}  functions {len(path.functions)}")


if __name__ == "__main__":
    main()
