"""Advances of a line: spaces without a glyph, and marks that no face has (C-91)."""

from pathlib import Path

import pytest

from darkroom.imaging.fonts import FILES
from darkroom.imaging.operations.watermark.typesetting import Line, typeset

FONTS = Path(__file__).parents[4] / "layers/fonts/fonts"
EM = 40

SPACES = {
    "\u0020": (5, 25),
    "\u00a0": (5, 25),
    "\u1680": (5, 40),
    "\u2000": (15, 25),
    "\u2001": (35, 45),
    "\u2002": (15, 25),
    "\u2003": (35, 45),
    "\u2004": (10, 16),
    "\u2005": (8, 12),
    "\u2006": (5, 10),
    "\u2007": (5, 25),
    "\u2008": (5, 25),
    "\u2009": (5, 12),
    "\u200a": (2, 8),
    "\u202f": (5, 14),
    "\u205f": (6, 14),
    "\u3000": (35, 45),
}
"""Least and greatest advance in pixels at an em of 40, by space."""

MARKS = "\u0301\u0300\u0303\u0308\u0323\u0336\u0327\u20dd\u05b0\u0e31"


def line(text: str, name: str) -> Line:
    """Set a text."""
    return typeset(text, name, EM, FONTS)


@pytest.mark.parametrize("name", FILES)
def test_a_space_is_an_advance_and_draws_nothing(name: str) -> None:
    """In every font, whether its faces have a glyph for it, a glyph without advance, or none."""
    plain = line("xx", name)
    for space, (least, most) in SPACES.items():
        spaced = line(f"x{space}x", name)
        assert len(spaced.glyphs) == 2, f"U+{ord(space):04X}"
        gap = spaced.glyphs[1].x - plain.glyphs[1].x
        assert least <= gap <= most, f"U+{ord(space):04X} advances {gap}"
        ink = spaced.ink(spaced.ink_bounds).histogram()
        assert sum(ink[1:]) == pytest.approx(
            sum(plain.ink(plain.ink_bounds).histogram()[1:]), rel=0.1
        )


@pytest.mark.parametrize("name", FILES)
def test_a_price_has_a_gap_but_no_box(name: str) -> None:
    """French prices have U+202F in the number and U+00A0 before the currency."""
    spaced = line("1\u202f234\u00a0€", name)
    assert [glyph.character for glyph in spaced.glyphs] == list("1234€")


@pytest.mark.parametrize("name", FILES)
def test_a_mark_has_no_advance(name: str) -> None:
    """Neither one that a face has, which is drawn over its base, nor one that no face has."""
    for base in "qр":
        plain = line(f"{base}x", name)
        for mark in MARKS:
            marked = line(f"{base}{mark}x", name)
            assert marked.size[0] == plain.size[0], f"{base} with U+{ord(mark):04X}"
            assert marked.glyphs[-1].x == plain.glyphs[-1].x
