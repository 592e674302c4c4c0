"""What a large picture takes of memory: 4 times its decoded bytes and 120 MB, interpreter included.

Every operation is measured on 24 megapixels, with the fewest arguments it can do with, and
the greedy ones with more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from darkroom.imaging.operations import OPERATIONS
from tests.declarations import fewest
from tests.measure import AVAILABLE, costs
from tests.pictures import Size, photographic, stored

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="needs Linux's /proc to measure memory")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A large picture, drawn once for all tests."""

    size: Size
    bands: int

    @property
    def most(self) -> float:
        """Megabytes that a process may take at its peak."""
        return 4 * self.size[0] * self.size[1] * self.bands / 2**20 + 120

    def written(self) -> bytes:
        """Draw it: a JPEG, or a PNG with transparency."""
        image = photographic(self.size)
        if self.bands == 3:
            return stored(image, "JPEG", quality=85)
        image.putalpha(Image.linear_gradient("L").resize(self.size))
        return stored(image, "PNG", compress_level=1)


SOURCES = {
    "wide": Source(size=(6000, 4000), bands=3),
    # The largest that may be rotated.
    "square": Source(size=(4096, 4096), bands=3),
    "clear": Source(size=(4096, 4096), bands=4),
}

RUNS = [
    *(
        ("wide", ",".join([name, *fewest(operation)]))
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
        (path / name).write_bytes(source.written())
    return path


QUICK = (
    ("wide", "resize,m_pad,w_4800,h_3400"),
    ("wide", "blur,r_1,s_1"),
    ("wide", "format,png"),
    ("square", "rotate,45"),
)
"""The runs that `make test` has: scaling, a filter, an encoder and a canvas that grows."""


def measured_runs() -> Iterator[Any]:
    """List the runs, all of them slow but a few."""
    assert set(QUICK) <= set(RUNS)
    for name, text in RUNS:
        marks = () if (name, text) in QUICK else pytest.mark.slow
        yield pytest.param(name, text, id=f"{text}-{name}", marks=marks)


@pytest.mark.parametrize(("name", "text"), measured_runs())
def test_the_peak_stays_within_the_budget(folder: Path, name: str, text: str) -> None:
    """The resident memory of the process at its peak, which Lambda limits (spec 03 §6)."""
    (cost,) = costs([(folder / name, f"image/{text}")])
    assert cost.outcome in ("jpg", "png", "report")
    assert cost.peak < SOURCES[name].most
