"""Small files that declare huge pictures, one for each format and each limit."""

import struct
import zlib
from collections.abc import Mapping

from PIL import Image

from tests.colours import GREY, chunk, png
from tests.pictures import Size, stored


def jpeg(size: Size, *, progressive: bool = False) -> bytes:
    """Declare a size in the frame header of a JPEG."""
    data = bytearray(stored(Image.new("RGB", (8, 8)), "JPEG", progressive=progressive))
    offset = data.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
    struct.pack_into(">HH", data, offset, size[1], size[0])
    return bytes(data)


def deflated(size: Size) -> bytes:
    """Draw a one-bit PNG of one colour that has the size it declares and compresses well."""
    row = b"\0" * (1 + -(-size[0] // 8))
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row * 64) for _ in range(size[1] // 64)) + packer.flush()
    header = struct.pack(">IIBBBBB", *size, 1, GREY, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def gif(size: Size, frames: int = 1) -> bytes:
    """Declare a size and a number of frames, each with a byte of pixels."""
    screen = b"GIF89a" + struct.pack("<HH", *size) + b"\x80\0\0" + b"\0" * 6
    frame = b"," + struct.pack("<4H", 0, 0, *size) + b"\0\x02\x02\x4c\x01\0"
    return screen + frame * frames + b";"


def webp(size: Size, frames: int = 1) -> bytes:
    """Declare a canvas and a number of frames."""
    whole = stored(Image.new("RGB", (1, 1)), "WEBP")
    sides = (size[0] - 1).to_bytes(3, "little") + (size[1] - 1).to_bytes(3, "little")
    content = _riff(b"VP8X", b"\x02\0\0\0" + sides) + _riff(b"ANIM", b"\0" * 6)
    frame = b"\0" * 6 + sides + b"\x64\0\0\0" + whole[12:]
    content += _riff(b"ANMF", frame) * frames
    return b"RIFF" + struct.pack("<I", 4 + len(content)) + b"WEBP" + content


def _riff(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def bmp(size: Size) -> bytes:
    """Declare a size in the header of a BMP."""
    data = bytearray(stored(Image.new("RGB", (8, 8)), "BMP"))
    struct.pack_into("<ii", data, 18, *size)
    return bytes(data)


def tiff(size: Size) -> bytes:
    """Declare a size in the tags of a TIFF."""
    data = stored(Image.new("L", (8, 8)), "TIFF", tiffinfo={256: 8, 257: 8})
    for tag, side in ((256, size[0]), (257, size[1])):
        offset = next(
            at for kind in (3, 4) if (at := data.find(struct.pack("<HH", tag, kind))) >= 0
        )
        data = data[:offset] + struct.pack("<HHII", tag, 4, 1, side) + data[offset + 12 :]
    return data


BOMBS: Mapping[str, bytes] = {
    "jpg 65000x65000": jpeg((65_000, 65_000)),
    "jpg 30001x1": jpeg((30_001, 1)),
    "jpg 16000x16000 progressive": jpeg((16_000, 16_000), progressive=True),
    "png 2^31 a side": png((2**31 - 1, 2**31 - 1), depth=8, colour_type=GREY, rows=[]),
    "png 16384x16384": deflated((16_384, 16_384)),
    "png 30001x1": png((30_001, 1), depth=8, colour_type=GREY, rows=[b"\0" * 30_001]),
    "gif 65535x65535": gif((65_535, 65_535)),
    "gif 1000x1000 in 251 frames": gif((1000, 1000), 251),
    "webp 16384x16384": webp((16_384, 16_384)),
    "webp 2^24 wide": webp((2**24, 1)),
    "webp 4096x4096 in 15 frames": webp((4096, 4096), 15),
    "bmp 30001x1": bmp((30_001, 1)),
    "bmp 30000x30000": bmp((30_000, 30_000)),
    "tiff 16385x1": tiff((16_385, 1)),
    "tiff 16384x16384": tiff((16_384, 16_384)),
}
"""By the sizes that they declare: each exceeds one limit of spec 03 §6."""
