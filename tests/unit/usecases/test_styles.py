"""Saved styles (spec 04 §1)."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError
from darkroom.usecases.services import Services
from darkroom.usecases.styles import (
    MAX_STYLES,
    StyleDraft,
    delete_style,
    get_style,
    list_styles,
    put_style,
    style_content,
)
from tests.fakes.services import NOW, memory_services

DEMO = Bucket(name="demo")
LATER = datetime(2026, 9, 2, 8, 15, 30, 999_999, tzinfo=UTC)


@pytest.fixture
def services() -> Services:
    """Return services with one bucket."""
    return memory_services(DEMO)


def put(
    services: Services, name: str, content: str = "image/info", category: str = "image"
) -> None:
    """Put a style."""
    put_style(DEMO, StyleDraft(name=name, content=content, category=category), services)


def refusal(services: Services, name: str, content: str, category: str = "image") -> OssError:
    """Return the error of a put and assert that no style is stored."""
    with pytest.raises(OssError) as refused:
        put(services, name, content, category)
    assert list_styles(DEMO, services) == ()
    return refused.value


def test_a_style_is_returned_unchanged(services: Services) -> None:
    """Spec 06 T23: the content is not parsed on a put."""
    put(services, "aaa", "csdar5324", "document")
    style = get_style(DEMO, "aaa", services)
    assert (style.content, style.category) == ("csdar5324", "document")
    assert style.created == style.modified == NOW


def test_overwriting_keeps_the_position_and_the_creation_time(services: Services) -> None:
    """Lists are in the order of creation (C-140); CreateTime is kept (C-145)."""
    put(services, "b")
    put(services, "a")
    later = replace(services, clock=lambda: LATER)
    put(later, "b", "image/rotate,90")
    listed = list_styles(DEMO, services)
    assert [style.name for style in listed] == ["b", "a"]
    assert listed[0].content == "image/rotate,90"
    assert listed[0].created == NOW
    assert listed[0].modified == LATER.replace(microsecond=0)


def test_a_deleted_style_loses_its_position(services: Services) -> None:
    """Spec 06 T24: deleting a missing style is no error; a style created again comes last."""
    put(services, "a")
    put(services, "b")
    delete_style(DEMO, "a", services)
    delete_style(DEMO, "a", services)
    put(services, "a")
    assert [style.name for style in list_styles(DEMO, services)] == ["b", "a"]


@pytest.mark.parametrize("name", ["", "@%$^&%(&(*(*", "a b", "a/b", "ü", "a" * 64])
def test_an_invalid_name_is_refused(services: Services, name: str) -> None:
    """C-141, spec 06 T22: also by GetStyle and DeleteStyle."""
    assert refusal(services, name, "image/info").code is Code.INVALID_ARGUMENT
    for read_style in (get_style, delete_style):
        with pytest.raises(OssError) as refused:
            read_style(DEMO, name, services)
        assert refused.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize("name", ["a", "A-b_c.9", "a" * 63])
def test_a_name_of_1_to_63_valid_characters_is_accepted(services: Services, name: str) -> None:
    """Letters, digits, dot, hyphen and underscore are valid."""
    put(services, name)
    assert get_style(DEMO, name, services).name == name


def test_empty_content_is_refused(services: Services) -> None:
    """The code is InvalidArgument with OSS's message (C-142, spec 06 T21)."""
    refused = refusal(services, "imagestyle", "")
    assert (refused.code, refused.message) == (Code.INVALID_ARGUMENT, "Style content is invalid.")


@pytest.mark.parametrize("character", [*";()'*? \n\t", "\u3000"])
def test_some_characters_are_forbidden(services: Services, character: str) -> None:
    """Each of `;()'*?` and all white space is refused, with an EC of its own (C-143)."""
    refused = refusal(services, "a", f"image/info{character}")
    assert (refused.code, refused.ec) == (Code.INVALID_ARGUMENT, "0040-00000602")


@pytest.mark.parametrize("unit", ["x", "ü"])
def test_content_has_4096_bytes_at_most(services: Services, unit: str) -> None:
    """C-147: the limit counts bytes of UTF-8, not characters."""
    fits = unit * (4096 // len(unit.encode()))
    assert refusal(services, "a", fits + unit).code is Code.INVALID_ARGUMENT
    put(services, "a", fits)
    assert get_style(DEMO, "a", services).content == fits


def test_a_category_is_one_of_three(services: Services) -> None:
    """`image`, `document` or `video`; any other category is InvalidArgument (spec 04 §1)."""
    assert refusal(services, "a", "image/info", "audio").code is Code.INVALID_ARGUMENT


def test_a_bucket_has_fifty_styles_at_most(services: Services) -> None:
    """C-144: the 51st style is refused; overwriting is accepted; a deletion frees a place."""
    for number in range(MAX_STYLES):
        put(services, f"s{number}")
    with pytest.raises(OssError) as refused:
        put(services, "one-more")
    assert refused.value.code is Code.INVALID_ARGUMENT
    put(services, "s7", "image/rotate,90")
    delete_style(DEMO, "s0", services)
    put(services, "one-more")
    assert len(list_styles(DEMO, services)) == MAX_STYLES


def test_styles_belong_to_their_bucket(services: Services) -> None:
    """A style of one bucket is missing in another."""
    put(services, "a")
    other = Bucket(name="other")
    assert list_styles(other, services) == ()
    for read_style in (get_style, style_content):
        with pytest.raises(OssError) as refused:
            read_style(other, "a", services)
        assert refused.value.code is Code.NO_SUCH_STYLE
        assert refused.value.message == "No Such Image Style."
