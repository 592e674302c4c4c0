"""Text as a mark: faces, size, colour, shadow and rotation (spec 02 §15.3, C-91)."""

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from darkroom.geometry import Box, Size
from darkroom.imaging.fonts import FILES
from darkroom.imaging.operations.rotate import rotated_size
from darkroom.imaging.operations.watermark.text_mark import TextMark
from darkroom.imaging.operations.watermark.typesetting import typeset
from darkroom.process.parameters import encode_base64
from tests.pictures import difference
from tests.unit.operations.applied import Samples, samples
from tests.unit.operations.watermark.marking import FONTS, lettered

HELLO = "Hello 图片服务!"
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Open the first face behind a font name."""
    path = FONTS / FILES[name][0]
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def ink(image: Image.Image) -> Samples:
    """Tell how black each pixel of a white picture became: 0…255."""
    darkness: Samples = 255 - samples(image.convert("L"))[:, :, 0]
    return darkness


def paper(size: Size = (420, 90)) -> Image.Image:
    """Give something to write on."""
    return Image.new("L", size, 255)


def lettering(text: str, *, size: int = 40, rotation: int = 0, shadow: int = 0) -> TextMark:
    """Set a text in black Zen Hei."""
    line = typeset(text, "wqy-zenhei", size, FONTS)
    return TextMark(line=line, colour=BLACK, em=size, shadow=shadow, rotation=rotation)


@pytest.mark.parametrize("name", FILES)
def test_a_font_name_draws_with_its_own_face(name: str) -> None:
    """Pixel for pixel what the face draws in one go, from the upper left of its box."""
    text = "Hello 人 gjpqy" if name == "fangzhengfangsong" else HELLO
    result = lettered(paper(), text, f"type_{encode_base64(name)},g_nw,x_4,y_3")
    wanted = paper()
    face = font(name, 40)
    baseline = 3 + face.getmetrics()[0]
    ImageDraw.Draw(wanted).text((4, baseline), text, fill=0, font=face, anchor="ls")
    assert difference(result, wanted) <= 1


def test_zen_hei_is_the_font_when_none_is_named() -> None:
    """And its size 40, its colour black, at the lower right, 10 pixels off both edges."""
    written = f"type_{encode_base64('wqy-zenhei')},size_40,color_000000,g_se,x_10,y_10"
    assert lettered(paper(), HELLO) == lettered(paper(), HELLO, written)


@pytest.mark.parametrize("size", [1, 7, 40, 133, 1000])
def test_the_box_is_advance_by_ascent_and_descent(size: int) -> None:
    """`size` is the em: what a full-width character advances (C-91)."""
    face = font("wqy-zenhei", size)
    line = typeset("图片图片", "wqy-zenhei", size, FONTS)
    assert line.size == (4 * size, sum(face.getmetrics()))
    assert typeset(HELLO, "wqy-zenhei", size, FONTS).size[0] == face.getlength(HELLO)


def test_a_line_is_as_high_as_the_highest_of_its_faces() -> None:
    """Each of them stands on the common baseline."""
    line = typeset("圖안", "fangzhengshusong", 40, FONTS)
    metrics = [font(name, 40).getmetrics() for name in ("fangzhengfangsong", "wqy-zenhei")]
    assert line.baseline == max(ascent for ascent, _ in metrics)
    assert line.size[1] == line.baseline + max(descent for _, descent in metrics)


def test_twenty_one_full_width_characters_are_a_text() -> None:
    """The documented most: 63 of 64 bytes, which are counted (C-89)."""
    assert ink(lettered(paper((900, 90)), "图" * 21))[:, 880:890].max() > 200


def test_full_ink_has_the_colour_asked_for() -> None:
    """Nothing but the colour, and mixtures with what is below."""
    result = lettered(Image.new("RGB", (400, 90), "white"), HELLO, "color_ff6a00,size_60")
    red, green, blue = np.moveaxis(samples(result), 2, 0)
    assert [channel.min() for channel in (red, green, blue)] == [0xFF, 0x6A, 0x00]
    # White gives way in both channels alike: nothing but mixtures of the two colours.
    assert np.abs((255 - green) / (255 - 0x6A) - (255 - blue) / 255).max() < 0.02


@pytest.mark.parametrize("percent", [0, 1, 50, 100])
@pytest.mark.parametrize(
    ("em", "shift"), [(1, 1), (10, 1), (29, 1), (30, 2), (40, 2), (50, 3), (60, 3)]
)
def test_a_shadow_is_the_same_ink_to_the_lower_right(em: int, shift: int, percent: int) -> None:
    """Two pixels at size 40, in proportion, one at least; black, fainter, below the letters."""
    arguments = f"size_{em},g_nw,x_5,y_5"
    letters = ink(lettered(paper(), HELLO, arguments)) / 255
    shadow = np.zeros_like(letters)
    shadow[shift:, shift:] = letters[:-shift, :-shift] * percent / 100
    wanted = 200 * (1 - shadow) * (1 - letters) + 255 * letters
    ground = Image.new("L", paper().size, 200)
    result = lettered(ground, HELLO, f"{arguments},color_FFFFFF,shadow_{percent}")
    assert np.abs(samples(result)[:, :, 0] - wanted).max() <= 2


@pytest.mark.parametrize("percent", [0, 30, 100])
def test_opacity_is_that_of_letters_and_shadow_together(percent: int) -> None:
    """The shadow does not shine through the letters: `t` fades the finished mark."""
    arguments = "shadow_80,color_FFFFFF,g_nw,x_5,y_5"
    ground = Image.new("L", paper().size, 120)
    opaque = samples(lettered(ground, HELLO, arguments))
    wanted = 120 + (opaque - 120) * percent / 100
    result = samples(lettered(ground, HELLO, f"{arguments},t_{percent}"))
    assert np.abs(result - wanted).max() <= 2


def test_a_whole_turn_is_none() -> None:
    """Both are as if nothing were written."""
    for degrees in (0, 360):
        assert lettered(paper(), HELLO, f"rotate_{degrees}") == lettered(paper(), HELLO)


@pytest.mark.parametrize(
    ("degrees", "turn"),
    [
        (90, Image.Transpose.ROTATE_270),
        (180, Image.Transpose.ROTATE_180),
        (270, Image.Transpose.ROTATE_90),
    ],
)
def test_a_quarter_turn_is_exact_and_clockwise(degrees: int, turn: Image.Transpose) -> None:
    """Letters and shadow together, in the box turned with them."""
    straight, turned = lettering(HELLO, shadow=50), lettering(HELLO, shadow=50, rotation=degrees)
    whole = straight.render(Box(0, 0, *straight.size)).transpose(turn)
    assert whole.size == turned.size
    assert difference(turned.render(Box(0, 0, *turned.size)), whole) == 0


@pytest.mark.parametrize("degrees", [1, 30, 45, 123, 200, 315])
def test_a_turned_text_is_placed_by_the_box_around_it(degrees: int) -> None:
    """Its ink has the same centre as the box, and reaches its edges nowhere by a letter's size."""
    line = typeset("国国国国", "wqy-zenhei", 40, FONTS)
    width, height = rotated_size(line.size, degrees)
    result = ink(lettered(paper((400, 400)), "国国国国", f"rotate_{degrees},g_nw,x_50,y_60"))
    rows, columns = np.nonzero(result > 100)
    assert columns.min() >= 50
    assert columns.max() < 50 + width
    assert rows.min() >= 60
    assert rows.max() < 60 + height
    middle = (columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2
    # The ink of these characters stands a little above the middle of their line.
    assert abs(middle[0] - 50 - width / 2) < 5
    assert abs(middle[1] - 60 - height / 2) < 5


def test_a_part_is_what_the_whole_shows_there() -> None:
    """Whatever is turned or shaded: only what is seen is drawn, and it is the same."""
    draw = random.Random(5)
    for _ in range(150):
        mark = lettering(
            draw.choice((HELLO, "jf", "한글 かな")),
            size=draw.randint(5, 80),
            rotation=draw.choice((0, 90, draw.randint(1, 359))),
            shadow=draw.choice((0, 70)),
        )
        reach = mark.ink_bounds
        left, right = sorted(draw.sample(range(reach.left, reach.right + 1), 2))
        top, bottom = sorted(draw.sample(range(reach.top, reach.bottom + 1), 2))
        part = Box(left, top, right, bottom)
        whole = mark.render(reach).crop(part.translate(-reach.left, -reach.top))
        # Interpolation cuts fractions off: letters and shadow are each a level off at most.
        assert difference(premultiplied(mark.render(part)), premultiplied(whole)) <= 2


def premultiplied(image: Image.Image) -> Image.Image:
    """Let colour count as far as it is seen."""
    return image.convert("RGBa")


def test_nothing_is_drawn_outside_the_reach() -> None:
    """A frame around it stays empty, whatever is turned by how much."""
    draw = random.Random(6)
    for _ in range(300):
        mark = lettering(
            draw.choice(("jÅgj", "█", "—", "国")),
            size=draw.randint(3, 60),
            rotation=draw.randint(0, 359),
            shadow=draw.choice((0, 100)),
        )
        around = mark.render(mark.ink_bounds.expand(6)).getchannel("A")
        around.paste(0, (6, 6, around.width - 6, around.height - 6))
        assert around.getbbox() is None, mark


@pytest.mark.parametrize("name", FILES)
def test_letters_that_lean_out_of_their_box_are_not_cut(name: str) -> None:
    """The box places the text; the hook of a `j` and the end of an `f` reach over its sides."""
    for letter in "jf":
        mask = font(name, 200).getmask(letter)
        result = lettered(
            paper((300, 300)), letter, f"size_200,type_{encode_base64(name)},g_center"
        )
        assert (ink(result) > 0).sum() == sum(value > 0 for value in bytes(mask))


@pytest.mark.parametrize(
    "text",
    [
        "图\u0301",
        "e\u0301\u0302\u0303",
        "नमस्ते",
        "שלום",
        "👨‍👩‍👧‍👦",
        "😀😀",
        "🇨🇳",
        "\U0010ffff",
        "\ue000",
    ],
    ids=ascii,
)
def test_any_script_is_drawn_or_shown_as_a_box(text: str) -> None:
    """Combining marks, scripts that no face has, emoji, unassigned and private characters."""
    assert ink(lettered(paper(), text)).max() > 200


@pytest.mark.parametrize(
    "text", [" ", "\u3000\u3000", "\xa0", "\u200b\u200d", "\ufe0f", "\u00ad"], ids=ascii
)
@pytest.mark.parametrize(
    "arguments", ["", "rotate_30,shadow_50", "fill_1", "fill_1,rotate_1,size_1"]
)
def test_text_without_ink_leaves_the_picture_as_it_is(text: str, arguments: str) -> None:
    """Blanks of any width, and characters that only steer the layout."""
    assert lettered(paper(), text, arguments) == paper()


@pytest.mark.parametrize(
    ("text", "name", "parts"),
    [("A안", "fangzhengkaiti", ("A", "안")), ("25℃", "wqy-microhei", ("25", "℃"))],
)
def test_a_missing_glyph_is_drawn_by_the_next_face(
    text: str, name: str, parts: tuple[str, str]
) -> None:
    """Both parts show the ink that their own face gives them."""
    own, other = (font(one, 40) for one in (name, "wqy-zenhei"))
    result = ink(lettered(paper(), text, f"type_{encode_base64(name)},g_nw,x_0,y_0"))
    baseline = max(own.getmetrics()[0], other.getmetrics()[0])
    wanted = paper()
    draw = ImageDraw.Draw(wanted)
    draw.text((0, baseline), parts[0], fill=0, font=own, anchor="ls")
    place = (own.getlength(parts[0]), baseline)
    draw.text(place, parts[1], fill=0, font=other, anchor="ls")
    assert np.abs(result - ink(wanted)).max() <= 1


def test_a_text_of_many_screens_is_cut_like_any_mark() -> None:
    """64 letters at size 1000 are 73 megapixels; what is seen is drawn, and no more."""
    result = ink(lettered(paper(), "W" * 64, "size_1000,g_center"))
    assert result.min() == 0
    assert result.max() == 255
    turned = ink(lettered(paper(), "W" * 64, "size_1000,g_center,rotate_45,shadow_50"))
    assert turned.min() == 0
    assert turned.max() == 255
