"""Processing with and without the engine: the same sizes, modes and errors, and near pixels.

Pillow is the reference. Every operation is run with its required arguments, and with those that
take a path of their own, on every format.
"""

import io
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from darkroom.errors import OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import Engine, Planes
from darkroom.imaging.flatten import flatten
from darkroom.imaging.operations import OPERATIONS
from darkroom.imaging.pipeline import Result
from tests.colours import rgb_profile
from tests.conftest import Data
from tests.declarations import minimal_arguments
from tests.pictures import (
    animation,
    mean_difference,
    photographic,
    processed,
    shown,
    stored,
    with_orientation,
)

FONTS = Path(__file__).parents[3] / "layers/fonts/fonts"

SIZE = (840, 600)
"""Over the size from which on a JPEG is scaled in its planes."""

LEAST_SIDE = 16

MAX_MEAN_DIFFERENCE = 2
"""Levels; the reference of scaling is a windowed average, that of blur a sum of box filters."""

MAX_MEAN_DIFFERENCE_OF_PALETTES = 4
"""Levels; another pixel may lead to another choice of colours."""

PROCESSES = (
    *(",".join([name, *minimal_arguments(each)]) for name, each in OPERATIONS.items()),
    "resize,w_640",
    "resize,w_123,h_77,m_fixed",
    "resize,w_200,h_200,m_fill",
    "resize,w_200,h_200,m_pad,color_FF0000",
    "resize,w_1200,limit_0",
    "resize,w_2000",
    "resize,p_30",
    "resize,w_300/blur,r_8,s_4",
    "resize,w_300/rotate,90",
    "resize,w_300/resize,w_100",
    "resize,w_300/quality,q_95",
    "resize,w_300/interlace,1",
    "resize,w_300/watermark,text_SGVsbG8",
    "resize,w_300/format,png",
    "blur,r_2,s_3",
    "blur,r_50,s_50",
    "resize,w_17000,limit_0",
    "crop,x_5000",
    "resize,w_300/format,webp",
    "info",
)


def _alpha(image: Image.Image) -> Image.Image:
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


@cache
def sources() -> dict[str, bytes]:
    """Return a picture of every kind that the engine treats in its own way, or leaves alone."""
    picture = photographic(SIZE)
    return {
        "jpeg": stored(picture, "JPEG", quality=90),
        "jpeg 4:4:4": stored(picture, "JPEG", quality=90, subsampling=0),
        "jpeg 4:2:2": stored(picture, "JPEG", quality=90, subsampling=1),
        "jpeg progressive": stored(picture, "JPEG", quality=90, progressive=True),
        "jpeg grey": stored(picture.convert("L"), "JPEG", quality=90),
        "jpeg CMYK": stored(picture.convert("CMYK"), "JPEG", quality=90),
        "jpeg RGB": stored(picture, "JPEG", quality=90, keep_rgb=True),
        "jpeg with a profile": stored(
            picture, "JPEG", quality=90, icc_profile=rgb_profile(gamma=1.4)
        ),
        "jpeg turned": with_orientation(picture, 6),
        "jpeg, odd sides, mirrored": with_orientation(picture.resize((901, 701)), 7),
        "jpeg, small": stored(picture.resize((300, 200)), "JPEG", quality=90),
        "jpeg, 1 pixel high": stored(picture.resize((600, 1)), "JPEG"),
        "png RGB": stored(picture),
        "png RGBA": stored(_alpha(picture.copy())),
        "png L": stored(picture.convert("L")),
        "png LA": stored(_alpha(picture.convert("L"))),
        "png P": stored(picture.quantize(64)),
        "webp": stored(_alpha(picture.copy()), "WEBP", quality=80, method=0),
        "tiff": stored(picture, "TIFF"),
        "bmp": stored(picture, "BMP"),
        "gif": stored(picture.quantize(64), "GIF"),
        "gif, animated": animation(
            [picture.resize((90, 70)), picture.resize((90, 70)).rotate(180)], duration=100
        ),
    }


def outcome(data: bytes, process: str, engine: Engine | None) -> Result | OssError:
    """Return the result or the error."""
    try:
        return processed(data, f"image/{process}", ProcessingContext(engine=engine, fonts=FONTS))
    except OssError as error:
        return error


def assert_near(native: Result, reference: Result) -> None:
    """Compare as seen on white; of a few pixels Pillow's reference is not near the average."""
    one, other = (flatten(shown(each).convert("RGBA")) for each in (native, reference))
    if min(one.size) >= LEAST_SIDE:
        palette = native.format == "gif"
        limit = MAX_MEAN_DIFFERENCE_OF_PALETTES if palette else MAX_MEAN_DIFFERENCE
        assert mean_difference(one, other) <= limit


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("kind", sources())
def test_a_result_is_the_same_as_without_the_engine(
    engine: Engine, kind: str, process: str
) -> None:
    """Format, size, mode, frames and error are equal, and the pixels near."""
    data = sources()[kind]
    native, reference = outcome(data, process, engine), outcome(data, process, None)
    if isinstance(reference, OssError):
        assert isinstance(native, OssError)
        assert (native.code, native.message, native.ec) == (
            *(reference.code, reference.message, reference.ec),
        )
        return
    assert isinstance(native, Result)
    assert (native.format, native.content_type) == (reference.format, reference.content_type)
    if reference.format is None:
        assert native.body == reference.body
        return
    one, other = Image.open(io.BytesIO(native.body)), Image.open(io.BytesIO(reference.body))
    assert (one.size, one.mode) == (other.size, other.mode)
    assert getattr(one, "n_frames", 1) == getattr(other, "n_frames", 1)
    assert one.info.get("progressive") == other.info.get("progressive")
    assert_near(native, reference)


@pytest.mark.parametrize("length", [3, 400, 2000, 9000, -2000, -2, -1])
@pytest.mark.parametrize("process", ["resize,w_300", "resize,w_300/format,png", "blur,r_9,s_9"])
@pytest.mark.parametrize("kind", ["jpeg", "jpeg progressive", "jpeg grey"])
def test_a_cut_file_has_the_same_verdict(
    engine: Engine, kind: str, process: str, length: int
) -> None:
    """The engine leaves a file that it finds damaged to Pillow, which decides."""
    data = sources()[kind][:length]
    native, reference = outcome(data, process, engine), outcome(data, process, None)
    assert type(native) is type(reference)
    if isinstance(native, OssError) and isinstance(reference, OssError):
        assert native.code == reference.code


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(500, 1100), st.integers(1000, 1100)),
    target=st.tuples(st.integers(1, 1200), st.integers(1, 1200)),
    mode=st.sampled_from(["lfit", "mfit", "fill", "pad", "fixed"]),
    limit=st.booleans(),
    subsampling=st.sampled_from([0, 1, 2]),
)
def test_sizes_are_the_same_for_every_target(
    engine: Engine,
    *,
    size: tuple[int, int],
    target: tuple[int, int],
    mode: str,
    limit: bool,
    subsampling: int,
) -> None:
    """No target, however narrow, gives another size, or pixels of another place."""
    width, height = target
    data = stored(photographic(size), "JPEG", quality=90, subsampling=subsampling)
    process = f"resize,m_{mode},w_{width},h_{height},limit_{int(limit)}/quality,Q_95"
    native, reference = outcome(data, process, engine), outcome(data, process, None)
    assert isinstance(native, Result)
    assert isinstance(reference, Result)
    assert shown(native).size == shown(reference).size
    assert_near(native, reference)


def test_the_services_own_bytes_come_out(engine: Engine, data: Data) -> None:
    """The recorded sizes of `format,png` and of a square of 100 pixels (spec 02)."""
    example = data("example.jpg")
    for process, size in (("format,png", 160_733), ("resize,m_fixed,w_100,h_100", 3267)):
        native = outcome(example, process, engine)
        assert isinstance(native, Result)
        assert len(native.body) == size


@pytest.mark.parametrize(
    ("process", "native"),
    [
        ("resize,w_300", True),
        ("resize,w_300,h_300,m_fill/blur,r_9,s_9", True),
        ("blur,r_9,s_9/quality,q_50", True),
        ("blur,r_4,s_9", False),
        ("resize,w_300,h_300,m_pad", False),
        ("resize,w_300/rotate,90", False),
        ("quality,q_50", False),
        ("resize,w_300/format,png", False),
    ],
)
def test_planes_are_transcoded_where_every_step_can(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, process: str, *, native: bool
) -> None:
    """RGB is made for the other steps."""
    encoded: list[object] = []
    encode = Engine.encode_jpeg

    def recorded(self: Engine, planes: Planes, *, quality: int, progressive: bool) -> bytes:
        encoded.append(planes)
        return encode(self, planes, quality=quality, progressive=progressive)

    monkeypatch.setattr(Engine, "encode_jpeg", recorded)
    assert isinstance(outcome(sources()["jpeg"], process, engine), Result)
    assert bool(encoded) is native
