"""What stays an animation, what becomes a picture, and that nothing is lost (spec 03 §5)."""

import weakref
from collections.abc import Iterator

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import probe
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.picture import Frame, Output
from darkroom.imaging.pipeline import run
from darkroom.limits import Limits
from darkroom.process.grammar import parse
from tests.conftest import Data
from tests.unit.formats.drawing import corners, encode, frames, processed, quarters, stored
from tests.unit.formats.gifs import Part, gif_file

DURATIONS = [70, 110, 70, 1000]
SIZE = (120, 80)


def moving(word: str) -> bytes:
    """Write four frames that differ, played three times; the second is half transparent."""
    frames = [quarters(SIZE).rotate(90 * turn, expand=False).convert("RGBA") for turn in range(4)]
    frames[1].paste((0, 0, 0, 0), (0, 0, 60, 80))
    output = Output(
        format=word, alpha=True, frames=4, loop_count=3, quality=90 if word != "gif" else None
    )
    timed = zip(frames, DURATIONS, strict=True)
    return encode((Frame(image, duration) for image, duration in timed), output)


def frames_of(data: bytes) -> list[Frame]:
    """Decode every frame."""
    return list(frames(data))


@pytest.mark.parametrize("word", ["gif", "webp"])
@pytest.mark.parametrize(
    ("process", "size"),
    [
        ("resize,w_60", (60, 40)),
        ("resize,l_60", (60, 40)),
        ("resize,m_fill,w_40,h_40", (40, 40)),
        ("crop,w_100,h_60,g_center", (100, 60)),
        ("resize,w_60/crop,w_30,h_30,g_center", (30, 30)),
        ("crop,w_80,h_80,g_center/resize,w_40/resize,h_20", (20, 20)),
        ("resize,w_60/quality,q_80", (60, 40)),
        ("resize,w_60/auto-orient,1", (60, 40)),
        ("auto-orient,1", (120, 80)),
        ("watermark,text_SGk,size_9,g_south", (120, 80)),
        ("resize,w_60/watermark,text_SGk,size_9,g_south/crop,w_60,h_36", (60, 36)),
    ],
)
def test_it_stays_an_animation(word: str, process: str, size: tuple[int, int]) -> None:
    """Frame count, durations, loop count and transparency stay, of WebP too (C-119, C-120)."""
    result = processed(moving(word), process)
    header = probe(result.body)
    assert (result.format, header.size, header.frames, header.loop_count) == (word, size, 4, 3)
    frames = frames_of(result.body)
    assert [frame.duration for frame in frames] == DURATIONS
    assert {frame.image.size for frame in frames} == {size}
    assert frames[0].image.convert("RGBA").getchannel("A").getextrema() == (255, 255)
    seen = frames[1].image.getchannel("A")
    assert (seen.getpixel((1, 1)), seen.getpixel((size[0] - 2, 1))) == (0, 255)
    assert corners(frames[2].image) == ["white", "blue", "lime", "red"]


@pytest.mark.parametrize("word", ["gif", "webp"])
@pytest.mark.parametrize(
    "process",
    [
        "resize,p_50",
        "rotate,90",
        "rotate,0",
        "indexcrop,x_50,i_0",
        "circle,r_30",
        "rounded-corners,r_9",
        "blur,r_2,s_1",
        "bright,5",
        "contrast,5",
        "sharpen,50",
        "quality,Q_90",
        "quality,90",
        "format,jpg",
        "format,png",
        "format,bmp",
        "format,tiff",
        "format,avif",
        "resize,w_60/rotate,180",
        "resize,w_60/format,webp/quality,Q_80",
    ],
)
def test_it_becomes_one_picture(word: str, process: str) -> None:
    """Any other action, and any other format, shows the first frame."""
    result = processed(moving(word), process)
    assert probe(result.body).frames == 1
    (frame,) = frames_of(result.body)
    first = set(corners(frame.image))
    assert first <= {"red", "lime", "blue", "white"}
    assert b"NETSCAPE" not in result.body


@pytest.mark.parametrize("process", ["resize,w_240,limit_0", "resize,m_fixed,w_130,h_90,limit_0"])
def test_it_is_never_enlarged(process: str) -> None:
    """An animation keeps its size where `limit_0` would enlarge a still picture."""
    header = probe(processed(moving("gif"), process).body)
    assert (header.size, header.frames) == (SIZE, 4)


def test_gif_becomes_animated_webp() -> None:
    """Durations and loop count are converted to the way that WebP counts them."""
    result = processed(moving("gif"), "resize,w_60/format,webp")
    header = probe(result.body)
    assert (header.format, header.frames, header.loop_count) == ("webp", 4, 3)
    assert [frame.duration for frame in frames_of(result.body)] == DURATIONS


@pytest.mark.parametrize("repeats", [None, 0, 7])
def test_plays_are_the_same_in_both_formats(repeats: int | None) -> None:
    """Played once, for ever, or eight times."""
    parts = (Part(rows=("rr", "gg")), Part(rows=("bb", "rr")))
    source = gif_file((2, 2), *parts, repeats=repeats)
    plays = {None: 1, 0: 0, 7: 8}[repeats]
    assert probe(processed(source, "crop,w_1").body).loop_count == plays
    assert probe(processed(source, "crop,w_1/format,webp").body).loop_count == plays


def test_webp_does_not_become_gif() -> None:
    """GIF comes from GIF alone: the source's format stays, and stays animated."""
    header = probe(processed(moving("webp"), "resize,w_60/format,gif").body)
    assert (header.format, header.frames) == ("webp", 4)


def test_frames_that_are_alike() -> None:
    """GIF keeps each; WebP's encoder shows one for the time of all (docs/decisions/022)."""
    rows = ("rr", "gg")
    source = gif_file((2, 2), *[Part(rows=rows, duration=30)] * 3, Part(rows=("bb", "bb")))
    again = frames_of(processed(source, "crop,w_2").body)
    assert [frame.duration for frame in again] == [30, 30, 30, 100]
    again = frames_of(processed(source, "crop,w_2/format,webp").body)
    assert [frame.duration for frame in again] == [90, 100]


@pytest.mark.parametrize("word", ["png", "tiff", "avif"])
def test_other_sequences_show_their_first_picture(word: str) -> None:
    """Animated PNG, TIFF pages and AVIF sequences count as one picture (C-121, C-122)."""
    first, second = Image.new("RGB", (32, 32), "red"), Image.new("RGB", (32, 32), "blue")
    source = stored(first, word, save_all=True, append_images=[second])
    assert probe(source).frames == 1
    (frame,) = frames_of(processed(source, "resize,w_16").body)
    assert set(corners(frame.image)) == {"red"}


def test_a_still_from_an_animation_has_no_duration() -> None:
    """A still made of an animation has no frame duration."""
    (frame,) = frames_of(processed(moving("gif"), "rotate,90").body)
    assert frame.duration == 0


def test_every_frame_counts_for_the_limit() -> None:
    """Width × height × frames, from the structure alone: no frame of this can be decoded."""
    part = Part(rows=("r",))
    source = gif_file((1000, 1000), *[part] * 250)
    broken = source.replace(b"\x08\x02", b"\x08\x01")
    allowed = ProcessingContext(limits=Limits(source_pixels=250_000_000))
    operations = compile_operations(parse("image/info").actions)
    assert b'"250"' in run(broken, operations, allowed).body
    with pytest.raises(OssError, match="250 frames") as refused:
        run(broken, operations, ProcessingContext(limits=Limits(source_pixels=249_999_999)))
    assert (refused.value.code, refused.value.ec) == (Code.IMAGE_TOO_LARGE, "0040-00000012")


@pytest.mark.parametrize("word", ["gif", "webp"])
def test_few_frames_are_in_memory_at_a_time(word: str) -> None:
    """The one that is written, the one before and the one after; the others are let go."""
    alive: list[weakref.ref[Image.Image]] = []
    most = 0

    def frames() -> Iterator[Frame]:
        nonlocal most
        for number in range(12):
            image = Image.new("RGBA", (8, 8), (20 * number, 0, 0, 255))
            alive.append(weakref.ref(image))
            yield Frame(image, 10)
            most = max(most, sum(1 for one in alive if one() is not None))

    encode(frames(), Output(format=word, alpha=True, frames=12))
    assert len(alive) == 12
    assert most <= 3


def test_many_frames(sample: Data) -> None:
    """A thousand frames of one pixel stay a thousand."""
    result = processed(sample("frames-1024.gif"), "resize,w_10")
    assert probe(result.body).frames == 1024
