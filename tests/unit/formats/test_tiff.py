"""TIFF: every kind of samples is decoded correctly or refused, and tiles and strips are bounded."""

import itertools
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from tests import measure
from tests.colours import rgb_profile
from tests.unit.formats.drawing import corners, processed, quarters, shown, stored
from tests.unit.formats.tiffs import (
    CMYK,
    FLOAT,
    GREY,
    PALETTE,
    RGB,
    SIGNED,
    UNSIGNED,
    WHITE_IS_ZERO,
    Value,
    strips,
    tiff,
)

SIZE = (5, 2)

CHANNELS = {WHITE_IS_ZERO: 1, GREY: 1, RGB: 3, CMYK: 4}
NAMES = {WHITE_IS_ZERO: "white is zero", GREY: "grey", RGB: "RGB", CMYK: "CMYK"}

UNSPECIFIED, ASSOCIATED, UNASSOCIATED = 0, 1, 2
"""Kinds of extra samples."""

CODES = {
    (8, UNSIGNED): "B",
    (16, UNSIGNED): "H",
    (32, UNSIGNED): "L",
    (8, SIGNED): "b",
    (16, SIGNED): "h",
    (32, SIGNED): "l",
    (32, FLOAT): "f",
    (64, FLOAT): "d",
}

ALPHA = 0.8


def values(count: int, *, has_alpha: bool) -> list[list[float]]:
    """Choose light from 0 to 1 for each channel of each pixel, colours below alpha."""
    pixels = SIZE[0] * SIZE[1]
    most = ALPHA if has_alpha else 1.0
    rows = [
        [most * ((3 * pixel + 4 * channel) % pixels) / (pixels - 1) for channel in range(count)]
        for pixel in range(pixels)
    ]
    if has_alpha:
        for row in rows:
            row[-1] = ALPHA
    return rows


def coded(value: float, bits: int, kind: int) -> float | int:
    """Return a sample of a format."""
    if kind == FLOAT:
        return value
    return round(value * ((1 << bits) - 1)) - (1 << bits - 1 if kind == SIGNED else 0)


def packed(samples: Sequence[float], bits: int, kind: int, order: str) -> bytes:
    """Pack the samples of one row."""
    numbers = [coded(value, bits, kind) for value in samples]
    if (bits, kind) in CODES:
        return struct.pack(f"{order}{len(numbers)}{CODES[bits, kind]}", *numbers)
    text = "".join(f"{int(number):0{bits}b}" for number in numbers)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8)


def picture(
    photometric: int,
    bits: int,
    kind: int,
    *,
    extra: int | None = None,
    planar: bool = False,
    order: str = "<",
    big: bool = False,
) -> tuple[bytes, list[list[float]]]:
    """Write a picture; return the file and its samples from 0 to 1."""
    count = CHANNELS[photometric] + (extra is not None)
    light = values(count, has_alpha=extra is not None)
    width, height = SIZE
    rows = [light[width * y : width * (y + 1)] for y in range(height)]
    planes = [[channel] for channel in range(count)] if planar else [list(range(count))]
    parts = [
        b"".join(packed([p[c] for p in row for c in plane], bits, kind, order) for row in rows)
        for plane in planes
    ]
    fields: dict[int, Value] = {284: 2 if planar else 1}
    if kind != UNSIGNED:
        fields[339] = [kind] * count
    if extra is not None:
        fields[338] = extra
    data = tiff(
        SIZE,
        parts,
        bits=[bits] * count,
        photometric=photometric,
        order=order,
        big=big,
        fields=fields,
    )
    return data, light


def expected(row: Sequence[float], photometric: int, extra: int | None) -> tuple[float, ...]:
    """Return a pixel as the file specifies it: grey or RGB, and alpha unless it is unspecified."""
    colours = list(row[: CHANNELS[photometric]])
    if extra == ASSOCIATED:
        colours = [colour / row[-1] for colour in colours]
    if photometric == WHITE_IS_ZERO:
        colours = [1 - colours[0]]
    if photometric == CMYK:
        colours = [(1 - colour) * (1 - colours[3]) for colour in colours[:3]]
    alpha = [row[-1]] if extra in (ASSOCIATED, UNASSOCIATED) else []
    return tuple(255 * value for value in colours + alpha)


DECODED = {
    *itertools.product((GREY, WHITE_IS_ZERO), (8, 16, 32), (UNSIGNED,), (None,), (False,)),
    *itertools.product((GREY,), (8, 16, 32), (SIGNED,), (None,), (False,)),
    *itertools.product((GREY,), (1, 2, 4), (UNSIGNED,), (None,), (False,)),
    (GREY, 32, FLOAT, None, False),
    *itertools.product((RGB, CMYK), (8, 16), (UNSIGNED,), (None,), (False, True)),
    *itertools.product((RGB,), (8, 16), (UNSIGNED,), (UNASSOCIATED,), (False, True)),
    (GREY, 8, UNSIGNED, UNSPECIFIED, False),
    (GREY, 8, UNSIGNED, UNASSOCIATED, False),
    (GREY, 16, UNSIGNED, UNASSOCIATED, True),
}
"""Kinds that are decoded in both byte orders; others may be refused."""

FORMATS = [(bits, UNSIGNED) for bits in (1, 2, 4, 6, 8, 10, 12, 14, 16, 24, 32)]
FORMATS += [(8, SIGNED), (16, SIGNED), (32, SIGNED), (32, FLOAT), (64, FLOAT)]


@pytest.mark.parametrize("photometric", CHANNELS, ids=NAMES.get)
def test_samples_are_decoded_correctly_or_refused(photometric: int) -> None:
    """No combination gives a wrong picture or an internal error (C-180)."""
    extras = (None, UNSPECIFIED, ASSOCIATED, UNASSOCIATED)
    for (bits, kind), extra, planar in itertools.product(FORMATS, extras, (False, True)):
        for order, big in itertools.product("<>", (False, True)):
            name = f"{bits} bits {kind}, extra {extra}, planar {planar}, {order} {big}"
            data, light = picture(
                photometric, bits, kind, extra=extra, planar=planar, order=order, big=big
            )
            try:
                image = shown(processed(data, "format,png"))
            except OssError as refused:
                assert refused.ec == "0040-00000005", name  # noqa: PT017 - either is right
                assert (photometric, bits, kind, extra, planar) not in DECODED, name
                continue
            pixels = [expected(row, photometric, extra) for row in light]
            assert len(image.getbands()) == len(pixels[0]), name
            channels = [image.getchannel(band).tobytes() for band in image.getbands()]
            tolerance = 3.0 if photometric == CMYK or extra == ASSOCIATED else 1.0
            tolerance = max(tolerance, 128 / ((1 << bits) - 1) + 0.6)
            for pixel, found in zip(pixels, zip(*channels, strict=True), strict=True):
                difference = max(abs(a - b) for a, b in zip(pixel, found, strict=True))
                assert difference <= tolerance, f"{name}: {found} instead of {pixel}"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("scale", [1, 0x101], ids=["8 bits", "16 bits"])
def test_a_colour_map_may_have_either_depth(scale: int, order: str) -> None:
    """Scanners write 8 bits, which libtiff recognises by the largest entry."""
    colours = [(200, 40, 40), (40, 180, 60), (40, 60, 200), (255, 255, 255)]
    table = [colours[at][band] * scale if at < 4 else 0 for band in range(3) for at in range(256)]
    fields: dict[int, Value] = {320: table}
    data = tiff((4, 1), [b"\0\1\2\3"], photometric=PALETTE, order=order, fields=fields)
    image = shown(processed(data, "format,png")).convert("RGB")
    assert [image.getpixel((x, 0)) for x in range(4)] == colours


def test_an_unspecified_extra_sample_stays_in_its_format() -> None:
    """The result's fields are those of the result."""
    data = tiff((2, 1), [b"\x40\0\x80\0"], bits=(8, 8), fields={338: 0})
    for process in ("resize,w_4000", "auto-orient,1", "quality,Q_90", "format,tiff"):
        assert shown(processed(data, process)).tobytes() == b"\x40\x80"


CAMERA_FILES: Mapping[str, bytes] = {
    "DNG": tiff((4, 1), [bytes(4)], fields={50706: bytes((1, 4, 0, 0))}),
    "DNG, big-endian": tiff((4, 1), [bytes(4)], order=">", fields={50706: bytes((1, 4, 0, 0))}),
    "colour filter array": tiff((4, 1), [bytes(4)], photometric=32803),
    "linear raw": tiff((4, 1), [bytes(12)], bits=(8, 8, 8), photometric=34892),
}


def with_sub_directory(photometric: int, *, order: str = "<") -> bytes:
    """Write a thumbnail whose directory names another one, as NEF files do."""
    data = tiff((4, 1), [b"\0\x40\x80\xff"], order=order, fields={330: [100_000]})
    fields = struct.pack(order + "H", 2)
    for tag, value in ((254, 0), (262, photometric)):
        fields += struct.pack(order + "HHLHH", tag, 3, 1, value, 0)
    return data.ljust(100_000, b"\0") + fields + bytes(4)


@pytest.mark.parametrize("process", ["info", "format,png", "resize,w_2"])
def test_camera_files_are_not_supported(process: str) -> None:
    """What Pillow would show of them is a thumbnail (spec 03 §1)."""
    cr2 = tiff((4, 1), [b"CR\2\0" + bytes(4)])
    assert cr2[4:12] == b"\x10\0\0\0CR\2\0"
    files = {**CAMERA_FILES, "CR2": cr2}
    for order in "<>":
        files[f"NEF {order}"] = with_sub_directory(32803, order=order)
    for name, data in files.items():
        with pytest.raises(OssError) as refused:
            processed(data, process)
        assert (refused.value.code, refused.value.ec) == (Code.BAD_REQUEST, "0040-00000005"), name


def test_pixels_that_spell_cr_are_no_camera_file() -> None:
    """The directory of a CR2 file is at offset 16."""
    data = tiff((4, 3), [b"CR\2\0" * 3])
    assert shown(processed(data, "format,png")).tobytes() == b"CR\2\0" * 3


def test_an_ordinary_sub_directory_is_no_camera_file() -> None:
    """Pyramids of reduced pictures have some, too."""
    image = shown(processed(with_sub_directory(1), "format,png"))
    assert image.tobytes() == b"\0\x40\x80\xff"


@pytest.mark.parametrize("orientation", range(9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_orientation_is_applied(order: str, orientation: int) -> None:
    """Once, in both byte orders; a value outside 1…8 counts as none."""
    size = (40, 30)
    data = tiff(
        size,
        [quarters(size).tobytes()],
        bits=(8, 8, 8),
        photometric=RGB,
        order=order,
        fields={274: orientation},
    )
    jpg = Image.Exif()
    jpg[0x0112] = orientation
    same = stored(quarters(size), "jpg", exif=jpg.tobytes())
    image, other = (shown(processed(each, "format,png")) for each in (data, same))
    assert (image.size, corners(image)) == (other.size, corners(other))


DAMAGED_FIELDS: Mapping[int, tuple[int, int, int]] = {
    270: (2, 1 << 30, 8),
    282: (5, 1, 0xFFFFFFF0),
    305: (2, 100, 0xFFFFFFF0),
    700: (1, 1 << 31, 0),
    33432: (99, 7, 7),
    33723: (4, 1 << 29, 1 << 30),
    34377: (7, 0xFFFFFFFF, 0xFFFFFFFF),
    34665: (4, 1, 0xFFFFFFF0),
    34675: (7, 1 << 30, 100),
    34853: (4, 1, 4),
    37724: (12, 1 << 30, 3),
}
"""Type, count and offset of fields that cannot be read."""


def test_damaged_metadata_change_no_pixel() -> None:
    """Alone and together, the result is that without them (C-180)."""
    size = (40, 30)
    parts = [quarters(size).tobytes()]
    clean = tiff(size, parts, bits=(8, 8, 8), photometric=RGB)
    body = processed(clean, "format,png").body
    for tags in (*((tag,) for tag in DAMAGED_FIELDS), tuple(DAMAGED_FIELDS)):
        fields: dict[int, Value] = dict.fromkeys(tags, 1)
        data = tiff(size, parts, bits=(8, 8, 8), photometric=RGB, fields=fields)
        for tag in tags:
            at = data.index(struct.pack("<HHL", tag, 3, 1), 8 + len(parts[0]))
            entry = struct.pack("<HHLL", tag, *DAMAGED_FIELDS[tag])
            data = data[:at] + entry + data[at + 12 :]
        assert processed(data, "format,png").body == body, tags
        assert '"ImageWidth": {"value": "40"}' in processed(data, "info").body.decode()


def test_a_profile_counts() -> None:
    """It is among the few fields that are read."""
    data = tiff(
        (40, 30),
        [quarters((40, 30)).tobytes()],
        bits=(8, 8, 8),
        photometric=RGB,
        fields={34675: rgb_profile(swapped=True)},
    )
    assert corners(shown(processed(data, "format,png"))) == ["blue", "lime", "red", "white"]


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("compression", [1, 8])
def test_missing_pixels_are_damage(compression: int, share: float) -> None:
    """The directory may come before the pixels."""
    size = (64, 64)
    raw = Image.effect_noise(size, 90).tobytes()
    pixels = zlib.compress(raw) if compression == 8 else raw
    whole = tiff(size, [], fields={259: compression, 273: 1 << 10, 279: len(pixels)})
    whole = whole.ljust(1 << 10, b"\0") + pixels
    assert shown(processed(whole, "format,png")).tobytes() == raw
    with pytest.raises(OssError) as refused:
        processed(whole[: (1 << 10) + int(len(pixels) * share)], "format,png")
    assert refused.value.code is Code.IMAGE_DAMAGE


def tiles(size: tuple[int, int], tile: tuple[int, int]) -> bytes:
    """Write a picture of even tiles, deflated."""
    count = -(-size[0] // tile[0]) * -(-size[1] // tile[1])
    part = zlib.compress(b"\x80" * (tile[0] * tile[1])) if tile[0] * tile[1] < 1 << 24 else b"\0"
    fields = {322: tile[0], 323: tile[1], 259: 8}
    return tiff(size, [part] * count, fields=fields)


@pytest.mark.parametrize(
    ("size", "tile"),
    [
        ((100, 80), (64, 64)),
        ((10, 10), (256, 256)),
        ((10, 10), (1024, 1024)),
        ((1, 2000), (16, 16)),
    ],
    ids=str,
)
def test_ordinary_tiles_are_decoded(size: tuple[int, int], tile: tuple[int, int]) -> None:
    """A tile may be larger than a small picture."""
    image = shown(processed(tiles(size, tile), "format,png"))
    assert (image.size, image.getextrema()) == (size, (128, 128))


def strips_of_nothing(count: int) -> bytes:
    """Write a picture with so many offsets of strips."""
    return tiff((1, 1000), [], fields={278: 1, 273: [8] * count, 279: [1] * count})


CROWDS: Mapping[str, bytes] = {
    "a tile of 65520x32000": tiles((10, 10), (65_520, 32_000)),
    "a tile of 16384x16384": tiles((10, 10), (16_384, 16_384)),
    "a tile of 16x65520": tiles((10, 10), (16, 65_520)),
    "a tile of no width": tiff((10, 10), [b"\0"], fields={322: 0, 323: 16}),
    "strips in each of many planes": tiff(
        (10, 16_000), [], bits=[8] * 200, fields={278: 1, 284: 2, 273: [8] * 10, 279: [1] * 10}
    ),
    "very small tiles": tiff(
        (16_000, 16_000), [], fields={322: 16, 323: 16, 324: [8] * 10, 325: [1] * 10}
    ),
}


@pytest.mark.skipif(not measure.AVAILABLE, reason="needs Linux's /proc")
def test_excessive_tiles_and_strips_are_cheap(tmp_path: Path) -> None:
    """No more memory and time than their bytes take, whether they are refused or not."""
    files = {**CROWDS, "two million strips": strips_of_nothing(2_000_000)}
    many = b"II*\0" + struct.pack("<L", 1_600_000)
    table = [256, 257, 258, 262, 273, 277, 278, 279, 320, 324, 325, 338, 339, 347, 519, 520, 521]
    entries = b"".join(struct.pack("<HHLL", tag, 4, 390_000, 8) for tag in table)
    many = many.ljust(1_600_000, b"\1") + struct.pack("<H", len(table)) + entries + bytes(4)
    files["long fields"] = many
    runs = []
    for number, data in enumerate(files.values()):
        path = tmp_path / f"{number}.tif"
        path.write_bytes(data)
        runs += [(path, "image/info"), (path, "image/resize,w_10")]
    for name, cost in zip([n for n in files for _ in "ab"], measure.costs(runs), strict=True):
        if name in CROWDS:
            assert cost.outcome in ("ImageTooLarge", "ImageDamage"), name
        assert cost.seconds < 0.25, f"{name}: {cost}"
        assert cost.peak - cost.before < 60, f"{name}: {cost}"


def test_crowds_are_refused() -> None:
    """A picture of more parts than `MAX_STRIPS`, or of a larger tile, is too large."""
    for name, data in CROWDS.items():
        with pytest.raises(OssError) as refused:
            processed(data, "resize,w_10")
        damaged = name == "a tile of no width"
        assert refused.value.code is (Code.IMAGE_DAMAGE if damaged else Code.IMAGE_TOO_LARGE), name


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_strips_of_several_rows(order: str, big: bool) -> None:
    """The last strip may be shorter."""
    rows = [bytes((y, 255 - y)) for y in range(10)]
    parts = [b"".join(rows[at : at + 3]) for at in range(0, 10, 3)]
    data = tiff((2, 10), parts, order=order, big=big, fields={278: 3})
    assert shown(processed(data, "format,png")).tobytes() == b"".join(rows)
    assert strips((2, 1), [1, 2], "H", ">") == [b"\0\1\0\2"]
