"""JPEG: segments that no pixel depends on, missing ends, and the room for results of any size."""

import io
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.formats import FORMATS, probe
from darkroom.imaging.formats.jpeg import encoded_bytes
from darkroom.imaging.picture import Frame, Output
from tests.colours import rgb_profile
from tests.measure import AVAILABLE, costs
from tests.pictures import difference
from tests.unit.formats.drawing import corners, encode, processed, quarters, shown, stored
from tests.unit.formats.jpegs import lossless, segment

SIZE = (64, 48)
CLEAN = stored(quarters(SIZE), "jpg", quality=90)


def noise(size: tuple[int, int], mode: str = "RGB", seed: int = 1) -> Image.Image:
    """Draw random samples, which compress worst; the same for each seed."""
    count = size[0] * size[1] * len(mode)
    return Image.frombytes(mode, size, random.Random(seed).randbytes(count))


SEGMENTS: Mapping[str, bytes] = {
    "JFIF, empty": segment(0xE0, b""),
    "JFIF, short": segment(0xE0, b"JFIF\0\1"),
    "JFXX, short": segment(0xE0, b"JFXX\0"),
    "EXIF, empty": segment(0xE1, b"Exif\0\0"),
    "EXIF, damaged": segment(0xE1, b"Exif\0\0MM\0*\0\0\xff\xff"),
    "XMP, no XML": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<<<"),
    "ICC, empty": segment(0xE2, b"ICC_PROFILE\0"),
    "ICC, short": segment(0xE2, b"ICC_PROFILE\0\1"),
    "ICC, no parts": segment(0xE2, b"ICC_PROFILE\0\0\0"),
    "ICC, a part is missing": segment(0xE2, b"ICC_PROFILE\0\1\2" + rgb_profile(swapped=True)),
    "ICC, no profile": segment(0xE2, b"ICC_PROFILE\0\1\1no profile"),
    "MPF, short": segment(0xE2, b"MPF\0MM\0*\0\0\0\x08\0\1"),
    "Photoshop, short": segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x03\xed"),
    "Adobe, empty": segment(0xEE, b""),
    "Adobe, short": segment(0xEE, b"Adobe\0\x64"),
    "comment, empty": segment(0xFE, b""),
}


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about the EXIF block
@pytest.mark.parametrize("name", SEGMENTS)
def test_a_damaged_segment_changes_no_pixel(name: str) -> None:
    """The result is that of the file without the segment (C-180)."""
    data = CLEAN[:2] + SEGMENTS[name] + CLEAN[2:]
    for process in ("format,png", "resize,w_20"):
        assert processed(data, process).body == processed(CLEAN, process).body
    assert '"ImageWidth": {"value": "64"}' in processed(data, "info").body.decode()


def test_a_profile_in_parts_counts_in_any_order() -> None:
    """Their numbers tell the order."""
    profile = rgb_profile(swapped=True)
    half = len(profile) // 2
    second = segment(0xE2, b"ICC_PROFILE\0\2\2" + profile[half:])
    first = segment(0xE2, b"ICC_PROFILE\0\1\2" + profile[:half])
    for parts in (first + second, second + first):
        image = shown(processed(CLEAN[:2] + parts + CLEAN[2:], "format,png"))
        assert corners(image) == ["blue", "lime", "red", "white"]


@pytest.mark.parametrize("transform", [0, 1])
def test_the_adobe_segment_tells_the_colour_space(transform: int) -> None:
    """A sound one is what the colours depend on."""
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes((transform,)))
    start = 2 + 2 + int.from_bytes(CLEAN[4:6])  # without JFIF, which says YCbCr
    image = shown(processed(CLEAN[:2] + adobe + CLEAN[start:], "format,png"))
    assert (corners(image) == ["red", "lime", "blue", "white"]) is bool(transform)


TRAILERS: Mapping[str, bytes] = {
    "nothing": b"",
    "zeros": bytes(50),
    "segments": segment(0xE5, b"Samsung trailer") + b"SEFH" + bytes(20) + b"SEFT",
    "half an end": b"\xff",
}

ENCODINGS: Mapping[str, Mapping[str, object]] = {
    "baseline": {"quality": 90},
    "4:4:4": {"quality": 100, "subsampling": "4:4:4"},
    "progressive": {"quality": 90, "progressive": True},
    "restarts": {"quality": 90, "restart_marker_blocks": 2},
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_only_the_end_marker_may_be_missing(mode: str, encoding: str) -> None:
    """Every pixel of such a file is the same as with its end (C-180)."""
    whole = stored(noise(SIZE, mode), "jpg", **ENCODINGS[encoding])
    assert whole.endswith(b"\xff\xd9")
    for process in ("format,png", "resize,w_20", "resize,w_5"):
        expected = processed(whole, process).body
        for name, trailer in TRAILERS.items():
            assert processed(whole[:-2] + trailer, process).body == expected, f"{process} {name}"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_missing_scan_lines_are_damage(mode: str, encoding: str) -> None:
    """Few bytes or half of the file (C-102)."""
    whole = stored(noise(SIZE, mode), "jpg", **ENCODINGS[encoding])
    for length in (len(whole) - 4, len(whole) - 6, len(whole) // 2, len(whole) * 3 // 4):
        for process in ("format,png", "resize,w_20"):
            with pytest.raises(OssError) as refused:
                processed(whole[:length], process)
            assert refused.value.code is Code.IMAGE_DAMAGE


CUT_KINDS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "colour": ("RGB", {}),
    "full chroma": ("RGB", {"subsampling": "4:4:4"}),
    "grey": ("L", {}),
    "CMYK": ("CMYK", {}),
    "restart markers": ("RGB", {"restart_marker_rows": 1}),
}


@pytest.mark.parametrize("name", CUT_KINDS)
def test_an_end_marker_after_a_cut_scan_is_damage(name: str) -> None:
    """Libjpeg paints the missing blocks grey, at every scale."""
    mode, options = CUT_KINDS[name]
    whole = stored(quarters((200, 150)).convert(mode), "jpg", quality=90, **options)
    start = whole.index(b"\xff\xda") + 20
    for share in (0.02, 0.3, 0.7, 0.97):
        cut = whole[: start + round(share * (len(whole) - start))].rstrip(b"\xff") + b"\xff\xd9"
        for process in ("format,png", "resize,w_100", "resize,w_20", "rotate,90/format,webp"):
            with pytest.raises(OssError) as refused:
                processed(cut, process)
            assert refused.value.code is Code.IMAGE_DAMAGE
    assert processed(whole, "resize,w_20").body


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_whole_picture_may_end_in_grey(mode: str) -> None:
    """Its pixels do not depend on the bytes after its scan."""
    level = (127,) * 4 if mode == "CMYK" else (128,) * 3
    image = quarters((200, 150)).convert(mode)
    image.paste(level if mode != "L" else 128, (100, 75, 200, 150))
    whole = stored(image, "jpg", quality=90)
    trailer = segment(0xE1, b"Exif\0\0")
    for data in (whole, whole[:-2] + b"\xff\xff\xd9", whole[:-2], whole + trailer + whole):
        assert processed(data, "format,png").body == processed(whole, "format,png").body
        assert processed(data, "resize,w_20").body == processed(whole, "resize,w_20").body


@pytest.mark.parametrize("process", ["format,png", "resize,w_8", "info"])
@pytest.mark.parametrize("length", range(2, 30, 3))
def test_a_file_cut_in_its_head_is_damage(length: int, process: str) -> None:
    """There is no frame yet."""
    with pytest.raises(OssError) as refused:
        processed(CLEAN[: max(length, 3)], process)
    assert refused.value.code is Code.IMAGE_DAMAGE


def written(image: Image.Image, output: Output) -> bytes:
    """Encode, and check that the result is whole."""
    data = encode(iter((Frame(image),)), output)
    decoded = Image.open(io.BytesIO(data))
    decoded.load()
    assert decoded.size == image.size
    return data


SIZES = st.one_of(
    st.tuples(st.integers(1, 40), st.integers(1, 2000)),
    st.tuples(st.integers(1, 300), st.integers(1, 40)),
)

IMAGES = st.builds(noise, SIZES, st.sampled_from(["L", "RGB"]), st.integers(0, 1000))

OUTPUTS = st.builds(
    Output,
    format=st.just("jpg"),
    alpha=st.just(False),
    quality=st.one_of(st.integers(1, 100), st.integers(94, 100)),
    progressive=st.booleans(),
    full_chroma=st.booleans(),
)


@settings(max_examples=60)
@given(image=IMAGES, output=OUTPUTS)
def test_noise_of_every_shape_encodes(image: Image.Image, output: Output) -> None:
    """The buffer holds every result; the bytes are Pillow's where its own buffer is enough."""
    data = written(image, output)
    assert len(data) <= encoded_bytes(image)
    buffer = io.BytesIO()
    subsampling = 0 if output.full_chroma else 2
    try:
        image.save(
            buffer,
            "JPEG",
            quality=output.quality,
            optimize=True,
            subsampling=subsampling,
            progressive=output.progressive,
        )
    except OSError:
        return
    assert data == buffer.getvalue()


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("full_chroma", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_strip_of_random_samples_encodes(mode: str, full_chroma: bool, progressive: bool) -> None:
    """2x30000 pixels are in blocks of eight times as many."""
    image = noise((2, 30_000), mode)
    output = Output(format="jpg", alpha=False, progressive=progressive, full_chroma=full_chroma)
    for quality in (75, 94, 95, 100):
        written(image, replace(output, quality=quality))


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2, 3000), (17, 1000), (240, 240)], ids=str)
@pytest.mark.parametrize("word", FORMATS)
def test_noise_encodes_in_every_format(word: str, size: tuple[int, int]) -> None:
    """At the best quality, with and without alpha."""
    for mode in ("L", "RGB", "RGBA") if FORMATS[word].alpha else ("L", "RGB"):
        image = noise(size, mode if mode != "RGBA" else "RGB")
        if mode == "RGBA":
            image.putalpha(noise(size, "L"))
        quality = 100 if FORMATS[word].default_quality else None
        output = Output(format=word, alpha=FORMATS[word].alpha, quality=quality)
        assert FORMATS[word].open(encode(iter((Frame(image),)), output)).size == size


def test_a_grainy_picture_in_full_chroma_is_a_result() -> None:
    """Over a byte a pixel at quality 80, and over two at 100."""
    source = stored(noise((240, 240)), "jpg", quality=80, subsampling="4:4:4")
    for action in ("watermark,text_SGk", "watermark,text_SGk/interlace,1", "quality,Q_100"):
        image = shown(processed(source, action))
        assert image.size == (240, 240)


def test_a_lossless_jpeg_is_not_reduced() -> None:
    """No decoder scales its frames."""
    for process in ("format,png", "resize,w_4", "resize,w_16"):
        image = shown(processed(lossless((32, 16)), f"{process}/format,png"))
        assert image.convert("L").getextrema() == (128, 128)
        assert difference(image, Image.new(image.mode, image.size, 128)) == 0
    # Memory is counted for all of its pixels.
    assert probe(lossless((32, 16))).coefficient_bytes == FORMATS["jpg"].bytes_per_pixel


@pytest.mark.skipif(not AVAILABLE, reason="needs Linux's /proc to measure memory")
def test_a_missing_end_of_a_large_picture_is_judged_as_it_is_reduced(tmp_path: Path) -> None:
    """Its pixels at full resolution would not fit where those of a reduced decode do."""
    files = {"warm": quarters(SIZE), "large": Image.new("L", (10_000, 10_000), 40)}
    runs = []
    for name, image in files.items():
        path = tmp_path / name
        path.write_bytes(stored(image, "jpg")[:-2])
        runs.append((path, "image/resize,w_100"))
    cost = costs(runs)[1]
    assert cost.outcome == "jpg"
    assert cost.peak - cost.before < 40
