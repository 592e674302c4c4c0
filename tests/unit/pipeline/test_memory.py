"""Peak memory of a large picture: at most 4 times its decoded bytes and 120 MB, with Python.

Every operation is measured on 24 megapixels, with its required arguments, and
those that need most memory with further ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from darkroom.imaging.operations import OPERATIONS
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
