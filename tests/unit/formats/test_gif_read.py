"""GIF frames come composited as browsers show them, from whatever the file is made of."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.formats import probe
from darkroom.imaging.formats.gif.blocks import container_info
from darkroom.imaging.formats.gif.read import composite_frames
from tests.conftest import Data
from tests.unit.formats import drawing
from tests.unit.formats.drawing import processed
from tests.unit.formats.gifs import Part, Rows, gif_file, letters


def frames(data: bytes, size: Size) -> list[Rows]:
    """Read every frame as letters."""
    return [letters(frame.image) for frame in composite_frames(data, size)]


def read(data: bytes) -> list[Rows]:
    """Read every frame as letters, on the canvas of the header's size."""
    return frames(data, probe(data).size)


FULL = Part(rows=("rrr", "rrr"))
DOT = ("b",)


@pytest.mark.parametrize(
    ("disposal", "third"),
    [(0, ("rbr", "rrg")), (1, ("rbr", "rrg")), (2, ("r.r", "rrg")), (3, ("rrr", "rrg"))],
    ids=["unspecified", "keep", "clear", "restore"],
)
def test_disposal(disposal: int, third: Rows) -> None:
    """A frame stays, makes room for nothing at all, or for what was there before it."""
    data = gif_file(
        (3, 2),
        FULL,
        Part(rows=DOT, place=(1, 0), disposal=disposal),
        Part(rows=("g",), place=(2, 1)),
    )
    assert frames(data, (3, 2)) == [("rrr", "rrr"), ("rbr", "rrr"), third]


def test_restoring_goes_back_to_what_was_kept() -> None:
    """Two frames that are taken away leave the canvas of the last one that stayed."""
    data = gif_file(
        (3, 1),
        Part(rows=("rrr",)),
        Part(rows=("b",), disposal=3),
        Part(rows=("g",), place=(1, 0), disposal=3),
        Part(rows=("k",), place=(2, 0)),
    )
    assert frames(data, (3, 1)) == [("rrr",), ("brr",), ("rgr",), ("rrk",)]


def test_transparent_pixels_show_what_lies_below() -> None:
    """A transparent colour draws nothing; it does not clear."""
    data = gif_file((3, 1), Part(rows=("rg.",)), Part(rows=("b..",)))
    assert frames(data, (3, 1)) == [("rg.",), ("bg.",)]


def test_the_canvas_is_empty_where_nothing_is_drawn() -> None:
    """Pixels that no frame draws are transparent; the background colour is ignored."""
    assert frames(gif_file((3, 2), Part(rows=DOT, place=(1, 1))), (3, 2)) == [("...", ".b.")]


@pytest.mark.parametrize("local", [False, True], ids=["shared palette", "own palette"])
def test_palettes(local: bool) -> None:
    """A frame is drawn with its own palette, or else with the file's."""
    data = gif_file((2, 1), Part(rows=("rg",), local=local), Part(rows=("b",), local=local))
    assert frames(data, (2, 1)) == [("rg",), ("bg",)]


def test_a_first_frame_beyond_the_screen_enlarges_the_canvas() -> None:
    """Browsers and libnsgif make the canvas large enough for it."""
    data = gif_file((2, 1), Part(rows=("rrr", "rrr")), Part(rows=("b",), place=(2, 1)))
    assert probe(data).size == (3, 2)
    assert frames(data, (3, 2)) == [("rrr", "rrr"), ("rrr", "rrb")]


def test_a_later_frame_is_cropped_to_the_screen() -> None:
    """It neither enlarges the canvas nor escapes the limits."""
    data = gif_file((2, 1), Part(rows=("rr",)), Part(rows=("bb", "bb"), place=(1, 0)))
    header = probe(data)
    assert (header.size, header.decoded_size) == ((2, 1), (2, 2))
    assert frames(data, (2, 1)) == [("rr",), ("rb",)]


def test_a_frame_of_the_screens_size_keeps_its_place() -> None:
    """It is drawn where it says, with what is left of it."""
    data = gif_file((2, 1), Part(rows=("rr",)), Part(rows=("bb",), place=(1, 0)))
    assert frames(data, (2, 1)) == [("rr",), ("rb",)]


def test_disposal_4_restores_what_was_there_before() -> None:
    """The specification leaves it undefined; browsers treat it as 3."""
    last = Part(rows=("g",), place=(0, 0))
    data = gif_file((2, 1), Part(rows=("rr",)), Part(rows=("b",), place=(1, 0), disposal=4), last)
    assert frames(data, (2, 1))[-1] == ("gr",)


def test_opaque_frames_have_no_alpha_channel() -> None:
    """Frames that cover their canvas come as RGB, without an alpha channel."""
    data = gif_file((2, 1), Part(rows=("rg",)), Part(rows=(".b",)))
    assert [frame.image.mode for frame in composite_frames(data, (2, 1))] == ["RGB", "RGB"]
    data = gif_file((2, 1), Part(rows=("rg",), disposal=2), Part(rows=(".b",)))
    assert [frame.image.mode for frame in composite_frames(data, (2, 1))] == ["RGB", "RGBA"]


def test_durations_are_milliseconds() -> None:
    """The file counts hundredths of a second."""
    data = gif_file((1, 1), *(Part(rows=DOT, duration=10 * tenth) for tenth in (0, 1, 250)))
    assert [frame.duration for frame in composite_frames(data, (1, 1))] == [0, 10, 2500]


@pytest.mark.parametrize(
    ("repeats", "plays"), [(None, 1), (0, 0), (1, 2), (2, 3), (65_534, 65_535), (65_535, 0)]
)
def test_plays(repeats: int | None, plays: int) -> None:
    """The file counts repeats after the first loop; without the number the loop count is 1."""
    data = gif_file((1, 1), Part(rows=DOT), Part(rows=("g",)), repeats=repeats)
    outline = container_info(data)
    assert (outline.size, outline.frames, outline.loop_count) == ((1, 1), 2, plays)


@pytest.mark.parametrize(
    ("name", "size", "count", "plays"),
    [
        ("example.gif", (500, 300), 3, 0),
        ("animated-loop-3.gif", (370, 285), 10, 3),
        ("rotating-squares.gif", (80, 80), 30, 0),
        ("cogs.gif", (85, 77), 5, 32_761),
        ("frames-1024.gif", (1, 1), 1024, 0),
    ],
)
def test_pictures_from_elsewhere(
    name: str, size: Size, count: int, plays: int, sample: Data
) -> None:
    """Size, frame count and loop count in the structure agree with the decoded frames."""
    header = probe(sample(name))
    assert (header.size, header.frames, header.loop_count) == (size, count, plays)
    assert {frame.image.size for frame in composite_frames(sample(name), size)} == {size}
    assert sum(1 for _ in composite_frames(sample(name), size)) == count


def test_a_bomb_is_refused_by_its_structure(sample: Data) -> None:
    """44 bytes that ask for a canvas of 86 megapixels, without a picture in them."""
    with pytest.raises(OssError) as refused:
        processed(sample("bomb-65535x66601.gif"), "resize,w_10")
    assert refused.value.code is Code.IMAGE_TOO_LARGE


def test_no_cut_file_passes_for_a_whole_one() -> None:
    """Wherever the file ends, either all frames that it begins are there or it is damaged."""
    data = gif_file((4, 4), Part(rows=("rrgg",) * 4, local=True), Part(rows=("bbkk",) * 4))
    whole = [("rrgg",) * 4, ("bbkk",) * 4]
    for length in range(len(data)):
        try:
            header = probe(data[:length])
            found = frames(data[:length], header.size)
        except (OssError, OSError, ValueError, IndexError, EOFError):
            continue
        assert found == whole[: header.frames]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_frame_that_breaks_off_is_damage(share: float, sample: Data) -> None:
    """The service repairs nothing (C-102), whichever frame it is."""
    gif = sample("example.gif")
    with pytest.raises(OssError) as refused:
        processed(gif[: int(len(gif) * share)], "resize,w_10")
    assert refused.value.code is Code.IMAGE_DAMAGE


def test_a_frame_without_a_size_has_that_of_the_screen() -> None:
    """Browsers read such files; one without any size is damaged."""
    whole = gif_file((2, 2), Part(rows=("rg", "bk")))
    at = whole.index(b",", 37)
    for size in (b"\0\0\0\0", b"\2\0\0\0", b"\0\0\2\0"):
        data = whole[: at + 5] + size + whole[at + 9 :]
        assert probe(data).size == (2, 2)
        assert read(data) == [("rg", "bk")]
    with pytest.raises(OssError) as refused:
        probe(data[:6] + bytes(4) + data[10 : at + 5] + bytes(4) + data[at + 9 :])
    assert refused.value.code is Code.IMAGE_DAMAGE


def test_a_screen_without_a_size_has_that_of_the_first_frame() -> None:
    """As any screen that is smaller than it."""
    whole = gif_file((2, 2), Part(rows=("rg", "bk")), Part(rows=("bb",), place=(0, 1)))
    data = whole[:6] + bytes(4) + whole[10:]
    assert probe(data).size == (2, 2)
    assert read(data) == [("rg", "bk"), ("rg", "bb")]


def test_a_first_frame_that_restores_leaves_an_empty_canvas() -> None:
    """There is nothing before it."""
    parts = Part(rows=("rg", "bk"), disposal=3), Part(rows=("g",))
    assert read(gif_file((2, 2), *parts)) == [("rg", "bk"), ("g.", "..")]


def test_a_frame_outside_the_screen_draws_nothing() -> None:
    """It is a frame of the animation all the same; the next one is drawn over what was there."""
    parts = (
        Part(rows=("rg", "bk")),
        Part(rows=("gg",), place=(5, 5), disposal=2),
        Part(rows=("gg", "gg"), place=(1, 1)),
    )
    assert read(gif_file((2, 2), *parts)) == [("rg", "bk"), ("rg", "bk"), ("rg", "bg")]


def test_transparent_colours_are_of_one_frame() -> None:
    """A frame without a control extension is opaque, whatever the one before it had."""
    parts = Part(rows=("rg", "bk")), Part(rows=("..", ".b")), Part(rows=("gg", "gg"))
    data = gif_file((2, 2), *parts)
    controls = [at for at in range(len(data)) if data.startswith(b"!\xf9\4", at)]
    data = data[: controls[-1]] + data[controls[-1] + 8 :]
    assert read(data) == [("rg", "bk"), ("rg", "bb"), ("gg", "gg")]


@pytest.mark.parametrize("blocks", [b"\5\2\0\0\1\0\3\1\5\0\0", b"\3\x41\5\0\0", b"\4\1\5\0\0\0"])
def test_the_loop_count_is_found_among_sub_blocks(blocks: bytes) -> None:
    """The size of a buffer may precede it; only three bits of its kind count."""
    data = gif_file((2, 2), *[Part(rows=("rg", "bk"))] * 2)
    for name in (b"NETSCAPE2.0", b"ANIMEXTS1.0"):
        extension = b"!\xff\x0b" + name + blocks
        assert probe(data[:37] + extension + data[37:]).loop_count == 6
        assert probe(data[:-1] + extension + data[-1:]).loop_count == 6
        assert (
            probe(data[:37] + b"!\xff\x0b" + name + b"\5\2\0\0\1\0\0" + data[37:]).loop_count == 1
        )


@pytest.mark.parametrize("duration", [0, 10])
def test_short_durations_are_kept(duration: int) -> None:
    """Browsers show frames of up to 10 ms for 100, in both formats, and decide it themselves."""
    parts = [Part(rows=rows, duration=duration) for rows in (("rg", "bk"), ("gg", "bk"))]
    data = gif_file((2, 2), *parts, repeats=0)
    for process in ("resize,w_1", "resize,w_1/format,webp"):
        found = list(drawing.frames(processed(data, process).body))
        assert [frame.duration for frame in found] == [duration] * 2
