"""The structure of HEIC and AVIF: true sizes, excessive and damaged boxes, crops and colour."""

import time
from collections.abc import Mapping

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.formats import probe
from darkroom.imaging.formats.iso_items import Items, av1_size, hevc_size
from tests.unit.formats.drawing import corners, processed, quarters, shown, stored
from tests.unit.formats.iso_boxes import (
    Item,
    box,
    clap,
    configuration,
    full_box,
    grid,
    item_file,
    overlay,
    parameter_set,
    sequence_header,
    size_property,
    with_property,
    with_two_association_boxes,
)

SMALL = size_property(64, 64)
TILE = Item(kind=b"av01", content=sequence_header(64, 64), properties=[SMALL])


def derived(kind: bytes, content: bytes, count: int = 1) -> bytes:
    """Write a file whose main item is put together from one other."""
    main = Item(kind=kind, content=content, properties=[SMALL], made_of=[2] * count)
    return item_file({1: main, 2: TILE})


LYING: Mapping[str, bytes] = {
    "grid": derived(b"grid", grid(16_384, 16_384)),
    "grid, a pixel wider": derived(b"grid", grid(65, 64)),
    "grid, a pixel higher": derived(b"grid", grid(64, 65)),
    "overlay": derived(b"iovl", overlay(30_000, 30_000)),
    "AV1": item_file(
        {1: Item(kind=b"av01", content=sequence_header(6000, 6000), properties=[SMALL])}
    ),
    "AV1, a second header": item_file(
        {
            1: Item(
                kind=b"av01",
                content=sequence_header(64, 64) + sequence_header(6000, 64),
                properties=[SMALL],
            )
        }
    ),
    "AV1 in a tile": item_file(
        {
            1: Item(kind=b"grid", content=grid(64, 64), properties=[SMALL], made_of=[2]),
            2: Item(kind=b"av01", content=sequence_header(64, 6000), properties=[SMALL]),
        }
    ),
    "HEVC": item_file(
        {1: Item(kind=b"hvc1", properties=[SMALL, configuration(parameter_set(6000, 64))])},
        brand=b"heic",
    ),
    "HEVC, a second set": item_file(
        {
            1: Item(
                kind=b"hvc1",
                properties=[SMALL, configuration(parameter_set(64, 64), parameter_set(64, 6000))],
            )
        },
        brand=b"heic",
    ),
    "HEVC, a set in the content": item_file(
        {
            1: Item(
                kind=b"hvc1",
                content=len(parameter_set(64, 6000)).to_bytes(4) + parameter_set(64, 6000),
                properties=[SMALL, configuration(parameter_set(64, 64))],
            )
        },
        brand=b"heic",
    ),
}


@pytest.mark.parametrize("process", ["info", "resize,w_10"])
@pytest.mark.parametrize("name", LYING)
def test_a_picture_larger_than_its_header_is_damage(name: str, process: str) -> None:
    """A decoder would allocate the true size; no pixel is decoded."""
    began = time.process_time()
    with pytest.raises(OssError) as refused:
        processed(LYING[name], process)
    assert refused.value.code is Code.IMAGE_DAMAGE
    assert time.process_time() - began < 0.2


@pytest.mark.parametrize("word", ["avif", "heic"])
def test_real_files_with_a_smaller_header_are_damage(word: str) -> None:
    """`ispe` of an encoder's file, replaced."""
    data = stored(quarters((320, 240)), word)
    at = data.index(b"ispe") + 8
    lying = data[:at] + (64).to_bytes(4) + (64).to_bytes(4) + data[at + 8 :]
    for process in ("info", "resize,w_10"):
        with pytest.raises(OssError) as refused:
            processed(lying, process)
        assert refused.value.code is Code.IMAGE_DAMAGE


def test_a_file_of_fewer_pixels_than_its_header_is_damage() -> None:
    """The decoder of HEIC crops to a larger aperture than the picture, and returns all pixels."""
    data = stored(quarters((24, 20)), "heic")
    at = data.index(b"clap") + 4
    larger = data[:at] + (200).to_bytes(4) + data[at + 4 :]
    for process in ("format,png", "resize,w_10", "resize,m_fixed,w_400,h_400/format,webp"):
        with pytest.raises(OssError) as refused:
            processed(larger, process)
        assert refused.value.code is Code.IMAGE_DAMAGE


def test_all_of_many_items_count() -> None:
    """The largest of them is what limits are compared with."""
    large = Item(
        kind=b"av01",
        content=sequence_header(16_000, 16_000),
        properties=[size_property(16_000, 16_000)],
    )
    items = Items.read(item_file({1: TILE, 2: large}))
    assert items.main.size == (64, 64)
    assert items.largest(item_file({1: TILE, 2: large})) == (16_000, 16_000)


@pytest.mark.parametrize("size", [(64, 64), (130, 66), (17, 33), (1920, 8)], ids=str)
def test_bit_streams_state_the_size_of_real_files(size: tuple[int, int]) -> None:
    """As encoders write them; that of HEVC pads small pictures and writes a clean aperture."""
    for word in ("avif", "heic"):
        data = stored(quarters(size), word)
        items = Items.read(data)
        assert items.is_whole
        assert items.main.size == size or items.main.clean_aperture == (0, 0, *size)
        content = items.bytes_of(data, items.main)
        if word == "avif":
            assert av1_size(content) == size
        else:
            hvcc = items.main.find(b"hvcC")
            assert hvcc is not None
            assert hevc_size(hvcc, content) == items.main.size


def test_too_many_references_are_refused() -> None:
    """A grid of 1024 is read; each more would be decoded."""
    assert Items.read(derived(b"grid", grid(64, 64), 1024)).main.made_of == [2] * 1024
    with pytest.raises(OssError) as refused:
        probe(derived(b"grid", grid(64, 64), 1025))
    assert refused.value.code is Code.IMAGE_TOO_LARGE


FTYP = box(b"ftyp", b"avif", bytes(4), b"mif1", b"avif")
PITM = full_box(b"pitm", b"\0\1")


def meta(*boxes: bytes) -> bytes:
    """Write a file of these boxes."""
    return FTYP + full_box(b"meta", PITM, *boxes)


def nested(name: bytes, depth: int) -> bytes:
    """Write boxes in boxes, each as long as what is in it."""
    head = b"" if name != b"meta" else bytes(4)
    sizes = range(depth * (8 + len(head)), 0, -(8 + len(head)))
    return b"".join(size.to_bytes(4) + name + head for size in sizes)


HARMFUL: Mapping[str, bytes] = {
    "nothing": FTYP,
    "empty meta": FTYP + full_box(b"meta"),
    "a length of 1 without its number": FTYP + b"\0\0\0\1meta",
    "a length of 1, too short": FTYP + b"\0\0\0\1meta" + (15).to_bytes(8) + bytes(50),
    "a length of 2^64": FTYP + b"\0\0\0\1meta" + b"\xff" * 8 + bytes(50),
    "a length of 7": FTYP + b"\0\0\0\7meta" + bytes(50),
    "a length of 2^32": FTYP + b"\xff\xff\xff\xffmeta" + bytes(50),
    "a length of 0": FTYP + b"\0\0\0\0meta" + bytes(50),
    "boxes of zeros": FTYP + bytes(1_000_000),
    "100000 boxes": FTYP + box(b"free") * 100_000,
    "100000 boxes in meta": meta(box(b"free") * 100_000),
    "100000 items": meta(full_box(b"iinf", b"\0\1", full_box(b"infe", bytes(14)) * 100_000)),
    "100000 properties": meta(box(b"iprp", box(b"ipco", box(b"free") * 100_000))),
    "100000 references": meta(full_box(b"iref", box(b"dimg", bytes(4)) * 100_000)),
    "meta in meta": FTYP + nested(b"meta", 100_000),
    "iprp in iprp": meta(nested(b"iprp", 100_000)),
    "trak in trak": meta() + box(b"moov", nested(b"trak", 100_000)),
    "extents of no bytes": meta(
        full_box(b"iloc", b"\0\0", b"\xff\xff", bytes(4) + b"\xff\xff", bytes(4) + b"\xff\xff")
    ),
    "65535 places of no bytes": meta(
        full_box(
            b"iloc",
            b"\0\0\xff\xff",
            *(number.to_bytes(2) + b"\0\0\xff\xff" for number in range(65_535)),
        )
    ),
    "many associations": meta(
        box(
            b"iprp",
            box(b"ipco", box(b"free")),
            full_box(
                b"ipma",
                (3_000_000).to_bytes(4),
                *((number).to_bytes(4) + b"\0" for number in range(1_000_000)),
                version=1,
            ),
        )
    ),
    "many references of each": meta(
        full_box(b"iref", box(b"dimg", b"\0\1", b"\4\0", bytes(2048)) * 5000)
    ),
    "extents over each other": meta(
        full_box(b"iinf", b"\0\1", full_box(b"infe", b"\0\1\0\0av01\0", version=2)),
        full_box(b"iloc", b"\x44\0\0\1", b"\0\1\0\0\xff\xff", (bytes(4) + b"\0\7\0\0") * 65_535),
        box(b"iprp", box(b"ipco", SMALL), full_box(b"ipma", bytes(3), b"\1\0\1\1\1")),
    )
    + bytes(1_000_000),
    "units of no bytes": item_file(
        {1: Item(kind=b"av01", content=b"\x12\0" * 1_000_000, properties=[SMALL])}
    ),
    "two locations": meta(full_box(b"iloc", bytes(4)), full_box(b"iloc", bytes(4))),
    "two metas": meta() + meta()[len(FTYP) :],
    "a number without end": item_file(
        {1: Item(kind=b"av01", content=b"\x0a" + b"\xff" * 100, properties=[SMALL])}
    ),
    "an empty aperture": item_file(
        {1: Item(kind=b"av01", properties=[SMALL, box(b"clap", bytes(32))])}
    ),
}


@pytest.mark.usefixtures("own_objects_only")
@pytest.mark.parametrize("name", HARMFUL)
def test_harmful_boxes_are_refused_at_once(name: str) -> None:
    """No box leads to a loop, or to more work than its bytes are worth."""
    began = time.process_time()
    with pytest.raises(OssError) as refused:
        processed(HARMFUL[name], "resize,w_10")
    assert refused.value.code in (Code.IMAGE_DAMAGE, Code.IMAGE_TOO_LARGE, Code.BAD_REQUEST)
    assert time.process_time() - began < 0.5


def test_a_sequence_counts_by_its_track() -> None:
    """Decoders show the first sample, whatever the main item is."""
    frames = {"save_all": True, "append_images": [quarters((320, 240)).rotate(180)]}
    data = stored(quarters((320, 240)), "avif", **frames)
    items = Items.read(data)
    assert items.samples
    assert items.largest(data) == (320, 240)
    assert corners(shown(processed(data, "format,png"))) == ["red", "lime", "blue", "white"]
    place, length = items.samples[0]
    header = data.index(b"\x12\0\x0a", place, place + length) + 2
    larger = sequence_header(16_000, 16_000)
    larger = larger[:1] + data[header + 1 : header + 2] + larger[2:]
    lying = data[:header] + larger + data[header + len(larger) :]
    with pytest.raises(OssError) as refused:
        processed(lying, "resize,w_10")
    assert refused.value.code in (Code.IMAGE_DAMAGE, Code.IMAGE_TOO_LARGE)


@pytest.mark.parametrize(
    ("aperture", "size", "ink"),
    [
        (clap(60, 40, -60, -40), (60, 40), "red"),
        (clap(60, 40, 60, -40), (60, 40), "lime"),
        (clap(60, 40, -60, 40), (60, 40), "blue"),
        (clap(50, 30, 60, 40), (50, 30), "white"),
    ],
)
def test_the_clean_aperture_is_what_is_shown(
    aperture: bytes, size: tuple[int, int], ink: str
) -> None:
    """Nothing of what was cut off is in a result; `info` has the size of the rest."""
    data = with_property(stored(quarters((120, 80)), "avif"), aperture)
    assert probe(data).size == size
    for process in ("format,png", "resize,w_20/format,png", "resize,w_4000/format,webp"):
        assert set(corners(shown(processed(data, process)))) == {ink}


def nclx(primaries: int, transfer: int) -> bytes:
    """Write code points of colour."""
    return b"nclx" + primaries.to_bytes(2) + transfer.to_bytes(2) + b"\0\6\x80"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [((1, 13), (200, 40, 40)), ((12, 13), (219, 0, 26)), ((9, 13), (249, 0, 27))],
    ids=["sRGB", "Display P3", "BT.2020"],
)
@pytest.mark.parametrize("word", ["avif", "heic"])
def test_coded_colour_is_converted(
    word: str, codes: tuple[int, int], expected: tuple[int, ...]
) -> None:
    """As those of `cICP` in a PNG (C-115)."""
    pixel = coded_pixel(word, (200, 40, 40), *codes)
    assert max(abs(a - b) for a, b in zip(pixel, expected, strict=True)) <= 6


def coded_pixel(
    word: str, colour: tuple[int, int, int], primaries: int, transfer: int
) -> tuple[int, ...]:
    """Return a colour of a file with these code points, in sRGB."""
    data = stored(Image.new("RGB", (64, 64), colour), word, quality=100)
    at = data.index(b"nclx")
    data = data[:at] + nclx(primaries, transfer) + data[at + 11 :]
    pixel = shown(processed(data, "format,png")).getpixel((30, 30))
    assert isinstance(pixel, tuple)
    return tuple(int(value) for value in pixel)


@pytest.mark.parametrize("word", ["avif", "heic"])
@pytest.mark.parametrize("transfer", [16, 18], ids=["PQ", "HLG"])
def test_high_dynamic_range_gets_a_tone_curve(word: str, transfer: int) -> None:
    """Black stays black, light rises without a step, and paper white is light but not clipped."""
    levels = [
        coded_pixel(word, (level, level, level), 9, transfer)[1] for level in range(0, 256, 15)
    ]
    assert levels[0] <= 2
    assert levels == sorted(levels)
    assert levels[-1] >= 250
    paper = {16: 148, 18: 191}[transfer]  # 203 candela, by ITU-R BT.2408
    assert 170 < coded_pixel(word, (paper, paper, paper), 9, transfer)[1] < 250


def test_two_boxes_of_associations_are_one() -> None:
    """Some encoders write the properties of alpha into a second."""
    image = quarters((120, 80))
    image.putalpha(Image.linear_gradient("L").resize((120, 80)))
    data = stored(image, "avif")
    divided = with_two_association_boxes(data)
    assert processed(divided, "format,png").body == processed(data, "format,png").body
