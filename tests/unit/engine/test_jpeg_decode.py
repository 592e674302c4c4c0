"""JPEG to planes of the target's size, and to RGB."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.imaging.engine import Engine, JpegFile, JpegHeader, Planes, Scaling, jpeg_eighths
from darkroom.imaging.engine_library import Enlarges, Misused, Unsupported
from tests.conftest import Data
from tests.unit.engine.jpegs import SAMPLINGS, jpeg, luma, opened, planes_of
from tests.unit.engine.models import Reals, Samples, averaged, samples

NEAR_A_HALF = 1 / 1000


def plane(planes: Planes, number: int) -> Samples:
    """Give the samples of one plane, as an image of one channel."""
    width, height = planes.sizes[number]
    return np.frombuffer(planes.samples[number], np.uint8).reshape(height, width, 1).astype(int)


def assert_rounded(result: Samples, exact: Reals) -> None:
    """Every sample is the exact mean, rounded."""
    assert result.shape == exact.shape
    assert np.abs(result - exact).max() <= 0.5 + NEAR_A_HALF


def means(before: Samples, whole: tuple[int, int], scaled: tuple[int, int], scale: int) -> Reals:
    """Average a plane decoded at `scale` eighths, whose last samples may stand for less.

    Samples are repeated to eighths of a pixel, those beyond the picture cut off.
    """
    repeated = before.repeat(8 // scale, 0).repeat(8 // scale, 1)[: whole[1], : whole[0]]
    sums, divisor = averaged(repeated, scaled)
    return sums / divisor


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (17, 31), (160, 121), (333, 250)], ids=str)
def test_header(engine: Engine, size: tuple[int, int], sampling: str) -> None:
    """Width, height and number of channels."""
    assert engine.jpeg_header(jpeg(size, subsampling=sampling)) == JpegHeader(size=size, channels=3)
    assert engine.jpeg_header(jpeg(size, "L")) == JpegHeader(size=size, channels=1)


@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize(
    ("size", "scaled"),
    [
        *(((97, 61), (97, 61)), ((97, 61), (80, 50)), ((97, 61), (40, 61)), ((401, 3), (9, 1))),
        *(((97, 61), (24, 15)), ((200, 201), (28, 27)), ((403, 402), (28, 29))),
    ],
    ids=str,
)
def test_luma_is_averaged_by_area(
    engine: Engine,
    mode: str,
    size: tuple[int, int],
    scaled: tuple[int, int],
    progressive: bool,
) -> None:
    """At every scale of the decoder, and with what the last samples of a reduced one stand for."""
    data = jpeg(size, mode, progressive=progressive)
    scaling = Scaling.whole(size, scaled)
    scale = jpeg_eighths(scaling)
    channels = engine.jpeg_header(data).channels
    planes = engine.decode_jpeg(JpegFile(header=data), scaling, channels=channels, chroma_step=2)
    assert_rounded(plane(planes, 0), means(luma(data, scale), size, scaled, scale))


@pytest.mark.parametrize("scaled", [(96, 60), (60, 59), (47, 31), (1, 1)], ids=str)
def test_colour_is_averaged_by_area(engine: Engine, scaled: tuple[int, int]) -> None:
    """At the target's resolution."""
    size = (96, 60)
    data = jpeg(size, subsampling="4:4:4")
    scaling = Scaling.whole(size, scaled)
    planes = engine.decode_jpeg(JpegFile(header=data), scaling, channels=3, chroma_step=1)
    reduced = jpeg_eighths(scaling)
    for number in (1, 2):
        before = planes_of(data, reduced)[:, :, number : number + 1]
        assert_rounded(plane(planes, number), means(before, size, scaled, reduced))


@pytest.mark.parametrize("scaled", [(96, 60), (60, 58), (46, 32)], ids=str)
def test_colour_at_half_resolution(engine: Engine, scaled: tuple[int, int]) -> None:
    """Each sample is the mean of four pixels of the target."""
    size, half = (96, 60), (scaled[0] // 2, scaled[1] // 2)
    data = jpeg(size, subsampling="4:4:4")
    planes = engine.decode_jpeg(
        JpegFile(header=data), Scaling.whole(size, scaled), channels=3, chroma_step=2
    )
    for number in (1, 2):
        before = planes_of(data)[:, :, number : number + 1]
        assert_rounded(plane(planes, number), means(before, size, half, 8))


def test_the_last_sample_of_an_odd_size(engine: Engine) -> None:
    """It stands for what is there: one pixel along that side."""
    data = jpeg((5, 3), subsampling="4:4:4", quality=100)
    planes = engine.decode_jpeg(
        JpegFile(header=data), Scaling.whole((5, 3), (5, 3)), channels=3, chroma_step=2
    )
    blue = planes_of(data)[:, :, 1]
    assert planes.sizes[1] == (3, 2)
    assert planes.samples[1][2] == round(blue[:2, 4].mean())
    assert planes.samples[1][5] == blue[2, 4]


@given(
    size=st.tuples(st.integers(1, 200), st.integers(1, 200)),
    shares=st.tuples(*[st.floats(0, 1)] * 6),
    sampling=st.sampled_from(SAMPLINGS),
    step=st.sampled_from([1, 2]),
)
def test_a_part_is_what_the_whole_has_there(
    engine: Engine,
    size: tuple[int, int],
    shares: tuple[float, ...],
    sampling: str,
    step: int,
) -> None:
    """Of luma, and of colour where it begins at a whole sample."""

    def within(most: int, share: float) -> int:
        return 1 + round((most - 1) * share)

    scaled = within(size[0], shares[0]), within(size[1], shares[1])
    kept = within(scaled[0], shares[2]), within(scaled[1], shares[3])
    left, top = (
        round((most - part) * share) // step * step
        for most, part, share in zip(scaled, kept, shares[4:], strict=True)
    )
    data = jpeg(size, subsampling=sampling)
    part = Scaling(source=size, scaled=scaled, left=left, top=top, size=kept)
    try:
        whole = engine.decode_jpeg(
            JpegFile(header=data), Scaling.whole(size, scaled), channels=3, chroma_step=step
        )
    except Enlarges:
        with pytest.raises(Enlarges):
            engine.decode_jpeg(JpegFile(header=data), part, channels=3, chroma_step=step)
        return
    planes = engine.decode_jpeg(JpegFile(header=data), part, channels=3, chroma_step=step)
    for number, unit in enumerate((1, step, step)):
        width, height = planes.sizes[number]
        cut = plane(whole, number)[top // unit :, left // unit :][:height, :width]
        assert np.array_equal(plane(planes, number), cut)


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("size", [(16, 16), (17, 31), (6, 1), (250, 333)], ids=str)
def test_rgb_at_full_size_is_pillows(engine: Engine, size: tuple[int, int], sampling: str) -> None:
    """Colour is interpolated, converted and rounded as libjpeg does, to the last bit.

    But it repeats the colour of pictures up to 4 wide; and of 4:2:2, neither all the rows nor
    half the columns can be had.
    """
    data = jpeg(size, subsampling=sampling)
    if sampling == "4:2:2":
        with pytest.raises(Enlarges):
            engine.decode_jpeg(
                JpegFile(header=data), Scaling.whole(size, size), channels=3, chroma_step=1
            )
        return
    result = engine.decode_jpeg_image(JpegFile(header=data), Scaling.whole(size, size))
    assert np.array_equal(samples(result), samples(opened(data)))


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("scaled", [(300, 200), (170, 121), (100, 70), (31, 20)], ids=str)
def test_rgb_is_near_that_of_a_full_decode(
    engine: Engine, data: Data, scaled: tuple[int, int], sampling: str
) -> None:
    """Within two levels on average: colour is averaged before its conversion, not after."""
    image = opened(data("example.jpg"))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95, subsampling=sampling)
    scaling = Scaling.whole(image.size, scaled)
    result = engine.decode_jpeg_image(JpegFile(header=file.getvalue()), scaling)
    sums, divisor = averaged(samples(opened(file.getvalue())), scaled)
    assert (result.mode, result.size) == ("RGB", scaled)
    assert np.abs(samples(result) - sums / divisor).mean() < 2


def test_grey_stays_grey(engine: Engine) -> None:
    """One channel in, one out."""
    result = engine.decode_jpeg_image(
        JpegFile(header=jpeg((50, 40), "L")), Scaling.whole((50, 40), (20, 16))
    )
    assert (result.mode, result.size) == ("L", (20, 16))


@pytest.mark.parametrize(
    ("mode", "options"),
    [("CMYK", {}), ("RGB", {"keep_rgb": True, "subsampling": "4:4:4"})],
    ids=["CMYK", "RGB"],
)
def test_other_colour_spaces_are_left_to_pillow(
    engine: Engine, mode: str, options: dict[str, object]
) -> None:
    """They are converted by profiles, which is not done on planes."""
    with pytest.raises(Unsupported):
        engine.jpeg_header(jpeg((20, 20), mode, **options))


@pytest.mark.parametrize(
    ("scaling", "channels", "step"),
    [
        (Scaling.whole((20, 19), (10, 10)), 3, 2),
        (Scaling.whole((20, 20), (10, 10)), 1, 2),
        (Scaling.whole((20, 20), (10, 10)), 3, 3),
        (Scaling(source=(20, 20), scaled=(9, 9), left=5, size=(5, 5)), 3, 1),
    ],
    ids=["another size", "another number of channels", "other planes", "outside"],
)
def test_what_makes_no_sense_is_refused(
    engine: Engine, scaling: Scaling, channels: int, step: int
) -> None:
    """Before anything is decoded."""
    with pytest.raises(Misused):
        engine.decode_jpeg(
            JpegFile(header=jpeg((20, 20))), scaling, channels=channels, chroma_step=step
        )


@pytest.mark.parametrize(
    ("ratio", "scale"),
    [(1, 8), (3.49, 8), (3.5, 4), (6.79, 4), (6.8, 2), (13.99, 2), (14, 1), (300, 1)],
)
def test_scale_of_the_decoder(ratio: float, scale: int) -> None:
    """Whole below 3.5, then the smallest that leaves 1.7 (an eighth: 1.75) times the target."""
    scaling = Scaling.whole((round(1000 * ratio), 60_000), (1000, 200))
    assert jpeg_eighths(scaling) == scale
