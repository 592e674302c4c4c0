"""Process values: the style that they name is resolved (spec 01 §2.2)."""

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
    """Return services with the style `s`."""
    services = memory_services(DEMO)
    put_style(DEMO, StyleDraft(name="s", content=content), services)
    return services


def test_a_style_resolves_to_its_content() -> None:
    """A style and its inline content give equal processes; saveas after a style is kept."""
    services = with_style("image/resize,w_100/rotate,90")
    actions = (Action("resize", ("w_100",)), Action("rotate", ("90",)))
    styled, inline = (
        resolve_style(text, DEMO, services) for text in ("style/s", "image/resize,w_100/rotate,90")
    )
    assert styled.process == inline.process
    assert styled.process.actions == actions
    assert (styled.purpose, inline.purpose) == (ReadPurpose.STYLED, ReadPurpose.PROCESSED)
    saved = resolve_style("style/s|sys/saveas,o_YQ", DEMO, services).process
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
    """C-138: a missing or invalid style is refused before access and syntax are checked."""
    with pytest.raises(OssError) as refused:
        resolve_style(text, DEMO, with_style("image/info"))
    assert refused.value.code is code


@pytest.mark.parametrize("text", ["", "image/", "csv/select", "csdar5324", "styles/s"])
def test_an_inline_process_is_parsed_later(text: str) -> None:
    """C-138: syntax is checked after access."""
    resolved = resolve_style(text, DEMO, memory_services(DEMO))
    with pytest.raises(OssError) as refused:
        _ = resolved.process
    assert refused.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize(
    "content",
    ["style/s", "csdar5324", "image/", "image/info|sys/saveas,o_YQ", "image/info|sys/saveas,o_"],
)
def test_an_invalid_style_is_refused_on_use(content: str) -> None:
    """C-12, C-13: a style that names a style, saves, or violates the grammar gives a 400."""
    resolved = resolve_style("style/s", DEMO, with_style(content))
    assert resolved.purpose is ReadPurpose.STYLED
    with pytest.raises(OssError) as refused:
        _ = resolved.process
    assert refused.value.status == 400
