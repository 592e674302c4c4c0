"""The size of a result is computed without its pixels."""

from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from darkroom.errors import OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.operation import Operation, PixelOperation
from darkroom.imaging.operations import OPERATIONS
from darkroom.imaging.picture import Header, Output, Picture
from darkroom.limits import Limits
from darkroom.process.parameters import bind
from tests.declarations import written

GEOMETRIC = [
    OPERATIONS[name] for name in ("resize", "crop", "indexcrop", "circle", "rotate", "flip")
]
LIMITS = Limits(rotated_side=60, result_side=400, result_pixels=40_000)


@given(
    st.sampled_from(GEOMETRIC).flatmap(lambda kind: st.tuples(st.just(kind), written(kind))),
    st.tuples(st.integers(1, 80), st.integers(1, 80)),
)
def test_it_equals_the_size_of_the_pixels(
    action: tuple[type[Operation], list[str]], size: tuple[int, int]
) -> None:
    """Also the error is the same, for a size that cannot be processed."""
    kind, arguments = action
    try:
        operation = bind(kind, arguments)
    except OssError:
        assume(False)
    assert isinstance(operation, PixelOperation)
    picture = Picture(
        image=Image.new("RGB", size),
        size=size,
        output=Output(format="png", alpha=FORMATS["png"].alpha),
        header=Header(format="png", size=size),
    )
    try:
        expected: object = operation.apply(picture, ProcessingContext(limits=LIMITS)).size
    except OssError as error:
        expected = str(error)
    try:
        computed: object = operation.result_size(size, LIMITS, animated=False)
    except OssError as error:
        computed = str(error)
    assert computed == expected
