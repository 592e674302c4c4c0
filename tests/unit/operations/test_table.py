"""The table of operations: what a cascade of actions comes to as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.errors import Code, OssError
from darkroom.imaging.operations import (
    OPERATIONS,
    actions_text,
    canonical_process,
    compile_operations,
)
from darkroom.process.grammar import parse
from tests.declarations import written

CASCADES = st.lists(
    st.sampled_from(sorted(OPERATIONS)).flatmap(
        lambda name: written(OPERATIONS[name]).map(lambda given: ",".join([name, *given]))
    ),
    min_size=1,
    max_size=4,
).map(lambda actions: "/".join(["image", *actions]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("resize,w_100,h_50", "resize,h_50,w_100,"),
        ("resize,w_100", "resize,m_lfit,limit_1,color_ffffff,w_0100,r_1"),
        ("format,jpeg", "format,jpg"),
        ("watermark,text_SGVsbG8=", "watermark,text_SGVsbG8,color_000000"),
        ("rotate,90/quality,q_80", "rotate,090/quality,q_80"),
    ],
)
def test_equal_cascades_have_equal_text(one: str, other: str) -> None:
    """Equal operations have one canonical text, the result cache's key (decision 011)."""
    texts = {
        canonical_process(compile_operations(parse(f"image/{text}").actions))
        for text in (one, other)
    }
    assert len(texts) == 1


def test_the_order_of_actions_is_kept() -> None:
    """Actions are applied in the order in which they are written (spec 01 §2.1)."""
    texts = ("image/resize,w_100/rotate,90", "image/rotate,90/resize,w_100")
    assert [canonical_process(compile_operations(parse(text).actions)) for text in texts] == list(
        texts
    )


@given(CASCADES)
def test_the_canonical_text_is_read_as_the_same_and_is_never_longer(text: str) -> None:
    """It travels in jobs, where it is parsed again under the same limit of length."""
    try:
        operations = compile_operations(parse(text).actions)
    except OssError:
        return
    again = canonical_process(operations)
    assert compile_operations(parse(again).actions) == operations
    assert len(again) <= len(text)


def test_actions_are_shown_as_they_came() -> None:
    """The text for a log leaves out empty arguments and changes nothing else."""
    assert actions_text(parse("image/resize,w_0100,,r_1/slim").actions) == "resize,w_0100,r_1/slim"


@pytest.mark.parametrize("report", ["info", "average-hue"])
@pytest.mark.parametrize("text", ["{}/resize,w_10", "resize,w_10/{}", "{}/{}"])
def test_a_report_stands_alone(report: str, text: str) -> None:
    """InvalidArgument, with the whole cascade as the value (C-08)."""
    written = text.format(report, report)
    with pytest.raises(OssError) as caught:
        compile_operations(parse(f"image/{written}").actions)
    assert caught.value.code is Code.INVALID_ARGUMENT
    assert f"The value: {written} of parameter: {report} " in caught.value.message


def test_an_unknown_action_is_named_no_longer_than_it_needs() -> None:
    """EC 0040-00000213, and a caller's text cannot blow it up."""
    with pytest.raises(OssError) as caught:
        compile_operations(parse("image/" + "slim" * 900).actions)
    assert (caught.value.code, caught.value.ec) == (Code.INVALID_ARGUMENT, "0040-00000213")
    assert len(caught.value.message) < 200
