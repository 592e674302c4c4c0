"""Peak memory of a large picture: at most 4 times its decoded bytes and 120 MB, with Python.

Every operation is measured on 24 megapixels, with its required arguments, and
those that need most memory with further ones.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from darkroom.errors import OssError
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.operations import OPERATIONS
from darkroom.imaging.picture import Header
from darkroom.limits import BASELINE_MB, USABLE_MEMORY, Limits
from tests.declarations import minimal_arguments
from tests.measure import AVAILABLE, costs
from tests.pictures import Size, photographic, stored

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="needs Linux's /proc to measure memory")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A large picture."""

    size: Size
    bands: int

    @property
    def max_megabytes(self) -> float:
        """Maximum peak memory of a process, in megabytes."""
        return 4 * self.size[0] * self.size[1] * self.bands / 2**20 + 120

    def encoded(self) -> bytes:
        """Return a JPEG, or a PNG with transparency."""
        image = photographic(self.size)
        if self.bands == 3:
            return stored(image, "JPEG", quality=85)
        image.putalpha(Image.linear_gradient("L").resize(self.size))
        return stored(image, "PNG", compress_level=1)


SOURCES = {
    "wide": Source(size=(6000, 4000), bands=3),
    # The largest size that may be rotated.
    "square": Source(size=(4096, 4096), bands=3),
    "clear": Source(size=(4096, 4096), bands=4),
}

RUNS = [
    *(
        ("wide", ",".join([name, *minimal_arguments(operation)]))
        for name, operation in OPERATIONS.items()
        if name != "rotate"
    ),
    ("wide", "resize,m_pad,w_4800,h_3400"),
    ("wide", "crop,w_5900,h_3900"),
    ("wide", "rounded-corners,r_400/format,png"),
    ("wide", "format,png"),
    ("square", "rotate,45"),
    ("clear", "rotate,45"),
    ("clear", "resize,w_4000/format,jpg"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store the pictures."""
    path = tmp_path_factory.mktemp("large")
    for name, source in SOURCES.items():
        (path / name).write_bytes(source.encoded())
    return path


QUICK = (
    ("wide", "resize,m_pad,w_4800,h_3400"),
    ("wide", "blur,r_1,s_1"),
    ("wide", "format,png"),
    ("square", "rotate,45"),
)
"""The runs of `make test`: scaling, a filter, an encoder and an enlarged canvas."""


def measured_runs() -> Iterator[Any]:
    """Return the runs; all but those in `QUICK` are marked slow."""
    assert set(QUICK) <= set(RUNS)
    for name, text in RUNS:
        marks = () if (name, text) in QUICK else pytest.mark.slow
        yield pytest.param(name, text, id=f"{text}-{name}", marks=marks)


@pytest.mark.parametrize(("name", "text"), list(measured_runs()))
def test_the_peak_memory_is_within_the_budget(folder: Path, name: str, text: str) -> None:
    """Lambda limits the resident memory of the process at its peak (spec 03 §6)."""
    (cost,) = costs([(folder / name, f"image/{text}")])
    assert cost.outcome in ("jpg", "png", "report")
    assert cost.peak < SOURCES[name].max_megabytes


LARGEST: Mapping[str, tuple[str, dict[str, Any]]] = {
    "jpg": ("RGB", {"quality": 50, "progressive": True}),
    "png": ("RGBA", {"compress_level": 1}),
    "webp": ("RGBA", {"lossless": True, "quality": 0, "method": 0}),
    "bmp": ("1", {}),
    "tiff": ("I;16", {"compression": "tiff_adobe_deflate"}),
    "gif": ("P", {"transparency": 0}),
    "heic": ("RGB", {"quality": 1, "enc_params": {"preset": "ultrafast"}}),
    "avif": ("RGBA", {"quality": 1, "speed": 10}),
}
"""The kind of each format that takes most bytes by `python -m benchmarks.pixel_memory`.

The pictures are of one colour: noise of this size would exceed the limit of a file.
"""

HEAVY = (
    "contrast,10/watermark,text_RGFya3Jvb20,fill_1/circle,r_4096/format,bmp",
    "blur,r_50,s_50/format,jpg",
)


def largest_frame(word: str, megabytes: int) -> Size:
    """Return the largest square frame that the limits of a function's memory let pass."""
    memory = Limits.for_memory(megabytes).memory
    assert memory is not None
    side = math.isqrt(memory // FORMATS[word].bytes_per_pixel)
    return side, side


@pytest.fixture(scope="module")
def largest(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], Path]:
    """Return a function that stores the largest frame of a format once."""
    folder = tmp_path_factory.mktemp("largest")

    @cache
    def store(word: str, megabytes: int) -> Path:
        mode, options = LARGEST[word]
        path = folder / f"{megabytes}.{word}"
        image = Image.new(mode, largest_frame(word, megabytes))
        FORMATS[word].is_writable  # noqa: B018 - imports the plugin
        path.write_bytes(stored(image, FORMATS[word].pillow_name, **options))
        return path

    return store


@pytest.mark.slow
@pytest.mark.parametrize("text", HEAVY)
@pytest.mark.parametrize(
    ("word", "megabytes"), [*((word, 1769) for word in LARGEST), ("png", 4096), ("webp", 4096)]
)
def test_the_largest_frame_leaves_15_percent_of_a_functions_memory(
    largest: Callable[[str, int], Path], word: str, megabytes: int, text: str
) -> None:
    """Operations included; one row more is refused."""
    width, height = largest_frame(word, megabytes)
    (cost,) = costs([(largest(word, megabytes), f"image/{text}")])
    assert cost.outcome in ("bmp", "jpg")
    assert cost.peak - cost.before + BASELINE_MB < USABLE_MEMORY * megabytes
    limits = Limits.for_memory(megabytes)
    with pytest.raises(OssError, match="pixels can be processed here"):
        FORMATS[word].check_memory(
            Header(format=word, size=(width, height + 3)), limits, needed=None, every=False
        )
