"""BMP files that Pillow does not decode correctly: bit fields and run lengths."""

import time

import pytest

from darkroom.errors import Code, OssError
from tests import pictures
from tests.unit.formats.bitmaps import (
    BIT_FIELDS,
    END,
    END_OF_ROW,
    MOVE,
    PALETTE,
    bitmap,
    rle,
)
from tests.unit.formats.drawing import processed, quarters, shown, stored

COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (136, 68, 204)]

LAYOUTS: dict[str, tuple[int, tuple[int, ...]]] = {
    "4-4-4": (16, (0xF00, 0xF0, 0xF)),
    "4-4-4-4": (16, (0xF00, 0xF0, 0xF, 0xF000)),
    "5-5-5-1": (16, (0x7C00, 0x3E0, 0x1F, 0x8000)),
    "5-6-5": (16, (0xF800, 0x7E0, 0x1F)),
    "5-6-5 swapped": (16, (0x1F, 0x7E0, 0xF800)),
    "10-10-10": (32, (0x3FF00000, 0xFFC00, 0x3FF)),
    "10-10-10-2": (32, (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000)),
    "8-8-8": (32, (0xFF0000, 0xFF00, 0xFF)),
    "8-8-8 swapped": (32, (0xFF, 0xFF00, 0xFF0000)),
    "8-8-8 swapped, alpha": (32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
    "8-8-8-8": (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    "8-8-8 at the top": (32, (0xFF000000, 0xFF0000, 0xFF00)),
    "16-8-8": (32, (0xFFFF0000, 0xFF00, 0xFF)),
    "1-9-2": (16, (0x8000, 0x1FF0, 0x3)),
}


@pytest.mark.parametrize("top_down", [False, True])
@pytest.mark.parametrize("name", LAYOUTS)
def test_bit_fields_are_decoded(name: str, top_down: bool) -> None:
    """Wherever the channels are, each is scaled to 0…255; alpha counts if there is a mask."""
    depth, masks = LAYOUTS[name]
    alpha = [255, 0, 255, 0, 255, 255] if len(masks) == 4 else []
    rows = b""
    for row in (COLOURS[:3], COLOURS[3:]) if top_down else (COLOURS[3:], COLOURS[:3]):
        packed = b""
        for colour in row:
            levels = (*colour, alpha[COLOURS.index(colour)]) if alpha else colour
            value = 0
            for level, mask in zip(levels, masks, strict=True):
                shift = (mask & -mask).bit_length() - 1
                value |= round(level / 255 * (mask >> shift)) << shift
            packed += value.to_bytes(depth // 8, "little")
        rows += packed + b"\0" * (-len(packed) % 4)
    size = (3, -2 if top_down else 2)
    data = bitmap(size, depth, rows, compression=BIT_FIELDS, masks=masks)
    image = shown(processed(data, "format,png"))
    assert image.size == (3, 2)
    assert image.mode == ("RGBA" if alpha else "RGB")
    found = [image.getpixel((at % 3, at // 3)) for at in range(6)]
    narrowest = min(mask.bit_count() for mask in masks[:3])
    tolerance = 128 / ((1 << narrowest) - 1) + 1
    for at, pixel in enumerate(found):
        assert isinstance(pixel, tuple)
        assert max(abs(a - b) for a, b in zip(pixel, COLOURS[at], strict=False)) <= tolerance
        if alpha:
            assert pixel[3] == alpha[at]


@pytest.mark.parametrize("depth", [1, 4, 8, 24])
def test_bit_fields_of_other_depths_are_not_supported(depth: int) -> None:
    """Compression 3 of OS/2 bitmaps is Huffman's."""
    data = bitmap((8, 2), depth, bytes(100), compression=3, masks=(1, 2, 4))
    with pytest.raises(OssError) as refused:
        processed(data, "format,png")
    assert refused.value.ec == "0040-00000005"


@pytest.mark.parametrize("compression", [4, 5, 7, 11])
def test_other_compressions_are_not_supported(compression: int) -> None:
    """A JPEG or a PNG in a bitmap is for printers."""
    with pytest.raises(OssError) as refused:
        processed(bitmap((8, 2), 24, bytes(100), compression=compression), "format,png")
    assert refused.value.ec == "0040-00000005"


def test_text_that_begins_with_bm_is_not_supported() -> None:
    """It is no bitmap."""
    for text in (b"BMW is a maker of cars and motorcycles.", b"BM", b"BM" + b"\n" * 60):
        with pytest.raises(OssError) as refused:
            processed(text, "format,png")
        assert refused.value.ec == "0040-00000005"


def indices(data: bytes) -> list[list[int]]:
    """Decode, and return the palette's indices row by row."""
    image = shown(processed(data, "format,png")).convert("RGB")
    width, height = image.size
    rows = [[image.getpixel((x, y)) for x in range(width)] for y in range(height)]
    return [[PALETTE.index(pixel) for pixel in row] for row in rows]  # type: ignore[arg-type]


RUNS: dict[str, tuple[bytes, list[list[int]]]] = {
    "plain": (b"\5\2" + END_OF_ROW + b"\2\1\3\3" + END, [[1, 1, 3, 3, 3], [2] * 5]),
    "too long": (b"\x09\2" + END_OF_ROW + b"\x06\1" + END, [[1] * 5, [2] * 5]),
    "two too long": (b"\4\2\4\3" + END_OF_ROW + b"\x06\1" + END, [[1] * 5, [2, 2, 2, 2, 3]]),
    "absolute": (b"\0\5\1\2\3\4\1\0" + END_OF_ROW + b"\5\1" + END, [[1] * 5, [1, 2, 3, 4, 1]]),
    "absolute, too long": (
        b"\0\7\1\2\3\4\1\2\3\0" + END_OF_ROW + b"\5\1" + END,
        [[1] * 5, [1, 2, 3, 4, 1]],
    ),
    "move": (b"\1\1" + MOVE + b"\2\1" + b"\2\3" + END, [[0, 0, 0, 3, 3], [1, 0, 0, 0, 0]]),
    "early end": (b"\2\4" + END, [[0] * 5, [4, 4, 0, 0, 0]]),
    "early ends of rows": (
        b"\2\4" + END_OF_ROW + b"\1\1" + END_OF_ROW,
        [[1, 0, 0, 0, 0], [4, 4, 0, 0, 0]],
    ),
    "no end": (b"\5\2" + END_OF_ROW + b"\5\1", [[1] * 5, [2] * 5]),
}


@pytest.mark.parametrize("name", RUNS)
def test_run_lengths_of_bytes(name: str) -> None:
    """A run ends with its row at the latest; what is skipped has the first colour."""
    pixels, expected = RUNS[name]
    assert indices(rle(pixels, nibbles=False)) == expected


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (b"\5\x12" + END_OF_ROW + b"\5\x33" + END, [[3] * 5, [1, 2, 1, 2, 1]]),
        (b"\6\x12" + END_OF_ROW + b"\x08\x33" + END, [[3] * 5, [1, 2, 1, 2, 1]]),
        (b"\0\5\x12\x34\x10\0" + END_OF_ROW + b"\5\x33" + END, [[3] * 5, [1, 2, 3, 4, 1]]),
        (b"\0\6\x12\x34\x12\0" + END_OF_ROW + b"\5\x33" + END, [[3] * 5, [1, 2, 3, 4, 1]]),
        (b"\0\x07\x12\x34\x12\x30" + END_OF_ROW + b"\5\x33" + END, [[3] * 5, [1, 2, 3, 4, 1]]),
    ],
    ids=["odd", "too long", "absolute", "absolute, too long", "absolute, even bytes"],
)
def test_run_lengths_of_nibbles(pixels: bytes, expected: list[list[int]]) -> None:
    """Encoders round runs up to whole bytes where a row has an odd number of pixels."""
    assert indices(rle(pixels, nibbles=True)) == expected


@pytest.mark.parametrize(
    "pixels",
    [b"", b"\5", b"\5\2", b"\5\2\0", b"\5\2" + END_OF_ROW + b"\4\1", b"\0\5\1\2", MOVE + b"\1"],
)
@pytest.mark.parametrize("nibbles", [False, True])
def test_truncated_run_lengths_are_damage(pixels: bytes, nibbles: bool) -> None:
    """Without an end of the picture, the last row must be complete."""
    with pytest.raises(OssError) as refused:
        processed(rle(pixels, nibbles=nibbles), "format,png")
    assert refused.value.code is Code.IMAGE_DAMAGE


@pytest.mark.parametrize("pixels", [b"\xff\1", MOVE + b"\0\0", b"\0\3\1\1\1\0"])
def test_runs_without_end_are_cheap(pixels: bytes) -> None:
    """A small picture has few runs, however long the file is."""
    began = time.process_time()
    with pytest.raises(OssError) as refused:
        processed(rle(pixels * 3_000_000, nibbles=False), "resize,w_2")
    assert refused.value.code is Code.IMAGE_DAMAGE
    assert time.process_time() - began < 0.2


@pytest.mark.parametrize("nibbles", [False, True])
def test_short_runs_are_decoded_fast(nibbles: bool) -> None:
    """Ten megabytes of runs of one pixel, without a step of Python for each."""
    data = rle((b"\1\1" * 2250 + END_OF_ROW) * 2250 + END, nibbles=nibbles, size=(2250, 2250))
    began = time.process_time()
    result = shown(processed(data, "resize,w_9/format,png")).convert("RGB")
    assert time.process_time() - began < 3
    assert result.getcolors() == [(81, PALETTE[0 if nibbles else 1])]


def test_excessive_codes_are_refused() -> None:
    """Each of them takes a step of Python; successive runs are one."""
    moves = (MOVE + b"\0\0") * 2_000_001
    began = time.process_time()
    with pytest.raises(OssError) as refused:
        processed(rle(moves, nibbles=False, size=(1500, 1500)), "resize,w_9")
    assert refused.value.code is Code.IMAGE_TOO_LARGE
    assert time.process_time() - began < 5


def test_truncated_bit_fields_are_damage() -> None:
    """As any truncated picture."""
    data = bitmap((5, 2), 16, bytes(10), compression=BIT_FIELDS, masks=(0xF00, 0xF0, 0xF))
    with pytest.raises(OssError) as refused:
        processed(data, "format,png")
    assert refused.value.code is Code.IMAGE_DAMAGE


def test_ordinary_bitmaps_are_decoded() -> None:
    """Those that Pillow decodes: palettes and 24 bits."""
    for mode in ("1", "L", "P", "RGB"):
        image = quarters((7, 5)).convert(mode)
        result = shown(processed(stored(image, "png"), "format,bmp"))
        source = pictures.stored(image, "BMP")
        same = shown(processed(source, "format,png")).convert("RGB")
        assert same.tobytes() == result.convert("RGB").tobytes()
