"""What watermarks need of memory: what is seen of them, whatever they measure."""

from pathlib import Path

import pytest

from tests.measure import AVAILABLE, Cost, costs
from tests.pictures import Size, photographic, stored
from tests.unit.operations.watermark.marking import reference, written

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="needs Linux's /proc to measure memory")

LONG = f"watermark,{written('W' * 64)},size_1000,g_center"
"""73 megapixels of text."""

TURNED = f"{LONG},rotate_33,shadow_50,t_50"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store a large picture, a small one, and a mark."""
    path = tmp_path_factory.mktemp("marked")
    for name, size in (("large", (6000, 4000)), ("small", (400, 267)), ("mark", (3000, 2000))):
        (path / name).write_bytes(stored(photographic(size), "JPEG"))
    return path


def measured(folder: Path, name: str, process: str) -> Cost:
    """Measure in a process that has drawn a text and a picture before."""
    mark = reference(str(folder / "mark"), "resize,w_9")
    warm = f"image/watermark,{mark}/watermark,{written('Hi')},rotate_9,shadow_9"
    _, cost = costs([(folder / "small", warm), (folder / name, f"image/{process}")])
    assert cost.outcome == "jpg"
    return cost


def most(size: Size) -> float:
    """Megabytes at the peak: four times the decoded bytes, and 120 MB for all else."""
    return 4 * 3 * size[0] * size[1] / 2**20 + 120


@pytest.mark.parametrize(
    "process",
    [
        pytest.param(TURNED, id="a-text-of-73-megapixels"),
        pytest.param(
            "/".join(f"{LONG},x_{x}" for x in range(20)),
            id="twenty-of-them",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_text_on_a_large_picture_stays_within_the_budget(folder: Path, process: str) -> None:
    """On 24 megapixels the peak is below four times the decoded bytes and 120 MB."""
    assert measured(folder, "large", process).peak < most((6000, 4000))


@pytest.mark.parametrize(
    ("share", "arguments"),
    [
        ("resize,P_80", "x_0,y_0"),
        pytest.param("resize,P_60", "fill_1,t_40", marks=pytest.mark.slow),
    ],
)
def test_a_picture_on_a_large_picture_stays_within_the_budget(
    folder: Path, share: str, arguments: str
) -> None:
    """Marks of 15 megapixels, and tiles of 9: four decoded pictures and 120 MB at most."""
    mark = reference(str(folder / "mark"), share)
    cost = measured(folder, "large", f"watermark,{mark},{arguments}")
    assert cost.peak < most((6000, 4000))


@pytest.mark.parametrize("process", [LONG, TURNED], ids=["straight", "turned"])
def test_what_is_not_seen_needs_no_memory(folder: Path, process: str) -> None:
    """A text of 73 megapixels on a picture of 0.1 takes less than 10 MB."""
    cost = measured(folder, "small", process)
    assert cost.peak - cost.before < 10
