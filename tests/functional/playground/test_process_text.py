"""The page writes the text that the service's parser has as canonical, for every process."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darkroom.errors import OssError
from darkroom.geometry import crop_box
from darkroom.imaging.operations import OPERATIONS, canonical_process, compile_operations
from darkroom.imaging.operations.watermark.image_mark import WatermarkObjectType
from darkroom.process.grammar import parse
from darkroom.process.parameters import declared_parameters
from tests.declarations import argument, bounds, companions, samples, written
from tests.functional.clients.conftest import Addresses
from tests.functional.playground.conftest import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REFUSAL = """((text) => {
  try { m.parseProcess(text); } catch (error) { return error.problem; }
})"""
"""A function that returns why the page refuses a text, or nothing."""

IN_BROWSER = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def page(browser: "Browser", addresses: Addresses) -> Iterator[Visit]:
    """Open the page once for all processes."""
    context = browser.new_context()
    visit = Visit(context.new_page(), addresses)
    visit.open()
    yield visit
    assert visit.faults == []
    context.close()


def canonical(process: str) -> str:
    """Return the canonical text; raises `OssError` for a process that the service refuses."""
    return canonical_process(compile_operations(parse(process).actions))


def rewritten(page: Visit, texts: list[str]) -> Any:
    """Return what the page writes after it has read the texts."""
    expression = "given.map((text) => m.writeProcess(m.parseProcess(text)))"
    return page.call("process/text.js", expression, texts)


def problems(page: Visit, texts: list[str]) -> Any:
    """Return the number of fields that the page marks for each text."""
    return page.page.evaluate(
        """async (texts) => {
          const [text, check] = await Promise.all(
            ['/process/text.js', '/process/check.js'].map((module) => import(module)));
          return texts.map((each) => check.problemsOf(text.parseProcess(each)).size);
        }""",
        texts,
    )


def every_bound() -> list[str]:
    """Return a process for the ends of every parameter of every operation."""
    return [
        f"image/{name},{arguments}".rstrip(",")
        for name, operation in OPERATIONS.items()
        for arguments in bounds(operation)
    ]


def test_the_ends_of_every_range(page: Visit) -> None:
    """Every operation and parameter is read, accepted and written as the service does it."""
    texts = every_bound()
    assert len(texts) > 140
    expected = [canonical(text) for text in texts]
    assert rewritten(page, texts) == expected
    assert problems(page, texts) == [0] * len(texts)


steps = st.sampled_from(sorted(OPERATIONS)).flatmap(
    lambda name: written(OPERATIONS[name]).map(lambda given: ",".join([name, *given]))
)


@IN_BROWSER
@given(st.lists(steps, min_size=1, max_size=4))
def test_any_process(page: Visit, actions: list[str]) -> None:
    """Cascades of random operations are written canonically, and again unchanged."""
    text = "image/" + "/".join(actions)
    try:
        expected = canonical(text)
    except OssError:
        # Some combinations are refused together; each value is valid by itself.
        assert problems(page, [text]) == [0]
        return
    assert rewritten(page, [text, expected]) == [expected, expected]


@pytest.mark.parametrize(
    "text",
    [
        "image/resize,w_0100,h_0,limit_1",
        "image/resize,w_100,w_200,x_3,,/",
        "image/grey,1|image/format,jpeg,90/auto-orient,1/interlace,1",
        "image/resize,m_pad,w_10,color_ff6a00/rotate,007",
        "image/bright,-0/contrast,-05/elliptical-corners,x_010p,y_0020",
        "image/watermark,text_SGVsbG8=,type_d3F5LXplbmhlaQ==,x_10/strip",
        "image/watermark,image_cGFuZGEucG5nP3gtb3NzLXByb2Nlc3M9aW1hZ2UvcmVzaXplLFBfMDMw",
        "image/quality,90/quality,q_5,Q_90",
    ],
)
def test_other_spellings(page: Visit, text: str) -> None:
    """Zeros, aliases, padding, repeated and unknown keys become the canonical text."""
    assert rewritten(page, [text]) == [canonical(text)]


def refused_values() -> list[str]:
    """Return a process for each value that is refused by its parameter alone."""
    return [
        f"image/{','.join([name, argument(declared, value), *companions(operation, field)])}"
        for name, operation in OPERATIONS.items()
        for field, declared in declared_parameters(operation).items()
        for value in samples(declared).rejected
        # The text of a process cannot hold these, and base64 is written by the page itself.
        if value and not set(value) & set("/,|") and len(value) < 1000
        if not isinstance(declared.kind, WatermarkObjectType)
        # Among keys, text before an underscore is a key, and an unknown one is ignored.
        if declared.key or "_" not in value
    ]


def test_wrong_values_are_marked_without_a_request(page: Visit) -> None:
    """What the service would refuse, the page marks at its field, or refuses as base64."""
    texts = refused_values()
    assert len(texts) > 400
    read = page.call("process/text.js", f"given.filter((text) => !{REFUSAL}(text))", texts)
    counts = problems(page, read)
    assert [text for text, count in zip(read, counts, strict=True) if count == 0] == []
    for text in set(texts) - set(read):
        with pytest.raises(OssError):
            canonical(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "resize,w_1",
        "style/small",
        "image/nonsense",
        "image/rotate,1,2",
        "image/resize,w_1|sys/x",
    ],
)
def test_other_grammar_is_refused(page: Visit, text: str) -> None:
    """Text that is no list of known actions is no process for the page."""
    expression = (
        "(() => { try { m.parseProcess(given); } catch (error) { return error.problem; } })()"
    )
    assert page.call("process/text.js", expression, text)["sentence"].startswith("problem.")


sides = st.integers(1, 60)


@IN_BROWSER
@given(
    st.tuples(sides, sides),
    st.tuples(st.integers(0, 70), st.integers(0, 70)),
    st.sampled_from(["nw", "north", "ne", "west", "center", "east", "sw", "south", "se"]),
    st.tuples(st.integers(0, 70), st.integers(0, 70)),
)
def test_the_box_on_the_picture_is_the_crop(
    page: Visit,
    size: tuple[int, int],
    wanted: tuple[int, int],
    gravity: str,
    shift: tuple[int, int],
) -> None:
    """The box that is drawn over the picture is what the service cuts out."""
    args = dict(zip("whxy", map(str, (*wanted, *shift)), strict=True)) | {"g": gravity}
    box = page.call(
        "process/geometry.js",
        "m.cropBox(given[0], { width: given[1][0], height: given[1][1] })",
        [args, list(size)],
    )
    expected = crop_box(size, wanted, gravity, shift)
    if expected is None:
        assert box is None
        return
    left, top, right, bottom = expected
    assert box == {"x": left, "y": top, "w": right - left, "h": bottom - top}
