"""Several processes on one picture: each result is the same as alone."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import pytest

from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import probe
from darkroom.imaging.formats.jpeg import JPEG
from darkroom.imaging.operation import Operation
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import Result, _SharedDecoder, run, run_each
from darkroom.limits import Limits
from darkroom.process.grammar import parse
from tests.pictures import photographic, stored

PROCESSES = (
    "image/resize,w_200",
    "image/resize,w_190/rotate,90",
    "image/resize,w_40/format,webp",
    "image/crop,w_100,h_100,g_center",
    "image/format,png",
    "image/info",
)


def operations(text: str) -> tuple[Operation, ...]:
    """Compile a process value."""
    return compile_operations(parse(text).actions)


def results(data: bytes, processes: Sequence[Sequence[Operation]]) -> list[Result | OssError]:
    """Return the outcomes in the order of the processes."""
    outcomes = dict(run_each(data, processes, ProcessingContext()))
    return [outcomes[number] for number in range(len(processes))]


@pytest.fixture(scope="module")
def photograph() -> bytes:
    """Return a JPEG large enough to be decoded at several scales."""
    return stored(photographic((800, 600)), "JPEG", quality=90)


def test_run_each_returns_the_results_of_run(photograph: bytes) -> None:
    """A result depends on source and process only, even when targets share a decode."""
    processes = [operations(text) for text in PROCESSES]
    assert results(photograph, processes) == [
        run(photograph, process, ProcessingContext()) for process in processes
    ]


def test_processes_with_the_same_scale_share_a_decode(photograph: bytes) -> None:
    """Two targets of half the size share one decode; the full size needs another."""
    source = _SharedDecoder(data=photograph, header=probe(photograph), limits=Limits())
    half = next(source.frames(needed=(200, 150), every=False))
    assert next(source.frames(needed=(190, 143), every=False)) is half
    whole = next(source.frames(needed=None, every=False))
    assert (half.image.size, whole.image.size) == ((400, 300), (800, 600))


def test_a_decode_is_shared_only_if_the_still_leaves_memory_for_a_process(
    photograph: bytes,
) -> None:
    """At half the size, 20 bytes a pixel are enough; at the full size they are not."""
    limits = Limits(memory=400 * 300 * (JPEG.bytes_per_pixel + 4))
    source = _SharedDecoder(data=photograph, header=probe(photograph), limits=limits)
    half = next(source.frames(needed=(200, 150), every=False))
    assert next(source.frames(needed=(200, 150), every=False)) is half
    whole = next(source.frames(needed=None, every=False))
    again = next(source.frames(needed=None, every=False))
    assert whole is not again
    assert whole.image == again.image


def test_a_result_is_returned_before_the_next_process_runs(photograph: bytes) -> None:
    """A job stores each result and forgets it: its memory is that of one result."""
    processes = [operations("image/format,bmp")] * 3
    ran: list[str] = []

    def stage(name: str) -> AbstractContextManager[object]:
        ran.append(name)
        return nullcontext()

    outcomes = run_each(photograph, processes, ProcessingContext(stage=stage))
    next(outcomes)
    assert ran.count("encode") == 1


def test_a_failing_process_does_not_fail_the_others(photograph: bytes) -> None:
    """A crop outside the picture returns an error; the other two return results."""
    processes = [operations(f"image/{text}") for text in ("resize,w_40", "crop,x_800", "info")]
    first, second, third = results(photograph, processes)
    assert isinstance(first, Result)
    assert isinstance(second, OssError)
    assert second.code is Code.BAD_REQUEST
    assert isinstance(third, Result)


def test_a_damaged_picture_raises_one_error() -> None:
    """An error of the source is raised, not returned for each process."""
    with pytest.raises(OssError) as caught:
        results(b"\xff\xd8\xff no picture", [operations("image/info")])
    assert caught.value.code is Code.IMAGE_DAMAGE
