"""PNG: corrections of Pillow's grey and transparent levels, and limits on the number of chunks.

Pillow reads each chunk in Python and inflates every colour profile, to a megabyte at most, so that
a small file of many chunks or profiles could occupy a decoder for long (decision 100).
"""

from dataclasses import dataclass

from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.colour import to_srgb
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.picture import Header

MAX_CHUNKS = 50_000
"""Chunks of 400 bytes in the largest source; encoders write pixels in chunks of 8 KB or more."""

MAX_PROFILES = 10
"""A valid file has one."""

_HEAD = 8
"""Bytes of the file's signature, and of the length and type before each chunk's content."""

_CHECKSUM = 4

_DEPTH, _COLOUR_TYPE = 24, 25
"""Offsets of the bit depth and the colour type in the file."""

_GREY, _RGB, _GREY_ALPHA = 0, 2, 4

_WIDE = 16

_RLE = 3
"""zlib's Z_RLE: files as small as OSS's, in a fraction of the default strategy's time (C-106)."""


@dataclass(frozen=True, kw_only=True)
class Png(PictureFormat):
    """PNG through Pillow, in every mode and bit depth."""

    def read_header(self, data: bytes) -> Header:
        """Read the size; raises `ImageTooLarge` for too many chunks or profiles."""
        check_structure(data)
        return super().read_header(data)

    def to_working_mode(self, image: Image.Image, data: bytes) -> Image.Image:
        """Convert to a working mode after `fix_transparency`."""
        return to_srgb(fix_transparency(image, data))


PNG = Png(
    name="png",
    pillow_name="PNG",
    plugin="PIL.PngImagePlugin",
    content_type="image/png",
    signatures=(b"\x89PNG\r\n\x1a\n",),
    encoder_options={"compress_type": _RLE},
)


def check_structure(data: bytes) -> None:
    """Raise `ImageTooLarge` for over `MAX_CHUNKS` chunks or `MAX_PROFILES` colour profiles."""
    position, chunks, profiles = _HEAD, 0, 0
    while position + _HEAD <= len(data) and chunks <= MAX_CHUNKS:
        if data.startswith(b"IEND", position + 4):
            break
        chunks += 1
        profiles += data.startswith(b"iCCP", position + 4)
        position += _HEAD + int.from_bytes(data[position : position + 4]) + _CHECKSUM
    if chunks > MAX_CHUNKS:
        raise _too_many(f"over {MAX_CHUNKS} chunks")
    if profiles > MAX_PROFILES:
        raise _too_many(f"{profiles} colour profiles")


def _too_many(parts: str) -> OssError:
    message = f"The picture has {parts}: a PNG may have {MAX_CHUNKS} and {MAX_PROFILES} of these."
    return OssError(Code.IMAGE_TOO_LARGE, message)


def fix_transparency(image: Image.Image, data: bytes) -> Image.Image:
    """Return a decoded PNG with the mode and the transparent level that the file specifies.

    Pillow decodes grey with alpha as RGBA, and does not scale the transparent level of 2-bit,
    4-bit and 16-bit samples as it scales the samples.
    """
    depth, colour_type = data[_DEPTH], data[_COLOUR_TYPE]
    if colour_type == _GREY_ALPHA:
        return image.convert("LA")
    level = image.info.get("transparency")
    if level is None or colour_type not in (_GREY, _RGB):
        return image
    if depth == _WIDE and colour_type == _GREY:
        return _without_level(image, level)
    if depth == _WIDE:
        image.info["transparency"] = tuple(sample >> 8 for sample in level)
    elif image.mode == "L":
        # Pillow scales samples of 2 and 4 bits to 0…255, but not the level.
        image.info["transparency"] = level * 255 // ((1 << depth) - 1)
    return image


def _without_level(image: Image.Image, level: int) -> Image.Image:
    """Return 16-bit grey as LA, the pixels of one level transparent, others by their upper byte."""
    samples = image.convert("I")
    grey = samples.point(lambda sample: sample / 256).convert("L")
    grey.putalpha(samples.point([0 if value == level else 255 for value in range(1 << 16)], "L"))
    grey.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return grey
