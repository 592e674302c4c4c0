"""PNG: chunks that no pixel depends on, checksums, Apple's variant, orientation, coded colour."""

import struct
import time
import zlib
from collections.abc import Mapping

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from tests.colours import RGB, RGB_ALPHA, apple, chunk, embedded, png, rgb_profile
from tests.pictures import difference
from tests.unit.formats.drawing import UPRIGHT, corners, processed, quarters, shown, stored
from tests.unit.formats.exif_blocks import SHORT, block, numbers

SIZE = (40, 30)
CLEAN = stored(quarters(SIZE), "png")
SIGNATURE, HEADER, PIXELS = CLEAN[:8], CLEAN[8:33], CLEAN[33:]
LARGE = zlib.compress(bytes(2_000_000), 9)


def with_chunk(written: bytes) -> bytes:
    """Insert a chunk between the header and the pixels."""
    return SIGNATURE + HEADER + written + PIXELS


def wrong_checksum(name: bytes, content: bytes) -> bytes:
    """Write a chunk whose checksum is that of other content."""
    written = chunk(name, content)
    return written[:-4] + bytes(byte ^ 0x55 for byte in written[-4:])


CONTENTS: Mapping[bytes, bytes] = {
    b"tEXt": b"Comment\0text",
    b"zTXt": b"Comment\0\0" + zlib.compress(b"text"),
    b"iTXt": b"Comment\0\0\0\0\0text",
    b"eXIf": block({0x0112: numbers(SHORT, [6])})[6:],
    b"iCCP": embedded(rgb_profile(swapped=True)),
    b"cICP": bytes((9, 16, 0, 1)),
    b"pHYs": struct.pack(">LLB", 3780, 3780, 1),
    b"gAMA": struct.pack(">L", 100_000),
    b"cHRM": struct.pack(">8L", *range(1, 9)),
    b"sRGB": b"\0",
    b"bKGD": bytes(6),
    b"tIME": bytes((7, 230, 1, 1, 0, 0, 0)),
    b"acTL": struct.pack(">LL", 2, 0),
    b"sBIT": b"\x08\x08\x08",
    b"hIST": bytes(2),
    b"prVt": b"anything",
}
"""Content of each ancillary chunk as it should be."""

DAMAGED: Mapping[str, bytes] = {
    **{f"{name.decode()}, checksum": wrong_checksum(name, CONTENTS[name]) for name in CONTENTS},
    **{f"{name.decode()}, one byte": chunk(name, CONTENTS[name][:1]) for name in CONTENTS},
    **{f"{name.decode()}, empty": chunk(name, b"") for name in CONTENTS},
    **{f"{name.decode()}, zeros": chunk(name, bytes(40)) for name in CONTENTS if name != b"cICP"},
    "zTXt, two megabytes": chunk(b"zTXt", b"a\0\0" + LARGE),
    "iTXt, two megabytes": chunk(b"iTXt", b"a\0\1\0\0\0" + LARGE),
    "iCCP, two megabytes": chunk(b"iCCP", b"a\0\0" + LARGE),
    "iCCP, five megabytes": chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(5_000_000), 9)),
    "zTXt, unknown method": chunk(b"zTXt", b"a\0\7" + zlib.compress(b"text")),
    "iCCP, unknown method": chunk(b"iCCP", b"a\0\7" + zlib.compress(rgb_profile(swapped=True))),
    "iTXt, unknown method": chunk(b"iTXt", b"a\0\1\7\0\0" + zlib.compress(b"text")),
    "zTXt, not deflated": chunk(b"zTXt", b"a\0\0what is this"),
    "iCCP, not deflated": chunk(b"iCCP", b"a\0\0what is this"),
    "iCCP, cut": chunk(b"iCCP", embedded(rgb_profile(swapped=True))[:-20]),
    "iCCP, no profile": chunk(b"iCCP", embedded(b"no profile at all")),
    "acTL, no frames": chunk(b"acTL", bytes(8)),
    "acTL, short": chunk(b"acTL", bytes(7)),
    "tRNS, short": chunk(b"tRNS", bytes(5)),
    "tRNS, empty": chunk(b"tRNS", b""),
    "tRNS, checksum": wrong_checksum(b"tRNS", bytes(6)),
    "fcTL, short": chunk(b"fcTL", bytes(3)),
    "fdAT, short": chunk(b"fdAT", b""),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_ancillary_chunk_changes_no_pixel(name: str) -> None:
    """The result is that of the file without the chunk (C-180)."""
    data = with_chunk(DAMAGED[name])
    for process in ("format,png", "resize,w_20"):
        assert processed(data, process).body == processed(CLEAN, process).body
    assert '"ImageWidth": {"value": "40"}' in processed(data, "info").body.decode()


def test_a_sound_profile_of_two_megabytes_counts() -> None:
    """Printers' profiles are as large; what follows the tags of a profile is not read."""
    profile = rgb_profile(swapped=True).ljust(2_000_000, b"\0")
    image = shown(processed(with_chunk(chunk(b"iCCP", embedded(profile))), "format,png"))
    assert corners(image) == ["blue", "lime", "red", "white"]


def deflated(data: bytes) -> bytes:
    """Return what the IDAT chunks of the clean file hold."""
    start = data.index(b"IDAT") + 4
    (length,) = struct.unpack_from(">L", data, start - 8)
    return data[start : start + length]


def with_pixels(packed: bytes) -> bytes:
    """Write the clean file with other content of IDAT."""
    return SIGNATURE + HEADER + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "packed",
    [
        deflated(CLEAN)[:-4] + b"\1\2\3\4",
        deflated(CLEAN)[:-4],
        deflated(CLEAN) + b"after the end",
    ],
    ids=["wrong", "absent", "more after it"],
)
def test_the_checksum_of_the_pixels_may_be_wrong(packed: bytes) -> None:
    """Every pixel is there before it."""
    image = shown(processed(with_pixels(packed), "format,png"))
    assert difference(image, quarters(SIZE)) == 0


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_missing_pixels_are_damage(share: float) -> None:
    """Both where the file ends and where a chunk of pixels does (C-102)."""
    noise = stored(Image.effect_noise(SIZE, 90).convert("RGB"), "png")
    packed = deflated(noise)
    for data in (
        noise[: int(len(noise) * share)],
        with_pixels(packed[: int(len(packed) * share)]),
    ):
        with pytest.raises(OssError) as refused:
            processed(data, "format,png")
        assert refused.value.code is Code.IMAGE_DAMAGE


@pytest.mark.parametrize("name", [b"IHDR", b"PLTE"])
def test_a_wrong_checksum_of_a_critical_chunk_is_damage(name: bytes) -> None:
    """The header and the palette have no other checksum."""
    data = spoilt(stored(quarters(SIZE).convert("P"), "png"), name)
    with pytest.raises(OssError) as refused:
        processed(data, "format,png")
    assert refused.value.code is Code.IMAGE_DAMAGE


def test_pixels_have_two_checksums() -> None:
    """Either shows that every pixel is right; where both are wrong, that is not known."""
    assert difference(shown(processed(spoilt(CLEAN, b"IDAT"), "format,png")), quarters(SIZE)) == 0
    both = spoilt(with_pixels(deflated(CLEAN)[:-4] + b"\1\2\3\4"), b"IDAT")
    with pytest.raises(OssError) as refused:
        processed(both, "format,png")
    assert refused.value.code is Code.IMAGE_DAMAGE


def spoilt(data: bytes, name: bytes) -> bytes:
    """Give the first chunk of a name a wrong checksum."""
    start = data.index(name)
    (length,) = struct.unpack_from(">L", data, start - 4)
    end = start + 4 + length
    return data[:end] + bytes(byte ^ 0x55 for byte in data[end : end + 4]) + data[end + 4 :]


@pytest.mark.parametrize("checksum", [b"\0\0\0\0", b""], ids=["wrong", "absent"])
def test_a_bomb_with_a_wrong_checksum_is_cheap(checksum: bytes) -> None:
    """No more is inflated than the pixels take, also where the checksum is computed again."""
    packed = zlib.compress(bytes(400_000_000), 9)[:-4] + checksum
    began = time.process_time()
    try:
        assert shown(processed(with_pixels(packed), "format,png")).size == SIZE
    except OssError as refused:
        assert refused.code is Code.IMAGE_DAMAGE  # noqa: PT017 - either answer is cheap
    assert time.process_time() - began < 0.2


def test_apples_variant_is_read() -> None:
    """As it is in every application for iOS; `info` agrees."""
    data = apple(quarters(SIZE), RGB)
    assert difference(shown(processed(data, "format,png")), quarters(SIZE)) == 0
    assert '"ImageHeight": {"value": "30"}' in processed(data, "info").body.decode()


def test_apples_variant_is_read_with_transparency() -> None:
    """Colours are divided by alpha again."""
    image = quarters(SIZE)
    image.putalpha(Image.linear_gradient("L").resize(SIZE).point(lambda level: level // 2 + 128))
    result = shown(processed(apple(image, RGB_ALPHA), "format,png"))
    assert result.mode == "RGBA"
    assert result.getchannel("A").tobytes() == image.getchannel("A").tobytes()
    assert difference(result, image) <= 2


def test_apples_variant_cut_off_is_damage() -> None:
    """It has no checksum by which the end would be known, but its rows are counted."""
    data = apple(Image.effect_noise(SIZE, 90).convert("RGB"), RGB)
    with pytest.raises(OssError) as refused:
        processed(data[: len(data) // 2], "format,png")
    assert refused.value.code is Code.IMAGE_DAMAGE


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("start", [0, 6], ids=["with a head", "without"])
def test_exif_turns_a_png(start: int, orientation: int) -> None:
    """As in a JPEG, unless `auto-orient,0` (C-182)."""
    exif = block({0x0112: numbers(SHORT, [orientation])})
    data = with_chunk(chunk(b"eXIf", exif[start:]))
    image = shown(processed(data, "format,png"))
    assert image.size == (SIZE if orientation < 5 else SIZE[::-1])
    assert corners(image) == UPRIGHT[orientation]
    assert corners(shown(processed(data, "auto-orient,0"))) == UPRIGHT[1]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((1, 13), (200, 40, 40)),
        ((12, 13), (219, 0, 26)),
        ((9, 13), (249, 0, 27)),
        ((1, 8), (229, 109, 109)),
    ],
    ids=["sRGB", "Display P3", "BT.2020", "linear"],
)
def test_coded_colour_is_converted(codes: tuple[int, int], expected: tuple[int, ...]) -> None:
    """Code points stand for a profile (C-115); the values are by the standards' matrices."""
    row = bytes((200, 40, 40)) * 4
    chunks = {b"cICP": bytes((*codes, 0, 1))}
    data = png((4, 1), depth=8, colour_type=RGB, rows=[row], chunks=chunks)
    pixel = shown(processed(data, "format,png")).getpixel((1, 0))
    assert isinstance(pixel, tuple)
    assert max(abs(a - b) for a, b in zip(pixel, expected, strict=True)) <= 3


def test_a_profile_precedes_coded_colour_unless_it_cannot_be_read() -> None:
    """A file may have both for readers of either."""
    coded = chunk(b"cICP", bytes((12, 13, 0, 1)))
    profile = embedded(rgb_profile(swapped=True))
    both = with_chunk(chunk(b"iCCP", profile) + coded)
    assert corners(shown(processed(both, "format,png"))) == ["blue", "lime", "red", "white"]
    damaged = with_chunk(wrong_checksum(b"iCCP", profile) + coded)
    assert processed(damaged, "format,png").body == processed(with_chunk(coded), "format,png").body
