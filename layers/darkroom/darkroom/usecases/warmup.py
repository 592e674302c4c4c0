"""A rehearsal: what is loaded late is loaded now, before a snapshot is taken of it."""

from pathlib import Path

from darkroom.imaging.formats.formats import FORMATS
from darkroom.imaging.formats.plugins import writable
from darkroom.imaging.operations import compiled
from darkroom.imaging.pipeline import run
from darkroom.imaging.steps import Context
from darkroom.process.grammar import parse
from darkroom.process.parameters import encode_base64

DOT = bytes.fromhex("474946383961010001008000000000000000002c00000000010001000002024401003b")
"""A GIF of one pixel."""


def prime(fonts: Path) -> None:
    """Write and read every format once, and letter a picture if there are typefaces."""
    context = Context(fonts=fonts)
    for word in (word for word, entry in FORMATS.items() if writable(entry)):
        written = _processed(DOT, f"image/format,{word}", context)
        _processed(written, "image/resize,w_2,limit_0", context)
    if fonts.is_dir():
        _processed(DOT, f"image/watermark,text_{encode_base64('A')}", context)


def _processed(data: bytes, process: str, context: Context) -> bytes:
    return run(data, compiled(parse(process).actions), context).body
