"""`info` (spec 02 §16): what every picture tells; EXIF members have tests of their own."""

import json

import pytest
from PIL import Image

from tests.conftest import Data
from tests.pictures import animation, photographic, processed, stored, with_orientation


def members(data: bytes) -> dict[str, str]:
    """Answer the members, taken out of their envelopes."""
    result = processed(data, "image/info")
    assert (result.content_type, result.format) == ("application/json", None)
    return {name: member["value"] for name, member in json.loads(result.body).items()}


def test_the_text_is_laid_out_to_the_letter() -> None:
    """One vendor SDK compares it (spec 06 §1, T2): ASCII order, values as text."""
    result = processed(stored(photographic((400, 267)), "JPEG"), "image/resize,w_100,m_fixed,h_100")
    text = processed(result.body, "image/info").body.decode()
    assert text == (
        "{\n"
        f'    "FileSize": {{"value": "{len(result.body)}"}},\n'
        '    "Format": {"value": "jpg"},\n'
        '    "FrameCount": {"value": "1"},\n'
        '    "ImageHeight": {"value": "100"},\n'
        '    "ImageWidth": {"value": "100"},\n'
        '    "ResolutionUnit": {"value": "1"},\n'
        '    "XResolution": {"value": "1/1"},\n'
        '    "YResolution": {"value": "1/1"}}'
    )


FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "bmp": "BMP", "tiff": "TIFF", "gif": "GIF"}


@pytest.mark.parametrize("word", FORMATS)
def test_every_format_tells_its_name_and_size(word: str) -> None:
    """The five members that are always there."""
    data = stored(photographic((16, 12)), FORMATS[word])
    told = members(data)
    always = {"FileSize": str(len(data)), "Format": word, "FrameCount": "1"}
    always |= {"ImageHeight": "12", "ImageWidth": "16"}
    assert told | always == told


@pytest.mark.parametrize("word", ["GIF", "WEBP"])
def test_an_animation_tells_its_frames(word: str) -> None:
    """Found in the file's structure."""
    frames = [Image.new("RGB", (8, 6), ink) for ink in ("red", "lime", "blue")]
    assert members(animation(frames, word))["FrameCount"] == "3"


def test_the_size_is_as_stored() -> None:
    """Before orientation: 424×333 with Orientation 7 (documented)."""
    told = members(with_orientation(Image.new("RGB", (424, 333)), 7))
    assert (told["ImageWidth"], told["ImageHeight"]) == ("424", "333")


def test_the_reference_picture(data: Data) -> None:
    """Exactly the eight documented members (spec 06 §2)."""
    assert members(data("example.jpg")) == {
        "FileSize": "21839",
        "Format": "jpg",
        "FrameCount": "1",
        "ImageHeight": "267",
        "ImageWidth": "400",
        "ResolutionUnit": "1",
        "XResolution": "1/1",
        "YResolution": "1/1",
    }


def test_the_documented_picture_with_exif(data: Data) -> None:
    """Spec 06 §2, complete and to the letter; GPSLatitude ends in a blank."""
    text = processed(data("f.jpg"), "image/info").body.decode()
    assert text == (
        "{\n"
        '    "Compression": {"value": "6"},\n'
        '    "DateTime": {"value": "2015:02:11 15:38:27"},\n'
        '    "ExifTag": {"value": "2212"},\n'
        '    "FileSize": {"value": "23471"},\n'
        '    "Format": {"value": "jpg"},\n'
        '    "FrameCount": {"value": "1"},\n'
        '    "GPSLatitude": {"value": "0deg "},\n'
        '    "GPSLatitudeRef": {"value": "North"},\n'
        '    "GPSLongitude": {"value": "0deg "},\n'
        '    "GPSLongitudeRef": {"value": "East"},\n'
        '    "GPSMapDatum": {"value": "WGS-84"},\n'
        '    "GPSTag": {"value": "4292"},\n'
        '    "GPSVersionID": {"value": "2 2 0 0"},\n'
        '    "ImageHeight": {"value": "333"},\n'
        '    "ImageWidth": {"value": "424"},\n'
        '    "JPEGInterchangeFormat": {"value": "4518"},\n'
        '    "JPEGInterchangeFormatLength": {"value": "3232"},\n'
        '    "Orientation": {"value": "7"},\n'
        '    "ResolutionUnit": {"value": "2"},\n'
        '    "Software": {"value": "Microsoft Windows Photo Viewer 6.1.7600.16385"},\n'
        '    "XResolution": {"value": "96/1"},\n'
        '    "YResolution": {"value": "96/1"}}'
    )


def with_exif(word: str) -> bytes:
    """Write a picture whose EXIF lies about its size and says 300 dots an inch."""
    exif = Image.Exif()
    exif[0x0100], exif[0x0101] = 9999, 8888
    exif[0x010F] = "Canon"
    exif[0x011A], exif[0x011B], exif[0x0128] = 300.0, 300.0, 2
    return stored(Image.new("RGB", (16, 12)), word, exif=exif, dpi=(72, 72))


@pytest.mark.parametrize("word", ["JPEG", "WEBP"])
def test_exif_wins_over_jfif(word: str) -> None:
    """But not over what the file is found to be (C-94)."""
    told = members(with_exif(word))
    assert told["Make"] == "Canon"
    assert (told["XResolution"], told["YResolution"]) == ("300/1", "300/1")
    assert told["ResolutionUnit"] == "2"
    assert (told["ImageWidth"], told["ImageHeight"]) == ("16", "12")


def test_a_tiff_is_made_of_such_tags() -> None:
    """Its own directory is shown."""
    data = stored(Image.new("RGB", (16, 12)), "TIFF", tiffinfo={0x010F: "Canon"}, dpi=(72, 72))
    told = members(data)
    assert (told["Make"], told["ImageWidth"], told["ImageLength"]) == ("Canon", "16", "12")
    assert told["ResolutionUnit"] == "2"


def test_exif_of_a_png_is_not_read() -> None:
    """Documented."""
    assert set(members(with_exif("PNG"))) == {
        *("FileSize", "Format", "FrameCount", "ImageHeight", "ImageWidth")
    }
