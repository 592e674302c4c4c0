"""How close the chosen boxes come to the kernel that they stand for."""

from itertools import product

import pytest

from darkroom.imaging.filters.box_blur import (
    blended,
    block_kernel,
    convolve_box,
    edge_error,
    gaussian,
    plan_blur,
)

VALUES = [1, 2, 3, 4, 5, 7, 10, 14, 20, 30, 40, 50]


def test_boxes_come_close_to_the_kernel() -> None:
    """Next to an edge from black to white, the averaged error stays below three levels (C-67)."""
    for radius, deviation in product(VALUES, VALUES):
        claimed, error = edge_errors(radius, deviation)
        assert error == pytest.approx(claimed), f"r_{radius},s_{deviation}"
        assert error * 255 < 3, f"r_{radius},s_{deviation}"


def edge_errors(radius: int, deviation: int) -> tuple[float, float]:
    """Give the error that a plan states, and the error of the boxes that it names."""
    plan = plan_blur(radius, deviation)
    kernel = block_kernel(plan.block)
    for width in plan.boxes.bell:
        kernel = convolve_box(kernel, width, plan.block)
    if plan.boxes.share:
        wide = convolve_box(block_kernel(plan.block), plan.boxes.plateau, plan.block)
        kernel = blended(kernel, wide, plan.boxes.share)
    return plan.boxes.error, edge_error(kernel, gaussian(radius, deviation))


@pytest.mark.parametrize(
    ("radius", "deviation", "block"), [(3, 2, 1), (10, 50, 1), (10, 5, 4), (50, 50, 4)]
)
def test_wide_smooth_kernels_act_on_blocks(radius: int, deviation: int, block: int) -> None:
    """Narrow ones, and those that end in a step, act on single pixels."""
    assert plan_blur(radius, deviation).block == block


@pytest.mark.parametrize("radius", [3, 10, 50])
def test_nothing_beyond_the_reach_counts(radius: int) -> None:
    """The margin that is kept around a picture holds all of the boxes."""
    boxes = plan_blur(radius, 5).boxes
    longest = sum(int(width) + 1 for width in boxes.bell if width % 1) + sum(
        int(width) for width in boxes.bell if not width % 1
    )
    assert boxes.reach >= max(longest, boxes.plateau)
