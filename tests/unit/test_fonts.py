"""The font file that draws each character of a text watermark (C-90)."""

from functools import cache
from pathlib import Path

import pytest
from PIL import ImageFont

from darkroom.imaging.fonts import FILES, FontFile, is_mark, split_runs

FOLDER = Path(__file__).parents[2] / "layers/fonts/fonts"
ALL_FILES = sorted({file for files in FILES.values() for file in files})
CHARACTER_SETS = {
    "ASCII": [chr(code) for code in range(0x20, 0x7F)],
    "Latin-1": [chr(code) for code in range(0xA1, 0x100) if code != 0xAD],
    "kana": [chr(code) for code in (*range(0x3041, 0x3095), *range(0x30A1, 0x30FB))],
    "hangul": [chr(code) for code in range(0xAC00, 0xD7A4, 11)],
    "CJK unified ideographs": [chr(code) for code in range(0x4E00, 0x9FA6, 7)],
}


@cache
def face(file: str) -> FontFile:
    """Open a font file once for all tests."""
    return FontFile(FOLDER / file)


def file_runs(text: str, name: str) -> list[tuple[str, str]]:
    """Return the name of the file and the text of each run, for an OSS font name."""
    return [
        (one.path.name, run) for one, run in split_runs(text, [face(file) for file in FILES[name]])
    ]


@pytest.mark.parametrize("characters", CHARACTER_SETS.values(), ids=CHARACTER_SETS)
@pytest.mark.parametrize("name", FILES)
def test_every_name_draws_the_scripts_of_china_japan_and_korea(
    name: str, characters: list[str]
) -> None:
    """Every character of these sets has a glyph under every font name."""
    faces = [face(file) for file in FILES[name]]
    assert [c for c in characters if not any(one.has_glyph(c) for one in faces)] == []


@pytest.mark.parametrize("name", FILES)
def test_every_name_draws_all_of_gb_2312(name: str) -> None:
    """The character set of simplified Chinese, for which the fonts were made."""
    rows, columns = range(0xB0, 0xF8), range(0xA1, 0xFF)
    coded = (bytes((row, column)).decode("gb2312", "ignore") for row in rows for column in columns)
    faces = [face(file) for file in FILES[name]]
    characters = [c for c in coded if c]
    assert len(characters) == 6763
    assert all(any(one.has_glyph(c) for one in faces) for c in characters)


@pytest.mark.parametrize("file", ALL_FILES)
def test_has_glyph_agrees_with_the_renderer(file: str) -> None:
    """Compared with the renderer, whose box for a missing glyph does not count, nor a blank glyph.

    A mark must have no advance, and any other character must have one.
    """
    font = ImageFont.truetype(FOLDER / file, 24, layout_engine=ImageFont.Layout.BASIC)

    def ink(character: str) -> bytes:
        return bytes(font.getmask(character))

    missing = ink("\U0010ffff")
    for code in (*range(0x21, 0x3100, 3), *range(0x3100, 0x2FFFF, 211)):
        if (character := chr(code)).isprintable() and not character.isspace():
            drawn = any(ink(character)) and ink(character) != missing
            drawn = drawn and is_mark(character) == (font.getlength(character) == 0)
            assert face(file).has_glyph(character) == drawn, f"U+{code:04X}"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Hello 图片服务!", "wqy-zenhei", [("wqy-zenhei.ttf", "Hello 图片服务!")]),
        ("Hello 图片服务!", "fangzhengkaiti", [("gkai00mp.ttf", "Hello 图片服务!")]),
        (
            "片图片",
            "fangzhengfangsong",
            [("cwfs.ttf", "片"), ("gbsn00lp.ttf", "图"), ("cwfs.ttf", "片")],
        ),
        ("圖안", "fangzhengshusong", [("cwfs.ttf", "圖"), ("wqy-zenhei.ttf", "안")]),
        ("25 ℃", "wqy-microhei", [("wqy-microhei.ttf", "25 "), ("wqy-zenhei.ttf", "℃")]),
        ("e\u0301", "wqy-zenhei", [("wqy-zenhei.ttf", "é")]),
        (
            "图\u0301",
            "wqy-zenhei",
            [("wqy-zenhei.ttf", "图"), ("wqy-microhei.ttf", "\u0301")],
        ),
        ("图\u0336", "wqy-zenhei", [("wqy-zenhei.ttf", "图")]),
        ("😀", "fangzhengkaiti", [("wqy-microhei.ttf", "😀")]),
        ("a\u200d\ufe0fb", "wqy-zenhei", [("wqy-zenhei.ttf", "ab")]),
        ("\u3000", "fangzhengshusong", [("gbsn00lp.ttf", "\u3000")]),
        ("", "wqy-zenhei", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_missing_glyph_comes_from_the_next_face(
    text: str, name: str, expected: list[tuple[str, str]]
) -> None:
    """Each character is drawn by the first face that has it; a mark that none has is left out."""
    assert file_runs(text, name) == expected


def test_a_mapped_glyph_without_outline_is_no_glyph() -> None:
    """Micro Hei maps U+2103 to an empty glyph."""
    assert not face("wqy-microhei.ttf").has_glyph("℃")
    assert face("wqy-microhei.ttf").has_glyph(" ")
