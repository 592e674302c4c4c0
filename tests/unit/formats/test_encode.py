"""Each format as the service writes it (spec 03 §3), read from the bytes of results."""

import io
import random
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.formats import FORMATS, probe
from darkroom.imaging.picture import Frame, Output
from tests.colours import rgb_profile
from tests.conftest import Data
from tests.pictures import coded, difference, photographic, processed, shown, stored

PICTURE = photographic((64, 48))


def result(word: str, image: Image.Image = PICTURE, options: str = "") -> bytes:
    """Write a picture in a format."""
    return processed(stored(image), f"image/format,{word}{options}").body


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk over the segments of a JPEG up to its first scan."""
    position = 2
    while data[position + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, position + 2)
        yield data[position + 1], data[position + 4 : position + 2 + length]
        position += 2 + length


def test_a_jpg_has_half_the_colour_resolution() -> None:
    """4:2:0 whatever the source has (C-105)."""
    source = stored(PICTURE, "JPEG", subsampling="4:4:4")
    for data in (result("jpg"), processed(source, "image/resize,w_32").body):
        (frame,) = (content for marker, content in segments(data) if marker == 0xC0)
        assert [frame[offset] for offset in (7, 10, 13)] == [0x22, 0x11, 0x11]


def test_a_jpg_has_optimised_tables() -> None:
    """Smaller than the standard ones make it, and the same pixels (C-105)."""
    data = result("jpg")
    plain = stored(PICTURE, "JPEG", quality=75, optimize=False)
    assert len(data) < len(plain)
    assert difference(shown(data), shown(plain)) == 0


def test_a_jpg_says_one_to_one() -> None:
    """JFIF 1.1, density 1:1 without a unit (C-105)."""
    jfif = b"JFIF\0\1\1\0\0\1\0\1\0\0"
    assert next(segments(result("jpg"))) == (0xE0, jfif)
    source = stored(PICTURE, "JPEG", dpi=(300, 300))
    assert next(segments(processed(source, "image/resize,w_32").body)) == (0xE0, jfif)


@pytest.mark.parametrize("quality", [1, 30, 75, 82, 95, 100])
def test_a_jpg_keeps_the_quality_of_its_source(quality: int) -> None:
    """Reverse-engineered: the service reads it from the tables (spec 03 §3)."""
    source = stored(PICTURE, "JPEG", quality=quality)
    assert probe(processed(source, "image/resize,w_32").body).quality == quality


def test_a_jpg_of_another_source_has_quality_75() -> None:
    """Only a JPG source has a quality that could be kept (C-104)."""
    assert probe(result("jpg")).quality == 75


def test_the_reference_picture_is_encoded_as_the_service_does(data: Data) -> None:
    """Its bytes are libjpeg's at quality 82: 20998 for `rotate,90`, within 3 %."""
    turned = processed(data("example.jpg"), "image/rotate,90").body
    assert abs(len(turned) / 20998 - 1) < 0.03


def test_a_png_has_the_services_size(data: Data) -> None:
    """The RLE strategy: 160733 bytes for `format,png`, within 3 % (C-106)."""
    body = processed(data("example.jpg"), "image/format,png").body
    assert abs(len(body) / 160_733 - 1) < 0.03


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("word", ["png", "tiff", "bmp"])
def test_lossless_formats_keep_every_pixel(word: str, mode: str) -> None:
    """Grey, colour and transparency (BMP knows no grey)."""
    image = coded((40, 30), "RGBA").convert(mode)
    written = shown(result(word, image))
    if word == "bmp":
        image = image.convert("RGBA" if mode.endswith("A") else "RGB")
    assert written.mode == image.mode
    assert difference(written, image) == 0


def test_a_tiff_is_packed_with_lzw() -> None:
    """C-110: compression 5 in the tag 259."""
    image = Image.open(io.BytesIO(result("tiff")))
    assert image.tag_v2[259] == 5  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("mode", "alpha", "bits"),
    [("RGB", 255, 24), ("L", 255, 24), ("RGBA", 255, 24), ("RGBA", 254, 32), ("LA", 0, 32)],
)
def test_a_bmp_has_alpha_only_where_a_pixel_is_transparent(
    mode: str, alpha: int, bits: int
) -> None:
    """24 bits, or 32 for transparency (C-109)."""
    image = PICTURE.convert(mode)
    if mode.endswith("A"):
        image.putpixel((3, 3), (0,) * (len(mode) - 1) + (alpha,))
    data = result("bmp", image)
    assert struct.unpack_from("<H", data, 28) == (bits,)


def test_a_webp_is_lossy_at_75() -> None:
    """Without `quality` it is what `Q_75` makes it (C-107)."""
    data = result("webp")
    assert data[12:16] in (b"VP8 ", b"VP8X")
    assert b"VP8L" not in data[:60]
    assert data == result("webp", options="/quality,Q_75")
    assert data != result("webp", options="/quality,Q_76")


def test_a_webp_keeps_transparency() -> None:
    """Alpha is lossless in it."""
    image = coded((40, 30), "RGBA")
    written = shown(result("webp", image))
    assert written.mode == "RGBA"
    assert difference(written.getchannel("A"), image.getchannel("A")) == 0


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_a_jpg_is_flattened_on_white(mode: str) -> None:
    """Documented; a half transparent black is mid-grey, within JPEG's 2 levels."""
    image = Image.new("L", (32, 32)).convert(mode)
    image.putalpha(128)
    image.paste((0, 0) if mode == "LA" else (0, 0, 0, 0), (0, 0, 16, 32))
    flat = shown(result("jpg", image)).convert("L")
    assert abs(int(flat.getpixel((4, 16))) - 255) <= 2  # type: ignore[arg-type]
    assert abs(int(flat.getpixel((28, 16))) - 127) <= 2  # type: ignore[arg-type]


SOURCES = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "tiff": "TIFF"}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("word", ["jpg", "png", "webp", "bmp", "tiff"])
def test_nothing_personal_goes_into_a_result(word: str, source: str) -> None:
    """EXIF, XMP, comment and profile are dropped (C-115, C-116)."""
    exif = Image.Exif()
    exif[0x10E] = "Private-Place"
    secrets = {
        "exif": exif,
        "comment": b"Private-Comment",
        "xmp": b"<x:xmpmeta>Private-Xmp</x:xmpmeta>",
        "icc_profile": rgb_profile(),
    }
    data = stored(PICTURE, SOURCES[source], **secrets)
    assert b"Private" in data
    body = processed(data, f"image/resize,w_32/format,{word}").body
    assert b"Private" not in body
    assert not {"exif", "icc_profile", "xmp", "comment"} & shown(body).info.keys()


@pytest.mark.parametrize("side", ["w", "h"])
def test_a_webp_over_16383_pixels_is_refused(side: str) -> None:
    """ImageTooLarge, EC 0040-00000011 (C-108); one pixel less is written."""
    long = (16_384, 1) if side == "w" else (1, 16_384)
    with pytest.raises(OssError) as caught:
        result("webp", Image.new("L", long))
    assert (caught.value.code, caught.value.ec) == (Code.IMAGE_TOO_LARGE, "0040-00000011")
    body = result("webp", Image.new("L", long), options=f"/crop,{side}_16383")
    assert sorted(probe(body).size) == [1, 16_383]


@settings(max_examples=80, deadline=None)
@given(
    word=st.sampled_from(sorted(word for word, each in FORMATS.items() if each.is_writable)),
    size=st.one_of(
        st.tuples(st.integers(1, 24), st.integers(1, 900)),
        st.tuples(st.integers(1, 300), st.integers(1, 24)),
    ),
    mode=st.sampled_from(["L", "LA", "RGB", "RGBA"]),
    quality=st.one_of(st.integers(1, 100), st.integers(94, 100)),
    data=st.data(),
)
def test_noise_of_every_shape_and_quality_is_written_in_every_format(
    word: str, size: tuple[int, int], mode: str, quality: int, data: st.DataObject
) -> None:
    """No encoder runs out of room, and each result has the size of the picture."""
    picture_format = FORMATS[word]
    seed = random.Random(data.draw(st.integers(0, 1000)))
    bands = [Image.frombytes("L", size, seed.randbytes(size[0] * size[1])) for _ in mode]
    output = Output(
        format=word,
        alpha=picture_format.alpha,
        quality=quality if picture_format.default_quality else None,
        progressive=data.draw(st.booleans()),
        full_chroma=data.draw(st.booleans()),
    )
    image = Image.merge(mode, bands) if len(bands) > 1 else bands[0]
    written = picture_format.encode(iter((Frame(image),)), output)
    assert probe(written).size == size


@pytest.mark.parametrize("error", [OSError("encoder error -2"), MemoryError(), ValueError("size")])
def test_an_encoder_that_fails_is_an_error_of_the_request(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A server error would be retried, and fail again."""

    def save(*_arguments: object, **_options: object) -> None:
        raise error

    source = stored(PICTURE)
    monkeypatch.setattr(Image.Image, "save", save)
    with pytest.raises(OssError) as refused:
        processed(source, "image/format,png")
    assert refused.value.code is Code.IMAGE_TOO_LARGE
    assert "64x48: as png, the encoder cannot write it" in refused.value.message
    assert "-2" not in refused.value.message


def test_equal_requests_give_equal_bytes() -> None:
    """A result is a pure function of source and process (decision 011)."""
    for word in ("jpg", "png", "webp", "bmp", "tiff"):
        assert result(word) == result(word)
