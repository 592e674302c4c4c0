"""Marks on animations: on every frame, but made once (spec 03 §5)."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageSequence

from darkroom.imaging.context import ProcessingContext, RequestCache
from darkroom.imaging.fonts import FILES
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.operations.watermark.marks import BitmapMark
from darkroom.process.grammar import parse
from tests.pictures import animation, processed, stored
from tests.unit.operations.applied import samples
from tests.unit.operations.watermark.marking import FONTS, reference, written

COLOURS = ["#400000", "#004000", "#000040", "#404000"]
SQUARE = Image.new("RGB", (12, 8), "#ffffff")


def frames(word: str = "GIF") -> bytes:
    """Write an animation of even frames, 60×40."""
    drawn = [Image.new("RGB", (60, 40), colour) for colour in COLOURS]
    return animation(drawn, word, duration=70)


class Counted(Path):
    """A folder that counts how often a file of it is asked for."""

    asked = 0

    def __truediv__(self, name: str) -> Path:  # type: ignore[override]
        """Name a file."""
        Counted.asked += 1
        return Path(str(self)) / name


class Counting:
    """A bucket with one mark that counts how often it is read."""

    def __init__(self) -> None:
        self.read = 0

    def load(self, _key: str) -> bytes:
        """Read the mark."""
        self.read += 1
        return stored(SQUARE)


@pytest.mark.parametrize("word", ["GIF", "WEBP"])
def test_every_frame_is_marked(word: str) -> None:
    """All frames with their durations, each with the mark at its place."""
    text = f"image/watermark,{reference('mark')},x_5,y_4"
    result = processed(frames(word), text, ProcessingContext(load_watermark=Counting().load))
    picture = Image.open(io.BytesIO(result.body))
    assert getattr(picture, "n_frames", 1) == len(COLOURS)
    for frame in ImageSequence.Iterator(picture):
        grey = samples(frame.convert("L"))
        assert frame.info["duration"] == 70
        assert grey[30:34, 45:53].min() > 200
        assert grey[:, :40].max() < 90


@pytest.mark.parametrize("arguments", ["", ",fill_1", f",{written('Hello')}"])
def test_a_picture_is_loaded_once_for_all_frames(arguments: str) -> None:
    """Alone, as tiles and beside a text; and once before for the sum of work."""
    bucket = Counting()
    text = f"image/watermark,{reference('mark')}{arguments}"
    processed(frames(), text, ProcessingContext(load_watermark=bucket.load, fonts=FONTS))
    assert bucket.read == 1 + 1


def test_without_room_to_keep_it_a_mark_is_made_anew() -> None:
    """A process of many large marks takes longer, but not more memory."""
    bucket = Counting()
    context = ProcessingContext(
        load_watermark=bucket.load,
        cache=RequestCache(remaining_pixels=SQUARE.width * SQUARE.height - 1),
    )
    processed(frames(), f"image/watermark,{reference('mark')}", context)
    assert bucket.read == 1 + len(COLOURS)


@pytest.mark.parametrize("arguments", ["", ",fill_1", ",rotate_30,shadow_50"])
def test_a_text_is_set_once_for_all_frames(arguments: str) -> None:
    """Its fonts are looked at for the first frame only."""
    Counted.asked = 0
    text = f"image/watermark,{written('Hello')},size_12{arguments}"
    processed(frames(), text, ProcessingContext(fonts=Counted(FONTS)))
    assert Counted.asked == len(FILES["wqy-zenhei"])


def test_a_mark_fits_the_size_that_a_frame_has_at_its_step() -> None:
    """`P_` counts from the picture as it is there, and each size has its own mark."""
    share = reference("mark", "resize,P_50,m_fixed")
    text = f"image/watermark,{share},x_0,y_0/resize,w_30/watermark,{share},x_0,y_0"
    bucket = Counting()
    result = processed(frames(), text, ProcessingContext(load_watermark=bucket.load))
    assert Image.open(io.BytesIO(result.body)).size == (30, 20)
    assert bucket.read == 2 + 2  # once each for the sum of work


@pytest.mark.parametrize("arguments", ["", ",fill_1", ",rotate_30,shadow_50"])
def test_a_text_is_drawn_once_for_all_frames(arguments: str) -> None:
    """What is kept for the next frame is pixels."""
    text = f"image/watermark,{written('Hello')},size_12{arguments}"
    (watermark,) = compile_operations(parse(text).actions)
    context = ProcessingContext(fonts=FONTS)
    processed(frames(), text, context)
    kept = context.cache.get_or_create((watermark, (60, 40)), lambda: None, pixels=lambda _: 0)
    assert kept is not None
    assert isinstance(kept.mark, BitmapMark)
