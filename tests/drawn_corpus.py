"""Small files of the kinds that were once shown wrongly or refused, and of structures that harm.

Each is drawn in code, with the picture that it shows or the reason of its refusal. The faults of
operations have tests there: edges (F16) in `test_sharpen`, text (F23, F27, F28) in `test_fonts` and
`test_typesetting`, coded colour (F21) in `test_iso_items` and `test_png_chunks`; later frames (F25)
in `test_gif_read`.
"""

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PIL import Image

from darkroom.errors import Code
from tests.colours import RGB, apple, chunk, embedded, rgb_profile
from tests.pictures import shown
from tests.unit.formats import bitmaps, tiffs
from tests.unit.formats.drawing import quarters, stored
from tests.unit.formats.exif_blocks import (
    ASCII,
    RATIONAL,
    SHORT,
    UNDEFINED,
    Entry,
    block,
    numbers,
    text,
)
from tests.unit.formats.gifs import PALETTE, Part, gif_file
from tests.unit.formats.iso_boxes import (
    Item,
    clap,
    configuration,
    grid,
    item_file,
    overlay,
    parameter_set,
    sequence_header,
    size_property,
    with_property,
    with_two_association_boxes,
)
from tests.unit.formats.jpegs import lossless, segment
from tests.unit.formats.tiffs import (
    CMYK,
    FLOAT,
    GREY,
    SIGNED,
    UNSIGNED,
    WHITE_IS_ZERO,
    strips,
    tiff,
)

MARKER = b"SecretMark"
"""Part of metadata that no result may have."""

SIZE = (120, 80)
PICTURE = quarters(SIZE)
UNSUPPORTED = "0040-00000005"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A file, the picture that it shows, and the levels by which a result may differ."""

    data: bytes
    picture: Image.Image = field(default_factory=lambda: PICTURE)
    tolerance: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file and its refusal, whatever is asked for."""

    data: bytes
    code: Code = Code.IMAGE_DAMAGE
    ec: str | None = None


# --- Pictures -------------------------------------------------------------------------------------


def _ramp() -> Image.Image:
    """Draw every level of grey from left to right."""
    return Image.frombytes("L", (256, 1), bytes(range(256))).resize((256, 16))


def _grey(
    code: str,
    change: Callable[[int], float],
    order: str = "<",
    *,
    photometric: int = GREY,
    sample_format: int = UNSIGNED,
) -> Shown:
    """Write the ramp as TIFF of other samples, each made from its level."""
    size = (256, 16)
    samples = [change(level) for level in range(256)] * size[1]
    data = tiff(
        size,
        strips(size, samples, code, order),
        bits=(8 * struct.calcsize(order + code),),
        photometric=photometric,
        order=order,
        fields={339: sample_format},
    )
    return Shown(data=data, picture=_ramp())


def _planes(order: str, photometric: int = tiffs.RGB) -> Shown:
    """Write 16 bits a sample in separate planes."""
    image = PICTURE.convert("CMYK") if photometric == CMYK else PICTURE
    planes = [
        struct.pack(f"{order}{SIZE[0] * SIZE[1]}H", *(257 * value for value in band.tobytes()))
        for band in image.split()
    ]
    data = tiff(
        SIZE,
        planes,
        bits=(16,) * len(planes),
        photometric=photometric,
        order=order,
        fields={284: 2},
    )
    return Shown(data=data, picture=image.convert("RGB"))


def _with_chunk(written: bytes) -> Shown:
    data = stored(PICTURE, "png")
    return Shown(data=data[:33] + written + data[33:])


def _with_segment(written: bytes) -> Shown:
    data = stored(PICTURE, "jpg", quality=95)
    return Shown(data=data[:2] + written + data[2:])


def _wrong(written: bytes) -> bytes:
    """Return a chunk with a wrong checksum."""
    return written[:-4] + bytes(byte ^ 0x55 for byte in written[-4:])


def _linear() -> Image.Image:
    """Return the picture whose samples are linear light, in sRGB."""
    curve = [
        round(255 * (12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055))
        for x in (level / 255 for level in range(256))
    ]
    return PICTURE.point(curve * 3)


def _transparent() -> Image.Image:
    image = PICTURE.copy()
    image.putalpha(Image.linear_gradient("L").resize(SIZE))
    return image


def _bit_fields(masks: tuple[int, ...], depth: int) -> bytes:
    """Write the picture with bit fields, bottom row first."""
    rows = []
    width, height = SIZE
    for y in reversed(range(height)):
        row = b""
        for x in range(width):
            value, pixel = 0, PICTURE.getpixel((x, y))
            assert isinstance(pixel, tuple)
            for level, mask in zip(pixel, masks, strict=True):
                low = (mask & -mask).bit_length() - 1
                value |= round(level / 255 * (mask >> low)) << low
            row += value.to_bytes(depth // 8, "little")
        rows.append(row)
    return bitmaps.bitmap(SIZE, depth, b"".join(rows), compression=bitmaps.BIT_FIELDS, masks=masks)


def _overlong_rows(*, nibbles: bool) -> Shown:
    """Write run lengths that say more pixels than a row has."""
    value = b"\x11" if nibbles else b"\1"
    rows = b"".join(b"\x7f" + value + bitmaps.END_OF_ROW for _ in range(SIZE[1]))
    data = bitmaps.rle(rows + bitmaps.END, nibbles=nibbles, size=SIZE)
    return Shown(data=data, picture=Image.new("RGB", SIZE, bitmaps.PALETTE[1]))


def _xmp(orientation: int) -> bytes:
    name = "http://ns.adobe.com/tiff/1.0/"
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf'
        f'-syntax-ns#"><rdf:Description xmlns:tiff="{name}" tiff:Orientation="{orientation}"/>'
        f"</rdf:RDF></x:xmpmeta>"
    ).encode()


def _turned() -> Shown:
    """Write EXIF orientation 6."""
    data = stored(PICTURE, "png")
    exif = block({0x112: numbers(SHORT, [6])})[6:]
    data = data[:33] + chunk(b"eXIf", exif) + data[33:]
    return Shown(data=data, picture=PICTURE.transpose(Image.Transpose.ROTATE_270))


def _secret_exif() -> bytes:
    words = (ASCII, len(MARKER) + 1, MARKER + b"\0")
    return block({0x10E: words, 0x10F: words}, gps={1: text("N"), 0x1D: words})


def _secret_tiff() -> bytes:
    texts = dict.fromkeys((270, 271, 305, 315, 33432), MARKER + b"\0")
    fields = {**texts, 700: MARKER * 9, 33723: MARKER, 34377: MARKER}
    pixels = [PICTURE.tobytes()]
    return tiff(SIZE, pixels, bits=(8, 8, 8), photometric=tiffs.RGB, fields=fields)


def _colour_map() -> Shown:
    """Write a colour map in 8 bits."""
    indexed = PICTURE.quantize(4)
    flat = indexed.getpalette() or []
    table = [flat[3 * at + band] if at < 4 else 0 for band in range(3) for at in range(256)]
    data = tiff(SIZE, [indexed.tobytes()], photometric=tiffs.PALETTE, fields={320: table})
    return Shown(data=data)


def _noise() -> Shown:
    """Write a narrow picture whose JPEG has more bytes than pixels."""
    noise = Image.effect_noise((24, 2000), 90).convert("RGB")
    data = stored(noise, "jpg", quality=100, subsampling="4:4:4")
    return Shown(data=data, picture=shown(data), tolerance=5.0)


def _animation(second: Part) -> Shown:
    """Write a first frame of red on a screen of its size, and a second frame."""
    red = Part(rows=("rrrr",) * 3)
    return Shown(data=gif_file((4, 3), red, second), picture=Image.new("RGB", (4, 3), PALETTE["r"]))


_JPEG = stored(PICTURE, "jpg", quality=95)

PICTURES: Mapping[str, Shown] = {
    "F1 JPEG with a position": Shown(data=_JPEG[:2] + segment(0xE1, _secret_exif()) + _JPEG[2:]),
    "F1 TIFF with texts and blocks": Shown(data=_secret_tiff()),
    "F2 TIFF with an unspecified sample": Shown(
        data=tiff(
            (256, 16),
            [bytes(byte for level in _ramp().tobytes() for byte in (level, 0))],
            bits=(8, 8),
            fields={338: 0},
        ),
        picture=_ramp(),
    ),
    "F2 JPEG with a resolution as text": _with_segment(
        segment(0xE1, block({0x11A: text("seventy-two"), 0x112: text("up")}))
    ),
    "F3 AVIF with an orientation in XMP": Shown(data=stored(PICTURE, "avif", xmp=_xmp(6))),
    "F4 planes of 16 bits": _planes("<"),
    "F4 planes of 16 bits, big-endian": _planes(">"),
    "F4 planes of CMYK in 16 bits": _planes("<", CMYK),
    "F5 colour map in 8 bits": _colour_map(),
    "F6 16 bits, white is zero": _grey(
        "H", lambda level: 257 * (255 - level), photometric=WHITE_IS_ZERO
    ),
    "F6 16 bits, white is zero, big-endian": _grey(
        "H", lambda level: 257 * (255 - level), ">", photometric=WHITE_IS_ZERO
    ),
    "F7 32 bits": _grey("L", lambda level: level * 0x1010101),
    "F7 signed 16 bits": _grey("h", lambda level: 257 * level - 32_768, sample_format=SIGNED),
    "F7 float": _grey("f", lambda level: level / 255, sample_format=FLOAT),
    "F8 linear profile called sRGB": Shown(
        data=stored(
            PICTURE,
            "png",
            icc_profile=rgb_profile(gamma=1.0, description=b"GIMP built-in Linear sRGB"),
        ),
        picture=_linear(),
    ),
    "F9 text of two megabytes": _with_chunk(
        chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2_000_000)))
    ),
    "F9 wrong checksum of a text": _with_chunk(_wrong(chunk(b"tEXt", b"a\0b"))),
    "F9 wrong checksum of a profile": _with_chunk(_wrong(chunk(b"iCCP", embedded(b"none")))),
    "F9 short pHYs": _with_chunk(chunk(b"pHYs", b"\0")),
    "F9 short acTL": _with_chunk(chunk(b"acTL", b"\0")),
    "F9 short tRNS": _with_chunk(chunk(b"tRNS", b"\0")),
    "F9 short JFIF": _with_segment(segment(0xE0, b"JFIF\0")),
    "F9 short profile of a JPEG": _with_segment(segment(0xE2, b"ICC_PROFILE\0\1")),
    "F10 AVIF with a clean aperture": Shown(
        data=with_property(stored(PICTURE, "avif"), clap(60, 40, -60, -40)),
        picture=PICTURE.crop((0, 0, 60, 40)),
    ),
    "F11 AVIF with two boxes of associations": Shown(
        data=with_two_association_boxes(stored(_transparent(), "avif", quality=95)),
        picture=_transparent(),
    ),
    "F12 lossless JPEG": Shown(data=lossless((160, 96)), picture=Image.new("L", (160, 96), 128)),
    "F13 JPEG without an end marker": Shown(data=_JPEG[:-2]),
    "F13 JPEG with a trailer in its place": Shown(data=_JPEG[:-2] + segment(0xE0, MARKER * 9)),
    "F14 overlong run lengths": _overlong_rows(nibbles=False),
    "F14 overlong run lengths of nibbles": _overlong_rows(nibbles=True),
    "F15 4-4-4": Shown(data=_bit_fields((0xF00, 0xF0, 0xF), 16), tolerance=9.0),
    "F15 red and blue swapped": Shown(data=_bit_fields((0xFF, 0xFF00, 0xFF0000), 32)),
    "F15 10-10-10": Shown(data=_bit_fields((0x3FF00000, 0xFFC00, 0x3FF), 32)),
    "F17 BigTIFF, big-endian": Shown(
        data=tiff(
            SIZE, [PICTURE.tobytes()], bits=(8, 8, 8), photometric=tiffs.RGB, order=">", big=True
        )
    ),
    "F20 PNG with an orientation": _turned(),
    "F24 noise in full chroma": _noise(),
    "F26 a later frame beyond the screen": _animation(Part(rows=("gggg",) * 3, place=(2, 2))),
    "F26 a frame far away": _animation(Part(rows=("g",), place=(40_000, 40_000))),
    "F29 CgBI": Shown(data=apple(PICTURE, RGB)),
}
"""By the kind of the fault that they had."""


# --- Reports --------------------------------------------------------------------------------------


def _exif(
    image: Mapping[int, Entry], photo: Mapping[int, Entry] | None = None, **others: Entry
) -> bytes:
    """Write a JPEG with a block; `method` is that of a position."""
    gps = {0x1B: others["method"]} if others else None
    return _with_segment(segment(0xE1, block(image, photo=photo, gps=gps))).data


def _bytes(kind: int, content: bytes) -> Entry:
    return kind, len(content), content


REPORTS: Mapping[str, tuple[bytes, str, str]] = {
    "F22 GBK": (
        _exif({0x10E: _bytes(ASCII, "中文图片说明".encode("gbk") + b"\0")}),
        "ImageDescription",
        "中文图片说明",
    ),
    "F30 byte order mark": (
        _exif({}, {0x9286: _bytes(UNDEFINED, b"UNICODE\0" + "\ufeff日本語".encode("utf-16-le"))}),
        "UserComment",
        'charset="Unicode" 日本語',
    ),
    "F31 method of a position": (
        _exif({}, method=_bytes(UNDEFINED, b"ASCII\0\0\0GPS")),
        "GPSProcessingMethod",
        'charset="Ascii" GPS',
    ),
    "F32 tag of a camera in the first directory": (
        _exif({0x829A: numbers(RATIONAL, [1, 60])}),
        "ExposureTime",
        "1/60",
    ),
}
"""File, member of `info` and its value."""


# --- Refusals -------------------------------------------------------------------------------------


def _unsupported(data: bytes) -> Refused:
    return Refused(data=data, code=Code.BAD_REQUEST, ec=UNSUPPORTED)


_CUT = _JPEG[: 2 * len(_JPEG) // 3].rstrip(b"\xff")

REFUSED: Mapping[str, Refused] = {
    "C-102 JPEG cut in its scan": Refused(data=_CUT),
    "C-102 JPEG cut in its scan, with an end marker": Refused(data=_CUT + b"\xff\xd9"),
    "F17 CMYK with alpha": _unsupported(
        tiff((4, 1), [bytes(20)], bits=(8,) * 5, photometric=CMYK, fields={338: 2})
    ),
    "F17 wide grey with alpha": _unsupported(
        tiff((4, 1), [bytes(16)], bits=(16, 16), fields={338: 2})
    ),
    "F18 DNG": _unsupported(tiff((4, 1), [bytes(4)], fields={50706: bytes((1, 4, 0, 0))})),
    "F18 CR2": _unsupported(tiff((4, 1), [b"CR\2\0" + bytes(4)])),
    "F19 text that begins with BM": _unsupported(b"BMW is a maker of cars and motorcycles."),
}
"""By the kind of the fault that they had, or the rule of the reference."""


# --- Bombs ----------------------------------------------------------------------------------------


_SMALL = size_property(64, 64)
_TILE = Item(kind=b"av01", content=sequence_header(64, 64), properties=[_SMALL])


def _derived(kind: bytes, content: bytes, count: int = 1) -> bytes:
    """Write a picture of 64x64 pixels by its header, made of others."""
    main = Item(kind=kind, content=content, properties=[_SMALL], made_of=[2] * count)
    return item_file({1: main, 2: _TILE})


def _coded(kind: bytes, side: int) -> bytes:
    """Write a picture of 64x64 pixels by its header whose bit stream is larger."""
    if kind == b"av01":
        item = Item(kind=kind, content=sequence_header(side, side), properties=[_SMALL])
        return item_file({1: item})
    hevc = [_SMALL, configuration(parameter_set(side, side))]
    return item_file({1: Item(kind=kind, properties=hevc)}, brand=b"heic")


def _tile(size: tuple[int, int]) -> bytes:
    """Write a picture of 10x10 pixels in one tile."""
    return tiff((10, 10), [b"\0"], fields={322: size[0], 323: size[1]})


def _strips(count: int, height: int) -> bytes:
    """Write a picture with entries for so many strips, which share a byte; each has one row."""
    return tiff((1, height), [], fields={278: 1, 273: [8] * count, 279: [1] * count})


BOMBS: Mapping[str, bytes] = {
    **{f"H1 grid of {side}": _derived(b"grid", grid(side, side)) for side in (65, 9728, 16_384)},
    **{f"H1 overlay of {side}": _derived(b"iovl", overlay(side, side)) for side in (9000, 30_000)},
    **{f"H1 AV1 of {side}": _coded(b"av01", side) for side in (128, 6000, 16_384)},
    **{f"H1 HEVC of {side}": _coded(b"hvc1", side) for side in (128, 6000, 16_384)},
    **{f"H1 {count} tiles": _derived(b"grid", grid(64, 64), count) for count in (1025, 10_000)},
    **{
        f"H2 tile of {size[0]}x{size[1]}": _tile(size)
        for size in ((1040, 16), (16_384, 16_384), (40_000, 40_000), (65_520, 32_000))
    },
    **{f"M7 {count} strips": _strips(count, count) for count in (50_001, 200_000, 2_400_000)},
}
"""Files whose true size or number of parts is far from what their header seems to state."""

CROWDED: Mapping[str, bytes] = {
    f"M7 entries for {count} strips": _strips(count, 1000) for count in (50_001, 2_400_000)
}
"""Files of more entries than are needed, which decoders ignore."""
