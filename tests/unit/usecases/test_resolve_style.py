"""What a process value asks for, its style looked up (spec 01 §2.2)."""

import pytest

from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError
from darkroom.process.grammar import Action
from darkroom.usecases.authorization import ReadPurpose
from darkroom.usecases.services import Services
from darkroom.usecases.styles import StyleDraft, put_style, resolve_style
from tests.fakes.services import memory_services

DEMO = Bucket(name="demo")


def with_style(content: str) -> Services:
    """Give a world with the style `s`."""
    there = memory_services(DEMO)
    put_style(DEMO, StyleDraft(name="s", content=content), there)
    return there


def test_a_style_stands_for_its_content() -> None:
    """All three forms are the same afterwards; what is done with the result is the caller's."""
    there = with_style("image/resize,w_100/rotate,90")
    actions = (Action("resize", ("w_100",)), Action("rotate", ("90",)))
    styled, inline = (
        resolve_style(text, DEMO, there) for text in ("style/s", "image/resize,w_100/rotate,90")
    )
    assert styled.process == inline.process
    assert styled.process.actions == actions
    assert (styled.purpose, inline.purpose) == (ReadPurpose.STYLED, ReadPurpose.PROCESSED)
    saved = resolve_style("style/s|sys/saveas,o_YQ", DEMO, there).process
    assert saved.actions == actions
    assert saved.save is not None
    assert saved.save.object == "a"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("style/other", Code.NO_SUCH_STYLE),
        ("style/", Code.INVALID_ARGUMENT),
        ("style/a b", Code.INVALID_ARGUMENT),
        ("style/s/resize,w_1", Code.INVALID_ARGUMENT),
    ],
)
def test_a_style_is_looked_up_at_once(text: str, code: Code) -> None:
    """C-138: a missing style is told before access and syntax are looked at."""
    with pytest.raises(OssError) as refused:
        resolve_style(text, DEMO, with_style("image/info"))
    assert refused.value.code is code


@pytest.mark.parametrize("text", ["", "image/", "video/convert", "csdar5324", "styles/s"])
def test_what_is_inline_is_checked_later(text: str) -> None:
    """C-138: syntax comes after access."""
    asked = resolve_style(text, DEMO, memory_services(DEMO))
    with pytest.raises(OssError) as refused:
        _ = asked.process
    assert refused.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize(
    "content",
    ["style/s", "csdar5324", "image/", "image/info|sys/saveas,o_YQ", "image/info|sys/saveas,o_"],
)
def test_a_style_that_cannot_be_used_shows_when_it_is(content: str) -> None:
    """C-12, C-13: it names no other style, stores nothing, and is of the grammar."""
    asked = resolve_style("style/s", DEMO, with_style(content))
    assert asked.purpose is ReadPurpose.STYLED
    with pytest.raises(OssError) as refused:
        _ = asked.process
    assert refused.value.status == 400
