"""Warm-up: loads everything lazy before a snapshot of the function is taken."""

from pathlib import Path

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import Engine
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import run
from darkroom.process.grammar import parse
from darkroom.process.parameters import encode_base64

ONE_PIXEL_GIF = bytes.fromhex(
    "474946383961010001008000000000000000002c00000000010001000002024401003b"
)


def warm_up(fonts: Path, engine: Engine | None) -> None:
    """Encode and decode every writable format once, and draw text if there are fonts."""
    context = ProcessingContext(fonts=fonts, engine=engine)
    for format_ in FORMATS.values():
        if not format_.is_writable:
            continue
        written = _process(ONE_PIXEL_GIF, f"image/format,{format_.name}", context)
        _process(written, "image/resize,w_2,limit_0", context)
    if fonts.is_dir():
        _process(ONE_PIXEL_GIF, f"image/watermark,text_{encode_base64('A')}", context)


def _process(data: bytes, process: str, context: ProcessingContext) -> bytes:
    return run(data, compile_operations(parse(process).actions), context).body
