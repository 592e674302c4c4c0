"""GIF is written without losing frames, time or transparency, and without repeating itself."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageSequence, ImageStat

from darkroom.imaging.formats.gif.blocks import container_info, split_frames
from darkroom.imaging.formats.gif.read import composite_frames
from darkroom.imaging.formats.gif.write import write_gif
from darkroom.imaging.picture import Frame
from tests.conftest import Data

_PALETTE_FLAG = 0x80


def flat(width: int, height: int, pixels: bytes) -> Image.Image:
    """Draw an RGBA picture of a few colours, one byte a pixel; the byte 0 is transparent."""
    colours = [(0, 0, 0, 0), (255, 0, 0, 255), (240, 0, 0, 255), (0, 90, 0, 255), (0, 0, 0, 255)]
    image = Image.new("RGBA", (width, height))
    image.putdata([colours[number] for number in pixels])
    return image


def read(data: bytes) -> list[Frame]:
    """Read the frames back."""
    return list(composite_frames(data, container_info(data).size))


def rgba(frames: list[Frame]) -> list[tuple[bytes, int]]:
    """Give what can be compared of frames."""
    return [(frame.image.convert("RGBA").tobytes(), frame.duration) for frame in frames]


@st.composite
def animations(draw: st.DrawFn) -> list[Frame]:
    """Draw a few small frames that change here and there, vanish, or stay as they are."""
    width, height = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    area = width * height
    pixels = draw(st.lists(st.integers(0, 4), min_size=area, max_size=area))
    frames = []
    for _ in range(draw(st.integers(1, 5))):
        for place, number in draw(
            st.dictionaries(st.integers(0, area - 1), st.integers(0, 4))
        ).items():
            pixels[place] = number
        frames.append(Frame(flat(width, height, bytes(pixels)), 10 * draw(st.integers(0, 3))))
    return frames


@given(animations())
def test_few_colours_come_back_exactly(frames: list[Frame]) -> None:
    """Whatever changes from frame to frame, each is shown as it was given, for its time."""
    assert rgba(read(write_gif(iter(frames), loop_count=0))) == rgba(frames)


@given(animations())
def test_other_decoders_agree(frames: list[Frame]) -> None:
    """Pillow shows the same frames, as long as it knows from the first that some are clear."""
    clear = Image.new("RGBA", frames[0].image.size)
    data = write_gif(iter([Frame(clear), *frames]), loop_count=0)
    found = [
        image.convert("RGBA") for image in ImageSequence.Iterator(Image.open(io.BytesIO(data)))
    ]
    for image, frame in zip(found[1:], frames, strict=True):
        opaque = frame.image.getchannel("A")
        assert image.getchannel("A").tobytes() == opaque.tobytes()
        assert Image.composite(image, clear, opaque).tobytes() == frame.image.tobytes()


@pytest.mark.parametrize("plays", [0, 1, 2, 3, 65_535])
def test_plays(plays: int) -> None:
    """The file says how often to repeat; to play once, it says nothing."""
    frames = [Frame(Image.new("RGB", (2, 2), colour), 10) for colour in ("red", "lime")]
    data = write_gif(iter(frames), loop_count=plays)
    assert container_info(data).loop_count == plays
    assert (b"NETSCAPE" in data) == (plays != 1)


def test_frames_that_are_alike_all_count() -> None:
    """A frame that changes nothing costs a pixel, and keeps its time to itself."""
    image = Image.linear_gradient("L").convert("RGB")
    one = write_gif(iter([Frame(image, 70)]), loop_count=0)
    three = write_gif(iter([Frame(image, duration) for duration in (70, 80, 90)]), loop_count=0)
    assert [frame.duration for frame in read(three)] == [70, 80, 90]
    assert len(three) - len(one) < 2 * 50


def test_only_what_changes_is_drawn() -> None:
    """The frame is cut to it, and what stays the same in between is transparent."""
    before = Image.effect_noise((64, 64), 80).convert("RGB")
    after = before.copy()
    after.paste((255, 0, 0), (20, 10, 22, 12))
    after.paste((255, 0, 0), (40, 30, 41, 31))
    data = write_gif(iter([Frame(before), Frame(after)]), loop_count=0)
    _, part = split_frames(data)
    with Image.open(io.BytesIO(part.file)) as image:
        assert (part.offset, image.size) == ((20, 10), (21, 21))
        assert image.info["transparency"] in range(256)
        drawn = image.convert("RGBA").getchannel("A").histogram()[255]
    assert drawn == 2 * 2 + 1


def test_soft_transparency_is_cut_in_the_middle() -> None:
    """GIF has one bit of alpha: a pixel shows from half opacity on (spec 03 §3)."""
    image = Image.new("RGBA", (4, 1), (9, 99, 199, 0))
    for x, alpha in enumerate((0, 127, 128, 255)):
        image.putpixel((x, 0), (9, 99, 199, alpha))
    (frame,) = read(write_gif(iter([Frame(image)]), loop_count=1))
    assert list(frame.image.getchannel("A").tobytes()) == [0, 0, 255, 255]
    assert frame.image.getpixel((2, 0)) == (9, 99, 199, 255)


@pytest.mark.parametrize("colours", [1, 2, 3, 4, 16, 255, 256])
def test_a_full_palette_is_exact(colours: int) -> None:
    """Up to 256 colours nothing is lost where nothing is transparent, neighbours included."""
    image = Image.new("RGB", (16, 16))
    image.putdata([(n % colours, 255 - n % colours, 7) for n in range(256)])
    (frame,) = read(write_gif(iter([Frame(image)]), loop_count=1))
    assert frame.image.tobytes() == image.tobytes()


def test_the_palette_is_written_once_where_it_serves_all() -> None:
    """Frames of the same colours, or of colours next to them, have no palette of their own."""
    image = Image.linear_gradient("L").convert("RGB").resize((64, 64))
    frames = [Frame(ImageChops.offset(image, 0, shift)) for shift in range(4)]
    nearby = Frame(frames[0].image.point(lambda value: min(value + 2, 255)))
    other = Frame(ImageChops.invert(image).point([0] * 256 + list(range(256)) + [9] * 256))
    data = write_gif(iter([*frames, nearby, other]), loop_count=0)
    own = [bool(flags & _PALETTE_FLAG) for flags in descriptor_flags(data)]
    assert own == [False, False, False, False, False, True]


def descriptor_flags(data: bytes) -> list[int]:
    """Find the flags of each frame's descriptor; sub-blocks are skipped by their length."""
    position, flags = 13 + (3 << (data[10] & 7) + 1), []
    while data[position : position + 1] != b";":
        if data[position] == ord(","):
            flags.append(data[position + 9])
            own = 3 << (flags[-1] & 7) + 1 if flags[-1] & _PALETTE_FLAG else 0
            position += 10 + own + 1
        else:
            position += 2
        while data[position]:
            position += data[position] + 1
        position += 1
    return flags


def test_a_photograph_looks_right_from_afar(sample: Data) -> None:
    """255 colours, dithered: smoothed by two pixels, it differs by about a level."""
    photo = Image.open(io.BytesIO(sample("example.jpg"))).convert("RGB")
    (frame,) = read(write_gif(iter([Frame(photo)]), loop_count=1))
    apart = ImageChops.difference(*(image.reduce(4) for image in (photo, frame.image)))
    assert max(ImageStat.Stat(apart).rms) < 3
