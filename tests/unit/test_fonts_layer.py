"""The font files in the layer: glyphs, size, sources and licences."""

import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from darkroom.imaging.fonts import FILES

FOLDER = Path(__file__).parents[2] / "layers/fonts/fonts"
CREDITS = (FOLDER / "CREDITS.md").read_text()
SHIPPED = sorted(path.name for path in FOLDER.glob("*.ttf"))


@pytest.mark.parametrize("name", FILES)
def test_every_name_opens_and_draws_different_glyphs(name: str) -> None:
    """Neighbouring letters differ, so none of them is the box for missing glyphs."""
    font = ImageFont.truetype(FOLDER / FILES[name][0], 40, layout_engine=ImageFont.Layout.BASIC)
    drawn = [bytes(font.getmask(character)) for character in "Helo片服!"]
    assert all(any(ink) for ink in drawn)
    assert all(one != other for one, other in pairwise(drawn))


@pytest.mark.parametrize("file", SHIPPED)
def test_letters_sit_on_the_baseline(file: str) -> None:
    """Runs of several faces share a baseline: x ends on it, g goes below."""
    font = ImageFont.truetype(FOLDER / file, 100, layout_engine=ImageFont.Layout.BASIC)
    canvas = ImageDraw.Draw(Image.new("L", (1, 1)))
    below = {letter: canvas.textbbox((0, 0), letter, font, anchor="ls")[3] for letter in "xg"}
    assert abs(below["x"]) <= 3
    assert below["g"] > below["x"]


def test_only_files_with_a_name_are_shipped() -> None:
    """Every file is used by a font name."""
    named = {file for files in FILES.values() for file in files}
    assert sorted(named) == SHIPPED


def test_the_layer_is_within_its_budget() -> None:
    """At most 45 MB unpacked and 20 MB packed."""
    contents = [path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(map(len, contents)) <= 45_000_000
    assert sum(len(zlib.compress(content)) for content in contents) <= 20_000_000


@pytest.mark.parametrize("file", SHIPPED)
def test_each_file_has_its_source_and_licence(file: str) -> None:
    """Redistribution requires the licence text and, for the GPL, the source."""
    row = next(line for line in CREDITS.splitlines() if line.startswith(f"| `{file}`"))
    licences = [cell.strip("`") for cell in row.split() if cell.startswith("`licences/")]
    assert licences
    assert all((FOLDER / licence).stat().st_size > 1000 for licence in licences)
    assert "fonts-" in row
