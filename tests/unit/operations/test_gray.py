"""`gray`, also `grey`: luminance in place of colour (spec 02 §18c)."""

import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.operations import canonical_process, compile_operations
from darkroom.process.grammar import parse
from tests.pictures import animation, photographic, processed, shown, stored
from tests.unit.operations.applied import applied, noise, samples


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_become_their_luminance(mode: str) -> None:
    """By the weights of ITU-R BT.601; alpha is no colour."""
    image = noise(mode, (17, 5))
    result = applied(image, "gray,1")
    red, green, blue, *alpha = np.moveaxis(samples(image), -1, 0)
    luminance, *kept = np.moveaxis(samples(result), -1, 0)
    assert result.mode == ("LA" if alpha else "L")
    assert np.abs(luminance - (0.299 * red + 0.587 * green + 0.114 * blue)).max() <= 1
    assert np.array_equal(kept, alpha)


@pytest.mark.parametrize(("mode", "text"), [("RGBA", "gray,0"), ("L", "gray,1"), ("LA", "grey,1")])
def test_nothing_changes(mode: str, text: str) -> None:
    """0 changes nothing, and a grey picture is grey already."""
    image = noise(mode, (9, 9))
    result = applied(image, text)
    assert (result.mode, result.tobytes()) == (mode, image.tobytes())


def test_both_spellings_are_one_action() -> None:
    """The canonical text has the name of the table."""
    texts = (canonical_process(compile_operations(parse(f"image/{name},1").actions))
             for name in ("gray", "grey"))  # fmt: skip
    assert set(texts) == {"image/gray,1"}


@pytest.mark.parametrize("word", ["jpg", "png", "webp", "bmp", "tiff", "heic", "avif"])
def test_every_format_holds_a_grey_picture(word: str) -> None:
    """The colours of the result are equal, within the loss of its encoder."""
    source = stored(photographic((32, 24)))
    image = shown(processed(source, f"image/gray,1/format,{word}")).convert("RGB")
    assert image.size == (32, 24)
    assert np.ptp(samples(image), axis=2).max() <= 6


def test_a_mark_on_a_grey_picture_has_its_colour() -> None:
    """Actions run from left to right: what is drawn later is not grey."""
    image = applied(Image.new("RGB", (8, 8), "lime"), "gray,1/resize,m_pad,w_20,h_8,color_FF0000")
    assert image.convert("RGB").getpixel((0, 4)) == (255, 0, 0)


@pytest.mark.parametrize(("text", "frames"), [("gray,1", 1), ("gray,0", 3)])
def test_an_animation_becomes_its_first_frame(text: str, frames: int) -> None:
    """As with every operation that is not among resize, crop and watermark (C-118)."""
    drawn = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    assert getattr(shown(processed(animation(drawn), f"image/{text}")), "n_frames", 1) == frames
