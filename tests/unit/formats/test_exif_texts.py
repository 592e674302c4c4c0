"""EXIF in words: names, fractions, GPS, and blocks made to do harm (spec 02 §16)."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.imaging.metadata.exif import MAX_TEXT, exif_texts
from darkroom.imaging.metadata.ifd import MAX_ENTRIES, IfdReader
from tests.conftest import Data
from tests.unit.formats.exif_blocks import (
    ASCII,
    LONG,
    RATIONAL,
    SHORT,
    UNDEFINED,
    Entry,
    block,
    directory,
    numbers,
    text,
)

PLAIN: dict[str, tuple[int, Entry, str]] = {
    "Make": (0x010F, text("Canon"), "Canon"),
    "Software": (0x0131, text("Zürich 图"), "Zürich 图"),
    "Artist": (0x013B, (2, 5, b"J\xfcrg\0"), "Jürg"),
    "Copyright": (0x8298, (2, 8, b"me\0you\0\0"), "me"),
    "Orientation": (0x0112, numbers(SHORT, [6]), "6"),
    "XResolution": (0x011A, numbers(RATIONAL, [720_000, 10_000]), "720000/10000"),
    "WhitePoint": (0x013E, numbers(RATIONAL, [1, 3, 0, 0]), "1/3 0/0"),
    "XPTitle": (0x9C9B, numbers(1, [72, 0, 105, 0]), "72 0 105 0"),
    "TransferFunction": (0x012D, numbers(11, [0.5, 1e20, float("nan")]), "0.5 1e+20 nan"),
    "RatingPercent": (0x4749, numbers(8, [-5]), "-5"),
    "HostComputer": (0x013C, (2, 0, b""), ""),
}


@pytest.mark.parametrize("name", PLAIN)
def test_picture_tags_are_shown_plain(name: str) -> None:
    """Numbers, fractions as written, text up to its first zero."""
    tag, entry, expected = PLAIN[name]
    assert exif_texts(block({tag: entry})).picture == {name: expected}


@pytest.mark.parametrize("order", ["<", ">"])
def test_camera_tags_are_shown_plain(order: str) -> None:
    """From the directory that a tag of the picture's leads to, in either byte order."""
    photo = {
        0x829A: numbers(RATIONAL, [1, 800], order=order),
        0x9000: numbers(UNDEFINED, [48, 50, 51, 49], order=order),
        0x9204: numbers(10, [-1, 3], order=order),
    }
    texts = exif_texts(block({}, photo=photo, order=order)).picture
    assert texts == {
        "ExifTag": "2000",
        "ExposureTime": "1/800",
        "ExifVersion": "48 50 51 49",
        "ExposureBiasValue": "-1/3",
    }


COMMENTS = {
    b"ASCII\0\0\0hello\0\0": 'charset="Ascii" hello',
    b"UNICODE\0\0h\0i": 'charset="Unicode" hi',
    b"\0\0\0\0\0\0\0\0plain": "plain",
    b"ASCII\0\0\0": 'charset="Ascii" ',
    b"whatever": "119 104 97 116 101 118 101 114",
    b"ASC": "65 83 67",
}


@pytest.mark.parametrize("raw", COMMENTS, ids=repr)
def test_a_comment_names_its_character_set(raw: bytes) -> None:
    """Eight bytes in front of it say which; without them the bytes are shown."""
    texts = exif_texts(block({}, photo={0x9286: (UNDEFINED, len(raw), raw)})).picture
    assert texts["UserComment"] == COMMENTS[raw]


GPS = [
    (0x00, numbers(1, [2, 3, 0, 0]), "2 3 0 0"),
    (0x01, text("N"), "North"),
    (0x01, text("S"), "South"),
    (0x01, text("Q"), "(Q)"),
    (0x01, (2, 0, b""), "()"),
    (0x03, text("E"), "East"),
    (0x03, text("W"), "West"),
    (0x02, numbers(RATIONAL, [0, 1, 0, 1000, 0, 1]), "0deg "),
    (0x02, numbers(RATIONAL, [48, 1, 8, 1, 0, 1]), "48deg 8' "),
    (0x02, numbers(RATIONAL, [48, 1, 8, 1, 4250, 100]), "48deg 8' 42.500\" "),
    (0x02, numbers(RATIONAL, [481234, 10000, 0, 1, 0, 1]), "48.1234000deg "),
    (0x02, numbers(RATIONAL, [48, 1, 825, 100, 0, 1]), "48deg 8.25000' "),
    (0x02, numbers(RATIONAL, [48, 0, 8, 1, 0, 1]), "(48/0 8/1 0/1)"),
    (0x02, numbers(RATIONAL, [48, 1]), "48/1"),
    (0x04, numbers(SHORT, [1, 2, 3]), "1 2 3"),
    (0x05, numbers(1, [0]), "Above sea level"),
    (0x05, numbers(1, [1]), "Below sea level"),
    (0x05, numbers(1, [7]), "(7)"),
    (0x05, numbers(11, [float("nan")]), "(nan)"),
    (0x06, numbers(RATIONAL, [520, 1]), "520 m"),
    (0x06, numbers(RATIONAL, [5213, 10]), "521.3 m"),
    (0x06, numbers(RATIONAL, [5, 0]), "(5/0)"),
    (0x07, numbers(RATIONAL, [14, 1, 5, 1, 9, 1]), "14:05:09"),
    (0x07, numbers(RATIONAL, [14, 1, 5, 1, 95, 10]), "14:05:09.5"),
    (0x0C, text("K"), "km/h"),
    (0x0E, text("T"), "T"),
    (0x10, text("M"), "M"),
    (0x11, numbers(RATIONAL, [1234, 10]), "1234/10"),
    (0x12, text("WGS-84"), "WGS-84"),
    (0x13, text("S"), "South"),
    (0x14, numbers(RATIONAL, [1, 1, 2, 1, 3, 1]), "1deg 2' 3\" "),
    (0x15, text("W"), "West"),
    (0x1D, text("2015:02:11"), "2015:02:11"),
]


@pytest.mark.parametrize(("tag", "entry", "expected"), GPS, ids=str)
def test_places_are_put_into_words(tag: int, entry: Entry, expected: str) -> None:
    """As Exiv2 prints them; what makes no sense stands in brackets."""
    texts = dict(exif_texts(block({}, gps={tag: entry})).picture)
    assert texts.pop("GPSTag") == "4000"
    assert list(texts.values()) == [expected]


def test_the_thumbnail_is_told_apart() -> None:
    """The thumbnail's tags (IFD1) have the picture's names, and are kept apart."""
    texts = exif_texts(
        block(
            {0x011A: numbers(RATIONAL, [300, 1])},
            thumbnail={0x011A: numbers(RATIONAL, [72, 1]), 0x0103: numbers(SHORT, [6])},
        )
    )
    assert texts.picture == {"XResolution": "300/1"}
    assert texts.thumbnail == {"XResolution": "72/1", "Compression": "6"}


@pytest.mark.parametrize("tag", [0x927C, 0x02BC, 0x83BB, 0x8773, 0x8649, 0x015B, 0xEA1C, 0xC4A5])
def test_what_holds_another_file_is_never_shown(tag: int) -> None:
    """Maker notes, XMP, IPTC, profiles, tables and paddings, in any directory."""
    secret = {tag: (UNDEFINED, 9, b"do not go")}
    texts = exif_texts(block(secret, photo=secret, gps=secret, thumbnail=secret))
    assert set(texts.picture) == {"ExifTag", "GPSTag"}
    assert not texts.thumbnail


@pytest.mark.parametrize(
    "entry",
    [text("x" * 60_000), numbers(1, [255] * 60_000), numbers(RATIONAL, [2**32 - 1] * 9000)],
    ids=["text", "bytes", "fractions"],
)
def test_a_long_value_is_cut(entry: Entry) -> None:
    """A value is cut at `MAX_TEXT` characters."""
    assert len(exif_texts(block({0x010E: entry})).picture["ImageDescription"]) <= MAX_TEXT


def test_a_repeated_tag_counts_once() -> None:
    """The first of several entries with the same tag is shown."""
    data = block({0x0112: numbers(SHORT, [3]), 0x0113: numbers(SHORT, [5])})
    assert exif_texts(data.replace(b"\x01\x13", b"\x01\x12")).picture == {"Orientation": "3"}


@pytest.mark.parametrize(
    "entry",
    [
        (RATIONAL, 2**32 - 1, b"\0\0\0\x08"),
        (SHORT, 4, b"\xff\xff\xff\xff"),
        (99, 1, b"\0\0\0\0"),
        (0, 0, b""),
    ],
    ids=["endless", "beyond the end", "unknown kind", "nothing"],
)
def test_an_entry_that_cannot_be_read_is_left_out(entry: Entry) -> None:
    """An entry with an invalid type or place is left out; the others are shown."""
    texts = exif_texts(block({0x0112: entry, 0x010F: text("Canon")})).picture
    assert texts == {"Make": "Canon"}


def test_directories_that_lead_in_circles_are_read_once() -> None:
    """A directory that names itself, or an earlier one, is not read again."""
    own = numbers(LONG, [8])
    data = b"MM\0*" + struct.pack(">L", 8)
    data += directory({0x8769: own, 0x8825: own, 0xA005: own}, 8, order=">", after=8)
    assert exif_texts(data).picture == {
        "ExifTag": "8",
        "GPSTag": "8",
        "InteroperabilityTag": "8",
    }


def test_a_directory_of_many_entries_ends_somewhere() -> None:
    """A directory is read up to `MAX_ENTRIES` entries, whatever its count says."""
    entries = {tag: numbers(SHORT, [1]) for tag in range(2000)}
    data = b"MM\0*" + struct.pack(">L", 8) + directory(entries, 8, order=">")
    assert len(IfdReader(data).entries(8)) == MAX_ENTRIES


@given(st.binary(max_size=200), st.sampled_from([b"", b"II*\0", b"MM\0*", b"Exif\0\0MM\0*"]))
def test_rubbish_says_nothing_and_raises_nothing(rubbish: bytes, start: bytes) -> None:
    """A block that is no TIFF structure gives no texts and raises nothing."""
    texts = exif_texts(start + rubbish)
    assert all(len(value) <= MAX_TEXT for value in texts.picture.values())


WHOLE = block(
    {0x010F: text("Canon"), 0x0112: numbers(SHORT, [6])},
    photo={0x829A: numbers(RATIONAL, [1, 800]), 0x9286: (UNDEFINED, 13, b"ASCII\0\0\0hello")},
    gps={0x02: numbers(RATIONAL, [48, 1, 8, 1, 0, 1]), 0x07: numbers(RATIONAL, [1, 1, 2, 1, 3, 1])},
    thumbnail={0x0103: numbers(SHORT, [6])},
)


@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))),
    st.integers(0, len(WHOLE)),
)
def test_a_spoilt_block_is_read_as_far_as_it_goes(
    changes: list[tuple[int, bytes]], length: int
) -> None:
    """Any bytes changed, cut anywhere: no exception, no text without end."""
    spoilt = bytearray(WHOLE)
    for place, value in changes:
        spoilt[place : place + len(value)] = value
    texts = exif_texts(bytes(spoilt[:length]))
    for shown in (*texts.picture.values(), *texts.thumbnail.values()):
        assert len(shown) <= MAX_TEXT + 2
        assert shown.encode().decode() == shown


def test_a_block_cut_anywhere_is_read_as_far_as_it_goes(sample: Data) -> None:
    """A camera's block cut at any length raises nothing."""
    source = sample("f.jpg")
    start = source.index(b"Exif\0\0")
    for length in range(0, 8000, 7):
        exif_texts(source[start : start + length])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("中文图片说明".encode("gbk"), "中文图片说明"),
        ("中文 photo 图片".encode("gbk"), "中文 photo 图片"),
        ("朱镕基总理".encode("gbk"), "朱镕基总理"),
        ("中文图片说明".encode(), "中文图片说明"),
        ("Jürgen Müller, Straße".encode("latin-1"), "Jürgen Müller, Straße"),
        ("café à Orléans".encode("latin-1"), "café à Orléans"),
        ("© Björk".encode("latin-1"), "© Björk"),
    ],
    ids=["GBK", "GBK and ASCII", "beyond GB 2312", "UTF-8", "German", "French", "Swedish"],
)
def test_texts_in_other_encodings_are_readable(raw: bytes, expected: str) -> None:
    """Cameras and editors in China write GBK; Western ones Latin-1."""
    entry = (ASCII, len(raw) + 1, raw + b"\0")
    assert exif_texts(block({0x010E: entry})).picture == {"ImageDescription": expected}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_comment_in_unicode_may_have_a_byte_order_mark(mark: str, codec: str, order: str) -> None:
    """The mark is not part of the text; without one, the order is the block's."""
    if not mark and (codec == "utf-16-le") != (order == "<"):
        return
    raw = b"UNICODE\0" + (mark + "日本語").encode(codec)
    data = block({}, photo={0x9286: (UNDEFINED, len(raw), raw)}, order=order)
    assert exif_texts(data).picture["UserComment"] == 'charset="Unicode" 日本語'


def test_methods_and_areas_of_positions_are_comments() -> None:
    """GPSProcessingMethod and GPSAreaInformation state their character set as UserComment does."""
    method = b"ASCII\0\0\0GPS"
    area = b"UNICODE\0" + "区".encode("utf-16-be")
    entries = {0x1B: (UNDEFINED, len(method), method), 0x1C: (UNDEFINED, len(area), area)}
    texts = exif_texts(block({}, gps=entries)).picture
    assert texts["GPSProcessingMethod"].endswith(" GPS")
    assert texts["GPSAreaInformation"].endswith(" 区")


@pytest.mark.parametrize("kind", [SHORT, RATIONAL])
def test_a_long_list_ends_with_a_whole_number(kind: int) -> None:
    """Of as many numbers as `MAX_TEXT` characters hold."""
    values = [1000 + at for at in range(800)]
    shown = exif_texts(block({0x012D: numbers(kind, values)})).picture["TransferFunction"]
    words = [str(value) for value in values]
    if kind == RATIONAL:
        words = [f"{over}/{under}" for over, under in zip(words[::2], words[1::2], strict=True)]
    found = shown.split(" ")
    assert found == words[: len(found)]
    assert MAX_TEXT - 10 <= len(shown) <= MAX_TEXT


@pytest.mark.parametrize(
    ("tag", "entry", "name", "expected"),
    [
        (0x829A, numbers(RATIONAL, [1, 60]), "ExposureTime", "1/60"),
        (0x829D, numbers(RATIONAL, [4, 1]), "FNumber", "4/1"),
        (0x8827, numbers(SHORT, [200]), "ISOSpeedRatings", "200"),
        (0x0153, numbers(SHORT, [1]), "SampleFormat", "1"),
        (0x014C, numbers(SHORT, [1]), "InkSet", "1"),
        (0x0141, numbers(SHORT, [0, 255]), "HalftoneHints", "0 255"),
        (0x0144, numbers(LONG, [8]), "TileOffsets", "8"),
    ],
    ids=str,
)
def test_camera_tags_in_the_first_directory_have_names(
    tag: int, entry: Entry, name: str, expected: str
) -> None:
    """Scanners and TIFF/EP write them there."""
    assert exif_texts(block({tag: entry})).picture == {name: expected}


def test_composite_images_are_named() -> None:
    """CompositeImage, of EXIF 2.32."""
    texts = exif_texts(block({}, photo={0xA460: numbers(SHORT, [2])})).picture
    assert texts["CompositeImage"] == "2"
